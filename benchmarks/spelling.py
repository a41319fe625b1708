"""What looking for slips costs: `python -m benchmarks.spelling [--words N]`.

Times are those of one core. Words of a library of so many different ones are made from those that the bundled encoder knows and their ends; slips from
every hundredth of them by one wrong letter. Printed beside it: how many entries an index of deletions would have (SymSpell,
with its defaults: two deletions in the first seven letters).
"""

from __future__ import annotations

import argparse
import gc
import time
import tracemalloc
from itertools import combinations, count, product
from string import ascii_lowercase

import numpy as np

from benchmarks import synthetic
from benchmarks.report import figure
from vizsla.search.lexicon import Lexicon

PREFIX, DELETIONS = 7, 2
EVERY = 100


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--words", type=int, default=100_000)
    vocabulary = words(parser.parse_args().words)
    lexicon = made(vocabulary)
    slips = [wrong(word) for word in lexicon.commonest[::EVERY] if len(word) > 3]
    seconds = np.array([timed(lexicon, slip) for slip in slips])
    p50, p99 = np.percentile(seconds, [50, 99]) * 1000
    figure("a word that nobody knows", f"p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    corrected = sum(lexicon.closest(slip) is not None for slip in slips)
    figure("slips that have a closest word", f"{corrected / len(slips):.2f}")
    began = time.thread_time()
    for slip in slips:
        lexicon.closest(slip)
    figure("the same word again", f"{(time.thread_time() - began) / len(slips) * 1e6:.2f} µs")
    figure("entries of an index of deletions", f"{sum(map(deletions, vocabulary)):,}")


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
