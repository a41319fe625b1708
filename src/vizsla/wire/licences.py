"""Licences: the codes that records hold, what each permits, and how they are told from addresses and text.

The library keeps one of `CODES` per image; the wire shows `Licence.creative_commons` and filters by the classes of
`License`. Reading is cautious: what is not plainly one licence of the table is `unknown`, because a licence that was
never given is worse than one that was missed. Source: the v7 reference, section 4.3.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from vizsla.wire.parameters import License

UNKNOWN: Final = "unknown"


class Licence(NamedTuple):
    """One row of the table of licences."""

    code: str
    """As records and the command line hold it, for example `by-sa`."""
    creative_commons: str | None
    """Value of the image's field `creativeCommons`; `None`: the field is left out."""
    name: str
    """Short name for people."""
    url: str | None
    """Deed of the newest version; the code does not tell which version an owner chose."""
    classes: frozenset[License]
    """Values of the parameter `license` that let the image through, besides `All`."""


def _attribution(code: str, creative_commons: str, *classes: License) -> Licence:
    return Licence(
        code,
        creative_commons,
        f"CC {code.upper()}",
        f"https://creativecommons.org/licenses/{code}/4.0/",
        frozenset({License.ANY, License.SHARE, *classes}),
    )


_COMMERCE: Final = (License.MODIFY_COMMERCIALLY, License.MODIFY, License.SHARE_COMMERCIALLY)

LICENCE_ROWS: Final = (
    Licence(
        "cc0",
        "PublicNoRightsReserved",
        "Public domain (CC0)",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        frozenset({License.PUBLIC, *_COMMERCE, License.SHARE, License.ANY}),
    ),
    _attribution("by", "Attribution", *_COMMERCE),
    _attribution("by-sa", "AttributionShareAlike", *_COMMERCE),
    _attribution("by-nd", "AttributionNoDerivs", License.SHARE_COMMERCIALLY),
    _attribution("by-nc", "AttributionNonCommercial", License.MODIFY),
    _attribution("by-nc-sa", "AttributionNonCommercialShareAlike", License.MODIFY),
    _attribution("by-nc-nd", "AttributionNonCommercialNoDerivs"),
    Licence(UNKNOWN, None, "Unknown licence", None, frozenset()),
)

LICENCES: Final = {row.code: row for row in LICENCE_ROWS}
CODES: Final = tuple(LICENCES)
"""`cc0`, `by`, `by-sa`, `by-nd`, `by-nc`, `by-nc-sa`, `by-nc-nd`, `unknown`."""

_ADMITTED: Final = {
    wanted: frozenset(row.code for row in LICENCE_ROWS if wanted in row.classes) for wanted in License
}


def admitted(wanted: License) -> frozenset[str] | None:
    """The codes that pass the filter `license=wanted`; `None` for `All`: no filter, `unknown` passes as well."""
    return None if wanted is License.ALL else _ADMITTED[wanted]


def parse_code(text: str) -> str:
    """The licence code that a person typed, without regard to case.

    Raises: `ValueError` with the sentence that tells what is allowed.
    """
    code = text.strip().lower()
    if code not in LICENCES:
        raise ValueError(f"{text!r} is not a licence code. Use one of {', '.join(CODES)}.")
    return code


def licence_from_url(url: str) -> str:
    """The code of the licence whose deed is at `url`, in any version, port or language; else `unknown`.

    The public domain mark counts as `cc0`: neither leaves a right reserved.
    """
    address = _ADDRESS.match(url.strip())
    return _of_address(address) if address else UNKNOWN


def licence_from_text(text: str) -> str:
    """The code of the one licence that `text` states: a code, a deed's address, a name or an abbreviation.

    `unknown` if it states none, more than one, denies it (`not in the public domain`), or mentions a restriction
    that the licence does not have (`CC BY, non-commercial`). Looks at the first 4,000 characters.
    """
    text = text[:_MAX_TEXT].translate(_HYPHENS).strip()
    whole = _WHOLE.get(_folded(text))
    if whole:
        return whole
    stated = set(_statements(text))
    code = stated.pop() if len(stated) == 1 else UNKNOWN
    restricted = {term for restriction, term in _RESTRICTIONS if restriction.search(text)}
    return code if restricted <= set(code.split("-")) else UNKNOWN


