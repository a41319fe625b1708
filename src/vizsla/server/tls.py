"""HTTPS without a proxy: a certificate and its key."""

from __future__ import annotations

import ssl
from pathlib import Path

from vizsla.settings import SettingsError


def tls_context(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    """What serves HTTPS with these PEM files; `None` without them.

    Raises:
        SettingsError: one is missing or cannot be read, or they do not fit.
    """
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise SettingsError("TLS needs both: name the certificate (tls_certificate) and its key (tls_key)")
    for file in (certificate, key):
        _readable(file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    asked: list[str] = []

    def no_password() -> str:
        """Without it, OpenSSL would ask on the terminal."""
        asked.append("the key has a password: give one without")
        return ""

    try:
        context.load_cert_chain(certificate, key, no_password)
    except ssl.SSLError as error:
        reasons = [*asked, _mismatch(error)]
        raise SettingsError(f"{certificate} and {key} cannot be used for TLS: {reasons[0]}") from None
    return context


def _mismatch(error: ssl.SSLError) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return "the key is not that of the certificate"
    return "both must be PEM files, a certificate and its private key"


def _readable(file: Path) -> None:
    try:
        file.open("rb").close()
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from None
