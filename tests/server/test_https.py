"""HTTPS: served with a certificate, demanded by the owner, spoken by a proxy before us."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import trustme
from msrest.authentication import CognitiveServicesCredentials

from vizsla.library import Library
from vizsla.server import application, running
from vizsla.server.tls import tls_context
from vizsla.settings import Settings, SettingsError

from .shelf import KEY, Shelf, served_with

PATH = "/v7.0/images/search"

AUTHORITY = trustme.CA()
CERTIFICATE = AUTHORITY.issue_cert("127.0.0.1", "localhost")

sdk: Any = import_module("azure.cognitiveservices.search.imagesearch")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with `authority.pem`, `certificate.pem`, `key.pem` and the `other.pem` key."""
    place = tmp_path_factory.mktemp("tls")
    AUTHORITY.cert_pem.write_to_path(str(place / "authority.pem"))
    for blob in CERTIFICATE.cert_chain_pems:
        blob.write_to_path(str(place / "certificate.pem"), append=True)
    CERTIFICATE.private_key_pem.write_to_path(str(place / "key.pem"))
    AUTHORITY.issue_cert("other.example").private_key_pem.write_to_path(str(place / "other.pem"))
    return place


@pytest.fixture(scope="module")
def secure(shelf: Shelf, files: Path) -> Iterator[str]:
    """The address of a server with the certificate."""
    tls = tls_context(files / "certificate.pem", files / "key.pem")
    settings = Settings(library=shelf.library.directory, https_only=True)
    with Library(settings) as library, running(application(library), tls=tls) as address:
        yield address


def test_clients_verify_the_certificate_and_are_answered(shelf: Shelf, secure: str, files: Path) -> None:
    assert secure.startswith("https://127.0.0.1:")
    url, headers = f"{secure}{PATH}?q=flag", {KEY: shelf.key}
    by_requests = requests.get(url, headers=headers, verify=str(files / "authority.pem"), timeout=30)
    trusting = ssl.create_default_context(cafile=str(files / "authority.pem"))
    by_httpx = httpx.get(url, headers=headers, verify=trusting)
    assert by_requests.json()["value"] == by_httpx.json()["value"]
    assert by_httpx.json()["value"][0]["thumbnailUrl"].startswith(f"{secure}/th?")


def test_who_does_not_know_the_authority_is_not_talked_into_it(secure: str) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{secure}/healthz")
    assert httpx.get(f"{secure}/healthz", verify=trusting_anybody()).status_code == 200


def trusting_anybody() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def test_the_azure_sdk_speaks_https(shelf: Shelf, secure: str, files: Path) -> None:
    with sdk.ImageSearchClient(secure, CognitiveServicesCredentials(shelf.key)) as client:
        client.config.connection.verify = str(files / "authority.pem")
        found = client.images.search(query="flag").value
        assert found[0].name == "Striped flag"
        assert httpx.get(found[0].thumbnail_url, verify=trusting_anybody()).status_code == 200


def test_plain_http_on_the_port_of_https_is_no_answer(secure: str) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.get(secure.replace("https", "http") + "/healthz")


@pytest.mark.parametrize(
    ("certificate", "key", "said"),
    [
        ("certificate.pem", None, "TLS needs both"),
        (None, "key.pem", "TLS needs both"),
        ("missing.pem", "key.pem", "missing.pem cannot be read: No such file or directory"),
        ("certificate.pem", "missing.pem", "missing.pem cannot be read"),
        (".", "key.pem", "cannot be read: Is a directory"),
        ("certificate.pem", "other.pem", "the key is not that of the certificate"),
        ("key.pem", "certificate.pem", "both must be PEM files"),
        ("text.pem", "key.pem", "both must be PEM files"),
        ("certificate.pem", "locked.pem", "the key has a password"),
    ],
)
def test_files_that_do_not_do_are_told_in_one_line(
    files: Path, certificate: str | None, key: str | None, said: str
) -> None:
    (files / "text.pem").write_text("not a certificate\n")
    (files / "locked.pem").write_bytes(locked(CERTIFICATE.private_key_pem.bytes()))
    with pytest.raises(SettingsError, match=said) as raised:
        tls_context(certificate and files / certificate, key and files / key)  # type: ignore[arg-type]
    assert "\n" not in str(raised.value)


def locked(key: bytes) -> bytes:
    """The key with a password."""
    from cryptography.hazmat.primitives import serialization as forms

    return forms.load_pem_private_key(key, None).private_bytes(
        forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.BestAvailableEncryption(b"secret")
    )


# Demanded


def test_plain_http_is_refused_only_where_the_owner_demands_https(shelf: Shelf) -> None:
    assert shelf.search("flag").status_code == 200
    with served_with(shelf.library, https_only=True) as address:
        for path in (f"{PATH}?q=flag", "/", "/th?id=x", "/nowhere"):
            answer = httpx.get(f"{address}{path}", headers={KEY: shelf.key})
            assert answer.status_code == 410
            (error,) = answer.json()["errors"]
            assert (error["code"], error["subCode"]) == ("InvalidRequest", "HttpNotAllowed")
        assert httpx.get(f"{address}/healthz").status_code == 200
        assert httpx.get(f"{address}/readyz").status_code in (200, 503)


# Through a proxy


def proxied(address: str, shelf: Shelf, **headers: str) -> httpx.Response:
    sent = {KEY: shelf.key, "Host": "pictures.example", **headers}
    return httpx.get(f"{address}{PATH}?q=flag", headers=sent)


def test_a_trusted_proxy_says_that_its_caller_spoke_https(shelf: Shelf) -> None:
    for trusted in ("127.0.0.1", "127.0.0.0/8"):
        with served_with(shelf.library, https_only=True, trusted_proxies=(trusted,)) as address:
            through = proxied(
                address, shelf, **{"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
            )
            assert through.status_code == 200
            assert through.json()["value"][0]["thumbnailUrl"].startswith("https://pictures.example/th?")
            for scheme in ("http", "gopher", "https, http", ""):
                assert proxied(address, shelf, **{"X-Forwarded-Proto": scheme}).status_code == 410


@pytest.mark.parametrize("trusted", [(), ("192.0.2.1",)])
def test_nobody_else_is_believed(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, trusted: tuple[str, ...]
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # what uvicorn would read
    with served_with(shelf.library, https_only=True, trusted_proxies=trusted) as address:
        assert proxied(address, shelf, **{"X-Forwarded-Proto": "https"}).status_code == 410


@pytest.mark.parametrize("trusted", ["proxy.example", "10.0.0.1/8", "*", ""])
def test_what_is_no_network_is_told_at_the_start(shelf: Shelf, trusted: str) -> None:
    settings = Settings(library=shelf.library.directory, trusted_proxies=(trusted,))
    with Library(settings) as library, pytest.raises(SettingsError, match="name addresses or networks"):
        application(library)
