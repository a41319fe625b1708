"""Requests of all kinds, good and bad, from a seed."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence
from urllib.parse import quote_from_bytes, urlencode

import msgspec
from PIL import Image

from vizsla.wire import SEARCH_PARAMETERS, Module

BOUNDARY = "mixture"


class Served(msgspec.Struct, frozen=True):
    """What requests refer to."""

    host: str
    key: str
    words: Sequence[str]
    thumbnails: Sequence[str]
    """Thumbnail ids."""
    tokens: Sequence[str]
    image_ids: Sequence[str]
    subset: str


class Asked(msgspec.Struct, frozen=True):
    """A request: its kind, the statuses that are right for it, and its bytes."""

    kind: str
    right: frozenset[int]
    wire: bytes

    @property
    def bodiless(self) -> bool:
        return self.wire.startswith(b"HEAD ")


class Mixture:
    """An endless row of requests; the same for the same seed."""

    def __init__(self, served: Served, seed: int) -> None:
        self._served = served
        self._random = random.Random(seed)
        rows = [(weight, name, right) for name, (weight, right) in KINDS.items()]
        self._weights = [weight for weight, _, _ in rows]
        self._rows = [(name, right) for _, name, right in rows]

    def draw(self) -> Asked:
        """The next request."""
        name, right = self._random.choices(self._rows, self._weights)[0]
        made: Callable[[], bytes] = getattr(self, f"_{name}")
        return Asked(name, right, made())

    # What requests are made of

    def _get(self, path: str, query: object = "", *, method: str = "GET", key: str | None = None) -> bytes:
        asked = urlencode(query) if isinstance(query, dict) else str(query)
        return self._request(method, f"{path}?{asked}" if asked else path, key)

    def _request(
        self, method: str, target: str, key: str | None = None, body: bytes = b"", kind: str = ""
    ) -> bytes:
        secret = self._served.key if key is None else key
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self._served.host}"]
        if secret:
            lines.append(f"Ocp-Apim-Subscription-Key: {secret}")
        if self._random.random() < 0.3:
            lines.append("Accept-Encoding: gzip, deflate")
        if body:
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body

    def _form(self, path: str, **parts: bytes) -> bytes:
        body = b"".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + part + b"\r\n"
            for name, part in parts.items()
        )
        end = f"--{BOUNDARY}--\r\n".encode()
        return self._request("POST", path, None, body + end, f"multipart/form-data; boundary={BOUNDARY}")

    def _prefix(self) -> str:
        return self._random.choice(("/v7.0", "/bing/v7.0", "/v7"))

    def _words(self) -> str:
        found = self._random.choices(self._served.words, k=self._random.randint(1, 3))
        if self._random.random() < 0.5:
            found.append(f"x{self._random.randrange(10**9)}")  # never asked before
        return " ".join(found)

    def _filters(self) -> dict[str, str]:
        return {
            name: self._random.choice(values)
            for name, values in FILTERS.items()
            if self._random.random() < 0.15
        }

    # Good ones

    def _search(self) -> bytes:
        return self._get(f"{self._prefix()}/images/search", {"q": self._words(), **self._filters()})

    def _page(self) -> bytes:
        place = {"offset": self._random.randrange(500), "count": self._random.randrange(151)}
        return self._get(f"{self._prefix()}/images/search", {"q": self._words(), **place})

    def _pinned(self) -> bytes:
        first = self._random.choice(self._served.image_ids)
        return self._get(f"{self._prefix()}/images/search", {"q": self._words(), "id": first})

    def _operators(self) -> bytes:
        pattern = self._random.choice(OPERATORS)
        query = pattern.format(*self._random.choices(self._served.words, k=3))
        return self._get(f"{self._prefix()}/images/search", {"q": query})

    def _custom(self) -> bytes:
        asked = {"q": self._words(), "customConfig": self._served.subset}
        return self._get("/bingcustomsearch/v7.0/images/search", asked)

    def _details(self) -> bytes:
        modules = self._random.sample(list(Module), self._random.randint(1, 4))
        asked = {"insightsToken": self._random.choice(self._served.tokens), "modules": ",".join(modules)}
        return self._get(f"{self._prefix()}/images/details", asked)

    def _trending(self) -> bytes:
        return self._get(f"{self._prefix()}/images/trending", {"mkt": self._random.choice(MARKETS)})

    def _visual(self) -> bytes:
        token = self._random.choice(self._served.tokens)
        asked = msgspec.json.encode({"imageInfo": {"imageInsightsToken": token}})
        return self._form(f"{self._prefix()}/images/visualsearch", knowledgeRequest=asked)

    def _upload(self) -> bytes:
        return self._form(f"{self._prefix()}/images/visualsearch", image=self._picture())

    def _posted(self) -> bytes:
        return self._form(f"{self._prefix()}/images/details", file=self._picture())

    def _picture(self) -> bytes:
        size = (self._random.randint(16, 300), self._random.randint(16, 300))
        colour = tuple(self._random.randrange(256) for _ in range(3))
        written = io.BytesIO()
        Image.new("RGB", size, colour).save(written, self._random.choice(("PNG", "JPEG", "WEBP")))
        return written.getvalue()

    def _thumbnail(self) -> bytes:
        return self._get("/th", {"id": self._random.choice(self._served.thumbnails), "pid": "Api"})

    def _resized(self) -> bytes:
        size = {"w": self._random.randint(1, 600), "h": self._random.randint(1, 600)}
        cut = {"c": self._random.choice((0, 4, 7, 14)), "p": self._random.randrange(2)}
        return self._get("/th", {"id": self._random.choice(self._served.thumbnails), **size, **cut})

    def _representative(self) -> bytes:
        return self._get("/th", {"q": self._words(), "pid": "Api"})

    def _place(self) -> bytes:
        return self._get(self._random.choice(PAGES), key="")

    def _head(self) -> bytes:
        return self._get(f"{self._prefix()}/images/search", {"q": self._words()}, method="HEAD")

    def _preflight(self) -> bytes:
        origin = (
            "Origin: https://example.org\r\nAccess-Control-Request-Method: GET\r\n"
            "Access-Control-Request-Headers: ocp-apim-subscription-key\r\n\r\n"
        )
        return self._get("/v7.0/images/search", method="OPTIONS", key="")[:-2] + origin.encode()

    # Bad ones

    def _no_query(self) -> bytes:
        return self._get(f"{self._prefix()}/images/search", self._filters())

    def _no_key(self) -> bytes:
        return self._get(f"{self._prefix()}/images/search", {"q": "dog"}, key="")

    def _wrong_key(self) -> bytes:
        return self._get(
            f"{self._prefix()}/images/search", {"q": "dog"}, key=f"{self._random.getrandbits(128):032x}"
        )

    def _wrong_value(self) -> bytes:
        name = self._random.choice(STRICT)
        return self._get(f"{self._prefix()}/images/search", {"q": self._words(), name: self._noise(12)})

    def _unknown_path(self) -> bytes:
        return self._get(f"/{self._random.getrandbits(64):x}/{self._noise_quoted(8)}")

    def _wrong_method(self) -> bytes:
        method = self._random.choice(("PUT", "DELETE", "PATCH", "BREW"))
        return self._get(f"{self._prefix()}/images/search", {"q": "dog"}, method=method)

    def _long_url(self) -> bytes:
        return self._get(f"{self._prefix()}/images/search", {"q": "x" * self._random.randint(2_048, 6_000)})

    def _odd_query(self) -> bytes:
        return self._get(f"{self._prefix()}/images/search", "q=" + self._noise_quoted(60))

    def _odd_operators(self) -> bytes:
        odd = "".join(self._random.choices('()"+-|& site:NOTORAND intitle:', k=60))
        return self._get(f"{self._prefix()}/images/search", {"q": f"dog {odd}"})

    def _wrong_token(self) -> bytes:
        return self._get(f"{self._prefix()}/images/details", {"insightsToken": self._noise_quoted(30)})

    def _wrong_subset(self) -> bytes:
        return self._get(
            "/bingcustomsearch/v7.0/images/search", {"q": "dog", "customConfig": self._noise_quoted(9)}
        )

    def _wrong_form(self) -> bytes:
        body = self._random.randbytes(self._random.randint(1, 4_000))
        return self._request(
            "POST", f"{self._prefix()}/images/visualsearch", None, body, "multipart/form-data; boundary=a"
        )

    def _wrong_picture(self) -> bytes:
        whole = self._picture()
        damaged = whole[: self._random.randint(1, len(whole))] + self._random.randbytes(40)
        return self._form(f"{self._prefix()}/images/visualsearch", image=damaged)

    def _wrong_thumbnail(self) -> bytes:
        return self._get("/th", {"id": f"OIP.{self._noise_quoted(20)}", "w": self._noise_quoted(3)})

    def _no_http(self) -> bytes:
        return self._noise(30).encode("latin-1", "replace") + b"\r\n\r\n"

    def _noise(self, length: int) -> str:
        return "".join(map(chr, self._random.choices(range(33, 127), k=length)))

    def _noise_quoted(self, length: int) -> str:
        return quote_from_bytes(self._random.randbytes(length))


def _filters() -> dict[str, list[str]]:
    """Values that each filter takes, asked from the table that reads them."""
    numbers = (
        "height",
        "width",
        "minHeight",
        "maxHeight",
        "minWidth",
        "maxWidth",
        "minFileSize",
        "maxFileSize",
    )
    found = {name: ["1", "100", "640", "99999999999"] for name in numbers}
    for row in SEARCH_PARAMETERS:
        try:
            row.read("!")
        except ValueError as allowed:
            if "one of" in str(allowed):
                found[row.name] = str(allowed).removeprefix("Use one of ").rstrip(".").split(", ")
    return found


FILTERS = _filters()
STRICT = tuple(FILTERS)
MARKETS = ("en-US", "de-DE", "zh-CN", "xx-YY", "")
OPERATORS = (
    *('"{0} {1}"', "{0} -{1}", "{0} OR {1}", "({0} OR {1}) {2}", "+{0}", "intitle:{0}", "{0} filetype:jpg"),
    *("{0} site:example.org", "-{0}", "{0} NOT ({1} {2})"),
)
PAGES = ("/", "/images/search?q=dog", "/docs", "/openapi.json", "/healthz", "/readyz", "/images/trending")

OK, REFUSED = frozenset((200,)), frozenset((400,))
KINDS: dict[str, tuple[float, frozenset[int]]] = {
    "search": (10, OK),
    "page": (2, OK),
    "pinned": (1, OK),
    "operators": (3, OK),
    "custom": (1, OK),
    "details": (0.3, OK),
    "trending": (0.5, OK),
    "visual": (0.3, OK),
    "upload": (0.1, OK),
    "posted": (0.05, OK),
    "thumbnail": (16, OK),
    "resized": (1, OK),
    "representative": (0.5, frozenset((200, 404))),
    "place": (0.5, OK),
    "head": (1, OK),
    "preflight": (2, frozenset((200, 204))),
    "no_query": (6, REFUSED),
    "no_key": (5, frozenset((401,))),
    "wrong_key": (6, frozenset((401,))),
    "wrong_value": (8, REFUSED),
    "unknown_path": (6, frozenset((404,))),
    "wrong_method": (2, frozenset((400, 405))),
    "long_url": (1, frozenset((404,))),
    "odd_query": (3, frozenset((200, 400))),
    "odd_operators": (2, OK),
    "wrong_token": (1, REFUSED),
    "wrong_subset": (1, REFUSED),
    "wrong_form": (1, REFUSED),
    "wrong_picture": (0.1, frozenset((200, 400))),
    "wrong_thumbnail": (2, frozenset((400, 404))),
    "no_http": (2, REFUSED),
}
"""Each kind of request: how often it comes, and the statuses that are right for it."""
