"""Languages of texts: which one a record is written in, and what an engine has to know of each.

Why so: docs/decisions/0016-languages.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

import msgspec

from vizsla.records import ImageRecord

DEFAULT = "en"
"""Of texts that do not show their language; words in it that are of another one are found as they are written."""

MOST = 3
"""Languages of one text; one that could be of more shows none."""

READ = 1000
"""Characters of a text from which its language is told."""


class Language(msgspec.Struct, frozen=True):
    """What is known of a language: the name of its stemmer, and words that tell it from others."""

    stemmer: str
    """The name of its algorithm in Snowball."""
    stop_words: bool = True
    """Whether tantivy has a list of them."""
    words: str = ""
    """Frequent words that no picture is asked for by, folded: articles, prepositions, conjunctions, pronouns."""
    letters: str = ""
    """Letters that are seldom used by others."""


LANGUAGES: Mapping[str, Language] = {
    "en": Language(
        "english",
        words="a an and are as at by for from her his in into is it its near no not of on or over she some that the their "
        "this to two under very was with you your",
    ),
    "de": Language(
        "german",
        words="am an auf aus bei beim das dem den der des die ein eine einem einen einer eines fur hat im in ist ihr "
        "kein mit nach nicht oder sein sich sie sind uber um und unter vom von vor war wie zu zum zur zwei",
        letters="äöüß",
    ),
    "fr": Language(
        "french",
        words="au aux avec ce ces cette d dans de des deux du elle en est et il j l la le les leur mais ne ou par pas "
        "pour que qui sa se ses son sont sous sur tres un une vers",
        letters="èêëîïôûœç",
    ),
    "es": Language(
        "spanish",
        words="al con de del desde dos el ella en entre es esta estan este la las lo los mas muy no para pero por que "
        "se sin sobre son su sus un una unas uno unos y ya",
        letters="ñ¿¡áíúó",
    ),
    "it": Language(
        "italian",
        words="ad al alla anche che con d da dal dalla degli dei del della delle di due e ed gli i il in l la le lo ma "
        "molto nel nella non per piu si sono su sul sulla tra un una uno",
        letters="ìòùàè",
    ),
    "pt": Language(
        "portuguese",
        words="ao aos as com da das de do dois dos e ela em entre esta mais muito na nao nas no nos o os ou para pela "
        "pelo por que sao se sem seu sobre sua um uma umas uns",
        letters="ãõçâêáíú",
    ),
    "nl": Language(
        "dutch",
        words="aan als bij dat de den der deze die dit door een en er het hij in is je met naar niet of om onder ook op "
        "over te tot twee uit van veel voor was zijn zij",
        letters="ĳ",
    ),
    "ru": Language("russian"),
    "da": Language("danish"),
    "fi": Language("finnish"),
    "hu": Language("hungarian"),
    "nb": Language("norwegian"),
    "sv": Language("swedish"),
    "ar": Language("arabic", stop_words=False),
    "el": Language("greek", stop_words=False),
    "ro": Language("romanian", stop_words=False),
    "tr": Language("turkish", stop_words=False),
}
"""By the code of ISO 639-1. Those without words and letters are told by their script, or by what the record says."""

SCRIPTS: Mapping[str, tuple[str, str]] = {"ru": ("Ѐ", "ӿ"), "el": ("Ͱ", "Ͽ"), "ar": ("؀", "ۿ")}
"""Which language stands for a script, and the first and the last letter of it."""

FUNCTION_WORDS: Mapping[str, frozenset[str]] = {
    code: frozenset(language.words.split()) for code, language in LANGUAGES.items() if language.words
}
TELLING_NOTHING = frozenset[str]().union(*FUNCTION_WORDS.values())
"""Words that no picture is asked for by, in some language."""
ALIKE: Mapping[str, str] = {
    "no": "nb",
    "nn": "nb",
    "uk": "ru",
    "be": "ru",
    "bg": "ru",
    "sr": "ru",
    "mk": "ru",
}
"""Languages that are treated as another: for the same language, or for the same script."""

CODES = tuple(LANGUAGES)
"""Their order stays: an index tells languages by their place in it."""

_WORD = re.compile(r"[^\W\d_]+")
_ACCENTS = re.compile("(?<=[a-z])[\u0300-\u036f]+")
_FORMS = str.maketrans({"ё": "е", "Ё": "Е", "’": "'"})
_PLAIN = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ħ": "h"}
)
"""Letters that have a plain form, but do not decompose into it."""


def normal(text: str) -> str:
    """A text in one of the ways it can be written: composed accents, letters of normal width (Unicode's NFKC)."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_FORMS)


def fold(text: str) -> str:
    """A text in lower case, Latin letters without accents, as an engine's vocabulary has it."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", normal(text).lower().translate(_PLAIN))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))


def languages_of(record: ImageRecord) -> tuple[str, ...]:
    """The languages that a record's text may be in: the one that it says, else what its words and letters show."""
    said = record.language.replace("_", "-").partition("-")[0].lower()
    if said:
        code = ALIKE.get(said, said)
        return (code,) if code in LANGUAGES else (DEFAULT,)
    return detected(" ".join((record.title, record.description, *record.tags)))


def detected(text: str) -> tuple[str, ...]:
    """The languages of which a text shows most, at most `MOST`, in the order of the alphabet; else the `DEFAULT`."""
    text = normal(text[:READ])
    shown: Counter[str] = Counter()
    if not text.isascii():
        for code, (first, last) in SCRIPTS.items():
            shown[code] += sum(first <= letter <= last for letter in text)
    words = _WORD.findall(fold(text))
    for code, known in FUNCTION_WORDS.items():
        shown[code] += sum(word in known for word in words)
        shown[code] += sum(letter in text for letter in LANGUAGES[code].letters)
    most = max(shown.values())
    found = tuple(sorted(code for code, count in shown.items() if count == most))
    return found if most and len(found) <= MOST else (DEFAULT,)
