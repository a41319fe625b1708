"""Markets, countries and interface languages, and how a request's claims about them are settled.

Tables: the v7 reference, section 12. None of the functions here ever fails: a value that is not in its
table is mapped to the best fit, as sections 2 and 4.1 ask.
"""

import re
from typing import Final, NamedTuple


class Market(NamedTuple):
    """One row of the market table (section 12.1)."""

    code: str
    """Canonical `<language>-<COUNTRY>`, for example `en-US`."""
    country: str
    language: str


DEFAULT_MARKET: Final = "en-US"
DEFAULT_LANGUAGE: Final = "en"

# The first row of a language is where that language alone leads, the first row of a country likewise.
MARKET_ROWS: Final = (
    Market("en-US", "United States", "English"),
    Market("en-GB", "United Kingdom", "English"),
    Market("en-AU", "Australia", "English"),
    Market("en-CA", "Canada", "English"),
    Market("en-ID", "Indonesia", "English"),
    Market("en-IN", "India", "English"),
    Market("en-MY", "Malaysia", "English"),
    Market("en-NZ", "New Zealand", "English"),
    Market("en-PH", "Philippines", "English"),
    Market("en-ZA", "South Africa", "English"),
    Market("da-DK", "Denmark", "Danish"),
    Market("de-DE", "Germany", "German"),
    Market("de-AT", "Austria", "German"),
    Market("de-CH", "Switzerland", "German"),
    Market("es-ES", "Spain", "Spanish"),
    Market("es-AR", "Argentina", "Spanish"),
    Market("es-CL", "Chile", "Spanish"),
    Market("es-MX", "Mexico", "Spanish"),
    Market("es-US", "United States", "Spanish"),
    Market("fi-FI", "Finland", "Finnish"),
    Market("fr-FR", "France", "French"),
    Market("nl-NL", "Netherlands", "Dutch"),
    Market("nl-BE", "Belgium", "Dutch"),
    Market("fr-BE", "Belgium", "French"),
    Market("fr-CA", "Canada", "French"),
    Market("fr-CH", "Switzerland", "French"),
    Market("it-IT", "Italy", "Italian"),
    Market("ja-JP", "Japan", "Japanese"),
    Market("ko-KR", "Korea", "Korean"),
    Market("no-NO", "Norway", "Norwegian"),
    Market("pl-PL", "Poland", "Polish"),
    Market("pt-BR", "Brazil", "Portuguese"),
    Market("ru-RU", "Russia", "Russian"),
    Market("sv-SE", "Sweden", "Swedish"),
    Market("tr-TR", "Türkiye", "Turkish"),
    Market("zh-CN", "China", "Chinese"),
    Market("zh-HK", "Hong Kong SAR", "Traditional Chinese"),
    Market("zh-TW", "Taiwan", "Traditional Chinese"),
)

MARKETS: Final = {row.code: row for row in MARKET_ROWS}

TRENDING_MARKETS: Final = frozenset({"en-AU", "en-CA", "en-GB", "en-IN", "en-US", "zh-CN"})
"""Markets for which trending images are documented (section 9)."""

COUNTRIES: Final = frozenset(row.code[3:] for row in MARKET_ROWS) | {"PT", "SA"}
"""Values of `cc` (section 12.2). PT and SA have no market of their own."""

_LANGUAGE_LIST: Final = (
    "ar bg bn ca cs da de en en-gb es et eu fi fr gl gu he hi hr hu is it jp kn ko lt lv ml mr ms nb nl pa pl "
    "pt-br pt-pt ro ru sk sl sr sv ta te th tr uk vi zh-hans zh-hant"
)
LANGUAGES: Final = frozenset(_LANGUAGE_LIST.split())
"""Values of `setLang` (section 12.3), `jp` spelled as there."""

# What clients write for a row that is spelled otherwise in the tables.
_LANGUAGE_ALIASES: Final = {"nb": "no", "nn": "no", "jp": "ja"}
_COUNTRY_ALIASES: Final = {"UK": "GB"}
_TAG_ALIASES: Final = {"zh-hans": "zh-CN", "zh-hant": "zh-TW"}
_INTERFACE_ALIASES: Final = {
    "ja": "jp",
    "no": "nb",
    "nn": "nb",
    "iw": "he",
    "zh-cn": "zh-hans",
    "zh-tw": "zh-hant",
    "zh-hk": "zh-hant",
}

