"""Which words stand together."""

from __future__ import annotations

import pytest

from sample_records import record
from vizsla.records import ImageRecord
from vizsla.search.company import Company, Learning, Said, akin, fit, items_of

from .worlds import world


def learnt(records: list[ImageRecord], known: str = "") -> Company:
    """What a library of these records tells, with an encoder that knows these words."""
    with world(records) as here:
        learning = Learning(here.store, here.engine, lambda text: text in known.split())
        found = [company for _ in range(10) if (company := learning.step())]
        assert len(found) == 1
        return found[0]


def tagged(*rows: str, creator: str = "", first: int = 1, adult: bool = False) -> list[ImageRecord]:
    return [
        record(number, title="", tags=tuple(row.split(",")), creator=creator, adult=adult)
        for number, row in enumerate(rows, first)
    ]


def names(company: Company, word: str) -> list[str]:
    return [one.word for one in company.beside.get(word, ())]


PETS = tagged(
    "cat,kitten",
    "cat,kitten",
    "cat,kitten,pet",
    "cat,pet",
    "dog,pet",
    "dog,bone",
    "dog,bone",
    "car",
    "car",
    "tree",
)


def test_words_stand_together_that_do_so_more_often_than_by_chance() -> None:
    company = learnt(PETS)
    assert names(company, "cat") == ["kitten", "pet"]
    assert names(company, "dog") == ["bone"]
    assert names(company, "car") == []
    kitten, _ = company.beside["cat"]
    assert kitten.share == 0.75


def test_what_one_picture_says_tells_nothing() -> None:
    assert "tree" not in learnt(PETS).shown


def test_forms_of_a_word_and_words_that_are_not_fit_are_no_company() -> None:
    company = learnt([*tagged("cat,cats,nude", "cat,cats,nude"), *PETS[5:]])
    assert names(company, "cat") == []


def test_what_only_one_creator_says_is_his_label() -> None:
    records = [
        *tagged("cat,mine", "cat,mine", creator="Ann"),
        *tagged("cat,pet", "dog,bone", creator="Bob", first=10),
        *tagged("cat,pet", "dog,bone", creator="Cy", first=20),
    ]
    assert "mine" not in learnt(records).shown
    assert "pet" in learnt(records).shown


def test_what_is_not_for_everybody_is_not_learnt_from() -> None:
    assert (
        learnt([*PETS, *tagged("cat,secret", "cat,secret", first=20, adult=True)])
        .shown.keys()
        .isdisjoint({"secret"})
    )


def test_words_stand_beside_words_of_their_language() -> None:
    records = tagged(
        "cat,Kätzchen,kitten", "cat,Kätzchen,kitten", "Hund,Knochen", "Hund,Knochen", "x1", "car"
    )
    company = learnt(records, known="cat kitten dog bone")
    assert names(company, "cat") == ["kitten"]
    assert names(company, "hund") == ["knochen"]
    assert company.shown["knochen"] == "Knochen"
    assert not company.usual("knochen", ["cat"])
    assert company.usual("knochen", ["hund"])
    assert company.usual("kitten", ["hund"])


def test_a_library_is_learnt_anew_when_it_has_grown() -> None:
    with world(PETS) as here:
        learning = Learning(here.store, here.engine, lambda text: False)
        assert any(learning.step() for _ in range(5))
        assert not any(learning.step() for _ in range(5))
        source = here.store.source("folder", "/pictures")
        from vizsla.store import Entry

        before = here.engine.watermark()
        here.store.put(source, [Entry(one, "") for one in tagged(*["fox,den"] * 9, first=50)])
        here.engine.apply(here.store.changes(before, 100))
        assert any((company := learning.step()) and "fox" in company.shown for _ in range(5))


def test_items_are_tags_and_words_of_the_title_without_the_creator() -> None:
    one = record(
        1, title="Red barn", tags=("Old Farm", "x_9", "barn", "by Ann", "clip art"), creator="Ann Lee"
    )
    assert items_of(one) == {"old farm": "Old Farm", "barn": "barn", "red": "red"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("cat", "cats", True),
        ("cat", "cattle", False),
        ("sail", "sailing", True),
        ("car", "cart", False),
        ("baby", "babies", True),
        ("flower", "flow", True),
        ("dog", "dot", False),
        ("dog", "dog", True),
        ("christmas", "christianity", False),
    ],
)
def test_forms_of_a_word_are_told_by_their_letters(one: str, other: str, same: bool) -> None:
    assert akin(one, other) == akin(other, one) == same


def test_a_text_says_more_if_one_of_its_words_is_new() -> None:
    said = Said(["black", "cats"])
    assert not said.more("cat")
    assert not said.more("black cat")
    assert said.more("black cattle")
    said.say("cattle")
    assert not said.more("cattle")


def test_nothing_is_suggested_that_is_not_fit_for_everybody() -> None:
    assert fit("sussex coast")
    assert not fit("sexy coast")
