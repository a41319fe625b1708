"""HTTPS without a proxy: a certificate and its key."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Final

from vizsla.settings import SettingsError

_REASONS: Final = {
    "KEY_VALUES_MISMATCH": "the key is not that of the certificate",
    "BAD_PASSWORD_READ": "the key has a password: give one without",
    "BAD_DECRYPT": "the key has a password: give one without",
}


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
    try:
        context.load_cert_chain(
            certificate, key, password=lambda: ""
        )  # without, it would ask on the terminal
    except ssl.SSLError as error:
        reason = _REASONS.get(error.reason or "", "both must be PEM files, a certificate and its private key")
        raise SettingsError(f"{certificate} and {key} cannot be used for TLS: {reason}") from None
    return context


def _readable(file: Path) -> None:
    try:
        file.open("rb").close()
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from None
