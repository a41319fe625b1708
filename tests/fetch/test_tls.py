"""Certificates are checked by the name in the address, though the connection goes to a number."""

from __future__ import annotations

import ssl
import time

import pytest
import trustme

from vizsla.fetch import FetchRules

from .fetching import LOCAL, Hosts, fetched, refused
from .servers import answers, redirects, says, server

AUTHORITY = trustme.CA()
HOSTS = Hosts({"pictures.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]})


def certified(*names: str, by: trustme.CA = AUTHORITY) -> ssl.SSLContext:
    """How a server that has a certificate for these names speaks."""
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    by.issue_cert(*names).configure_cert(secure)
    return secure


@pytest.fixture
def trust() -> ssl.SSLContext:
    """Trusts our own authority, as the public ones are trusted."""
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


def test_a_certificate_for_the_name_is_good(trust: ssl.SSLContext) -> None:
    names: list[str | None] = []
    secure = certified("pictures.example")
    secure.sni_callback = lambda _, name, __: names.append(name)
    with server(answers(b"x"), secure) as served:
        url = served.url("/x", "pictures.example", "https")
        assert fetched(url, lookup=HOSTS, trust=trust).body == b"x"
    assert names == ["pictures.example"]
    assert f"\r\nHost: pictures.example:{served.port}\r\n".encode() in served.asked[0]


def test_a_certificate_for_another_name_is_refused(trust: ssl.SSLContext) -> None:
    with server(answers(b"x"), certified("pictures.example")) as served:
        error = refused(served.url("/x", "other.example", "https"), lookup=HOSTS, trust=trust)
    assert error.reason == "unreachable"
    assert "certificate" in error.detail
    assert served.asked == []


def test_a_certificate_for_the_number_is_not_one_for_the_name(trust: ssl.SSLContext) -> None:
    with server(answers(b"x"), certified("127.0.0.1")) as served:
        assert fetched(served.url(scheme="https"), trust=trust).body == b"x"
        url = served.url("/x", "pictures.example", "https")
        assert "certificate" in refused(url, lookup=HOSTS, trust=trust).detail


def test_a_certificate_that_nobody_vouches_for_is_refused(trust: ssl.SSLContext) -> None:
    url = {"path": "/x", "host": "pictures.example", "scheme": "https"}
    with server(answers(b"x"), certified("pictures.example", by=trustme.CA())) as served:
        assert "certificate" in refused(served.url(**url), lookup=HOSTS, trust=trust).detail
    with server(answers(b"x"), certified("pictures.example")) as served:
        assert "certificate" in refused(served.url(**url), lookup=HOSTS).detail


def test_a_redirect_needs_a_certificate_for_its_own_name(trust: ssl.SSLContext) -> None:
    with (
        server(answers(b"x"), certified("pictures.example")) as last,
        server(redirects(last.url("/x", "other.example", "https"))) as first,
    ):
        assert "certificate" in refused(first.url(), lookup=HOSTS, trust=trust).detail


def test_a_server_that_speaks_no_tls_is_unreachable(trust: ssl.SSLContext) -> None:
    with server(answers(b"x")) as served:
        assert refused(served.url(scheme="https"), trust=trust).reason == "unreachable"
    with server(says(), reads=False) as served:
        assert refused(served.url(scheme="https"), trust=trust).reason == "unreachable"


def test_a_handshake_ends_when_the_time_is_over(trust: ssl.SSLContext) -> None:
    rules = FetchRules(networks=LOCAL.networks, seconds=0.3)
    with server(lambda peer, request: time.sleep(1)) as served:
        assert refused(served.url(scheme="https"), rules, trust=trust).reason == "too slow"
