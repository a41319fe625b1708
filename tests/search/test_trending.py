"""Trending images: what is asked, by category and each with a picture; what is new and varied where nobody has asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from vizsla.library import Library
from vizsla.records import ImageRecord, Vector
from vizsla.search import Addresses, trending
from vizsla.search.kinds import GIF, OTHER, TITLES, WALLPAPER, kind_of
from vizsla.search.trending import KEPT_SECONDS, TILES, Trending, texts_of, trending_market, varied
from vizsla.state import State
from vizsla.wire import MARKETS, TRENDING_MARKETS, SafeSearch, SearchParameters, TrendingImages

from .worlds import HERE, World, record, world

PEOPLE, ANIMALS, PLACES = TITLES[:3]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    state = State(tmp_path / "state.db")
    yield state
    state.close()


def ask(state: State, *texts: str, times: int = 2, market: str = "en-US") -> None:
    for text in texts:
        for _ in range(times):
            state.queries.note(text, market)
    state.queries.flush()


def of(world: World, state: State, **given: object) -> Trending:
    return Trending(world.searcher(), world.store, world.engine, state.queries, **given)  # type: ignore[arg-type]


def answer(
    world: World, state: State, market: str = "en-US", safe: SafeSearch = SafeSearch.MODERATE
) -> TrendingImages:
    return of(world, state).images(market, safe, HERE)


def texts(found: TrendingImages) -> dict[str, list[str]]:
    return {category.title: [tile.query.text for tile in category.tiles] for category in found.categories}


def queries(found: TrendingImages) -> list[str]:
    return [tile.query.text for category in found.categories for tile in category.tiles]


def shown(found: TrendingImages) -> list[str]:
    return [tile.image.image_id for category in found.categories for tile in category.tiles]


ANIMAL_RECORDS = [
    record(n, title=f"{name} number {n}", tags=("animal", name))
    for n, name in enumerate(("dog", "dog", "cat", "horse", "tiger", "ladybird"), 1)
]
THINGS = [record(n, title=f"thing {n}", tags=("spoon", f"kitchen{n}")) for n in range(20, 24)]


# What is popular


def test_popular_queries_stand_first_the_heaviest_before_the_others(state: State) -> None:
    ask(state, "horse", times=2)
    ask(state, "dog", times=5)
    ask(state, "spoon", times=3)
    with world(ANIMAL_RECORDS + THINGS) as here:
        found = texts(answer(here, state))
    assert found[ANIMALS][:2] == ["dog", "horse"]
    assert found[OTHER][0] == "spoon"


def test_a_tile_is_what_a_client_needs_to_search_on(state: State) -> None:
    ask(state, "red spoon")
    one = record(7, title="red spoon", content_url="https://example.org/7.jpg")
    with world([one]) as here:
        ((tile,),) = [category.tiles for category in answer(here, state).categories]
    assert tile.query.text == tile.query.display_text == "red spoon"
    assert tile.query.web_search_url == f"{HERE.base}/images/search?q=red+spoon&FORM=ISTRTH&id={one.image_id}"
    assert tile.image.image_id == one.image_id
    assert tile.image.thumbnail_url.startswith(f"{HERE.base}/th?id=OIP.")
    assert tile.image.content_url == "https://example.org/7.jpg"
    assert (tile.image.thumbnail.width, tile.image.thumbnail.height) == (474, 355)
    assert (tile.image.width, tile.image.height) == (640, 480)


def test_no_picture_and_no_copy_of_one_stands_in_two_tiles(state: State) -> None:
    ask(state, "dog", "animal dog", "dog number")
    same = {"content_id": b"x" * 16, "title": "dog", "tags": ("animal",)}
    with world([record(1, **same), record(2, **same), *ANIMAL_RECORDS[1:]]) as here:
        found = shown(answer(here, state))
        records = [here.store.find(image_id) for image_id in found]
    contents = [stored.record.content_id for stored in records if stored]
    assert len(found) == len(set(found)) == len(set(contents)) >= 3


def test_a_query_that_finds_nothing_has_no_tile(state: State) -> None:
    ask(state, "zeppelin", times=9)
    with world(THINGS) as here:
        assert "zeppelin" not in queries(answer(here, state))


def test_a_market_has_its_own_first_and_then_those_of_others(state: State) -> None:
    ask(state, "cat", times=2, market="en-GB")
    ask(state, "dog", times=9, market="en-US")
    with world(ANIMAL_RECORDS) as here:
        assert texts(answer(here, state, "en-GB"))[ANIMALS][:2] == ["cat", "dog"]
        assert texts(answer(here, state, "en-US"))[ANIMALS][:2] == ["dog", "cat"]


def test_categories_are_bounded_and_in_their_order(state: State) -> None:
    rows = [record(n, title=f"dog {n}", tags=(f"dog{n}",)) for n in range(1, 31)]
    rows += [record(n, title=f"spoon {n}") for n in range(31, 61)]
    ask(state, *(f"dog {n}" for n in range(1, 31)), *(f"spoon {n}" for n in range(31, 61)))
    with world(rows) as here:
        found = texts(answer(here, state))
    assert list(found) == [title for title in TITLES if title in found]
    assert {title: len(row) for title, row in found.items()} == {ANIMALS: TILES, OTHER: TILES}


# Safe search


@pytest.mark.parametrize("safe", list(SafeSearch))
def test_no_picture_is_shown_that_safe_search_would_not_show(state: State, safe: SafeSearch) -> None:
    ask(state, "dog")
    with world([record(1, title="dog", adult=True), record(2, title="spoon", adult=True), *THINGS]) as here:
        found = set(shown(answer(here, state, safe=safe)))
        adult = {f"{1:040X}", f"{2:040X}"}
    assert found & adult == (adult if safe == SafeSearch.OFF else set())


def test_where_policy_is_strict_it_is_so_here(state: State) -> None:
    with world([record(1, title="dog", adult=True), *THINGS]) as here:
        strict = of(here, state, strict_markets=("en-IN",))
        assert f"{1:040X}" not in shown(strict.images("en-IN", SafeSearch.OFF, HERE))
        assert f"{1:040X}" in shown(strict.images("en-US", SafeSearch.OFF, HERE))


# What nobody has searched yet


def test_an_empty_library_has_no_categories(state: State) -> None:
    with world([]) as here:
        assert answer(here, state) == TrendingImages()


def test_a_library_nobody_has_searched_shows_what_it_has_under_words_that_find_it(
    gallery_library: Library, state: State
) -> None:
    searcher, store = gallery_library.searcher, gallery_library.store
    found = Trending(searcher, store, gallery_library.indexer.engine, state.queries).images(
        "en-US", SafeSearch.MODERATE, HERE
    )
    rows = texts(found)
    assert {PEOPLE, ANIMALS, PLACES, GIF, OTHER} <= set(rows)
    assert all(0 < len(row) <= TILES for row in rows.values())
    assert len(rows[ANIMALS]) == len(rows[OTHER]) == TILES
    assert len(queries(found)) == len(set(queries(found)))
    for tile in (tile for category in found.categories for tile in category.tiles):
        results = searcher.search(SearchParameters(q=tile.query.text, count=150), HERE)
        assert tile.image.image_id in [image.image_id for image in results.value], tile.query.text


def test_it_is_chosen_alike_each_time(gallery_library: Library, state: State) -> None:
    opened = gallery_library
    rooms = (opened.searcher, opened.store, opened.indexer.engine, state.queries)
    one, other = (Trending(*rooms).images("en-US", SafeSearch.MODERATE, HERE) for _ in range(2))
    assert one == other


def test_what_is_varied_is_chosen_before_what_is_alike() -> None:
    """Three bunches of pictures: the first three choices are one of each."""
    angles = [0.0, 0.01, 0.02, 1.5, 1.51, 1.52, 3.0, 3.01, 3.02]
    vectors: list[Vector] = [
        np.array([np.cos(a), np.sin(a), 0, 0, 0, 0, 0, 0], np.float32) * (1 + a) for a in angles
    ]
    with world([record(n, title=f"spoon {n}") for n in range(1, 10)], vectors) as here:
        stored = list(here.store.each())
        chosen = [one.number for one in varied(here.store, stored, 3)]
        assert {(number - 1) // 3 for number in chosen} == {0, 1, 2}
        assert len(varied(here.store, stored, 50)) == 9
        assert sorted(one.number for one in varied(here.store, stored, 8)) != chosen


def test_pictures_without_vectors_are_chosen_as_they_come() -> None:
    with world(THINGS) as here:
        stored = list(here.store.each())
        assert varied(here.store, stored, 2) == stored[:2]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": "Red Panda", "tags": ("animal",)}, ["red panda", "animal"]),
        ({"title": "The red panda of our zoo", "tags": ("zoo",)}, ["zoo", "the red panda of our zoo"]),
        ({"title": "x " * 40, "tags": ("zoo",)}, ["zoo"]),
        ({"names": "IMG 1234"}, ["img 1234"]),
        ({"names": "2024 1234"}, []),
        ({"title": "site:example.org dog"}, []),
        ({}, []),
    ],
)
def test_a_picture_is_asked_for_by_its_most_telling_words(
    fields: dict[str, object], expected: list[str]
) -> None:
    assert list(texts_of(record(1, **fields))) == expected


# Categories


@pytest.mark.parametrize(
    ("text", "fields", "title"),
    [
        ("laughing", {"animated": True, "format": "gif", "tags": ("dog",)}, GIF),
        ("laughing", {"animated": True, "format": "webp"}, OTHER),
        ("grace hopper", {"faces": ("face",)}, PEOPLE),
        ("singers", {}, PEOPLE),
        ("red pandas", {}, ANIMALS),
        ("rex", {"tags": ("animal", "mammal")}, ANIMALS),
        ("eiffel tower", {}, PLACES),
        ("mountains", {"size_classes": ("large", "wallpaper")}, PLACES),
        ("mountain wallpaper", {}, WALLPAPER),
        ("abstract", {"size_classes": ("large", "wallpaper")}, WALLPAPER),
        ("abstract", {"size_classes": ("large",)}, OTHER),
    ],
)
def test_a_query_is_of_the_kind_that_its_words_and_its_picture_say(
    text: str, fields: dict[str, object], title: str
) -> None:
    one: ImageRecord = record(1, **fields)
    assert kind_of(text, one) == title


# Markets


@pytest.mark.parametrize(
    ("market", "answered"),
    [
        ("de-DE", "en-US"),
        ("en-NZ", "en-US"),
        ("en-ZA", "en-US"),
        ("zh-TW", "zh-CN"),
        ("zh-HK", "zh-CN"),
        ("ja-JP", "en-US"),
    ],
)
def test_other_markets_are_answered_as_the_nearest(market: str, answered: str) -> None:
    assert trending_market(market) == answered


def test_every_market_is_answered_as_one_of_the_six() -> None:
    assert {trending_market(market) for market in MARKETS} == {"en-US", "zh-CN", *TRENDING_MARKETS}
    assert all(trending_market(market) == market for market in TRENDING_MARKETS)


# Keeping


def test_tiles_are_kept_for_a_while_and_written_for_each_address(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("vizsla.search.trending.time.monotonic", lambda: now[0])
    with world(ANIMAL_RECORDS) as here:
        found = of(here, state)
        before = texts(found.images("en-US", SafeSearch.MODERATE, HERE))
        ask(state, "tiger", times=9)
        now[0] += KEPT_SECONDS - 1
        elsewhere = found.images("en-US", SafeSearch.MODERATE, Addresses("https://elsewhere.example"))
        assert texts(elsewhere) == before
        assert "https://elsewhere.example/th?id=" in elsewhere.categories[0].tiles[0].image.thumbnail_url
        assert texts(found.images("en-GB", SafeSearch.MODERATE, HERE))[ANIMALS][0] == "tiger"
        now[0] += 2
        assert texts(found.images("en-US", SafeSearch.MODERATE, HERE))[ANIMALS][0] == "tiger"


def test_nobody_waits_while_somebody_chooses_anew(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trending, "KEPT_SECONDS", 0.0)
    with world(ANIMAL_RECORDS) as here:
        found = of(here, state)
        before = found.images("en-US", SafeSearch.MODERATE, HERE)
        assert found._lock.acquire()
        asked: list[TrendingImages] = []
        thread = threading.Thread(
            target=lambda: asked.append(found.images("en-US", SafeSearch.MODERATE, HERE)), daemon=True
        )
        thread.start()
        thread.join(30)
        found._lock.release()
    assert asked == [before]
