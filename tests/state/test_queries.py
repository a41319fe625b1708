"""The query log: what was asked, how popular it is now, and nothing of who asked."""

from __future__ import annotations

import sqlite3
import string
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizsla.state import Queries, State, StateError
from vizsla.state import queries as module
from vizsla.state.asking import MOST_LETTERS, normal
from vizsla.state.queries import HALF_LIFE, LANDMARK, MOST_PENDING, SHOWN_FROM

NOW = float(LANDMARK + 20 * 86_400)


@pytest.fixture
def queries(state: State) -> Queries:
    return state.queries


class Clock:
    """The time that the query log reads."""

    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("vizsla.state.queries.time.time", clock)
    return clock


def ask(queries: Queries, *texts: str, times: int = SHOWN_FROM, market: str = "en-US") -> None:
    for text in texts:
        for _ in range(times):
            queries.note(text, market)
    queries.flush()


def popular(queries: Queries, market: str | None = None) -> list[str]:
    return [asked.text for asked in queries.popular(market, 100)]


def kept(file: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(file) as db:
        rows = db.execute("SELECT * FROM queries").fetchall()
    db.close()
    return rows


# What is popular


def test_what_is_asked_more_is_more_popular(queries: Queries, clock: Clock) -> None:
    ask(queries, "dog", times=3)
    ask(queries, "cat", times=5)
    ask(queries, "dog", times=1)
    assert [(asked.text, asked.weight) for asked in queries.popular(None, 10)] == [("cat", 5.0), ("dog", 4.0)]
    assert queries.popular(None, 1)[0].text == "cat"


def test_an_asking_counts_half_after_the_half_life(queries: Queries, clock: Clock) -> None:
    ask(queries, "old", times=8)
    clock.now += HALF_LIFE
    ask(queries, "new", times=5)
    ask(queries, "old", times=1)
    weights = {asked.text: asked.weight for asked in queries.popular(None, 10)}
    assert weights == pytest.approx({"old": 5.0, "new": 5.0})
    clock.now += 2 * HALF_LIFE
    weights = {asked.text: asked.weight for asked in queries.popular(None, 10)}
    assert weights == pytest.approx({"old": 1.25, "new": 1.25})


def test_weights_hold_for_many_years(queries: Queries, clock: Clock) -> None:
    clock.now = float(LANDMARK + 18 * 365 * 86_400)
    ask(queries, "dog", times=3)
    assert queries.popular(None, 1)[0].weight == pytest.approx(3.0)


def test_markets_are_counted_each_and_together(queries: Queries, clock: Clock) -> None:
    ask(queries, "dog", times=3, market="en-US")
    ask(queries, "dog", times=4, market="de-DE")
    ask(queries, "hund", times=5, market="de-DE")
    assert [(asked.text, asked.market, asked.weight) for asked in queries.popular("de-DE", 9)] == [
        ("hund", "de-DE", 5.0),
        ("dog", "de-DE", 4.0),
    ]
    assert [(asked.text, asked.market, asked.weight) for asked in queries.popular(None, 9)] == [
        ("dog", "", 7.0),
        ("hund", "", 5.0),
    ]
    assert queries.popular("fr-FR", 9) == []


def test_what_was_asked_once_is_shown_to_nobody(queries: Queries) -> None:
    ask(queries, "hunter2 password", times=1)
    assert popular(queries) == popular(queries, "en-US") == queries.related("password", 10) == []
    ask(queries, "hunter2 password", times=1)
    assert popular(queries) == popular(queries, "en-US") == queries.related("password", 10) != []


def test_nothing_of_who_asked_or_when_exactly_is_written(queries: Queries, file: Path) -> None:
    ask(queries, "dog", times=3)
    ((text, market, _, times),) = kept(file)
    assert (text, market, times) == ("dog", "en-US", 3)


# What is noted


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("Red  Panda ", "red panda"),
        ('"red panda"', "red panda"),
        ("red\tpanda\x00\u202e", "red panda"),
        ("+red panda", "red panda"),
        ("black & white", "black & white"),
        ("x-ray", "x-ray"),
        ("ЛИСА", "лиса"),
        ("レッサーパンダ", "レッサーパンダ"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("x" * MOST_LETTERS, "x" * MOST_LETTERS),
        ("x" * (MOST_LETTERS + 1), None),
        ("", None),
        ("?!", None),
        ("dog site:example.org", None),
        ("https://example.org/a", None),
        ("someone@example.org", None),
        ("dog -cat", None),
        ("dog NOT cat", None),
        ("dog OR cat", None),
        ("dog | cat", None),
        ("(dog)", None),
    ],
)
def test_texts_are_normal_or_not_noted(queries: Queries, text: str, noted: str | None) -> None:
    ask(queries, text)
    assert popular(queries) == ([noted] if noted else [])


