"""Fetchers for tests: 127.0.0.1 is let through where servers of a test are met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from vizsla.fetch import Fetched, Fetcher, FetchError, FetchRules

LOCAL = FetchRules(networks=("127.0.0.0/8",), seconds=30)
"""Rules that let tests meet their own servers."""

LIMIT = 1_000_000
"""Bytes, as callers of the API are allowed."""


def fetched(url: str, rules: FetchRules = LOCAL, *, max_bytes: int = LIMIT, **parts: Any) -> Fetched:
    with Fetcher(rules, **parts) as fetcher:
        return fetcher.get(url, max_bytes=max_bytes)


def refused(url: str, rules: FetchRules = LOCAL, *, max_bytes: int = LIMIT, **parts: Any) -> FetchError:
    with Fetcher(rules, **parts) as fetcher, pytest.raises(FetchError) as caught:
        fetcher.get(url, max_bytes=max_bytes)
    assert "\n" not in str(caught.value)
    return caught.value


class Hosts:
    """Names as a test wants them: each look-up of a host gives its next answer, and the last one for ever."""

    def __init__(self, answers: Mapping[str, Sequence[Sequence[str]]] | None = None) -> None:
        self._answers = {name: list(given) for name, given in (answers or {}).items()}
        self.asked: list[str] = []

    def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        left = self._answers.get(host, [[]])
        return left.pop(0) if len(left) > 1 else left[0]
