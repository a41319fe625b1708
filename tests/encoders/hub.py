"""A hub on this machine: what the Hugging Face hub answers to those who get a model, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

REPOSITORY = "tiny/Clip"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """One repository with one commit, which `main` names.

    Args:
        root: with the files. Those of more than `LARGE` bytes are kept as large files, by their digest.
    """

    LARGE = 20_000

    def __init__(self, root: Path, licence: str = "cc-by-nc-4.0") -> None:
        self.root = root
        self.licence = licence
        self.asked: list[str] = []
        """Methods and paths, and where a range was asked for, its beginning."""
        self.cut_after: int | None = None
        """Bytes of a file after which the connection breaks, once."""
        self.spoilt: str | None = None
        """A file that arrives as another one."""
        self.refused: str | None = None
        """A file that is not given (403, after which the client does not try again for long, as after 503)."""
        self.address = ""

    def content(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def digest(self, name: str) -> str:
        return hashlib.sha256(self.content(name)).hexdigest()

    def files(self) -> list[str]:
        return sorted(
            path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file()
        )

    def described(self) -> dict[str, object]:
        """The answer to who asks about the repository."""
        siblings = []
        for name in self.files():
            size = len(self.content(name))
            large = {"lfs": {"sha256": self.digest(name), "size": size, "pointerSize": 130}}
            siblings.append({"rfilename": name, "size": size, **(large if size > self.LARGE else {})})
        return {
            "id": REPOSITORY,
            "sha": COMMIT,
            "siblings": siblings,
            "tags": ["onnx", f"license:{self.licence}"],
        }

    @contextmanager
    def running(self) -> Iterator[str]:
        hub = self

        class Handler(_Handler):
            owner = hub

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = Thread(target=server.serve_forever)
        thread.start()
        self.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield self.address
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    owner: Hub

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")[0])
        self.owner.asked.append(f"{self.command} {self.path}{f' from {start}' if start else ''}")
        beginning = f"/{REPOSITORY}/resolve/{COMMIT}/"
        if self.path.startswith(f"/api/models/{REPOSITORY}"):
            self._send(200, json.dumps(self.owner.described()).encode(), {"Content-Type": "application/json"})
        elif (
            self.path.startswith(beginning)
            and (name := self.path.removeprefix(beginning)) in self.owner.files()
        ):
            if self.owner.refused == name:
                self._send(403, b"", {})
            else:
                self._file(name, start)
        else:
            self._send(404, b"", {"X-Error-Code": "RepoNotFound"})

    def _file(self, name: str, start: int) -> None:
        content, digest = self.owner.content(name), self.owner.digest(name)
        if self.owner.spoilt == name:
            content = content[:-1] + bytes([content[-1] ^ 1])
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{digest}"', "Accept-Ranges": "bytes"}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self._send(206 if start else 200, content[start:], headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        cut = self.owner.cut_after
        if cut is not None and len(body) > cut:
            self.owner.cut_after = None
            self.wfile.write(body[:cut])
            self.wfile.flush()
            self.connection.close()
            return
        self.wfile.write(body)