def licence_from_notice(text: str) -> str | None:
    """The code of the licence that a copyright notice states, as `licence_from_text` tells it.

    `None` if it says no more than whose the image is (`© 2021 Ada`), so that who gives licences still may; `unknown`
    if it speaks of rights, of use or of a licence that is none of the table (`All rights reserved`).
    """
    code = licence_from_text(text)
    return None if code == UNKNOWN and not _speaks_of_use(text) else code


def most_restrictive(codes: Iterable[str | None]) -> str | None:
    """Of licences that are stated for one image, the one that permits least.

    `unknown` if none of them is known, `None` if nothing is stated.
    """
    stated = [code for code in codes if code]
    known = [code for code in stated if code != UNKNOWN]
    return max(known, key=CODES.index, default=UNKNOWN if stated else None)


_MAX_TEXT: Final = 4000
_HYPHENS: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013", "-"))

_ADDRESS: Final = re.compile(
    r"(?<![\w./-])(?:https?:)?(?://)?(?:www\.)?creativecommons\.org/+"
    r"(?:licen[sc]es/(?P<terms>[a-z-]+)|publicdomain/(?P<domain>zero|mark))(?![\w-])",
    re.IGNORECASE,
)
# CC BY-NC-SA, cc-by-4.0, (CC) BY NC: the terms end where another word begins.
_ABBREVIATION: Final = re.compile(
    r"(?<![a-z0-9])\(?cc\)?[\s_-]*(?P<terms>(?:by|sa|nd|nc)(?:[\s_,/-]+(?:by|sa|nd|nc))*)(?![a-z])",
    re.IGNORECASE,
)
_NAME: Final = re.compile(
    r"creative[\s-]+commons[\s,:-]+(?P<name>attribution(?:[\s,/-]*(?:share[\s-]?alike|"
    r"non[\s-]?commercial|no[\s-]?deriv(?:ative)?s?(?:[\s-]+works)?))*)(?![a-z])",
    re.IGNORECASE,
)
_PUBLIC_DOMAIN: Final = re.compile(
    r"(?<![a-z0-9])(?:cc[\s-]?(?:0|zero)(?![a-z0-9])|cc-pddc(?![a-z0-9])|creative[\s-]+commons[\s-]+zero(?![a-z])|"
    r"public[\s-]+domain(?![a-z])|no[\s-]+rights[\s-]+reserved(?![a-z]))",
    re.IGNORECASE,
)
_RESERVED: Final = re.compile(r"all\s+rights\s+reserved", re.IGNORECASE)
_DENIAL: Final = re.compile(r"(?:\b(?:not|never|no longer|non|unless|except)|n['’]t)\b[^.;]*$", re.IGNORECASE)
_DENIAL_REACH: Final = 60
"""Characters before a statement in which a denial of it may stand."""

_TERMS: Final = {
    frozenset(row.code.split("-")): row.code for row in LICENCE_ROWS if row.code.startswith("by")
}
_RESTRICTIONS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), term)
    for term, pattern in {
        "sa": r"share[\s-]?alike|m[eê]mes conditions|compartir[\s-]?igual|compartilha[\s-]?igual|"
        r"stesso modo|gleichen bedingungen|gelijk[\s-]?delen",
        "nc": r"non[\s-]?commerci|not for commercial|no commercial|utilisation commerciale|n[oã]o?[\s-]?comercial|"
        r"nicht[\s-]?kommerziell|niet[\s-]?commercieel",
        "nd": r"no[\s-]?deriv|pas de modification|(?:sin|sem)[\s-]?(?:obras?[\s-]?)?deriv|non opere derivate|"
        r"keine[\s-]?bearbeitung|geen[\s-]?afgeleide",
    }.items()
)
"""What restrictions are called, also in the languages whose licences begin with words that are English too."""

