"""Slips of the pen: what is replaced, by what, and what never is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from vizsla.encoders import open_encoder
from vizsla.encoders.seam import words_of
from vizsla.search import Searcher
from vizsla.search.lexicon import LONGEST, SHORTEST, TWO_SLIPS, Lexicon, slips
from vizsla.search.query import read
from vizsla.search.slips import doubt
from vizsla.search.spelling import corrected
from vizsla.search.taught import taught
from vizsla.wire import Images, SearchParameters

from .test_grammar import TYPED
from .worlds import HERE, BlindEncoder, World, ids, record, world

COUNTS = [
    "puppy",
    "9",
    "puppies",
    "4",
    "horse",
    "2",
    "house",
    "90",
    "sailing",
    "7",
    "mountain",
    "30",
    "sunflower",
    "5",
    "elephant",
    "3",
    "guitar",
    "2",
    "guitars",
    "7",
    "cafe",
    "3",
    "smorrebrod",
    "1",
    "brother",
    "5",
    "another",
    "50",
]
LEXICON = Lexicon({word: int(count) for word, count in zip(COUNTS[::2], COUNTS[1::2], strict=True)})
BUNDLED = taught(open_encoder())
ZOO = frozenset(("zebra", "giraffe", "puppy"))


def meant(query: str) -> str:
    return corrected(query, read(query), LEXICON, ZOO.__contains__)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("pupies", "puppies"),
        ("Puppiez", "puppies"),
        ("hosre", "horse"),
        ("sialing", "sailing"),
        ("mountian, sunflwer!", "mountain, sunflower!"),
        ("elehpamt", "elephant"),
        ("gitar", "guitar"),
        ("cafée", "cafe"),
        ("smørrebröt", "smorrebrod"),
        ('big pupies -pupies "pupies" +pupies', 'big puppies -pupies "pupies" +pupies'),
        ("site:pupies.org intitle:pupies pupies", "site:pupies.org intitle:pupies puppies"),
        ("(pupies OR hosre) AND mountian", "(puppies OR horse) AND mountain"),
        ("NOT pupies hosre", "NOT pupies horse"),
    ],
)
def test_a_word_that_nobody_knows_becomes_the_closest_of_the_library(typed: str, wanted: str) -> None:
    assert meant(typed) == wanted


@pytest.mark.parametrize(
    "typed",
    [
        *("horse house", "zebra", "Puppies", "Café", "hors", "cat", "qwertz", "with", "pupies1", "pup-pies"),
        *("x" * 100, "+pupies", "  +red pupies", '"pupies"', "-pupies", "", "!?", "東京タワー"),
    ],
)
def test_what_is_known_or_kept_or_like_nothing_stays(typed: str) -> None:
    lexicon = Lexicon({"puppies": 4, "horse": 2, "house": 90, "cafe": 3, "cot": 9, "wish": 9})
    known = ZOO | {"hors"}
    assert corrected(typed, read(typed), lexicon, known.__contains__) == typed


def test_of_several_the_one_with_fewer_slips_then_the_first_letter_then_the_commoner() -> None:
    lexicon = Lexicon({"night": 90, "rights": 2, "horse": 2, "house": 90, "mountain": 1, "fountains": 50})
    assert [lexicon.closest(word) for word in ("right", "hoose", "mountains")] == [
        "rights",
        "house",
        "mountain",
    ]


@pytest.mark.parametrize(
    ("typed", "wanted", "instead"),
    [
        ("moneky", "monkey", "money"),  # neighbours swapped, rather than a letter too many
        ("crav", "crab", "cram"),  # the key beside, rather than one far away
        ("pimate", "primate", "pirate"),  # a letter left out, rather than another one typed
        ("eagel", "eagle", "eager"),
        ("happpy", "happy", "hapmpy"),  # a letter doubled, rather than one far away
        ("leter", "letter", "later"),  # one of two left out, rather than another vowel
    ],
)
def test_of_several_one_slip_away_the_likelier_slip_counts_beside_how_common_a_word_is(
    typed: str, wanted: str, instead: str
) -> None:
    assert Lexicon({wanted: 2, instead: 9}).closest(typed) == wanted
    assert doubt(typed, wanted) < doubt(typed, instead)


@given(st.text("abcdehloy", min_size=2, max_size=8), st.data())
def test_swapping_neighbours_and_doubling_a_letter_are_never_doubted_but_for_the_first_letter(
    word: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(1, len(word) - 1))
    swapped = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    for typed in {swapped, word[:at] + word[at] + word[at:]} - {word}:
        assert doubt(typed, word) == 0


def test_what_is_too_unlikely_or_cannot_be_meant_gives_way_to_what_is_hardly_less_likely() -> None:
    words = {"money": 100, "monkey": 90, "trier": 100, "terrier": 1}
    known = {"monkey", "terrier"}
    lexicon = Lexicon(words, fits=known.__contains__)
    assert [lexicon.closest(word) for word in ("moneky", "monney", "trrier")] == ["monkey", None, None]
    sure = Lexicon({"money": 100, "terrier": 1}, most_doubt=2.1)
    assert [sure.closest(word) for word in ("terier", "tezrier")] == ["terrier", None]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("eagel", "eagle"),
        ("moneky", "monkey"),
        ("ainmals", "animals"),
        ("tolos", "tools"),
        ("puppis", "puppies"),
        ("sgop", "shop"),
        ("chameau", None),  # French
    ],
)
def test_of_what_the_bundled_encoder_was_taught_everyday_slips_become_what_was_meant(
    typed: str, wanted: str | None
) -> None:
    assert BUNDLED.closest(typed) == wanted


def test_a_query_in_another_language_is_left_alone() -> None:
    assert meant("hosre pupies mountian") == "horse puppies mountain"
    assert meant("hosre pupies mountian sialing") == "hosre pupies mountian sialing"


def test_where_nobody_has_words_nothing_is_corrected() -> None:
    assert corrected("pupies", read("pupies"), Lexicon(), ZOO.__contains__) == "pupies"


TAUGHT = Lexicon(
    {"giraffe": 3, "elephant": 9, "photo": 7, "foot": 8, "blue": 9, "house": 1},
    fits=lambda word: word != "photo",
)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("girafe", "giraffe"),  # only the encoder has it
        ("elefant", "elephant"),  # as it sounds
        ("hose", "horse"),  # of equals, the library's
        ("blume", "blue"),
        ("montain", "mountain"),
        ("foto", "foto"),  # `photo` was meant, which no picture can be found by
    ],
)
def test_a_word_that_only_the_encoder_has_may_be_meant(typed: str, wanted: str) -> None:
    lexicon = Lexicon({"horse": 2, "mountain": 3})
    assert corrected(typed, read(typed), lexicon, ZOO.__contains__, TAUGHT) == wanted
    without = Lexicon()
    assert corrected(typed, read(typed), without, ZOO.__contains__, TAUGHT) == (
        {"hose": "house", "montain": "montain"}.get(typed, wanted)
    )


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("elefant", "elephant", 1),
        ("fotograf", "photograph", 1),
        ("kwilt", "quilt", 1),
        ("horse", "hosre", 1),
        ("cat", "dog", 3),
    ],
)
def test_a_sound_written_in_another_way_is_one_slip(one: str, other: str, count: int) -> None:
    assert slips(one, other) == count


@given(
    st.dictionaries(st.text("abcé", min_size=1, max_size=12), st.integers(1, 9), max_size=30),
    st.text("abcé", max_size=12),
)
def test_the_closest_word_is_that_of_a_plain_reading(vocabulary: dict[str, int], word: str) -> None:
    slips = 2 if len(word) >= TWO_SLIPS else 1
    near = [one for one in vocabulary if OSA.distance(one, word) <= slips]
    closest = Lexicon(vocabulary).closest(word)
    if not near or not SHORTEST <= len(word) <= LONGEST:
        assert closest is None
    else:
        order = {one: (OSA.distance(one, word), one[0] != word[0], -vocabulary[one], one) for one in near}
        assert closest == min(near, key=order.__getitem__)


@given(TYPED)
def test_any_query_keeps_its_operators(typed: str) -> None:
    """Only plain words change, so the tree stays what it was."""
    lexicon = Lexicon({"kater": 1, "katzen": 2, "doges": 3})
    altered = corrected(typed, read(typed), lexicon, lambda word: False)
    before, after = read(typed), read(altered)
    assert len(before.plain) == len(after.plain)
    assert (before.open, before.demand is None) == (after.open, after.demand is None)
    assert corrected(altered, after, lexicon, lambda word: False) == altered


# Over a library.


@pytest.fixture(scope="module")
def here() -> Iterator[World]:
    titles = ("two puppies", "a house", "puppies in a house", "sailing downwind")
    with world([record(number, title=title) for number, title in enumerate(titles, 1)]) as made:
        yield made


class TaughtEncoder(BlindEncoder):
    """Finds nothing by looks, but knows the words of the bundled encoder and takes them for telling."""

    def __init__(self) -> None:
        self._bundled = open_encoder()
        self.words = words_of(self._bundled)

    def knows(self, text: str) -> bool:
        return self._bundled.knows(text)


def asked(here: World, query: str, market: str | None = None) -> Images:
    searcher = Searcher(here.store, here.engine, TaughtEncoder)
    before = searcher.search(SearchParameters(q=query, mkt=market), HERE)
    assert before.query_context.altered_query is None  # nothing is learnt yet
    searcher.refresh()
    return searcher.search(SearchParameters(q=query, mkt=market), HERE)


def test_the_corrected_query_is_answered_and_told(here: World) -> None:
    answer = asked(here, "pupies  hause")
    context = answer.query_context
    assert (context.original_query, context.altered_query) == ("pupies  hause", "puppies  house")
    assert context.alteration_override_query == "+pupies  hause"
    assert ids(answer) == ids(here.search("puppies house")) == [f"{3:040X}"]
    assert answer.total_estimated_matches == 1
    assert answer.read_link == "images/search?q=pupies  hause"


@pytest.mark.parametrize(("typed", "wanted"), [("pupies", "puppies"), ("girafe", "giraffe")])
def test_the_first_query_of_all_is_corrected_as_later_ones_are(here: World, typed: str, wanted: str) -> None:
    searcher = Searcher(here.store, here.engine, TaughtEncoder)
    searcher.refresh()
    answers = [searcher.search(SearchParameters(q=typed), HERE) for _ in range(2)]
    assert [answer.query_context.altered_query for answer in answers] == [wanted, wanted]


def test_the_override_asks_for_what_was_typed(here: World) -> None:
    answer = asked(here, "+pupies")
    assert (answer.query_context.original_query, answer.query_context.altered_query) == ("+pupies", None)
    assert answer.value == []


def test_a_word_that_the_encoder_knows_is_asked_for_though_the_library_has_only_another(here: World) -> None:
    for query in ("horse", "zebra", "puppet"):
        assert asked(here, query).query_context.altered_query is None


@pytest.mark.parametrize(("typed", "wanted"), [("girafe", "giraffe"), ("elefant", "elephant")])
def test_a_slip_in_a_word_that_only_the_encoder_knows_is_corrected_where_its_language_is_spoken(
    here: World, typed: str, wanted: str
) -> None:
    context = asked(here, typed).query_context
    assert (context.altered_query, context.alteration_override_query) == (wanted, f"+{typed}")
    assert asked(here, typed, "de-DE").query_context.altered_query is None
    assert asked(here, f"+{typed}").query_context.altered_query is None