_BY_CODE: Final = {row.code.lower(): row.code for row in MARKET_ROWS}
_BY_LANGUAGE: Final = {row.code[:2]: row.code for row in reversed(MARKET_ROWS)}
_BY_COUNTRY: Final = {row.code[3:]: row.code for row in reversed(MARKET_ROWS)}

_MAX_LANGUAGES: Final = 20
"""Entries of Accept-Language that are looked at; browsers send at most about ten."""

_QUALITY: Final = re.compile(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", re.IGNORECASE)


def market_for(*, mkt: str | None = None, cc: str | None = None, accept_language: str | None = None) -> str:
    """The market that answers a request, in canonical spelling (the value of `BingAPIs-Market`).

    Arguments:
        mkt: the parameter `mkt`; if given, it decides alone (`mkt` with `cc`: `mkt` wins).
        cc: the parameter `cc`. The first language of `accept_language` that has a market in this country
            is chosen, else the country's main market: a library's default header (`en`, always sent by the
            npm SDK) must not undo a country that the caller asked for.
        accept_language: the header `Accept-Language`; without `cc` its best language with a market.

    Returns: a key of `MARKETS`. Outside the tables: the same language, else the same country, else en-US.
    """
    if mkt and mkt.strip():
        return _best_fit(mkt) or DEFAULT_MARKET
    tags = accepted_languages(accept_language)
    if cc and cc.strip():
        country = _country(cc)
        joined = (_BY_CODE.get(f"{_language(tag)}-{country}".lower()) for tag in tags)
        found = next(filter(None, joined), None) or _BY_COUNTRY.get(country)
        if found:
            return found
    return next(filter(None, map(_best_fit, tags)), DEFAULT_MARKET)


def language_for(*, set_lang: str | None = None, accept_language: str | None = None) -> str:
    """The language of interface strings, as a lower-case BCP 47 tag fit for `<html lang>` (`jp` becomes `ja`).

    `set_lang` decides alone if given; a specific code loads its neutral one (`fr-ca` loads `fr`); invalid and
    unsupported values fall back to `en` (section 4.1).
    """
    tags = [set_lang] if set_lang and set_lang.strip() else accepted_languages(accept_language)
    found = next(filter(None, map(_interface_language, tags)), DEFAULT_LANGUAGE)
    return "ja" if found == "jp" else found


def accepted_languages(header: str | None) -> list[str]:
    """The language tags of an `Accept-Language` header, best first; entries that cannot be read are left out."""
    weighted = [_weighted(entry) for entry in (header or "")[:1000].split(",")[:_MAX_LANGUAGES]]
    kept = [(quality, tag) for quality, tag in weighted if quality > 0 and tag not in {"", "*"}]
    return [tag for _, tag in sorted(kept, key=lambda pair: -pair[0])]


def _weighted(entry: str) -> tuple[float, str]:
    tag, semicolon, parameter = entry.partition(";")
    quality = _QUALITY.fullmatch(parameter)
    if semicolon and not quality:
        return 0.0, ""
    return float(quality[1]) if quality else 1.0, tag.strip()


def _best_fit(tag: str) -> str | None:
    """The market for a language tag: itself, its script, its language, its country."""
    language, country = _language(tag), _country(tag)
    normal = tag.strip().lower().replace("_", "-")
    return (
        _BY_CODE.get(f"{language}-{country}".lower())
        or _TAG_ALIASES.get(normal[:7])
        or _BY_LANGUAGE.get(language)
        or _BY_COUNTRY.get(country)
    )


def _language(tag: str) -> str:
    first = tag.strip().lower().replace("_", "-").partition("-")[0]
    return _LANGUAGE_ALIASES.get(first, first)


def _country(tag: str) -> str:
    last = tag.strip().upper().replace("_", "-").rpartition("-")[2]
    return _COUNTRY_ALIASES.get(last, last)


def _interface_language(tag: str) -> str | None:
    normal = tag.strip().lower().replace("_", "-")
    for candidate in (normal, normal.rpartition("-")[0], normal.partition("-")[0]):
        known = _INTERFACE_ALIASES.get(candidate, candidate)
        if known in LANGUAGES:
            return known
    return None
