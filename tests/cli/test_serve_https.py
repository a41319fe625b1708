from __future__ import annotations

import ssl
from pathlib import Path

import httpx
import pytest
import trustme

from .command import TIMEOUT, Call, error_of, serving, started


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    """A directory with `authority.pem`, `certificate.pem` and `key.pem`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    certificate = authority.issue_cert("127.0.0.1")
    certificate.cert_chain_pems[0].write_to_path(str(tmp_path / "certificate.pem"))
    certificate.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    return tmp_path


def test_with_a_certificate_https_is_served_and_its_address_printed(shared_library: Path, pem: Path) -> None:
    options = ("--tls-certificate", pem / "certificate.pem", "--tls-key", pem / "key.pem", "--https-only")
    with started("serve", "--library", shared_library, "--port", "0", "--anonymous", *options) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("vizsla: listening on https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=str(pem / "authority.pem"))
        url = f"{line.split()[-1]}/v7.0/images/search?q=picture"
        assert len(httpx.get(url, verify=trusting).json()["value"]) == 4
        process.terminate()
        assert process.communicate(timeout=TIMEOUT) == ("", "")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--tls-certificate", "certificate.pem"], "TLS needs both"),
        (["--tls-certificate", "certificate.pem", "--tls-key", "none.pem"], "none.pem cannot be read"),
        (["--tls-certificate", "key.pem", "--tls-key", "key.pem"], "both must be PEM files"),
    ],
)
def test_a_certificate_that_does_not_do_is_told_in_one_line(
    shared_library: Path, pem: Path, call: Call, options: list[str], said: str
) -> None:
    files = [str(pem / option) if option.endswith(".pem") else option for option in options]
    code, message = error_of(call("serve", "--library", shared_library, "--port", "0", "--anonymous", *files))
    assert (code, said in message) == (1, True), message


def test_a_server_that_can_only_refuse_says_so(shared_library: Path) -> None:
    with serving(shared_library, "--anonymous", "--https-only") as (address, process):
        assert httpx.get(f"{address}/").status_code == 410
        process.terminate()
        _, said = process.communicate(timeout=TIMEOUT)
    assert said.startswith("only HTTPS is answered, and nothing here speaks it: ")


def test_failed_requests_are_in_the_log_and_others_where_the_owner_wants_them(shared_library: Path) -> None:
    for variables, expected in (({}, [" 401 "]), ({"VIZSLA_ACCESS_LOG": "true"}, [" 200 ", " 401 "])):
        with serving(shared_library, **variables) as (address, process):
            httpx.get(f"{address}/healthz")
            answer = httpx.get(f"{address}/v7.0/images/search?q=secret", headers={"X": "Y"})
            process.terminate()
            _, said = process.communicate(timeout=TIMEOUT)
        lines = [line for line in said.splitlines() if "vizsla.access" in line]
        assert [any(status in line for line in lines) for status in expected] == [True] * len(lines)
        assert answer.headers["BingAPIs-TraceId"] in lines[-1]
        assert "secret" not in said


def test_lists_are_settings_of_the_environment(shared_library: Path, call: Call) -> None:
    with serving(
        shared_library,
        VIZSLA_CORS_ORIGINS="https://a.example, https://b.example",
        VIZSLA_TRUSTED_PROXIES="127.0.0.1",
    ) as (address, _):
        answer = httpx.get(f"{address}/v7.0/images/search", headers={"Origin": "https://b.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://b.example"
