"""Words for people: what they ask for is also what has a face in it, as an analyser saw, whatever its text says.

The words that ask for anybody, in the ten languages that queries are read in. Those that ask for some people only ("woman", "doctor")
are none of them: an analyser sees that there is a face, and not whose.
"""

from __future__ import annotations

from typing import Final

from vizsla.engines.seam import Holds
from vizsla.records import AnyOf

from .lexicon import fold

_ANYBODY: Final = """
people person persons human humans face faces selfie selfies
menschen mensch leute personen gesicht gesichter
gens personne personnes visage visages
gente persona personas rostro rostros
persone volto volti
pessoa pessoas rosto rostos
mensen persoon gezicht gezichten
люди человек лицо лица
人 人物 人脸 面孔 人々 顔
"""
_PORTRAITS: Final = """
portrait portraits headshot headshots
porträt porträts
retrato retratos
ritratto ritratti
portret portretten
портрет портреты
肖像 ポートレート
"""


def _all(words: str, *faces: str) -> dict[str, Holds]:
    return dict.fromkeys(map(fold, words.split()), Holds(AnyOf("face", frozenset(faces))))


_SEEN: Final = _all(_ANYBODY, "face", "portrait") | _all(_PORTRAITS, "portrait")


def with_face(word: str) -> Holds | None:
    """What an analyser saw in pictures of what a word asks for; `None`: no word for people."""
    return _SEEN.get(fold(word))
