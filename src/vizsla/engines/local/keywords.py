"""The strings of all keyword columns, each with a code: its line in an append-only file."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path

import msgspec

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(str).decode


class Keywords:
    """Codes of strings. Code 0 is the empty string; a code never changes its meaning."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._strings = [""]
        self._codes = {"": 0}
        self._backwards: list[tuple[str, int]] = []
        """Every string from its end to its start, with its code, sorted: what ends alike stands together."""
        self._size = 0
        self.refresh()

    def refresh(self) -> None:
        """Read what another process has appended. A last line that was not finished is left out.

        Raises:
            msgspec.DecodeError: the file is damaged.
        """
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._size)
            whole, newline, _ = file.read().rpartition(b"\n")
        self._learn([_decode(line) for line in whole.split(b"\n")] if newline else [])
        self._size += len(whole) + len(newline)

    def _learn(self, strings: Iterable[str]) -> None:
        for string in strings:
            self._codes[string] = len(self._strings)
            self._strings.append(string)

    def add(self, strings: Iterable[str]) -> None:
        """Give codes to strings that have none, durably."""
        new = list(dict.fromkeys(string for string in strings if string not in self._codes))
        if not new:
            return
        lines = b"".join(_encode(string) + b"\n" for string in new)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        with os.fdopen(descriptor, "wb") as file:
            file.seek(self._size)
            file.write(lines)
            file.truncate()
            file.flush()
            os.fsync(descriptor)
        self._learn(new)
        self._size += len(lines)

    def code(self, string: str) -> int | None:
        """The code of a string, or `None` if no record ever had it."""
        return self._codes.get(string)

    def below(self, domains: Iterable[str]) -> set[int]:
        """Codes of all strings that are one of the domains or end with a dot and one."""
        backwards = self._sorted_backwards()
        found = {code for domain in domains if (code := self.code(domain)) is not None}
        for domain in domains:
            ending = domain[::-1]
            first = bisect_left(backwards, (f"{ending}.", 0))
            last = bisect_left(backwards, (f"{ending}/", 0))  # the character after the dot
            found.update(code for _, code in backwards[first:last])
        return found

    def _sorted_backwards(self) -> list[tuple[str, int]]:
        known = self._backwards
        if len(known) < len(self._strings):
            new = enumerate(self._strings[len(known) :], len(known))
            known = sorted([*known, *((string[::-1], code) for code, string in new)])
            self._backwards = known
        return known

    def __getitem__(self, code: int) -> str:
        return self._strings[code]

    def __len__(self) -> int:
        return len(self._strings)
