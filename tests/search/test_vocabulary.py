"""What a library's words are is learnt behind the searches, a little at a time."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from vizsla.encoders import open_encoder
from vizsla.encoders.seam import Encoder, Vectors
from vizsla.engines.seam import Engine
from vizsla.records import Vector
from vizsla.search import vocabulary as module
from vizsla.search.lexicon import Lexicon, fold, words_of
from vizsla.search.vocabulary import ENCODED_AT_ONCE, Vocabulary, likeness

from .worlds import WordEncoder, record, world

ANIMALS = [
    "dog",
    "puppy",
    "cat",
    "kitten",
    "horse",
    "cow",
    "boat",
    "ship",
    "ferry",
    "violin",
    "guitar",
    "piano",
    "red",
    "big",
    "small",
    "number",
    "old",
    "many",
]


class Growing:
    """An engine of which only the words matter."""

    def __init__(self, words: Mapping[str, int]) -> None:
        self.words = dict(words)
        self.sequence = 1
        self.read = 0

    def watermark(self) -> int:
        return self.sequence

    def count(self) -> int:
        return 10

    def vocabulary(self) -> Mapping[str, int]:
        self.read += 1
        return self.words


class Slow(WordEncoder):
    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return super().encode_texts(texts)


def vocabulary(engine: Growing, encoder: Encoder | None = None) -> Vocabulary:
    as_engine: Engine = engine  # type: ignore[assignment]  # all that is asked of it
    return Vocabulary(as_engine, lambda: encoder or WordEncoder())


def test_words_are_read_when_the_index_has_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READ_SECONDS", 0)
    monkeypatch.setattr(module, "SHARE", 1e9)
    engine = Growing({"dog": 3})
    known = vocabulary(engine)
    assert "dog" not in known.lexicon
    for _ in range(3):
        known.refresh()
    assert ("dog" in known.lexicon, engine.read) == (True, 1)
    engine.words["cat"] = 1
    engine.sequence = 2
    known.refresh()
    assert ("cat" in known.lexicon, engine.read) == (True, 2)


def test_words_are_not_read_all_the_time() -> None:
    engine = Growing({"dog": 3})
    known = vocabulary(engine)
    for _ in range(10):
        engine.sequence += 1
        known.refresh()
    assert engine.read == 1


def test_likeness_waits_for_somebody_who_searches_and_comes_in_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LEARN_SECONDS", 0)
    engine = Growing({f"word{chr(97 + place)}x": 1 for place in range(20)} | {"the": 99, "ox": 9, "a1": 5})
    encoder = Slow()
    known = vocabulary(engine, encoder)
    known.refresh()
    assert (encoder.encoded, known.alike) == ([], {})
    known.searched = True
    known.refresh()
    assert (len(encoder.encoded), known.alike) == (ENCODED_AT_ONCE, {})
    known.refresh()
    assert sorted(encoder.encoded) == sorted(set(engine.words) - {"the", "ox", "a1"})
    assert set(known.alike) <= set(encoder.encoded)
    assert known.alike
    known.refresh()
    assert len(encoder.encoded) == 20


def test_two_threads_do_not_learn_the_same_at_once() -> None:
    engine = Growing({"dog": 1})
    inside, leave = threading.Event(), threading.Event()

    def wait() -> Mapping[str, int]:
        engine.read += 1
        inside.set()
        assert leave.wait(10)
        return engine.words

    engine.vocabulary = wait  # type: ignore[method-assign]
    known = vocabulary(engine)
    thread = threading.Thread(target=known.refresh)
    thread.start()
    assert inside.wait(10)
    known.refresh()  # returns at once
    leave.set()
    thread.join()
    assert engine.read == 1


def test_what_looks_alike_is_near_and_what_says_nothing_is_near_nothing() -> None:
    """With the bundled encoder, in whose space words such as `big` are near everything."""
    encoder = open_encoder()
    alike = likeness({word: encoder.encode_texts([word])[0] for word in ANIMALS})
    assert alike["dog"][0][0] == "puppy"
    for word, other in (("boat", "ferry"), ("cat", "kitten")):
        assert other in dict(alike[word])
    assert not any(alike.get(word) for word in ("big", "number", "many", "old"))
    for word, near in alike.items():
        cosines = [cosine for _, cosine in near]
        assert cosines == sorted(cosines, reverse=True)
        assert word not in dict(near)


def test_words_of_which_the_encoder_hardly_knows_a_look_are_like_nothing() -> None:
    axis = np.eye(8, dtype=np.float32)
    others = {word: 5 * axis[place] for place, word in enumerate(("boat", "tree", "house", "car"), 1)}
    vectors = {"dog": 5 * axis[0], "puppy": 4 * axis[0], "science": axis[0] / 2, **others}
    alike = likeness(vectors, least=1)
    assert [word for word, _ in alike["dog"]] == ["puppy"]
    assert "science" not in alike


@pytest.mark.parametrize("vectors", [{}, {"dog": np.zeros(4, np.float32)}, {"dog": np.ones(4, np.float32)}])
def test_few_words_or_unknown_ones_are_like_nothing(vectors: dict[str, Vector]) -> None:
    assert likeness(vectors) == {}


def test_forms_of_a_word_are_not_told_as_others_like_it() -> None:
    axis = np.eye(8, dtype=np.float32)
    others = {word: axis[place] for place, word in enumerate(("cat", "boat", "tree", "house", "car"), 1)}
    vectors = {"dog": axis[0], "dogs": axis[0], "puppy": axis[0], **others}
    assert [word for word, _ in likeness(vectors)["dog"]] == ["puppy"]


@pytest.mark.parametrize(
    "text", ["Ångström Straße", "Smørrebrød ÇA", "Łódź 2024", "don't Köln-Süd", "naïve æsthetic"]
)
def test_words_are_folded_as_the_engine_folds_them(text: str) -> None:
    with world([record(1, title=text)]) as here:
        assert set(here.engine.vocabulary()) - {"don"} <= set(words_of(text))


def test_rare_words_are_rarer_than_common_ones_and_unknown_ones_do_not_count() -> None:
    lexicon = Lexicon({"picture": 100, "dog": 10, "dachshund": 1})
    assert lexicon.rarity("dachshund") > lexicon.rarity("dog") > lexicon.rarity("picture") > 0
    assert lexicon.rarity("unicorn") == 0
    assert lexicon.commonest == ["picture", "dog", "dachshund"]
    assert (len(lexicon), len(Lexicon())) == (3, 0)


def test_folding_leaves_scripts_without_case_alone() -> None:
    assert fold("東京 Собака") == "東京 собака"
