"""Whether a query itself asks for adult pictures (v7 reference, section 6.6)."""

from __future__ import annotations

from typing import Final

from .lexicon import words_of
from .query import Question

_WORDS: Final = """
anal blowjob boobs cumshot cunt dildo ejaculation erotic erotica erotik erotique fetish fuck fucking genitalia genitals
handjob hentai masturbating masturbation milf naked nipple nipples nsfw nude nudes nudist nudity orgasm orgy penis porn
pornhub porno pornographic pornography sex sexual sexy striptease topless vagina xxx
"""
ADULT = frozenset(_WORDS.split())
"""Words that ask for it by themselves; those that name animals or dishes as well are none of them."""


def asks_for_adult(question: Question) -> bool:
    """Whether one of the words that are not excluded does."""
    return not ADULT.isdisjoint(words_of(question.text))
