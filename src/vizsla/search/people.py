"""Words for people: what they ask for is also what has a face in it, as an analyser saw, whatever its text says.

The words that ask for anybody, in ten languages. Those that ask for some people only ("woman", "doctor") are none of them: an
analyser sees that there is a face, and not whose. A face is also that of a lion or a clock, and a portrait one of a cat: such
words ask for people only where nothing else is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vizsla.engines.seam import Holds
from vizsla.records import AnyOf

from .lexicon import words_of

_ANYBODY: Final = """
people person persons
menschen mensch leute personen
gens personne personnes
gente persona personas
persone
pessoa pessoas
mensen persoon
люди человек людей людям людьми людях человека
人 人物 人々
"""
_FACES: Final = """
face faces human humans
gesicht gesichter gesichtern
visage visages
rostro rostros
viso visi volto volti
rosto rostos
gezicht gezichten
лицо лица лицом
人脸 人臉 面孔 顔
"""
_PORTRAITS: Final = """
portrait portraits headshot headshots
porträt porträts
retrato retratos
ritratto ritratti
portret portretten
портрет портреты портрета портретов
肖像 ポートレート
"""
_SELFIES: Final = "selfie selfies"
"""A portrait of one kind: who excludes it does not exclude all portraits."""

_Seen = Mapping[str, Holds]


def _all(words: str, *faces: str) -> _Seen:
    held = Holds(AnyOf("face", frozenset(faces)))
    return dict.fromkeys(words_of(words), held)


_BESIDE: Final = _all(_ANYBODY, "face", "portrait")
_EXCLUDED: Final = {**_BESIDE, **_all(_FACES, "face", "portrait"), **_all(_PORTRAITS, "portrait")}
_ALONE: Final = {**_EXCLUDED, **_all(_SELFIES, "face", "portrait")}


def beside(word: str) -> Holds | None:
    """What an analyser saw in pictures of what a word asks for beside others; `None`: no word for anybody."""
    return _found(_BESIDE, word)


def excluded(word: str) -> Holds | None:
    """The same of a word that says what pictures are not to show."""
    return _found(_EXCLUDED, word)


def alone(word: str) -> Holds | None:
    """The same of a word where nothing but people is asked for."""
    return _found(_ALONE, word)


def unseen(word: str) -> None:
    """The same where faces alone are not enough."""


def _found(rows: _Seen, word: str) -> Holds | None:
    written = words_of(word)
    return rows.get(written[0]) if len(written) == 1 else None
