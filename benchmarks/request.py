"""What a request costs without the engine and the store: `python -m benchmarks.request`.

Parsing a query string, reading the query in it, looking for slips, other ways to write it and what may be asked next, building the answer of
35 images from records with every field set, and encoding it; the best of several runs.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from timeit import Timer
from urllib.parse import parse_qsl

from benchmarks.report import budget, figure
from vizsla.records import ImageRecord
from vizsla.search import Addresses
from vizsla.search import answer as made_answer
from vizsla.search import suggestions as made_suggestions
from vizsla.search.answer import Page, answer_of
from vizsla.search.company import Beside, Company
from vizsla.search.compounds import Compounds
from vizsla.search.intent import asks_for_adult
from vizsla.search.lexicon import Lexicon
from vizsla.search.query import parsed, read
from vizsla.search.spelling import corrected
from vizsla.search.suggestions import Suggestions, suggestions
from vizsla.wire import (
    DEFAULT_COUNT,
    DEFAULT_MARKET,
    Images,
    QueryContext,
    SearchParameters,
    encode,
    parse_search,
)

QUERY = (
    "q=tropical%20ocean&license=public&imageType=photo&count=35&mkt=en-US&safeSearch=Moderate&minWidth=320"
)
ADDRESSES = Addresses("http://127.0.0.1:8000")
RELATED = [f"ocean {word}" for word in ("wave", "floor", "liner", "sunset", "map", "fish", "view", "current")]
"""What others asked: as many queries as an answer shows."""
ALIKE = {
    "tropical": (("jungle", 0.9), ("palm", 0.9), ("island", 0.8), ("exotic", 0.7)),
    "ocean": (("sea", 0.9), ("water", 0.9), ("lagoon", 0.8), ("beach", 0.7)),
}
WORDS = ("beach", "sand", "wave", "palm", "coast", "island", "blue", "coral", "reef", "boat")
COMPANY = Company(
    beside={
        word: tuple(
            Beside(other, 2 - place / 16, 0.3, 0.5)
            for place, other in enumerate((*WORDS, "sunset", "fish", "ship", "sail", "hotel", "shell"))
        )
        for word in ("tropical", "ocean")
    },
    shown={word: word for word in (*WORDS, "tropical", "ocean", "jungle", "palm", "sea", "water")},
)
ROUNDS = 200
REPEATS = 9


def parse() -> SearchParameters:
    return parse_search(parse_qsl(QUERY, keep_blank_values=True))


def record(number: int) -> ImageRecord:
    """One with everything that an answer can show."""
    return ImageRecord(
        image_id=f"{number:040X}",
        source="/pictures",
        key=f"oceans/{number}.jpg",
        content_id=blake2b(number.to_bytes(4, "big"), digest_size=16).digest(),
        file_size=897_388,
        format="jpeg",
        width=1920,
        height=1200,
        thumbnail_width=474,
        thumbnail_height=296,
        title=f"Tropical ocean, picture number {number}",
        tags=("tropical", "ocean", *(WORDS[(number + place) % len(WORDS)] for place in range(4))),
        licence="cc0",
        content_url=f"https://images.example.org/oceans/tropical-ocean-{number}.jpg",
        host_page_url=f"https://www.example.org/oceans/{number}/",
        discovered=1_700_000_000 + number,
    )


def main() -> None:
    parameters = parse()
    records = [record(number) for number in range(DEFAULT_COUNT)]
    lexicon = Lexicon({"picture": 90_000} | dict.fromkeys((*WORDS, "tropical", "ocean"), 1000))
    compounds = Compounds(lexicon, 100_000)

    def suggest() -> Suggestions:
        made_suggestions._told.cache_clear()  # as if no answer had shown these records before
        return suggest_again()

    def suggest_again() -> Suggestions:
        return suggestions(parameters.q, read(parameters.q), records, lexicon, ALIKE, RELATED, COMPANY)

    page = Page(
        records=records,
        passed=DEFAULT_COUNT,
        total=842,
        context=QueryContext(original_query=parameters.q),
        suggestions=suggest(),
    )

    def build() -> Images:
        made_answer._shown.cache_clear()
        return answer_of(parameters, page, ADDRESSES, DEFAULT_MARKET)

    answer = build()
    steps: dict[str, Callable[[], object]] = {
        "parse": parse,
        "read the query": lambda: parsed(parameters.q),
        "spell": lambda: corrected(parameters.q, read(parameters.q), lexicon, lambda word: True),
        "widen": lambda: compounds.widened(parameters.q, read(parameters.q)),
        "look for adult words": lambda: asks_for_adult(read(parameters.q)),
        "suggest": suggest,
        "build": build,
        "encode": lambda: encode(answer),
    }
    costs = {name: microseconds(step) for name, step in steps.items()}
    for name, cost in costs.items():
        figure(name, f"{cost:.1f} µs")
    again = microseconds(lambda: answer_of(parameters, page, ADDRESSES, DEFAULT_MARKET))
    figure("build, of images that were shown before", f"{again:.1f} µs")
    figure("suggest, from records that were shown before", f"{microseconds(suggest_again):.1f} µs")
    figure("answer", f"{len(encode(answer)):,} bytes")
    budget("parsing a request and building its answer", sum(costs.values()) / 1000, "at most", 0.5, "ms")


def microseconds(step: Callable[[], object]) -> float:
    return min(Timer(step).repeat(REPEATS, ROUNDS)) / ROUNDS * 1e6


if __name__ == "__main__":
    main()
