"""Whether what is suggested is worth asking: `python -m benchmarks.suggestions TABLE`.

TABLE has one JSON object a line: what is said of a picture (title, description, tags, creator), as of `benchmarks.collection`; the pictures are not
looked at. Half of them are made a library; its commonest tags, and pairs of tags that are said together, are asked for. Told is of
expansions, related searches, pivots and similar terms: how many there are, how many find a picture that holds all of their words, how
many queries of several words have a pivot with a choice, how many suggestions say something new beside the query and those before them, and of related searches that are words how many stand beside the query in
the other half too, more often than by chance. And how often a picture is among the first results of its own representative query.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path

import numpy as np

from benchmarks.report import figure
from vizsla.encoders import open_encoder
from vizsla.engines.local.engine import LocalEngine
from vizsla.engines.seam import All, Plan, Words
from vizsla.records import ImageRecord
from vizsla.search import Addresses, Searcher
from vizsla.search.company import Said, fit, items_of
from vizsla.search.lexicon import fold, words_of
from vizsla.search.representative import representative
from vizsla.store import Entry, Store
from vizsla.wire import Images, SearchParameters

SINGLE, PAIRS = 150, 100
"""Queries of one tag and of two."""
STEPS = 2_000
"""Looks at what the library's words are: more than it takes to learn them all."""
FIRST = 16
SEVERAL = 3
"""Suggestions from which on a pivot is a choice."""
EVERY = 20
BATCH = 500


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("table", type=Path)
    rows = [json.loads(line) for line in parser.parse_args().table.read_text("utf-8").splitlines()]
    unlike = list({(row.get("title"), *row.get("tags", ())): row for row in rows}.values())
    records = [record_of(number, row) for number, row in enumerate(unlike)]
    with tempfile.TemporaryDirectory() as directory:
        store, engine = Store(Path(directory, "records.db")), LocalEngine(Path(directory, "index"), None)
        try:
            fill(store, engine, records[::2])
            measure(Asking(store, engine), records[::2], [items_of(one) for one in records[1::2]])
        finally:
            engine.close()
            store.close()


def record_of(number: int, row: Mapping[str, object]) -> ImageRecord:
    """What is said of a picture, without the picture."""
    content = blake2b(number.to_bytes(4, "big"), digest_size=16).digest()
    tags = row.get("tags")
    return ImageRecord(
        image_id=f"{number:040X}",
        source="/pictures",
        key=str(number),
        content_id=content,
        file_size=1,
        format="png",
        width=1,
        height=1,
        thumbnail_width=1,
        thumbnail_height=1,
        tags=tuple(map(str, tags)) if isinstance(tags, list) else (),
        title=str(row.get("title") or ""),
        description=str(row.get("description") or ""),
        creator=str(row.get("creator") or ""),
    )


def fill(store: Store, engine: LocalEngine, records: list[ImageRecord]) -> None:
    source = store.source("folder", "/pictures")
    for start in range(0, len(records), BATCH):
        store.put(source, [Entry(one, "") for one in records[start : start + BATCH]])
    assert engine.try_lock()
    engine.apply(store.changes(0, len(records)))


class Asking:
    """A library that has been learnt, and is asked by words alone."""

    def __init__(self, store: Store, engine: LocalEngine) -> None:
        encoder = open_encoder()
        self._engine = engine
        self._searcher = Searcher(store, engine, lambda: encoder)
        self.ask("picture")
        for _ in range(STEPS):
            self._searcher.refresh()

    def ask(self, query: str) -> Images:
        return self._searcher.search(SearchParameters(q=query), Addresses(""))

    def finds(self, query: str) -> bool:
        """Whether a picture holds all words."""
        words = All(tuple(Words(word) for word in words_of(query)))
        return self._engine.search(Plan(words=words, limit=1)).total > 0


def measure(asking: Asking, records: list[ImageRecord], others: list[dict[str, str]]) -> None:
    queries = list(asked(records))
    answers = [asking.ask(query) for query in queries]
    kinds = {
        "expansions": [[one.text for one in answer.query_expansions] for answer in answers],
        "related searches": [[one.text for one in answer.related_searches] for answer in answers],
        "pivots": [
            [one.text for pivot in answer.pivot_suggestions for one in pivot.suggestions]
            for answer in answers
        ],
        "similar terms": [[one.text for one in answer.similar_terms] for answer in answers],
    }
    for kind, texts in kinds.items():
        every = [text for one in texts for text in one]
        answered = sum(map(bool, texts))
        figure(f"{kind}", f"{len(every)} for {answered} of {len(queries)} queries")
        if every:
            figure(
                f"{kind}: find a picture with all words",
                f"{np.mean([asking.finds(text) for text in every]):.2f}",
            )
            figure(f"{kind}: fit for everybody", f"{np.mean([fit(fold(text)) for text in every]):.2f}")
    several = [answer for query, answer in zip(queries, answers, strict=True) if " " in query]
    choices = [
        [[one.text for one in pivot.suggestions] for pivot in one.pivot_suggestions] for one in several
    ]
    led = sum(any(sum(map(asking.finds, one)) >= SEVERAL for one in pivots) for pivots in choices)
    figure(
        f"queries of several words with a pivot of which {SEVERAL} suggestions find something",
        f"{led} of {len(several)}",
    )
    shown = [[one.display_text for one in answer.query_expansions] for answer in answers]
    figure("expansions: say something new", f"{np.mean(list(new(queries, shown))):.2f}")
    figure(
        "related searches: say something new", f"{np.mean(list(new(queries, kinds['related searches']))):.2f}"
    )
    agreed = list(agreeing(queries, kinds["related searches"], others))
    figure(
        "related searches: stand together in the other half too", f"{np.mean(agreed):.2f} of {len(agreed)}"
    )
    own = [one for one in records[::EVERY] if representative(one)]
    ranks = [one.image_id in first(asking.ask(representative(one))) for one in own]
    figure(
        f"representative query: the picture is among the first {FIRST}", f"{np.mean(ranks):.2f} of {len(own)}"
    )


def asked(records: Iterable[ImageRecord]) -> Iterator[str]:
    """The commonest tags, and pairs of tags."""
    tags, pairs = Counter[str](), Counter[str]()
    for record in records:
        items = sorted(items_of(record))
        tags.update(items)
        pairs.update(f"{one} {other}" for one in items for other in items if one < other)
    yield from (tag for tag, _ in tags.most_common(SINGLE))
    yield from (pair for pair, _ in pairs.most_common(PAIRS))


def new(queries: Iterable[str], texts: Iterable[Iterable[str]]) -> Iterator[bool]:
    for query, suggested in zip(queries, texts, strict=True):
        said = Said(words_of(query))
        for text in suggested:
            yield said.more(fold(text))
            said.say(fold(text))


def agreeing(
    queries: Iterable[str], texts: Iterable[Iterable[str]], others: list[dict[str, str]]
) -> Iterator[bool]:
    """Of suggestions for queries of one tag that the other half knows as well: whether they stand together there."""
    counts = Counter(item for items in others for item in items)
    for query, suggested in zip(queries, texts, strict=True):
        beside = Counter(item for items in others if query in items for item in items)
        for text in map(fold, suggested):
            if counts[query] > 4 and counts[text] > 4:
                yield beside[text] * len(others) > counts[query] * counts[text]


def first(answer: Images) -> list[str]:
    return [image.image_id for image in answer.value[:FIRST]]


if __name__ == "__main__":
    main()
