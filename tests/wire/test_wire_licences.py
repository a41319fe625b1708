import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizsla.records import COLUMNS
from vizsla.wire import (
    CODES,
    LICENCE_ROWS,
    LICENCES,
    UNKNOWN,
    Licence,
    License,
    admitted,
    licence_from_notice,
    licence_from_text,
    licence_from_url,
    most_restrictive,
    parse_code,
)

# Section 4.3 of the v7 reference, row by row; columns: Public, ModifyCommercially, Modify, ShareCommercially, Share, Any.
COLUMN_ORDER = (
    License.PUBLIC,
    License.MODIFY_COMMERCIALLY,
    License.MODIFY,
    License.SHARE_COMMERCIALLY,
    License.SHARE,
    License.ANY,
)
MATRIX = {
    "cc0": ("PublicNoRightsReserved", "111111"),
    "by": ("Attribution", "011111"),
    "by-sa": ("AttributionShareAlike", "011111"),
    "by-nd": ("AttributionNoDerivs", "000111"),
    "by-nc": ("AttributionNonCommercial", "001011"),
    "by-nc-sa": ("AttributionNonCommercialShareAlike", "001011"),
    "by-nc-nd": ("AttributionNonCommercialNoDerivs", "000011"),
    "unknown": (None, "000000"),
}


def test_the_table_is_that_of_the_reference() -> None:
    assert tuple(MATRIX) == CODES
    for row in LICENCE_ROWS:
        name, yes = MATRIX[row.code]
        assert row.creative_commons == name
        for wanted, mark in zip(COLUMN_ORDER, yes, strict=True):
            codes = admitted(wanted)
            assert codes is not None
            assert (row.code in codes) == (mark == "1"), (row.code, wanted)


def test_all_is_no_filter() -> None:
    assert admitted(License.ALL) is None
    assert {*COLUMN_ORDER, License.ALL} == set(License)


def test_more_permission_admits_fewer() -> None:
    narrow_to_wide = [
        (License.PUBLIC, License.MODIFY_COMMERCIALLY),
        (License.MODIFY_COMMERCIALLY, License.MODIFY),
        (License.MODIFY_COMMERCIALLY, License.SHARE_COMMERCIALLY),
        (License.MODIFY, License.SHARE),
        (License.SHARE_COMMERCIALLY, License.SHARE),
        (License.SHARE, License.ANY),
    ]
    for narrow, wide in narrow_to_wide:
        assert (admitted(narrow) or frozenset()) <= (admitted(wide) or frozenset())


def test_the_codes_are_those_of_the_column() -> None:
    (column,) = (column for column in COLUMNS if column.name == "licence")
    assert column.members == CODES


@pytest.mark.parametrize("row", LICENCE_ROWS, ids=CODES)
def test_a_licence_is_known_by_all_it_says_of_itself(row: Licence) -> None:
    assert parse_code(f" {row.code.upper()} ") == row.code
    assert licence_from_text(row.code) == licence_from_text(row.name) == row.code
    assert licence_from_text(row.creative_commons or "") == row.code
    assert licence_from_url(row.url or "") == licence_from_text(row.url or "") == row.code


def test_another_code_is_refused_with_those_that_are_allowed() -> None:
    with pytest.raises(ValueError, match=r"'by-xx' is not a licence code. Use one of cc0, by, by-sa"):
        parse_code("by-xx")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://creativecommons.org/licenses/by/2.0/", "by"),
        ("HTTPS://WWW.CreativeCommons.org/Licenses/BY-SA/3.0/de/deed.en", "by-sa"),
        ("//creativecommons.org/licenses/by-nc", "by-nc"),
        ("creativecommons.org/licenses/by-nd-nc/1.0/", "by-nc-nd"),
        (" https://creativecommons.org/publicdomain/mark/1.0/ ", "cc0"),
        ("http://creativecommons.org/licenses/publicdomain/", "cc0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/deed.fr", "cc0"),
        ("https://creativecommons.org/licenses/sampling+/1.0/", UNKNOWN),
        ("https://creativecommons.org/licenses/nc-sa/1.0/", UNKNOWN),
        ("https://creativecommons.org/licenses/by_nc/4.0/", UNKNOWN),
        ("https://creativecommons.org/licenses/", UNKNOWN),
        ("https://creativecommons.org@evil.example/licenses/by/4.0/", UNKNOWN),
        ("https://evil.example/creativecommons.org/licenses/by/4.0/", UNKNOWN),
        ("https://notcreativecommons.org/licenses/by/4.0/", UNKNOWN),
        ("https://creativecommons.org.evil.example/licenses/by/4.0/", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_deed_tells_its_licence(url: str, code: str) -> None:
    assert licence_from_url(url) == code
    assert licence_from_text(url) == code
    assert licence_from_text(f"Photo by B. Y. Nash, see {url.strip()}, 2019") == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CC BY-SA 4.0", "by-sa"),
        ("CC‑BY‑NC 2.0", "by-nc"),
        ("cc-by-nc-sa-3.0-us", "by-nc-sa"),
        ("(CC) BY NC ND", "by-nc-nd"),
        ("CC BY, NC", "by-nc"),
        ("CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", "cc0"),
        ("CC-PDDC", "cc0"),
        ("Released into the Public Domain.", "cc0"),
        ("No rights reserved", "cc0"),
        ("Attribution-NonCommercial License", "by-nc"),
        ("Creative Commons Attribution 3.0 Unported", "by"),
        ("Creative Commons Attribution-Share Alike 3.0 Unported", "by-sa"),
        ("Creative Commons Attribution-NonCommercial-No Derivative Works 2.0 (CC BY-NC-ND 2.0)", "by-nc-nd"),
        ("© A. Miller 2015, licensed under CC BY 4.0, https://creativecommons.org/licenses/by/4.0/", "by"),
        ("This is not legal advice. CC BY 4.0", "by"),
        ("CC BY-NC (not for commercial use)", "by-nc"),
    ],
)
def test_text_tells_its_licence(text: str, code: str) -> None:
    assert licence_from_text(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "by John",
        "photo: by nc",
        "CC",
        "CC SA",
        "CC BY-SA-ND",
        "Attribution: J. Miller",
        "All rights reserved",
        "© 2015, all rights reserved, CC BY 4.0",
        "not in the public domain",
        "This isn't CC0",
        "Not yet licensed under CC BY 4.0",
        "CC BY-SA 3.0 or CC BY-NC 2.0",
        "CC BY, non-commercial only",
        "CC BY, no derivatives",
        "Creative Commons",
        "Publicly shown in the Domaine",
        "Unsplash License",
    ],
)
def test_unknown_stays_unknown(text: str) -> None:
    assert licence_from_text(text) == UNKNOWN


