"""What looking for slips costs: `python -m benchmarks.spelling [--words N]`.

Times are those of one core. Words of a library of so many different ones are made from those that the bundled encoder knows and their ends; slips from
every hundredth of them by one wrong letter. Printed beside it: how many entries an index of deletions would have (SymSpell,
with its defaults: two deletions in the first seven letters).

Then the encoder's own words: what they cost, how many slips in names of things (those of `benchmarks.relevance`, one slip each)
become what was meant or something else, and how many words of descriptions in other languages are taken for slips
(`--corpora DIR`, with tuxpaint.jsonl).
"""

from __future__ import annotations

import argparse
import gc
import time
import tracemalloc
from collections.abc import Iterator
from itertools import combinations, count, product
from pathlib import Path
from string import ascii_lowercase

import msgspec
import numpy as np

from benchmarks import synthetic
from benchmarks.encoder import CATEGORIES
from benchmarks.relevance.absent import NOUNS, TAKEN_AWAY
from benchmarks.relevance.phrases import content_words, slip
from benchmarks.report import figure
from vizsla.encoders import open_encoder
from vizsla.encoders.seam import Encoder
from vizsla.engines.languages import fold
from vizsla.search.lexicon import Lexicon
from vizsla.search.taught import taught

PREFIX, DELETIONS = 7, 2
EVERY = 100


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--words", type=int, default=100_000)
    parser.add_argument("--corpora", type=Path, help="tuxpaint.jsonl is in it")
    options = parser.parse_args()
    vocabulary = words(options.words)
    lexicon = made(vocabulary)
    slips = [wrong(word) for word in lexicon.commonest[::EVERY] if len(word) > 3]
    seconds = np.array([timed(lexicon, one) for one in slips])
    p50, p99 = np.percentile(seconds, [50, 99]) * 1000
    figure("a word that nobody knows", f"p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    corrected = sum(lexicon.closest(one) is not None for one in slips)
    figure("slips that have a closest word", f"{corrected / len(slips):.2f}")
    began = time.thread_time()
    for one in slips:
        lexicon.closest(one)
    figure("the same word again", f"{(time.thread_time() - began) / len(slips) * 1e6:.2f} µs")
    figure("entries of an index of deletions", f"{sum(map(deletions, vocabulary)):,}")
    tell_taught(open_encoder(), options.corpora)


def tell_taught(encoder: Encoder, corpora: Path | None) -> None:
    """What the encoder's words are good for where a library has none."""
    began = time.thread_time()
    lexicon = taught(encoder)
    figure(f"{len(lexicon):,} words of the encoder read", f"{(time.thread_time() - began) * 1000:.0f} ms")
    wrong = {slipped: said for said in things() if (slipped := slip(said)) and not encoder.knows(slipped)}
    seconds = [timed(lexicon, slipped) for slipped in wrong]
    figure("a slip in one of them", f"p50 {np.median(seconds) * 1000:.2f} ms")
    meant = {said: lexicon.closest(slipped) for slipped, said in wrong.items()}
    right = sum(found is not None and fold(found) == said for said, found in meant.items())
    changed = sum(found is not None for found in meant.values())
    figure("slips in names of things", f"{len(meant)}: {right} as meant, {changed - right} otherwise")
    if corpora:
        for language in ("de", "fr", "es", "it", "pt", "nl"):
            foreign = [word for word in described(corpora, language) if not encoder.knows(word)]
            taken = sum(lexicon.closest(word) is not None for word in foreign)
            figure(f"words in {language} that are taken for slips", f"{taken / len(foreign):.2f}")


def things() -> Iterator[str]:
    """Single words that people ask pictures for by."""
    yield from (said for said in dict.fromkeys((*CATEGORIES, *TAKEN_AWAY, *NOUNS)) if " " not in said)


def described(corpora: Path, language: str) -> list[str]:
    """A quarter of the words that descriptions in a language hold, of four plain letters and more."""
    lines = (corpora / "tuxpaint.jsonl").read_bytes().splitlines()
    titles = (msgspec.json.decode(line)["lang_titles"].get(language, "") for line in lines)
    found = {fold(word) for title in titles for word in content_words(title, language)}
    return sorted(word for word in found if word.isascii() and len(word) > 3)[::4]


def words(wanted: int) -> dict[str, int]:
    """Different words, and how many records hold each."""
    stems = synthetic.vocabulary()
    ends = ("".join(letters) for size in count() for letters in product(ascii_lowercase, repeat=size))
    made: dict[str, int] = {}
    while len(made) < wanted:
        end = next(ends)
        made |= {stem + end: rank for rank, stem in enumerate(stems[: wanted - len(made)], 1)}
    return made


def made(vocabulary: dict[str, int]) -> Lexicon:
    began = time.thread_time()
    lexicon = Lexicon(vocabulary)
    figure(f"{len(lexicon):,} words read", f"{(time.thread_time() - began) * 1000:.0f} ms")
    gc.collect()
    tracemalloc.start()
    copy = Lexicon({word.upper().lower(): count for word, count in vocabulary.items()})
    figure("memory", f"{tracemalloc.get_traced_memory()[0] / 1e6:.0f} MB for {len(copy):,} words")
    tracemalloc.stop()
    return lexicon


def wrong(word: str) -> str:
    middle = len(word) // 2
    return word[:middle] + ("q" if word[middle] != "q" else "x") + word[middle + 1 :]


def timed(lexicon: Lexicon, slip: str) -> float:
    began = time.thread_time()
    lexicon.closest(slip)
    return time.thread_time() - began


def deletions(word: str) -> int:
    """Different texts that deletions leave of the beginning of a word, itself included."""
    places = range(min(len(word), PREFIX))
    return len(
        {
            tuple(word[place] for place in places if place not in gone)
            for size in range(DELETIONS + 1)
            for gone in combinations(places, size)
        }
    )


if __name__ == "__main__":
    main()
