"""What every engine has to do with texts of several languages; joins `EngineContract`."""

from __future__ import annotations

from vizsla.engines.seam import All, Any, Engine, Holds, Not, Words
from vizsla.records import Between

from .contract import found
from .samples import axis, change, titles


class LanguageContract:
    def test_a_text_is_stemmed_in_its_language(self, engine: Engine) -> None:
        engine.apply(
            [
                change(1, title="Hunde", language="de-AT"),
                change(2, title="der Hund und das Haus"),
                change(3, title="two dogs", language="en"),
                change(4, title="dogs", language="pt"),
            ]
        )
        assert found(engine, Words("hund")) == found(engine, Words("Hunde")) == {1, 2}
        assert found(engine, Words("dog")) == {3}
        assert found(engine, Words("dogs")) == {3, 4}

    def test_a_stop_word_of_one_language_is_a_word_in_another(self, engine: Engine) -> None:
        engine.apply(
            [
                change(1, title="war of the hearts", language="en"),
                change(2, title="die war hund", language="de"),
                change(3, title="never say die", language="en"),
            ]
        )
        assert found(engine, Words("war")) == {1}
        assert found(engine, Words("die")) == {3}
        assert found(engine, Words("die hund")) == {2}
        assert found(engine, All((Words("die"), Words("hund")))) == {2}
        assert found(engine, Words("the")) == found(engine, Words("das")) == set()

    def test_demands_hold_in_the_language_of_each_record(self, engine: Engine) -> None:
        engine.apply(
            [
                change(1, title="die hunde", language="de", width=1200, vector=axis(1)),
                change(2, title="die dogs", language="en", width=1200, vector=axis(2)),
                change(3, title="hund", language="de", vector=axis(3)),
            ]
        )
        wide = Holds(Between("width", 1000))
        for demand, kept in (
            (Not(Words("die")), {1, 3}),
            (Not(Words("hund")), {2}),
            (All((Words("die"), wide)), {1, 2}),
            (All((Words("hund"), wide)), {1}),
            (All((Not(Words("dog")), wide)), {1}),
            (Any((Words("dogs"), Not(wide))), {2, 3}),
        ):
            assert found(engine, demand=demand) == kept
            assert found(engine, vector=axis(1), demand=demand) == kept
            assert found(engine, demand) == kept

    def test_accents_may_be_written_in_two_ways(self, engine: Engine) -> None:
        engine.apply(titles("Cafe\u0301 Noir", "\u0438\u0306од", "\uff24\uff2f\uff27"))
        assert found(engine, Words("café")) == found(engine, Words("cafe\u0301")) == {1}
        assert found(engine, Words("йод")) == found(engine, Words("ЙОД")) == {2}
        assert found(engine, Words("dog")) == {3}
