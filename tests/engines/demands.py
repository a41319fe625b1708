"""What every engine has to do with demands, exceptions, domains and its vocabulary; joins `EngineContract`."""

from __future__ import annotations

from typing import Any as Anything

import pytest

from vizsla.engines.seam import CANDIDATES, All, Any, Engine, Holds, Match, Not, Plan, Words
from vizsla.records import AnyOf, Below, Between, Condition

from .contract import any_of, found, paged
from .samples import axis, change, removal, titles, unique

WIDE, LINE = Holds(Between("width", 1000)), Holds(AnyOf("kind", frozenset({"line"})))


def site(*domains: str) -> tuple[Condition]:
    return (Below("site", frozenset(domains)),)


class DemandContract:
    # Demands

    @pytest.mark.parametrize(
        ("demand", "kept"),
        [
            (Words("dog"), {1, 2}),
            (Words("dog", field="title"), {1}),
            (Words("red dog", phrase=True), {1}),
            (Not(Words("dog")), {3, 4}),
            (Not(Words("red dog", phrase=True)), {2, 3, 4}),
            (WIDE, {2, 3}),
            (Not(WIDE), {1, 4}),
            (All((Words("dog"), WIDE)), {2}),
            (All((Not(Words("dog")), Not(WIDE))), {4}),
            (All((Words("red"), Not(Words("dog")), LINE)), {4}),
            (Any((Words("dog"), LINE)), {1, 2, 4}),
            (Any((Words("dog"), WIDE, LINE), minimum=2), {2}),
            (Any((Words("dog"), WIDE, LINE), minimum=9), set()),
            (Any((Words("dog"), LINE), minimum=0), {1, 2, 3, 4}),
            (Not(Any((Words("dog"), All((WIDE, Not(LINE)))))), {4}),
            (Words("unheard"), set()),
        ],
    )
    def test_a_demand_narrows_words_looks_and_the_newest_alike(
        self, engine: Engine, demand: Match, kept: set[int]
    ) -> None:
        engine.apply(
            [
                change(1, title="red dog", creator="x", vector=axis(1)),
                change(
                    2,
                    title="doghouse",
                    description="dog, bright red",
                    creator="x",
                    width=1200,
                    vector=axis(2),
                ),
                change(3, title="cat", creator="x", width=1000, vector=axis(3)),
                change(4, title="red cat", creator="x", kind="line", vector=axis(-1)),
            ]
        )
        assert found(engine, demand=demand) == kept
        assert found(engine, Words("x"), demand=demand) == kept
        assert found(engine, vector=axis(1), demand=demand) == kept
        assert found(engine, Words("x"), vector=axis(1), demand=demand) == kept
        assert found(engine, Words("cat"), demand=demand) == kept & {3, 4}
        assert found(engine, demand=demand, filters=any_of("kind", "line")) == kept & {4}

    def test_a_demand_does_not_rank(self, engine: Engine) -> None:
        engine.apply(
            [
                change(1, title="dog", description="red", vector=axis(1)),
                change(2, description="dog", title="red", vector=axis(2)),
                change(3, title="dog", vector=axis(3)),
            ]
        )
        red = Words("red")
        assert engine.search(Plan(words=Words("dog"), demand=red)).numbers == (1, 2)
        assert engine.search(Plan(vector=axis(1), demand=red)).numbers == (2, 1)
        assert engine.search(Plan(demand=red)).numbers == (2, 1)

    def test_a_condition_does_not_rank(self, engine: Engine) -> None:
        engine.apply(
            [
                change(1, title="dog", colours=("red", "blue")),
                change(2, title="dog", colours=("red",)),
                change(3, title="cat", colours=("green",)),
            ]
        )
        (coloured,) = any_of("colour", "red", "blue")
        dog = Words("dog")
        assert engine.search(Plan(words=dog, filters=(coloured,))).numbers == (2, 1)
        assert engine.search(Plan(words=dog, demand=Holds(coloured))).numbers == (2, 1)
        assert engine.search(Plan(words=All((dog, Holds(coloured))))).numbers == (2, 1)

    def test_a_demand_that_analysis_empties_demands_nothing(self, engine: Engine) -> None:
        engine.apply([change(1, title="dog", vector=axis(1)), change(2, title="cat", vector=axis(1))])
        nothing = Words("the, of!")
        for demand in (nothing, Not(nothing), All(()), Any(()), Not(All((nothing,))), Any((nothing,), 3)):
            assert found(engine, demand=demand) == found(engine, vector=axis(1), demand=demand) == {1, 2}
            assert found(engine, Words("dog"), demand=demand) == {1}
        dogs = Holds(AnyOf("kind", frozenset({"photo"}))), Words("dog"), nothing
        assert found(engine, demand=All(dogs)) == found(engine, vector=axis(1), demand=All(dogs)) == {1}
        assert found(engine, demand=Any(dogs, minimum=3)) == {1}

    def test_conditions_may_be_among_the_words(self, engine: Engine) -> None:
        engine.apply([change(1, title="dog"), change(2, title="cat", width=1200), change(3, title="cat")])
        assert found(engine, WIDE) == {2}
        assert found(engine, Not(WIDE)) == {1, 3}
        assert found(engine, Any((Words("dog"), WIDE))) == {1, 2}
        assert found(engine, All((Words("cat"), Not(WIDE)))) == {3}
        assert engine.search(Plan(words=Any((Words("dog"), WIDE)))).numbers == (1, 2)

    @pytest.mark.parametrize(
        "condition", [AnyOf("width", frozenset({"1"})), Below("kind", frozenset({"photo"}))]
    )
    def test_a_condition_of_the_wrong_kind_is_an_error_everywhere(
        self, engine: Engine, condition: Condition
    ) -> None:
        engine.apply([change(1, title="dog", vector=axis(1))])
        plans: tuple[dict[str, Anything], ...] = (
            {"filters": (condition,)},
            {"demand": Holds(condition)},
            {"demand": Not(Holds(condition)), "vector": axis(1)},
            {"demand": All((Words("dog"), Holds(condition))), "words": Words("dog")},
            {"words": Holds(condition)},
        )
        for plan in plans:
            with pytest.raises(ValueError, match="column"):
                engine.search(Plan(**plan))

    def test_the_nearest_candidates_are_of_those_demanded(self, engine: Engine) -> None:
        engine.apply(
            [
                change(n, title="dog" if n % 2 else "cat", vector=axis(1, n / 1000))
                for n in range(1, 2 * CANDIDATES + 101)
            ]
        )
        hits = engine.search(Plan(vector=axis(0, 1), demand=Not(Words("dog")), limit=1000))
        assert hits.numbers == tuple(range(2 * CANDIDATES + 100, 100, -2))
        assert hits.total == CANDIDATES

    def test_a_demand_follows_changes(self, engine: Engine) -> None:
        engine.apply([change(n, title="dog", vector=axis(1)) for n in (1, 2, 3, 4)])
        engine.apply([change(1, sequence=5, title="cat", vector=axis(1)), removal(2, sequence=6)])
        assert (
            found(engine, demand=Words("dog")) == found(engine, vector=axis(1), demand=Words("dog")) == {3, 4}
        )
        assert found(engine, demand=Not(Words("dog"))) == {1}
        assert found(engine, vector=axis(1), demand=Not(Words("dog"))) == {1}

    # What is left out

    def test_what_is_left_out_is_found_nowhere(self, engine: Engine) -> None:
        engine.apply([change(n, title="dog", vector=axis(1, n)) for n in range(1, 6)])
        out = (2, 5, 99)
        assert engine.search(Plan(without=out)).numbers == (4, 3, 1)
        assert engine.search(Plan(vector=axis(0, 1), without=out)).numbers == (4, 3, 1)
        assert found(engine, Words("dog"), without=out) == {1, 3, 4}
        assert found(engine, Words("dog"), vector=axis(1), without=out) == {1, 3, 4}
        assert found(engine, Words("dog"), demand=Not(Words("cat")), without=(1, 2, 3, 4, 5)) == set()
        assert engine.search(Plan(offset=1, limit=1, without=out)).numbers == (3,)

    def test_what_was_changed_is_still_left_out(self, engine: Engine) -> None:
        engine.apply([*titles("dog", "dog"), change(1, sequence=3, title="dog", vector=axis(1))])
        assert found(engine, without=(1,)) == found(engine, Words("dog"), without=(1,)) == {2}
        assert found(engine, vector=axis(1), without=(1,)) == set()

    # Pages

    @pytest.mark.parametrize("with_looks", [False, True])
    def test_pages_within_a_demand_meet_every_match_once(self, engine: Engine, with_looks: bool) -> None:
        count = 2400
        engine.apply(
            [
                change(n, title="dog", tags=("x",) * (n % 7), width=n, vector=axis(1, n), creator=f"{n % 3}")
                for n in range(1, count + 1)
            ]
        )
        plan: dict[str, Anything] = {
            "words": Words("dog"),
            "vector": axis(0, 1) if with_looks else None,
            "demand": All((Any((Words("1"), Words("2"))), Not(Holds(Between("width", 7, 9))))),
            "without": (1, 2, 3, count - 1),
        }
        kept = {n for n in range(4, count + 1) if n % 3 and n not in (7, 8, 9, count - 1)}
        pages = paged(engine, **plan)
        assert unique(pages)
        assert set(pages) == kept
        assert paged(engine, 333, **plan) == pages

    # Domains

    def test_a_domain_admits_itself_and_all_names_below_it(self, engine: Engine) -> None:
        hosts = ("example.com", "www.example.com", "a.b.example.com", "example.org", "notexample.com", "com")
        engine.apply([change(n, host_page_url=f"https://{host}/") for n, host in enumerate(hosts, 1)])
        assert found(engine, filters=site("example.com")) == {1, 2, 3}
        assert found(engine, filters=site("b.example.com", "example.org")) == {3, 4}
        assert found(engine, filters=site("com")) == {1, 2, 3, 5, 6}
        assert found(engine, filters=site()) == found(engine, filters=site("unseen.com")) == set()
        assert found(engine, demand=Not(Holds(site("example.com")[0]))) == {4, 5, 6}
        assert engine.count(site("example.com")) == 3

    def test_a_domain_admits_names_that_came_later(self, engine: Engine) -> None:
        engine.apply([change(1, host_page_url="https://example.com/")])
        assert found(engine, filters=site("example.com")) == {1}
        engine.apply([change(2, host_page_url="https://new.example.com/"), change(3)])
        assert found(engine, filters=site("example.com")) == {1, 2}

    def test_a_domain_with_thousands_of_names_filters_words_too(self, engine: Engine) -> None:
        engine.apply(
            [change(n, title="dog", host_page_url=f"https://h{n}.example.com/") for n in range(1, 301)]
        )
        engine.apply([change(301, title="dog", host_page_url="https://example.org/")])
        assert found(engine, Words("dog"), filters=site("example.com")) == set(range(1, 301))
        assert found(engine, Words("dog"), demand=Not(Holds(site("example.com")[0]))) == {301}

    # Vocabulary

    def test_the_vocabulary_is_of_all_texts_as_people_write_them(self, engine: Engine) -> None:
        engine.apply(
            [
                change(1, title="Running Dogs", tags=("red buses", "dogs"), names="img holidays"),
                change(2, title="The Café's dogs, dogs", description="seen here", creator="Ann"),
            ]
        )
        assert engine.vocabulary() == {"dogs": 2} | dict.fromkeys(
            ("running", "red", "buses", "img", "holidays", "cafe", "seen", "here", "ann"), 1
        )

    def test_the_vocabulary_has_no_numbers_and_no_single_characters(self, engine: Engine) -> None:
        engine.apply(titles("1984 x 4k 2nd b2 no. 7 iPhone写真"))
        assert engine.vocabulary() == {"4k": 1, "2nd": 1, "b2": 1, "iphone": 1}

    def test_the_vocabulary_of_an_empty_engine_is_empty(self, engine: Engine) -> None:
        assert engine.vocabulary() == {}
