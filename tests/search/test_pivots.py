"""What stands in the place of a word: of its kind, and together with the rest in some picture."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vizsla.search.colours import COLOURS
from vizsla.search.company import Beside, Company
from vizsla.search.pivots import PIVOTS, Pivots


def company(*pictures: str) -> Company:
    """What is known where each two words of a picture stand beside each other as closely as any."""
    held = [picture.split() for picture in pictures]
    words = sorted({word for one in held for word in one})
    together = {word: frozenset(other for one in held if word in one for other in one) for word in words}
    beside = {
        word: tuple(Beside(other, 1.0, 0.5, 1.0) for other in sorted(others - {word}))
        for word, others in together.items()
    }
    return Company(beside=beside, shown={word: word for word in words}, together=together)


def test_what_looks_like_a_word_comes_first_if_a_picture_holds_it_with_the_rest() -> None:
    pivots = Pivots(company("red car road", "red truck road", "blue bus"))
    assert pivots.instead("car", ("red",), (("bus", 0.9), ("truck", 0.8)))[0] == "truck"


def test_a_colour_gives_way_to_colours() -> None:
    pivots = Pivots(company("red car", "blue car", "green car", "car road", "white house"))
    assert pivots.instead("red", ("car",), ()) == ("blue", "green", "road")


def test_a_word_gives_way_to_what_keeps_the_same_company_before_what_says_more_of_the_rest() -> None:
    pivots = Pivots(
        company(
            "cat sofa basket", "dog sofa basket", "dog garden", "cat garden", "garden tree", "garden swing"
        )
    )
    assert pivots.instead("cat", ("garden",), ())[:2] == ("dog", "swing")


def test_nothing_is_suggested_that_no_picture_holds_with_the_rest_or_that_says_the_same() -> None:
    pivots = Pivots(company("red car", "red cars", "blue boat"))
    assert pivots.instead("car", ("red",), (("boat", 0.9), ("cars", 0.9))) == ()
    assert pivots.instead("car", ("unheard",), (("boat", 0.9),)) == ()


def test_while_nothing_is_known_of_company_what_looks_alike_will_do() -> None:
    assert Pivots(Company()).instead("car", ("red",), (("truck", 0.9),)) == ("truck",)


@given(
    st.lists(st.lists(st.sampled_from([*COLOURS, "car", "boat", "tree", "house"]), max_size=4).map(" ".join)),
    st.sampled_from(["red", "car", "unheard"]),
)
def test_each_is_held_with_every_word_of_the_rest_by_some_picture(pictures: list[str], rest: str) -> None:
    known = company(*pictures)
    found = Pivots(known).instead("house", (rest,), (("boat", 0.9), ("purple", 0.7)))
    assert len(found) <= PIVOTS
    assert len({*found, "house", rest}) == len(found) + (2 if rest != "house" else 1)
    assert not known.together or all(rest in known.together[one] for one in found)