@pytest.mark.parametrize(
    "notice",
    [
        "© 2015, all rights reserved",
        "© Ada. Some rights reserved.",
        "Alle Rechte vorbehalten",
        "Tous droits réservés",
        "Todos los derechos reservados",
        "Todos os direitos reservados",
        "Tutti i diritti riservati",
        "Alle rechten voorbehouden",
        "not in the public domain",
        "CC BY-SA 3.0 or CC BY-NC 2.0",
        "CC BY, non-commercial only",
        "Non-commercial",
        "Creative Commons",
        "CC SA",
        "Unsplash License",
        "GPLv3",
        "GNU FDL",
        "Ada, Lizenz auf Anfrage",
        "Royalty-free",
        "Do not copy",
        "© Ada, no use without permission",
        "© Ada, Verwendung nur mit Genehmigung",
        "© Ada, reproduction interdite",
        "Gemeinfrei",
        "No known copyright restrictions",
        "https://example.com/terms",
        "See http://rightsstatements.org/vocab/InC/1.0/",
    ],
)
def test_a_notice_that_speaks_of_rights_use_or_a_licence_not_of_the_table_is_unknown(notice: str) -> None:
    assert licence_from_notice(notice) == UNKNOWN


@pytest.mark.parametrize(
    "notice",
    [
        "",
        " ",
        "© Ada",
        "Copyright 2021, Ada Byron",
        "(c) 1999-2003 Millicent Free, Ada Wright & Ben Licht",
        "Photo: Ada/Reuters",
        "© Museum of Modern Art, New York, www.museum.example",
        "Human Rights Watch",
        "© Nature Reserves Trust",
        "© Droits de l’Homme",
        "Urheber: Ada mit Ben",
        "Attribution: J. Miller",
        "Protected by copyright",
    ],
)
def test_a_notice_that_only_says_whose_a_picture_is_states_no_licence(notice: str) -> None:
    assert licence_from_notice(notice) is None


def test_a_notice_states_a_licence_of_the_table_as_any_text_does() -> None:
    assert licence_from_notice("© Ada, CC BY-SA 4.0") == "by-sa"
    assert licence_from_notice("Public domain") == "cc0"


def test_of_statements_the_most_restrictive_counts_then_that_there_was_one() -> None:
    assert most_restrictive(["by", None, "by-nc", UNKNOWN]) == "by-nc"
    assert most_restrictive([None, UNKNOWN]) == UNKNOWN
    assert most_restrictive([None]) is most_restrictive([]) is None


pieces = st.sampled_from(
    [
        "cc",
        "by",
        "nc",
        "nd",
        "sa",
        "-",
        " ",
        "creative commons",
        "attribution",
        "public domain",
        "no",
        "not",
        "(",
        "0",
        "/",
        "https://creativecommons.org/licenses/",
        "share alike",
        "noncommercial",
        "4.0",
        "all rights reserved",
    ]
)


@settings(deadline=None)
@given(st.text() | st.lists(pieces, max_size=40).map("".join))
def test_any_text_leads_to_a_code(text: str) -> None:
    assert licence_from_text(text) in LICENCES
    assert licence_from_notice(text) in {*LICENCES, None}
    assert licence_from_url(text) in LICENCES


@pytest.mark.parametrize(
    "piece", ["cc by ", "not ", "creative commons attribution ", "creative ", "by-", "no deriv "]
)
def test_only_the_beginning_of_a_long_text_is_read(piece: str) -> None:
    assert licence_from_text(piece * 700 + " " * 4000 + "CC0") == licence_from_text((piece * 700)[:4000])
