"""How well the right pictures come first: `python -m benchmarks.relevance --photos DIR --corpora DIR`.

Sets: photos of which nothing is said, by everyday categories (as `benchmarks.encoder` judges); clip art without its tags, by
its tags, by two of them, and by tags with one slip of the pen; pictures for children, by their description, with and without
it, and by two words of the description in ten languages, against a library that is described in that language alone, without a
market in the request; and words for what a library shows nothing of. Only the test half of the questions is asked, and
whoever tunes looks at `--half tune`; but of everyday categories all, which the goal is about: the floor was chosen with half of them before our eyes.

Rows: the search as it is (`hybrid`), the same without looks (`keywords`), the same without words (`looks`), that without
what cuts off what is not sure (`uncut`), and `bm25s` over the same texts. What is judged are pictures, of which near-copies are one. In brackets: 95% confidence
interval, by bootstrap over the questions.

Pictures are read by the real adding path and kept in `--cache` for as long as encoder and analysers stay as they are; the
index is made anew in each run.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.relevance import changes, libraries, measures, sets
from benchmarks.relevance.judged import Judged, Question
from benchmarks.relevance.systems import Answer, System, relevant, shown, systems
from benchmarks.report import budget, figure
from vizsla.library import Library

CACHE = Path(os.environ.get("VIZSLA_BENCH_CACHE") or "~/.cache/vizsla-benchmarks").expanduser()

LEAST_PRECISION = 0.92
LEAST_NOTHING = 0.95
LEAST_OF_ENGLISH = 0.85
PUPPIES = "puppies"
FEW = 1
"""Results at most, where there is nothing to be found."""
DIGITS = 3


class Row(msgspec.Struct, frozen=True):
    """What one system makes of one set."""

    judged: str
    system: str
    questions: tuple[str, ...]
    measure: str
    """What the budgets of the set are about."""
    values: dict[str, list[float]]
    """By measure, for each question."""

    def mean(self, measure: str) -> float:
        return round(float(np.mean(self.values[measure])), DIGITS)


def main() -> None:
    options = _options()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="relevance-") as directory:
        for name, together in groupby(_chosen(options), key=lambda judged: judged.shelf.name):
            place = Path(directory) / name.replace(" ", "-")
            rows += _measured(list(together), place, options)
    _print_found([row for row in rows if NOTHING not in row.values])
    _print_nothing([row for row in rows if NOTHING in row.values])
    _print_budgets(rows)
    if options.save:
        options.save.write_bytes(msgspec.json.encode(changes.scores(rows)))
    if options.against:
        changes.tell(options.against.read_bytes(), changes.scores(rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=Path, required=True, help="photos, beside a table of the same name")
    parser.add_argument("--corpora", type=Path, required=True, help="openclipart and tuxpaint, with .jsonl")
    parser.add_argument("--half", choices=("tune", "test", "all"), default="test")
    parser.add_argument("--only", default="", help="sets whose name holds this")
    parser.add_argument("--limit", type=int, help="pictures of openclipart, chosen by chance")
    parser.add_argument("--encoder", default="bundled")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where pictures that were read are kept")
    parser.add_argument("--stale", action="store_true", help="what older analysers found in them will do")
    parser.add_argument(
        "--each", action="store_true", help="print every question with what hybrid makes of it"
    )
    parser.add_argument("--save", type=Path, help="keep the figure of every question in this file")
    parser.add_argument("--against", type=Path, help="print what changed since a file was kept")
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> Iterator[Judged]:
    """The sets with those questions that are asked."""
    for judged in (
        *sets.of_photos(options.photos),
        *sets.of_clipart(options.corpora / "openclipart.jsonl", options.limit),
        *sets.of_stamps(options.corpora / "tuxpaint.jsonl"),
    ):
        asked = "all" if judged.whole and options.half == "test" else options.half
        questions = tuple(one for one in judged.questions if asked in (one.half, "all"))
        if questions and options.only in judged.name:
            yield msgspec.structs.replace(judged, questions=questions)


def _measured(together: Sequence[Judged], place: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Every system on all sets of one shelf."""
    shelf = together[0].shelf
    with ExitStack() as stack:
        read = stack.enter_context(
            libraries.reading(shelf.pictures, options.cache, options.encoder, stale=options.stale)
        )
        library = stack.enter_context(libraries.stock(read, shelf, place))
        compared = systems(library, shelf)
        known = shown(library)
        figure(shelf.name, f"{len(known):,} files", f"{len({*known.values()}):,} pictures")
        for judged in together:
            began = time.monotonic()
            for name, system in compared.items():
                yield _row(judged, name, system, library, each=options.each and name == "hybrid")
            print(f"{judged.name}: {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)


NOTHING = "nothing"
RESULTS = "results"


def _row(judged: Judged, name: str, system: System, library: Library, *, each: bool) -> Row:
    answers = [system(question.text) for question in judged.questions]
    known = shown(library)
    wanted = [relevant(question.relevant, known) for question in judged.questions]
    if any(wanted):
        values = measures.each([answer.pictures for answer in answers], wanted)
    else:
        totals = [float(answer.total) for answer in answers]
        values = {NOTHING: [float(total <= FEW) for total in totals], RESULTS: totals}
    if each:
        _print_each(judged.questions, answers, values)
    asked = tuple(question.text for question in judged.questions)
    return Row(judged.name, name, asked, judged.measure, values)


def _print_each(
    questions: Sequence[Question], answers: Sequence[Answer], values: dict[str, list[float]]
) -> None:
    for at, (question, answer) in enumerate(zip(questions, answers, strict=True)):
        told = ", ".join(f"{name} {value[at]:.2f}" for name, value in values.items())
        print(f"  {question.text}: {told}, {answer.total} results, {len(question.relevant)} relevant")


def _told(values: Sequence[float]) -> str:
    low, high = measures.interval(values)
    return f"{np.mean(values):.3f} [{low:.2f} {high:.2f}]"


def _print_found(rows: Iterable[Row]) -> None:
    heads = "".join(f"  {name:19}" for name in measures.MEASURES)
    print(f"\n{'set':22}{'row':10}{'asked':>5}{heads}".rstrip())
    for row in rows:
        cells = "".join(f"  {_told(row.values[name]):19}" for name in measures.MEASURES)
        print(f"{row.judged:22}{row.system:10}{len(row.values['RR']):5}{cells}".rstrip())


def _print_nothing(rows: Iterable[Row]) -> None:
    print(f"\n{'set':22}{'row':10}{'asked':>5}  {f'at most {FEW} result':19}  median  mean")
    for row in rows:
        totals = row.values[RESULTS]
        print(
            f"{row.judged:22}{row.system:10}{len(totals):5}  {_told(row.values[NOTHING]):19}"
            f"  {np.median(totals):6.0f}{np.mean(totals):6.0f}"
        )


def _print_budgets(rows: Sequence[Row]) -> None:
    hybrids = [row for row in rows if row.system == "hybrid"]
    languages = [row for row in hybrids if row.measure == "R@10"]
    for row in hybrids:
        if row.measure == "P@16":
            what = f"precision@16, {row.judged}, everyday categories"
            budget(what, row.mean("P@16"), "at least", LEAST_PRECISION, "")
            for query, value in zip(row.questions, row.values["P@16"], strict=True):
                if query == PUPPIES:
                    budget(f"dogs among the first 16 for {query!r}", 16 * value, "at least", 16, "")
        if NOTHING in row.values:
            what = f"at most {FEW} result, {row.judged}"
            budget(what, row.mean(NOTHING), "at least", LEAST_NOTHING, "")
        elif row not in languages:
            _print_margins(row.judged, [row], rows)
    if languages:
        _print_margins("stamps in ten languages, mean", languages, rows)
        _print_languages(languages)


def _print_margins(what: str, hybrids: Sequence[Row], rows: Sequence[Row]) -> None:
    """Hybrid beside each of its halves, on the same questions."""
    measure = hybrids[0].measure
    sums = {system: [0.0] for system in ("keywords", "looks")}
    for hybrid in hybrids:
        for row in rows:
            if row.judged == hybrid.judged and row.system in sums:
                sums[row.system].append(row.mean(measure))
    mean = sum(row.mean(measure) for row in hybrids) / len(hybrids)
    for system, values in sums.items():
        least = round(sum(values) / len(hybrids), DIGITS)
        budget(f"{measure} of hybrid / {system}, {what}", round(mean, DIGITS), "at least", least, "")


def _print_languages(languages: Sequence[Row]) -> None:
    english = languages[0].mean("R@10")
    print()
    shares = {row.judged: row.mean("R@10") / english for row in languages[1:]}
    for judged, share in shares.items():
        print(f"{judged}, recall@10 / English: {share:.3f}")
    worst = min(shares, key=shares.__getitem__)
    what = f"recall@10 / English, the least of ten languages ({worst.rpartition(' ')[2]})"
    budget(what, shares[worst], "at least", LEAST_OF_ENGLISH, "")


if __name__ == "__main__":
    main()
