"""From parameters to the right records, over a real store and a real engine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from vizsla.encoders.seam import Vectors
from vizsla.engines.local import engine as local
from vizsla.records import Vector
from vizsla.search import Searcher
from vizsla.search.cutoff import OF_NEAREST
from vizsla.wire import SearchParameters

from .worlds import DIMENSION, HERE, WordEncoder, direction, ids, record, world

TITLES = ("red dog", "red cat", "big dog in the red house", "dog red", "blue bird", "DOGS playing")


QUERIES_FOR_PEOPLE = ("people", "holiday people", "gens", "portrait", "square -people", "lion face")


def found(*typed: str) -> list[set[int]]:
    """For each query, the records of `TITLES`, counted from 1, that its words find."""
    with world([record(number, title=title) for number, title in enumerate(TITLES, 1)]) as here:
        return [{int(image_id, 16) for image_id in ids(here.search(query))} for query in typed]


def test_words_phrases_and_stop_words() -> None:
    assert found("red dog", '"red dog"', "the dogs") == [{1, 3, 4}, {1}, {1, 3, 4, 6}]
    assert found("red dog house", '"in the house"') == [{1, 3, 4}, {3}]


def test_if_nothing_holds_enough_of_the_words_one_is_enough() -> None:
    assert found("bird", "purple bird", "submarine") == [{5}, {5}, set()]


def test_people_are_found_by_their_faces_behind_what_tells_of_them() -> None:
    records = [
        record(1, title="holiday", faces=("face",)),
        record(2, title="people on a square"),
        record(3, title="square"),
        record(4, title="holiday", faces=("portrait",)),
    ]
    with world(records) as here:
        answers = [[int(found, 16) for found in ids(here.search(query))] for query in QUERIES_FOR_PEOPLE]
    assert answers[0][0] == 2
    assert [set(answer) for answer in answers] == [{1, 2, 4}, {1, 4}, {1, 4}, {4}, {3}, set()]


def test_a_colour_beside_words_is_that_of_the_picture_behind_what_tells_of_it() -> None:
    records = [
        record(1, title="a bird", colours=("red", "white")),
        record(2, title="red bird", colours=("blue",)),
        record(3, title="a bird", colours=("blue",)),
        record(4, title="red heart", colours=("red",)),
        record(5, title="heart", colours=("red",)),
    ]
    with world(records) as here:
        queries = ("red bird", "red", "red fish", "+red bird", "bird -red")
        answers = [[int(found, 16) for found in ids(here.search(query))] for query in queries]
    assert answers[0] == [2, 1]
    assert [set(answer) for answer in answers[1:]] == [{2, 4}, {2, 4}, {2}, {1, 3}]


def test_of_many_people_the_newest_come_first_and_none_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "FETCHED", 30)
    monkeypatch.setattr(local, "CANDIDATES", 20)
    records = [record(number, title=f"x{number}", faces=("face",)) for number in range(1, 101)]
    records[4] = record(5, title="people", faces=())
    with world(records) as here:
        pages = [ids(here.search("people", count=15, offset=offset)) for offset in range(0, 105, 15)]
    shown = [int(image_id, 16) for page in pages for image_id in page]
    assert shown == [5, *(number for number in range(100, 0, -1) if number != 5)]


def test_of_people_who_score_alike_the_sharper_and_larger_come_first() -> None:
    records = [
        record(number, title="x", faces=("face",), sharpness=sharpness, width=999, height=999)
        for number, sharpness in ((1, 90), (2, 10), (3, 50))
    ]
    with world(records) as here:
        assert [int(found, 16) for found in ids(here.search("people"))] == [1, 3, 2]


def test_looks_are_found_without_a_common_word() -> None:
    vectors = [direction("puppy"), -direction("puppy"), np.zeros(DIMENSION, np.float32)]
    with world([record(number, title="x") for number in (1, 2, 3)], vectors) as here:
        assert ids(here.search("puppy"))[0] == f"{1:040X}"


def test_what_scores_below_the_encoders_floor_is_not_found_by_looks() -> None:
    dog, zebra = direction("dog"), direction("zebra")
    across: Vector = dog - np.float32(dog @ zebra / (zebra @ zebra)) * zebra  # has nothing to do with a zebra
    records = [record(1, title="photo"), record(2, title="zebra crossing"), record(3, title="photo")]
    with world(records, [across, across, -zebra]) as here:
        searcher = Searcher(here.store, here.engine, ChoosyEncoder)
        absent, asked = (searcher.search(SearchParameters(q=q), HERE) for q in ("zebra", "dog"))
    assert ids(absent) == [f"{2:040X}"]
    assert absent.total_estimated_matches == 1
    assert set(ids(asked)) >= {f"{1:040X}", f"{2:040X}"}


def test_what_only_shows_something_like_it_is_not_found_beside_what_shows_it_for_sure() -> None:
    dog = direction("dog") / np.linalg.norm(direction("dog"))
    vectors = [np.float32(share) * dog for share in (1.0, 0.9 * OF_NEAREST, 1.1 * OF_NEAREST)]
    with world([record(number, title="photo") for number in (1, 2, 3)], vectors) as here:
        answer = Searcher(here.store, here.engine, ChoosyEncoder).search(SearchParameters(q="dog"), HERE)
    assert ids(answer) == [f"{1:040X}", f"{3:040X}"]
    assert answer.total_estimated_matches == 2


class ChoosyEncoder(WordEncoder):
    floor = 0.1


class UnsureEncoder(ChoosyEncoder):
    """Hardly knows what any word looks like."""

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        return 1e-3 * super().encode_texts(texts)


def test_looks_that_no_picture_can_have_do_not_order_what_words_find() -> None:
    seen = direction("gas") / np.linalg.norm(direction("gas"))
    records = [record(1, title="gas giant"), record(2, title="gas giant")]
    with world(records, [seen, -seen]) as here:
        searchers = [Searcher(here.store, here.engine, made) for made in (UnsureEncoder, ChoosyEncoder)]
        answers = [ids(searcher.search(SearchParameters(q="gas"), HERE)) for searcher in searchers]
    assert answers == [[f"{2:040X}", f"{1:040X}"], [f"{1:040X}", f"{2:040X}"]]


def test_what_holds_some_of_the_words_is_found_beside_what_looks_like_the_query() -> None:
    vectors = [direction("bouleau cricket"), np.zeros(DIMENSION, np.float32)]
    with world([record(1, title="photo"), record(2, title="boule de cricket")], vectors) as here:
        answer = Searcher(here.store, here.engine, ChoosyEncoder).search(
            SearchParameters(q="bouleau cricket"), HERE
        )
    assert ids(answer) == [f"{2:040X}", f"{1:040X}"]


def test_a_record_that_is_gone_leaves_a_gap_but_no_repetition() -> None:
    records = [record(number, title="dog") for number in range(1, 8)]
    with world(records) as here:
        before = ids(here.search("dog"))
        here.store.remove([before[2]])  # the engine does not know yet
        first = here.search("dog", count=4)
        second = here.search("dog", count=4, offset=first.next_offset)
        assert ids(first) + ids(second) == before[:2] + before[3:]
        assert (first.next_offset, second.next_offset) == (4, 7)


def test_the_newest_come_first_without_a_query() -> None:
    with world([record(number, title="x", adult=number == 4) for number in range(1, 6)]) as here:
        newest = here.searcher().newest(3, HERE)
        assert ids(newest) == [f"{number:040X}" for number in (5, 3, 2)]
        assert newest.total_estimated_matches == 4


@pytest.mark.parametrize("count", [0, 1, 3, 150])
def test_a_page_has_as_many_as_asked_and_tells_where_the_next_begins(count: int) -> None:
    with world([record(number, title="dog") for number in range(1, 6)]) as here:
        answer = here.search("dog", count=count, offset=1)
        assert len(answer.value) == min(count, 4)
        assert answer.current_offset == 1
        assert answer.next_offset == 1 + len(answer.value)
        assert answer.total_estimated_matches == 5


def test_past_the_end_a_page_is_empty_and_leads_nowhere() -> None:
    with world([record(1, title="dog")]) as here:
        for offset in (1, 2, 2**31 - 1):
            answer = here.search("dog", offset=offset)
            assert (ids(answer), answer.next_offset) == ([], offset)
            assert answer.total_estimated_matches == 1


def test_an_empty_library_answers() -> None:
    with world([]) as here:
        answer = here.search("dog")
        assert (ids(answer), answer.total_estimated_matches, answer.next_offset) == ([], 0, 0)


class Counting(WordEncoder):
    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return super().encode_texts(texts)


def test_a_query_is_encoded_once_and_without_its_quotes() -> None:
    encoder = Counting()
    with world([record(1, title="dog")]) as here:
        searcher = Searcher(here.store, here.engine, lambda: encoder)
        for offset in range(3):
            searcher.search(SearchParameters(q='"red dog"', offset=offset), HERE)
    assert encoder.asked == ["red dog"]
