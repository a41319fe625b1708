import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizsla.wire import (
    COUNTRIES,
    LANGUAGES,
    MARKET_ROWS,
    MARKETS,
    TRENDING_MARKETS,
    accepted_languages,
    language_for,
    market_for,
)

# Section 12.2 of the v7 reference.
DOCUMENTED_COUNTRIES = "AR AT AU BE BR CA CH CL CN DE DK ES FI FR GB HK ID IN IT JP KR MX MY NL NO NZ PH PL PT RU SA SE TR TW US ZA"


def test_the_tables_are_complete() -> None:
    assert len(MARKETS) == len(MARKET_ROWS) == 38
    assert " ".join(sorted(COUNTRIES)) == DOCUMENTED_COUNTRIES
    assert len(LANGUAGES) == 50
    assert MARKETS.keys() >= TRENDING_MARKETS


@pytest.mark.parametrize("code", MARKETS)
def test_a_market_is_itself_in_any_case(code: str) -> None:
    assert market_for(mkt=code) == market_for(mkt=code.lower()) == market_for(mkt=f" {code.upper()} ") == code
    assert market_for(cc=code[3:], accept_language=code[:2]) == code


@pytest.mark.parametrize(
    ("mkt", "market"),
    [
        ("en-XX", "en-US"),
        ("de", "de-DE"),
        ("de_AT", "de-AT"),
        ("xx-DE", "de-DE"),
        ("pt-PT", "pt-BR"),
        ("nb-NO", "no-NO"),
        ("en-UK", "en-GB"),
        ("zh-Hant", "zh-TW"),
        ("zh-Hant-HK", "zh-HK"),
        ("zh-Hans", "zh-CN"),
        ("ar-SA", "en-US"),
        ("nonsense", "en-US"),
        ("", "en-US"),
    ],
)
def test_an_unknown_market_becomes_the_best_fit(mkt: str, market: str) -> None:
    assert market_for(mkt=mkt) == market


@pytest.mark.parametrize(
    ("mkt", "cc", "accept_language", "market"),
    [
        ("de-DE", "FR", "fr", "de-DE"),
        (None, "CH", "it, fr;q=0.5", "fr-CH"),
        (None, "CH", None, "de-CH"),
        (None, "FR", "en", "fr-FR"),
        (None, "PT", "es", "es-ES"),
        (None, "XX", None, "en-US"),
        (None, None, "af, de-CH;q=0.3, ja;q=0.9", "ja-JP"),
        (None, None, "*", "en-US"),
        (None, None, None, "en-US"),
    ],
)
def test_market_country_and_languages_are_reconciled(
    mkt: str | None, cc: str | None, accept_language: str | None, market: str
) -> None:
    assert market_for(mkt=mkt, cc=cc, accept_language=accept_language) == market


@pytest.mark.parametrize(
    ("set_lang", "accept_language", "language"),
    [
        ("fr-ca", None, "fr"),
        ("zh", None, "en"),
        ("af-na", None, "en"),
        ("jp", None, "ja"),
        ("ja", None, "ja"),
        ("EN-GB", None, "en-gb"),
        ("pt-BR", None, "pt-br"),
        ("zh-Hant-TW", None, "zh-hant"),
        ("de", "fr", "de"),
        ("af", "fr", "en"),
        (None, "af, fr;q=0.4, de;q=0.6", "de"),
        (None, None, "en"),
    ],
)
def test_the_interface_language(set_lang: str | None, accept_language: str | None, language: str) -> None:
    assert language_for(set_lang=set_lang, accept_language=accept_language) == language


def test_accepted_languages_come_best_first() -> None:
    assert accepted_languages("da, en-gb;q=0.8, en;q=0.7, *;q=0.1, fr;q=0, xx;q=2, ;") == [
        "da",
        "en-gb",
        "en",
    ]


anything = st.none() | st.text()


@settings(deadline=None)
@given(anything, anything, anything)
def test_any_claim_leads_to_a_market_and_a_language(
    one: str | None, two: str | None, three: str | None
) -> None:
    assert market_for(mkt=one, cc=two, accept_language=three) in MARKETS
    assert language_for(set_lang=one, accept_language=three) in LANGUAGES | {"ja"}
