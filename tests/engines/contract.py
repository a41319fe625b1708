"""What every engine has to do. A test class of an engine derives from `EngineContract` and gives the fixture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any as Anything

import numpy as np
import pytest

from vizsla.engines.seam import (
    CANDIDATES,
    COLLAPSED,
    MOST_TOKENS,
    TEXT_FIELDS,
    All,
    Any,
    Engine,
    Hits,
    Match,
    Not,
    Plan,
    Words,
)
from vizsla.records import AnyOf, Between, Condition

from .samples import DIMENSION, axis, change, removal, titles, unique

PAGE = 100
ONE, TWO = b"1" * 16, b"2" * 16


def found(engine: Engine, words: Match | None = None, **plan: Anything) -> set[int]:
    hits = engine.search(Plan(words=words, limit=10_000, **plan))
    assert hits.total == len(hits.numbers)
    assert unique(hits.numbers)
    return set(hits.numbers)


def any_of(column: str, *values: str) -> tuple[Condition]:
    return (AnyOf(column, frozenset(values)),)


def paged(engine: Engine, size: int = PAGE, **plan: Anything) -> list[int]:
    """All pages of a plan, one after the other."""
    total = engine.search(Plan(**plan)).total
    pages = [
        engine.search(Plan(offset=offset, limit=size, **plan)) for offset in range(0, total + size, size)
    ]
    assert {page.total for page in pages} == {total}
    return [number for page in pages for number in page.numbers]


class EngineContract:
    @pytest.fixture
    def engine(self) -> Engine:
        """An empty engine that may be written, for vectors of `DIMENSION`."""
        raise NotImplementedError

    # Without words and looks

    def test_an_empty_engine_answers(self, engine: Engine) -> None:
        assert engine.watermark() == 0
        assert engine.count() == 0
        assert engine.facets((), "kind") == {}
        for plan in (Plan(), Plan(words=Words("dog")), Plan(vector=axis(1))):
            assert engine.search(plan).total == 0

    def test_without_words_and_looks_everything_is_found_the_newest_first(self, engine: Engine) -> None:
        engine.apply([change(number) for number in (1, 2, 5, 9)])
        assert engine.search(Plan()).numbers == (9, 5, 2, 1)
        assert engine.search(Plan(offset=1, limit=2)).numbers == (5, 2)

    def test_an_update_of_an_old_record_does_not_make_it_newest(self, engine: Engine) -> None:
        engine.apply([change(1), change(2), change(1, sequence=3)])
        assert engine.search(Plan()).numbers == (2, 1)

    def test_a_page_past_the_end_is_empty_and_knows_the_total(self, engine: Engine) -> None:
        engine.apply(titles("dog", "dog"))
        for plan in (Plan(offset=2), Plan(words=Words("dog"), offset=7), Plan(words=Words("dog"), limit=0)):
            hits = engine.search(plan)
            assert (hits.numbers, hits.total) == ((), 2)

    # Words

    @pytest.mark.parametrize("field", TEXT_FIELDS)
    def test_words_of_every_text_field_are_found(self, engine: Engine, field: str) -> None:
        value: Anything = ("a quiet beagle",) if field == "tags" else "a quiet beagle"
        engine.apply([change(1, **{field: value}), change(2, title="cat")])
        assert found(engine, Words("beagle")) == {1}
        assert found(engine, Words("beagle", field=field)) == {1}
        others = set(TEXT_FIELDS) - {field}
        assert all(found(engine, Words("beagle", field=other)) == set() for other in others)

    @pytest.mark.parametrize(
        ("text", "query"),
        [
            ("Two dogs", "dog"),
            ("two DOG", "Dogs"),
            ("Café Noir", "cafe"),
            ("cafe", "CAFÉ"),
            ("the dog's bone", "dog"),
            ("red/blue_green-bus", "green"),
            ("1984 poster", "1984"),
        ],
    )
    def test_case_accents_plurals_and_punctuation_do_not_matter(
        self, engine: Engine, text: str, query: str
    ) -> None:
        engine.apply(titles(text, "something else"))
        assert found(engine, Words(query)) == {1}

    def test_all_words_are_demanded_within_one_field(self, engine: Engine) -> None:
        engine.apply(
            [
                change(1, title="red bus"),
                change(2, title="bus, bright red"),
                change(3, title="red", tags=("bus",)),
                change(4, tags=("red", "bus")),
            ]
        )
        assert found(engine, Words("red bus")) == {1, 2, 4}
        assert found(engine, All((Words("red"), Words("bus")))) == {1, 2, 3, 4}

    def test_a_phrase_is_adjacent_in_order_and_within_one_value(self, engine: Engine) -> None:
        engine.apply(
            [
                change(1, title="a red bus stop"),
                change(2, title="bus red"),
                change(3, title="red old bus"),
                change(4, tags=("red", "bus")),
                change(5, tags=("big red bus", "city")),
            ]
        )
        assert found(engine, Words("red bus", phrase=True)) == {1, 5}
        assert found(engine, Words("red of bus", phrase=True)) == {3}

    def test_stop_words_keep_their_place_in_a_phrase(self, engine: Engine) -> None:
        engine.apply(titles("the king of hearts", "king hearts", "king and the hearts"))
        assert found(engine, Words("king of hearts", phrase=True)) == {1}

    def test_words_that_analysis_removes_demand_nothing(self, engine: Engine) -> None:
        engine.apply(titles("dog", "cat"))
        nothing = Words("the, of!")
        assert found(engine, nothing) == found(engine, Not(nothing)) == found(engine, All(())) == {1, 2}
        assert found(engine, All((Words("dog"), nothing))) == {1}
        assert found(engine, Any((Words("dog"), nothing), minimum=2)) == {1}
        assert found(engine, All((Words("dog"), Not(Any((nothing,)))))) == {1}

    def test_of_a_text_without_end_the_first_words_count(self, engine: Engine) -> None:
        engine.apply(titles("dog", " ".join(f"w{number}" for number in range(MOST_TOKENS))))
        asked = Words(".".join(f"w{number}" for number in range(50 * MOST_TOKENS)))
        assert engine.search(Plan(words=asked)).numbers == (2,)

    def test_matches_nest(self, engine: Engine) -> None:
        engine.apply(titles("red dog", "red cat", "blue dog", "blue cat", "green bird"))
        red, blue, dog, cat = Words("red"), Words("blue"), Words("dog"), Words("cat")
        assert found(engine, Not(red)) == {3, 4, 5}
        assert found(engine, All((Not(red), Not(dog)))) == {4, 5}
        assert found(engine, Any((All((red, dog)), All((blue, cat))))) == {1, 4}
        assert found(engine, Not(Any((red, Not(dog))))) == {3}
        assert found(engine, Any((red, dog, Words("bird")), minimum=2)) == {1}
        assert found(engine, Any((red, dog), minimum=5)) == {1}
        assert found(engine, Any((red, dog), minimum=0)) == {1, 2, 3, 4, 5}

    def test_a_match_in_the_title_ranks_before_one_in_the_description(self, engine: Engine) -> None:
        engine.apply([change(1, title="dog"), change(2, description="dog"), change(3, creator="dog")])
        assert engine.search(Plan(words=Words("dog"))).numbers == (1, 2, 3)

    def test_what_weighs_less_finds_as_much_and_ranks_below(self, engine: Engine) -> None:
        engine.apply(titles("firetruck", "fire truck", "cat"))
        truck = Words("fire truck", phrase=True, weight=0.4)
        assert engine.search(Plan(words=Any((Words("firetruck"), truck)))).numbers == (1, 2)
        assert found(engine, truck) == {2}
        less = (Words("firetruck", weight=0.01), Words("cat"))
        assert engine.search(Plan(words=Any(less))).numbers == (3, 1)

    # Filters

    @pytest.mark.parametrize(
        ("fields", "condition"),
        [
            ({"aspect": "wide"}, any_of("aspect", "wide", "tall")),
            ({"colours": ("red", "teal")}, any_of("colour", "teal")),
            ({"monochrome": True}, any_of("colour", "monochrome")),
            ({"kind": "line"}, any_of("kind", "line")),
            ({"transparent": True}, any_of("kind", "transparent")),
            ({"animated": True, "format": "gif"}, any_of("kind", "animatedgif")),
            ({"faces": ("face", "portrait")}, any_of("face", "portrait")),
            ({"licence": "by-sa"}, any_of("licence", "by-sa", "cc0")),
            ({"size_classes": ("large", "wallpaper")}, any_of("size", "wallpaper")),
            ({"adult": True}, any_of("adult", "adult")),
            ({"format": "png"}, any_of("format", "png", "never seen")),
            ({"language": "pt-BR"}, any_of("language", "pt-BR")),
            ({"source": "/other 'place'\n"}, any_of("source", "/other 'place'\n")),
            ({"host_page_url": "https://example.org/a"}, any_of("site", "example.org")),
            ({"width": 641}, (Between("width", 641),)),
            ({"height": 479}, (Between("height", None, 479),)),
            ({"file_size": 2**40}, (Between("file_size", 520_192, 520_192),)),
            ({"discovered": 1_700_000_000}, (Between("discovered", 1, 1_700_000_000),)),
            ({"published": -5}, (Between("published"),)),
        ],
    )
    def test_every_column_filters_words_looks_and_counts_alike(
        self, engine: Engine, fields: dict[str, Anything], condition: tuple[Condition]
    ) -> None:
        engine.apply(
            [
                change(1, title="dog", vector=axis(1, 1)),
                change(2, title="dog", vector=axis(2, 1), **fields),
                change(3, title="cat", vector=axis(3, 1), **fields),
            ]
        )
        assert engine.count(condition) == 2
        assert found(engine, filters=condition) == {2, 3}
        assert found(engine, Words("dog"), filters=condition) == {2}
        assert engine.search(Plan(vector=axis(1), filters=condition)).numbers == (3, 2)
        assert found(engine, Words("dog"), vector=axis(1), filters=condition) == {2, 3}

    def test_values_that_no_record_has_match_nothing(self, engine: Engine) -> None:
        engine.apply(titles("dog"))
        for column, value in (("format", "bmp"), ("kind", "shopping"), ("kind", "nonsense")):
            for values in ((value,), ()):
                assert found(engine, Words("dog"), filters=any_of(column, *values)) == set()
                assert engine.count(any_of(column, *values)) == 0

    def test_all_filters_hold_at_once(self, engine: Engine) -> None:
        engine.apply([change(1, width=10), change(2, width=10, kind="line"), change(3, kind="line")])
        filters = (*any_of("kind", "line"), Between("width", 5, 15))
        assert found(engine, filters=filters) == {2}
        assert found(engine, filters=(Between("width", 15, 5),)) == set()

    @pytest.mark.parametrize("condition", [AnyOf("width", frozenset({"1"})), Between("kind", 1, 2)])
    def test_a_condition_of_the_wrong_kind_is_an_error(self, engine: Engine, condition: Condition) -> None:
        with pytest.raises(ValueError, match="column"):
            engine.count((condition,))

    # Looks

    def test_looks_rank_by_inner_product(self, engine: Engine) -> None:
        engine.apply(
            [
                change(1, vector=axis(0.5)),
                change(2, vector=axis(2)),
                change(3, vector=axis(-1)),
                change(4, vector=axis(1)),
                change(5),
            ]
        )
        hits = engine.search(Plan(vector=axis(1)))
        assert (hits.numbers, hits.total) == ((2, 4, 1, 3), 4)

    def test_a_vector_of_zeros_says_nothing(self, engine: Engine) -> None:
        engine.apply([change(1, title="dog", vector=axis(1)), change(2, vector=axis(1))])
        assert found(engine, Words("dog"), vector=axis()) == {1}
        assert found(engine, vector=axis()) == {1, 2}

    def test_only_the_nearest_candidates_belong_to_the_result(self, engine: Engine) -> None:
        engine.apply([change(n, vector=axis(1, n / 1000)) for n in range(1, CANDIDATES + 51)])
        hits = engine.search(Plan(vector=axis(0, 1), limit=1000))
        assert hits.numbers == tuple(range(CANDIDATES + 50, 50, -1))
        assert hits.total == CANDIDATES

    def test_nothing_below_the_floor_is_found_by_looks(self, engine: Engine) -> None:
        engine.apply([change(n, title="dog" if n == 1 else "cat", vector=axis(n)) for n in range(1, 6)])
        hits = engine.search(Plan(vector=axis(1), floor=3))
        assert (hits.numbers, hits.total) == ((5, 4, 3), 3)
        assert found(engine, vector=axis(1), floor=5.5) == set()
        assert found(engine, Words("dog"), vector=axis(1), floor=4) == {1, 4, 5}
        assert found(engine, Words("dog"), vector=axis(1), floor=9) == {1}
        assert found(engine, Words("bird"), vector=axis(1), floor=9) == set()
        assert found(engine, vector=axis(1), floor=2, demand=Words("dog")) == set()

    def test_nothing_that_is_far_behind_the_nearest_is_found_by_looks(self, engine: Engine) -> None:
        engine.apply([change(n, title="dog" if n == 1 else "cat", vector=axis(n)) for n in range(1, 6)])
        assert engine.search(Plan(vector=axis(1), share=0.7)).numbers == (5, 4)
        assert engine.search(Plan(vector=axis(1), share=0.7, without=(5,))).numbers == (4, 3)
        assert found(engine, vector=axis(1), share=0.7, floor=4.5) == {5}
        assert found(engine, vector=axis(1), share=0.1, floor=4) == {4, 5}
        assert found(engine, Words("dog"), vector=axis(1), share=0.7) == {1, 4, 5}

    def test_without_a_look_that_reaches_the_peak_nothing_is_found_by_looks(self, engine: Engine) -> None:
        engine.apply([change(n, title="dog" if n == 1 else "cat", vector=axis(n)) for n in range(1, 6)])
        assert engine.search(Plan(vector=axis(1), floor=2, peak=5)).numbers == (5, 4, 3, 2)
        assert engine.search(Plan(vector=axis(1), floor=2, peak=5.5)) == Hits((), 0)
        assert found(engine, Words("dog"), vector=axis(1), floor=2, peak=5.5) == {1}
        assert found(engine, vector=axis(1), peak=5, demand=Words("dog")) == set()
        assert found(engine, vector=axis(1), peak=5, without=(5,)) == set()

    def test_where_words_find_nothing_looser_ones_are_asked_for(self, engine: Engine) -> None:
        engine.apply([change(1, title="red car"), change(2, title="blue boat", vector=axis(1))])
        loose = Any((Words("red"), Words("boat")))
        assert found(engine, Words("red boat"), loose=loose) == {1, 2}
        assert found(engine, Words("red car"), loose=loose) == {1}
        assert found(engine, Words("red boat"), loose=loose, vector=axis(1)) == {1, 2}
        assert found(engine, Words("red boat"), loose=Words("red"), vector=axis(1)) == {1, 2}
        assert found(engine, Words("red boat"), loose=Words("red"), vector=axis(1), floor=9) == {1}

    def test_a_floor_lets_through_no_more_than_the_nearest_candidates(self, engine: Engine) -> None:
        engine.apply([change(n, vector=axis(n)) for n in range(1, CANDIDATES + 51)])
        assert engine.search(Plan(vector=axis(1), floor=10)).total == CANDIDATES
        pages = paged(engine, 7, vector=axis(1), floor=330)
        assert pages == list(range(CANDIDATES + 50, 329, -1))

    def test_a_vector_of_another_length_is_an_error(self, engine: Engine) -> None:
        with pytest.raises(ValueError, match="vector"):
            engine.search(Plan(vector=np.ones(DIMENSION + 1, np.float32)))

    def test_what_words_and_looks_agree_on_comes_first(self, engine: Engine) -> None:
        engine.apply(
            [
                change(1, title="dog", vector=axis(1)),
                change(2, title="dog", vector=axis(3)),
                change(3, title="cat", vector=axis(4)),
                change(4, title="dog"),
            ]
        )
        hits = engine.search(Plan(words=Words("dog"), vector=axis(1)))
        assert (hits.numbers, hits.total) == ((2, 1, 4, 3), 4)

    def test_looks_below_the_floor_tell_word_matches_apart(self, engine: Engine) -> None:
        engine.apply([change(n, title="dog", vector=axis(n % 4)) for n in range(1, 5)])
        hits = engine.search(Plan(words=Words("dog"), vector=axis(1), floor=9, peak=9))
        assert (hits.numbers, hits.total) == ((3, 2, 1, 4), 4)

    # Quality and variety

    def test_of_equals_the_sharper_and_larger_comes_first_if_that_is_asked_for(self, engine: Engine) -> None:
        sizes: dict[str, Anything] = {"sharpness": 80, "width": 2000, "height": 1500}
        engine.apply([change(1, title="dog", **sizes), change(2, title="dog"), change(3, text="dog")])
        dog = Words("dog")
        assert engine.search(Plan(words=dog)).numbers == (2, 1, 3)
        assert engine.search(Plan(words=dog, varied=True)).numbers == (1, 2, 3)

    def test_what_looks_like_one_before_it_comes_after_others_that_score_nearly_as_high(
        self, engine: Engine
    ) -> None:
        looks = [(1, 0.3), (0.999, 0.3), (0.998, 0.3), (0.99, 0, 0.3), (0.985, 0, 0, 0.3), (0.5, 0, 0, 0, 1)]
        engine.apply([change(number, vector=axis(*look)) for number, look in enumerate(looks, 1)])
        assert engine.search(Plan(vector=axis(1))).numbers == (1, 2, 3, 4, 5, 6)
        assert engine.search(Plan(vector=axis(1), varied=True)).numbers == (1, 4, 5, 2, 3, 6)
        assert paged(engine, 2, vector=axis(1), varied=True) == [1, 4, 5, 2, 3, 6]

    # One of each group

    def test_of_records_that_show_one_picture_the_best_is_found(self, engine: Engine) -> None:
        engine.apply(
            [
                change(1, description="dog", group_id=ONE, vector=axis(1)),
                change(2, title="dog", group_id=ONE, vector=axis(5)),
                change(3, title="cat", group_id=ONE, vector=axis(4), kind="line"),
                change(4, title="dog and a cat", vector=axis(2)),
                change(5, title="dog", group_id=TWO, vector=axis(3)),
            ]
        )
        dog = Words("dog")
        assert engine.search(Plan(collapse=True)) == Hits((5, 4, 3), 3)
        assert engine.search(Plan(vector=axis(1), collapse=True)) == Hits((2, 5, 4), 3)
        assert found(engine, dog, collapse=True) == {2, 4, 5}
        assert engine.search(Plan(words=dog, vector=axis(1), collapse=True)) == Hits((2, 5, 4), 3)
        lines = any_of("kind", "line")
        assert engine.search(Plan(vector=axis(1), filters=lines, collapse=True)).numbers == (3,)
        assert engine.search(Plan(vector=axis(1), without=(1,), collapse=True)).numbers == (5, 4)
        assert engine.search(Plan(words=dog, without=(3, 4), collapse=True)).numbers == (5,)
        assert found(engine, dog) == {1, 2, 4, 5}

    def test_groups_follow_changes(self, engine: Engine) -> None:
        engine.apply([change(1, group_id=ONE), change(2, group_id=ONE), change(3)])
        assert engine.search(Plan(collapse=True)).numbers == (3, 2)
        engine.apply([change(3, sequence=4, group_id=ONE), removal(2, sequence=5)])
        assert engine.search(Plan(collapse=True)).numbers == (3,)
        engine.apply([change(1, sequence=6)])
        assert engine.search(Plan(collapse=True)).numbers == (3, 1)

    def test_pages_of_many_matches_show_each_picture_and_no_copy_of_what_came_early(
        self, engine: Engine
    ) -> None:
        count = COLLAPSED + 500
        engine.apply(
            [
                change(n, title="dog", tags=("x",) * (n % 7), group_id=(n % 700 + 1).to_bytes(16, "little"))
                for n in range(1, count + 1)
            ]
        )
        pages = paged(engine, words=Words("dog"), collapse=True)
        assert unique(pages)
        assert {n % 700 for n in pages} == set(range(700))
        assert not {n % 700 for n in pages[:500]} & {n % 700 for n in pages[500:]}
        assert paged(engine, 333, words=Words("dog"), collapse=True) == pages

    # Changes

    def test_the_watermark_follows_what_was_applied(self, engine: Engine) -> None:
        engine.apply([change(1, sequence=4), change(2, sequence=7)])
        assert engine.watermark() == 7
        engine.apply([])
        assert engine.watermark() == 7

    def test_applying_again_changes_nothing(self, engine: Engine) -> None:
        steps = [*titles("dog", "cat"), removal(1, sequence=3), change(2, sequence=4, title="cat")]
        for _ in range(2):
            engine.apply(steps)
            assert engine.watermark() == 4
            assert found(engine) == found(engine, Words("cat")) == {2}
            assert found(engine, Words("dog")) == set()

    def test_an_update_replaces_words_columns_and_vector(self, engine: Engine) -> None:
        engine.apply([change(1, title="dog", vector=axis(1)), change(2, title="dog", vector=axis(2))])
        engine.apply([change(2, sequence=3, title="cat", kind="line", vector=axis(-1))])
        assert found(engine, Words("dog")) == {1}
        assert found(engine, Words("cat"), filters=any_of("kind", "line")) == {2}
        assert engine.search(Plan(vector=axis(1))).numbers == (1, 2)
        assert engine.facets((), "kind") == {"photo": 1, "line": 1}

    def test_an_update_may_take_the_vector_away(self, engine: Engine) -> None:
        engine.apply([change(1, vector=axis(1))])
        engine.apply([change(1, sequence=2)])
        assert found(engine, vector=axis(1)) == set()

    def test_of_several_steps_of_one_record_the_last_counts(self, engine: Engine) -> None:
        engine.apply(
            [
                change(1, title="dog"),
                change(1, sequence=2, title="cat"),
                change(2, sequence=3, title="dog"),
                removal(2, sequence=4),
            ]
        )
        assert found(engine) == found(engine, Words("cat")) == {1}
        assert found(engine, Words("dog")) == set()

    def test_a_removed_record_is_gone(self, engine: Engine) -> None:
        engine.apply([change(n, title="dog", vector=axis(n)) for n in (1, 2, 3)])
        engine.apply([removal(2, sequence=4), removal(99, sequence=5)])
        assert found(engine) == found(engine, Words("dog")) == found(engine, vector=axis(1)) == {1, 3}
        assert engine.count() == 2
        assert engine.facets((), "format") == {"jpeg": 2}

    # Counting

    def test_facets_count_each_value_within_the_filters(self, engine: Engine) -> None:
        engine.apply(
            [
                change(1, colours=("red", "blue"), language="en"),
                change(2, colours=("red",), monochrome=True),
                change(3, colours=("green",), kind="line", language="de"),
            ]
        )
        assert engine.facets((), "colour") == {
            "red": 2,
            "blue": 1,
            "green": 1,
            "coloronly": 2,
            "monochrome": 1,
        }
        assert engine.facets((), "language") == {"en": 1, "de": 1}
        assert engine.facets(any_of("kind", "photo"), "colour")["red"] == 2
        assert engine.facets(any_of("kind", "line"), "language") == {"de": 1}

    def test_facets_of_numbers_are_an_error(self, engine: Engine) -> None:
        with pytest.raises(ValueError, match="numbers"):
            engine.facets((), "width")

    # Paging

    @pytest.mark.parametrize("with_looks", [False, True])
    @pytest.mark.parametrize("matches", [CANDIDATES + 100, 1500])
    def test_pages_meet_every_match_once(
        self, engine: Engine, build: Callable[[Engine, int], None], with_looks: bool, matches: int
    ) -> None:
        build(engine, matches)
        vector = axis(0, 1) if with_looks else None
        pages = paged(engine, words=Words("dog"), vector=vector)
        assert unique(pages)
        dogs = set(range(1, matches + 1))
        assert dogs <= set(pages)
        looks = found(engine, vector=vector) if with_looks else set()
        assert set(pages) == dogs | looks
        assert paged(engine, 333, words=Words("dog"), vector=vector) == pages

    @pytest.fixture
    def build(self) -> Callable[[Engine, int], None]:
        def build(engine: Engine, dogs: int) -> None:
            """`dogs` records of dogs and 400 of cats; the looks of the newest dogs and of cats are alike."""
            steps = [
                change(n, title="dog" if n <= dogs else "cat", tags=("x",) * (n % 7), vector=axis(1, n))
                for n in range(1, dogs + 401)
            ]
            engine.apply(steps[:700])
            engine.apply(steps[700:])

        return build