@given(st.text())
def test_what_is_kept_is_short_printable_and_stays_as_it_is(text: str) -> None:
    kept = normal(text)
    if kept is not None:
        assert 0 < len(kept) <= MOST_LETTERS
        assert all(letter.isprintable() or letter in "\u200c\u200d" for letter in kept)
        assert kept == " ".join(kept.split())
        kept.encode()


def test_noting_and_relating_touch_no_database(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(state.queries, "red panda", "giant panda")
    monkeypatch.delattr(state._tables, "_database")
    state.queries.note("panda", "en-US")
    assert state.queries.related("panda", 5) == ["giant panda", "red panda"]


def test_what_waits_to_be_written_is_bounded(queries: Queries, file: Path) -> None:
    for number in range(MOST_PENDING + 50):
        queries.note(f"text {number}", "en-US")
        queries.note("text 0", "en-US")
    queries.flush()
    rows = kept(file)
    assert len(rows) == MOST_PENDING
    assert {row[0]: row[3] for row in rows}["text 0"] == MOST_PENDING + 51


def test_what_is_kept_is_bounded_and_the_lightest_go(
    queries: Queries, file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_TEXTS", 30)
    monkeypatch.setattr(module, "TRIMMED_TO", 20)
    ask(queries, "heavy", times=50)
    for number in range(100):
        clock.now += 60
        ask(queries, f"text {number}", times=1)
        assert len(kept(file)) <= 30
    texts = {row[0] for row in kept(file)}
    assert {"heavy", "text 99", "text 98"} <= texts
    assert "text 0" not in texts


def test_what_cannot_be_written_stays_noted(queries: Queries, monkeypatch: pytest.MonkeyPatch) -> None:
    queries.note("dog", "en-US")
    with monkeypatch.context() as patch:
        patch.setattr(module, "add_up", full)
        with pytest.raises(StateError):
            queries.flush()
    queries.note("dog", "en-US")
    queries.flush()
    queries.flush()
    assert [round(asked.weight, 3) for asked in queries.popular(None, 5)] == [2.0]


def full(*_: object) -> None:
    raise StateError("the disk is full")


def test_an_owner_may_want_no_query_log(file: Path) -> None:
    with_log = State(file)
    ask(with_log.queries, "red panda")
    with_log.close()
    without = State(file, query_log=False)
    ask(without.queries, "dog")
    assert popular(without.queries) == without.queries.related("panda", 5) == []
    without.close()
    assert [row[0] for row in kept(file)] == ["red panda"]


# What is related


def test_related_texts_share_words_the_rarer_the_better(queries: Queries) -> None:
    ask(queries, "red panda", "red car", "red wine", "red hat", "panda cub", "the hill", times=3)
    ask(queries, "panda", times=2)
    assert queries.related("Red Panda", 10) == ["panda cub", "panda", "red car", "red hat", "red wine"]
    assert queries.related("red panda eating", 1) == ["red panda"]
    assert queries.related("on the beach", 10) == []
    assert queries.related("", 10) == []


def test_related_texts_follow_other_servers(
    queries: Queries, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries.flush()
    elsewhere = State(file)
    ask(elsewhere.queries, "red panda")
    elsewhere.close()
    queries.flush()
    assert queries.related("panda", 5) == []
    monkeypatch.setattr(module, "PICTURE_SECONDS", 0.0)
    queries.flush()
    assert queries.related("panda", 5) == ["red panda"]


@given(st.text(alphabet=string.printable, max_size=3000))
def test_any_text_may_be_related(text: str) -> None:
    Queries(None).related(text, 5)  # type: ignore[arg-type]


# Several at once


def test_threads_lose_no_asking(queries: Queries, file: Path) -> None:
    def work() -> None:
        for _ in range(200):
            queries.note("dog", "en-US")
            queries.note("cat", "en-US")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        queries.flush()
    queries.flush()
    assert {row[0]: row[3] for row in kept(file)} == {"dog": 800, "cat": 800}


def test_processes_share_the_log_and_lose_no_asking(queries: Queries, file: Path) -> None:
    other = """
import sys
from pathlib import Path
from vizsla.state import State
queries = State(Path(sys.argv[1])).queries
for number in range(40):
    queries.note("dog", "en-US")
    queries.note(f"text {number}", "en-US")
    queries.flush()
"""
    with subprocess.Popen([sys.executable, "-c", other, str(file)]) as process:
        for number in range(40):
            queries.note("dog", "en-US")
            queries.note(f"text {number}", "en-US")
            queries.flush()
    assert process.returncode == 0
    times = {row[0]: row[3] for row in kept(file)}
    assert times == {"dog": 80} | {f"text {number}": 2 for number in range(40)}
