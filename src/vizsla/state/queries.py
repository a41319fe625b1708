"""The query log: what was asked and how popular it is now; who asked is not written anywhere.

The weight of a text is the sum of 2^((t - LANDMARK) / HALF_LIFE) over the times t at which it was asked: forward decay
(Cormode et al., "Forward Decay: A Practical Time Decay Model for Streaming Systems", 2009). New askings are added, the
old ones never touched, and the order of texts by weight is the order of their decayed weights at any time; so one row a
text is all there is, and several servers add to it in one statement.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, delete, func, select

from .asking import normal, words_of
from .schema import queries
from .tables import Tables, add_up

HALF_LIFE = 7 * 86_400
"""Seconds after which an asking counts half: what was asked last week still shows on Monday, what was asked last month
gives way to a handful of new askings."""

LANDMARK = 1_767_225_600
"""2026-01-01. With this half-life weights stay within double precision until 2045."""

SHOWN_FROM = 2
"""Askings from which a text is shown to others: what somebody pasted into the wrong field once stays unseen."""

MOST_PENDING = 500
"""Different texts that wait to be written: about what a server answers in the second between two flushes; more are
dropped, so that writing stays short."""

MOST_TEXTS = 50_000
"""Rows kept, some megabytes; the lightest go first. What is not among them is asked too rarely to be shown."""

TRIMMED_TO = 45_000
"""Trimming is for many rows at once, not with each flush."""

PICTURE = 2_000
"""Heaviest texts in which related ones are looked for, in memory."""

PICTURE_SECONDS = 30.0
"""How old the picture may become when nobody asks here, but perhaps other servers."""

POSTINGS = 25
"""Texts remembered for one word, the heaviest: bounds what looking for related ones costs each search."""

MOST_READ = 500
"""Letters of a query in which words are looked for."""


class Asked(msgspec.Struct, frozen=True):
    """A popular text."""

    text: str
    market: str
    """Where it was asked; `""`: anywhere."""
    weight: float
    """Askings, each counting half as much for every `HALF_LIFE` that has passed."""


class Queries:
    """The query log of a library. Safe for several threads and processes.

    `note` and `related` touch memory only. Of the others, any may raise StateError.

    Args:
        kept: whether queries are kept; if not, nothing is noted, and what was kept before is not used.
    """

    def __init__(self, tables: Tables, *, kept: bool = True) -> None:
        self._tables = tables
        self._kept = kept
        self._lock = threading.Lock()
        self._pending: Counter[tuple[str, str]] = Counter()
        self._picture: dict[str, list[str]] = {}
        self._drawn = -PICTURE_SECONDS

    def note(self, text: str, market: str) -> None:
        """Remember that this was asked in this market, if it is fit to be shown (see `asking.normal`).

        To be called for queries that found something: what finds nothing is no help to others.
        """
        if not self._kept or (asked := normal(text)) is None:
            return
        with self._lock:
            if len(self._pending) < MOST_PENDING or (asked, market) in self._pending:
                self._pending[asked, market] += 1

    def flush(self) -> None:
        """Write what was noted, and look anew at what is popular.

        Raises:
            StateError: it cannot be written; it stays noted, for the next time.
        """
        with self._lock:
            noted = self._pending.copy()
        if noted:
            with self._tables.writing() as db:
                add_up(db, queries, _rows(noted, time.time()))
                _trim(db)
            with self._lock:
                self._pending -= noted
        if self._kept and (noted or time.monotonic() - self._drawn >= PICTURE_SECONDS):
            self._draw()

    def popular(self, market: str | None, limit: int) -> list[Asked]:
        """What is asked most, the heaviest first, in a market or, with `None`, anywhere."""
        if not self._kept:
            return []
        now = _growth(time.time())
        with self._tables.reading() as db:
            rows = db.execute(_popular(market, limit)).all()
        return [Asked(text, market or "", weight / now) for text, weight in rows]

    def related(self, text: str, limit: int) -> list[str]:
        """Popular texts that share a word with this one, those that share more and rarer words first."""
        score: defaultdict[str, float] = defaultdict(float)
        picture = self._picture
        for word in words_of(text[:MOST_READ]):
            texts = picture.get(word, [])
            for found in texts:
                score[found] += 1 / len(texts)
        score.pop(normal(text) or "", None)
        return sorted(score, key=lambda found: -score[found])[:limit]

    def _draw(self) -> None:
        heaviest = select(queries.c.text).where(queries.c.times >= SHOWN_FROM)
        with self._tables.reading() as db:
            texts = db.scalars(
                heaviest.order_by(queries.c.weight.desc(), queries.c.text).limit(PICTURE)
            ).all()
        picture: dict[str, list[str]] = {}
        for text in dict.fromkeys(texts):
            for word in words_of(text):
                postings = picture.setdefault(word, [])
                if len(postings) < POSTINGS:
                    postings.append(text)
        self._picture, self._drawn = picture, time.monotonic()


def _growth(now: float) -> float:
    """What an asking weighs at a Unix time, in seconds."""
    return float(2 ** ((now - LANDMARK) / HALF_LIFE))


def _rows(noted: Mapping[tuple[str, str], int], now: float) -> list[dict[str, Any]]:
    asking = _growth(now)
    return [
        {"text": text, "market": market, "weight": times * asking, "times": times}
        for (text, market), times in noted.items()
    ]


def _popular(market: str | None, limit: int) -> Select[Any]:
    weight, times = func.sum(queries.c.weight), func.sum(queries.c.times)
    texts = select(queries.c.text, weight).group_by(queries.c.text).having(times >= SHOWN_FROM)
    if market is not None:
        texts = texts.where(queries.c.market == market)
    return texts.order_by(weight.desc(), queries.c.text).limit(limit)


def _trim(db: Connection) -> None:
    """Forget the lightest texts, if there are too many."""
    if (db.scalar(select(func.count()).select_from(queries)) or 0) <= MOST_TEXTS:
        return
    heaviest = select(queries.c.weight).order_by(queries.c.weight.desc())
    lightest_kept = db.scalar(heaviest.offset(TRIMMED_TO - 1).limit(1))
    db.execute(delete(queries).where(queries.c.weight < lightest_kept))
