"""Words for what an image shows."""

from __future__ import annotations

from sample_records import record
from vizsla.search.recognition import CERTAIN, Recognised, recognise, words_of
from vizsla.search.similar import Neighbour


def never(word: str) -> float:
    return 0.0


def neighbour(similarity: float, *tags: str, title: str = "") -> Neighbour:
    return Neighbour(record(1, tags=tags, title=title), similarity)


def names(found: list[Recognised]) -> list[str]:
    return [one.word for one in found]


def test_tags_come_before_words_of_the_title_and_nothing_twice() -> None:
    tagged = record(1, tags=("Golden Retriever", "dog"), title="A dog on the beach", names="img 0042")
    assert words_of(tagged) == ["golden retriever", "dog", "beach"]


def test_the_name_of_the_file_speaks_where_nothing_else_does() -> None:
    assert words_of(record(1, tags=(), title="", names="IMG 0042 red barn")) == ["red", "barn"]
    assert words_of(record(1, tags=("x-ray",), title="", names="red barn")) == ["x-ray"]


def test_what_is_said_of_the_image_itself_is_certain_and_first() -> None:
    found = recognise(
        record(1, tags=("cat",), title=""), [neighbour(0.9, "dog"), neighbour(0.8, "dog")], never
    )
    assert found[0] == Recognised("cat", CERTAIN)
    assert names(found) == ["cat", "dog"]


def test_a_word_needs_two_that_agree_or_one_that_is_nearly_the_same_picture() -> None:
    assert recognise(None, [neighbour(0.6, "dog"), neighbour(0.6, "cat")], never) == []
    assert names(recognise(None, [neighbour(0.6, "dog"), neighbour(0.6, "dog")], never)) == ["dog"]
    assert names(recognise(None, [neighbour(0.9, "dog"), neighbour(0.3, "cat")], never)) == ["dog"]


def test_the_more_similar_outweigh_the_less() -> None:
    near = [neighbour(0.6, "dog"), neighbour(0.6, "dog"), *(neighbour(0.3, "cat") for _ in range(6))]
    assert names(recognise(None, near, never))[0] == "dog"


def test_words_that_are_everywhere_say_nothing() -> None:
    near = [neighbour(0.5, "picture of ours", "dog") for _ in range(5)]
    usual = {"picture of ours": 0.95, "dog": 0.05}
    assert names(recognise(None, near, usual.__getitem__)) == ["dog"]


def test_what_is_unlike_does_not_vote() -> None:
    assert recognise(None, [neighbour(-0.2, "dog"), neighbour(0.0, "dog")], never) == []
    assert recognise(None, [], never) == []
