"""What is compared: the search as it is, its words alone, its looks alone, and BM25 as others have it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import bm25s
import msgspec
import numpy as np
import Stemmer

from benchmarks.relevance.judged import Shelf
from vizsla.encoders.seam import Encoder, InputGeometry, Pixels, Vectors
from vizsla.engines.seam import Plan
from vizsla.library import Library
from vizsla.records import Vector
from vizsla.search import Addresses
from vizsla.search.query import read
from vizsla.search.searcher import Searcher
from vizsla.wire import SearchParameters, parse_search

DEPTH = 50
"""Results looked at; reciprocal ranks end here."""

BM25_TERMS = {
    "en": ("en", "english"),
    "de": ("de", "german"),
    "fr": ("fr", "french"),
    "es": ("es", "spanish"),
    "it": ("it", "italian"),
    "pt": ("pt", "portuguese"),
    "nl": ("nl", "dutch"),
    "ru": ("ru", "russian"),
    "zh": ("zh", None),
    "ja": ([], None),
}
"""Stop words and stemmer of `bm25s` by language; its splitting into words is that of its defaults."""


class Answer(msgspec.Struct, frozen=True):
    pictures: tuple[str, ...]
    """What is shown, the best first, each once: content ids of groups, in hexadecimal digits."""
    total: int
    """How many results there are said to be."""


System = Callable[[str], Answer]


def systems(library: Library, shelf: Shelf) -> dict[str, System]:
    """By name, in the order of the table."""
    whole = library.searcher
    words = Searcher(library.store, library.indexer.engine, lambda: Blind(library.encoder))
    for searcher in (whole, words):
        searcher.refresh()
    return {
        "hybrid": lambda text: _answered(library, whole, text),
        "keywords": lambda text: _answered(library, words, text),
        "looks": lambda text: _looks(library, library.searcher.plan(_asked(text))),
        "uncut": lambda text: _looks(
            library,
            msgspec.structs.replace(
                library.searcher.plan(_asked(text)),
                vector=_vector(library, text),
                floor=None,
                peak=None,
                share=0.0,
            ),
        ),
        "bm25s": _bm25(library, shelf.language),
    }


def shown(library: Library) -> dict[str, str]:
    """What each key is shown as: near-copies, of which results show one, are one picture."""
    return {stored.record.key: stored.record.group.hex() for stored in library.store.each()}


class Blind(msgspec.Struct, frozen=True):
    """An encoder that knows its words, but sees nothing: the same search, by words alone."""

    sighted: Encoder

    @property
    def name(self) -> str:
        return self.sighted.name

    @property
    def digest(self) -> str:
        return self.sighted.digest

    @property
    def dimension(self) -> int:
        return self.sighted.dimension

    @property
    def floor(self) -> float:
        return self.sighted.floor

    @property
    def geometry(self) -> InputGeometry:
        return self.sighted.geometry

    def encode_images(self, batch: Pixels) -> Vectors:
        return np.zeros((len(batch), self.dimension), np.float32)

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        return np.zeros((len(texts), self.dimension), np.float32)

    def knows(self, text: str) -> bool:
        return self.sighted.knows(text)


def _asked(text: str) -> SearchParameters:
    return parse_search([("q", text), ("count", str(DEPTH))])


def _answered(library: Library, searcher: Searcher, text: str) -> Answer:
    images = searcher.search(_asked(text), Addresses("http://127.0.0.1"))
    found = [library.store.find(image.image_id) for image in images.value if image.image_id]
    return _once((one.record.group.hex() for one in found if one), images.total_estimated_matches)


def _vector(library: Library, text: str) -> Vector:
    """Of the query as it was meant."""
    context = library.searcher.search(_asked(text), Addresses("")).query_context
    vector: Vector = library.encoder.encode_texts([read(context.altered_query or text).text])[0]
    return vector


def _looks(library: Library, plan: Plan) -> Answer:
    plan = msgspec.structs.replace(plan, words=None)
    if plan.vector is None or not plan.vector.any():
        return Answer((), 0)  # such a plan would ask for everything
    hits = library.indexer.engine.search(plan)
    return _once((one.record.group.hex() for one in library.store.records(hits.numbers)), hits.total)


def _bm25(library: Library, language: str) -> System:
    groups, texts = [], []
    for stored in library.store.each():
        record = stored.record
        groups.append(record.group.hex())
        texts.append(" ".join((record.title, record.description, *record.tags)))
    words = _terms(texts, language)
    if not any(words):
        return lambda text: Answer((), 0)
    index = bm25s.BM25()
    index.index(words, show_progress=False)

    def search(text: str) -> Answer:
        asked = [word for word in _terms([text], language)[0] if word in index.vocab_dict]
        scores = index.get_scores(asked) if asked else np.zeros(len(groups))
        best = np.argsort(-scores, kind="stable")[: 4 * DEPTH]
        return _once((groups[at] for at in best if scores[at] > 0), int((scores > 0).sum()))

    return search


def _terms(texts: Sequence[str], language: str) -> list[list[str]]:
    stop, stemmer = BM25_TERMS[language]
    words: list[list[str]] = bm25s.tokenize(
        list(texts),
        stopwords=stop,
        stemmer=Stemmer.Stemmer(stemmer) if stemmer else None,
        return_ids=False,
        show_progress=False,
    )
    return words


def _once(groups: Iterable[str], total: int) -> Answer:
    return Answer(tuple(dict.fromkeys(groups))[:DEPTH], total)


def relevant(keys: Iterable[str], known: Mapping[str, str]) -> frozenset[str]:
    """What pictures are shown as."""
    return frozenset(known[key] for key in keys if key in known)