_USE: Final = re.compile(
    "|".join(
        (
            r"\A\s*https?://\S+\s*\Z|rightsstatements\.org",
            r"\b(?:un|sub|re)?licen[csçtz]|lizenz|copyleft|\b(?:[al]?gpl|g?fdl|bsd|odbl|wtfpl)(?:v?\d|\b)",
            r"creative[\s-]*commons|\bcc[\s-]+(?:attribution|by|sa|nc|nd|sampling)\b",
            r"\b(?:all|some|no)\s+rights|\brights?[\s-]+(?:managed|free|protected)|\balle\s+rechten?\b",
            r"\b(?:tous|libres?\s+de)\s+(?:les\s+)?droits|\breserved\b|réservé|reservad[oa]|riservat",
            r"vorbehalten|voorbehouden",
            r"permission|permiso|permiss[ãa]o|permesso|autori[sz]|authori[sz]|genehmig|erlaub|zustimmung|toestemming",
            r"\b(?:re)?us(?:e|es|ed|age|able)\b|utili[sz]|verwend|nutzung|nutzbar|\buso\b|gebruik|gebrauch",
            r"\bterms\b|\bconditions\b|\brestrictions?\b",
            r"reprodu[cçkz]|riprodu[cz]|redistribut|vervielfältig|\b(?:not|no|n['’]t)\s+(?:be\s+)?cop(?:y|ied|ying)\b",
            r"prohibited|interdit|prohibid|proibid|vietat|verboten|untersagt|verboden",
            r"\b(?:royalty|copyright)[\s-]*free\b|\bfree\s+(?:to|for|art|stock|images?|photos?|content|culture)\b",
            r"\bno\s+(?:known\s+)?copyright|gemeinfrei|domaine\s+public|dom[ií]nio\s+p[uú]blico",
            r"pubblico\s+dominio|publiek\s+domein",
        )
    ),
    re.IGNORECASE,
)
"""What speaks of what others may do with an image, in English and those languages. An address that stands alone is where
that is told. Words that are also in names (Millicent, Human Rights Watch, Nature Reserves) count only beside others."""


def _speaks_of_use(text: str) -> bool:
    patterns = (_USE, *(pattern for pattern, _ in (*_PATTERNS, *_RESTRICTIONS)))
    beginning = text[:_MAX_TEXT].translate(_HYPHENS)
    return any(pattern.search(beginning) for pattern in patterns)


def _folded(text: str) -> str:
    return re.sub(r"[\s_-]+", "", text.lower())


# Texts that mean a licence only if nothing else stands beside them; the suffix is what Flickr's labels carry.
_WHOLE: Final = {
    _folded(spelling): row.code
    for row in LICENCE_ROWS
    for name in (row.code, row.creative_commons or row.code)
    for spelling in (name, f"{name} License", f"{name} Licence")
} | {"pd": "cc0", "pdm": "cc0"}


def _statements(text: str) -> Iterator[str]:
    """The code of each licence that the text mentions; `unknown` for one that is denied or outside the table."""
    for pattern, code_of in _PATTERNS:
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - _DENIAL_REACH) : match.start()]
            yield UNKNOWN if _DENIAL.search(before) else code_of(match)


def _of_address(match: re.Match[str]) -> str:
    if match["domain"] or match["terms"].lower() == "publicdomain":
        return "cc0"
    return _of_terms(match["terms"])


def _of_terms(terms: str) -> str:
    return _TERMS.get(frozenset(re.split(r"[\s_,/-]+", terms.lower())), UNKNOWN)


def _of_name(name: str) -> str:
    terms = {term for restriction, term in _RESTRICTIONS if restriction.search(name)}
    return _TERMS.get(frozenset({"by", *terms}), UNKNOWN)


_PATTERNS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (_ADDRESS, _of_address),
    (_ABBREVIATION, lambda match: _of_terms(match["terms"])),
    (_NAME, lambda match: _of_name(match["name"])),
    (_PUBLIC_DOMAIN, lambda match: "cc0"),
    (_RESERVED, lambda match: UNKNOWN),
)
