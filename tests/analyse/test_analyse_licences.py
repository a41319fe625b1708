"""What a file says about its licence: the address decides, then the words; unknown stays unknown, and is not nothing."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import PIL.Image
import pytest
from analysed import plain
from PIL.PngImagePlugin import PngInfo

from vizsla.analyse.metadata import read
from vizsla.decode import Blocks, open_picture

HEAD = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:cc="http://creativecommons.org/ns#"
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/">"""
TAIL = "</rdf:Description></rdf:RDF></x:xmpmeta>"

STATEMENTS = [
    ("http://creativecommons.org/licenses/by/2.0", "by"),
    ("https://creativecommons.org/licenses/by/2.0/", "by"),
    ("https://creativecommons.org/licenses/by-sa/3.0/deed.de", "by-sa"),
    ("http://creativecommons.org/licenses/by-nc-nd/2.5/ca/", "by-nc-nd"),
    ("https://creativecommons.org/licenses/by-nc/4.0/legalcode", "by-nc"),
    ("https://creativecommons.org/publicdomain/mark/1.0/", "cc0"),
    ("http://creativecommons.org/publicdomain/zero/1.0", "cc0"),
    ("https://www.gnu.org/licenses/fdl-1.3.html", "unknown"),
    ("https://example.com/terms", "unknown"),
    ("All rights reserved", "unknown"),
    ("© 2021 Ada. All rights reserved.", "unknown"),
    ("GFDL 1.2", "unknown"),
    ("Free to use", "unknown"),
    ("Not in the public domain", "unknown"),
    ("CC BY 4.0 or CC BY-NC 4.0", "unknown"),
    ("", None),
    (" ", None),
]

NOTICES = [
    "© 2021 Ada",
    "Copyright (c) 1999-2003 Ada Free, Ben Wright",
    "Millicent Rights",
    "© Ada, www.ada.example",
]
"""What says whose a picture is, and nothing about what others may do with it."""


def xmp(**properties: str | list[str]) -> bytes:
    """A packet; a list makes a bag of alternatives."""
    body = "".join(
        f"<{name.replace('_', ':')}>{value if isinstance(value, str) else alternatives(value)}</{name.replace('_', ':')}>"
        for name, value in properties.items()
    )
    return f"{HEAD}{body}{TAIL}".encode()


def alternatives(values: list[str]) -> str:
    return f"<rdf:Alt>{''.join(f'<rdf:li>{value}</rdf:li>' for value in values)}</rdf:Alt>"


def file(form: str, **options: Any) -> str | None:
    """What a whole file says, written by Pillow and read as adding reads it."""
    data = BytesIO()
    PIL.Image.new("RGB", (8, 8), "red").save(data, form, **options)
    return read(open_picture(data.getvalue())).licence


def copyright_exif(text: str) -> PIL.Image.Exif:
    exif = PIL.Image.Exif()
    exif[33432] = text
    return exif


def iptc(dataset: int, text: str) -> bytes:
    return bytes([0x1C, 2, dataset, 0, len(text.encode())]) + text.encode()


def png_text(**texts: str) -> PngInfo:
    info = PngInfo()
    for keyword, text in texts.items():
        info.add_itxt(keyword, text)
    return info


@pytest.mark.parametrize(("statement", "code"), STATEMENTS)
def test_every_place_of_a_file_that_can_hold_a_licence_is_read(statement: str, code: str | None) -> None:
    assert file("JPEG", xmp=xmp(xmpRights_WebStatement=statement)) == code
    assert file("WEBP", xmp=xmp(cc_license=statement)) == code
    assert file("JPEG", xmp=xmp(dc_rights=[statement])) == code
    assert file("JPEG", xmp=xmp(xmpRights_UsageTerms=[statement])) == code
    assert file("TIFF", tiffinfo={700: xmp(tiff_Copyright=[statement])}) == code
    assert file("JPEG", exif=copyright_exif(statement)) == code
    assert file("PNG", pnginfo=png_text(Copyright=statement)) == code
    assert file("PNG", pnginfo=png_text(License=statement)) == code
    assert file("PNG", pnginfo=png_text(**{"XML:com.adobe.xmp": xmp(cc_license=statement).decode()})) == code


@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_of_whose_a_picture_is_says_nothing_about_a_licence(notice: str) -> None:
    assert file("JPEG", xmp=xmp(dc_rights=[notice])) is None
    assert file("TIFF", tiffinfo={700: xmp(tiff_Copyright=[notice])}) is None
    assert file("JPEG", exif=copyright_exif(notice)) is None
    assert file("PNG", pnginfo=png_text(Copyright=notice)) is None
    assert read(plain(blocks=Blocks(iptc=iptc(116, notice)))).licence is None


def test_a_licence_by_its_name_alone_is_one_only_where_licences_are_named() -> None:
    assert file("PNG", pnginfo=png_text(License="Artistic 2.0")) == "unknown"
    assert file("PNG", pnginfo=png_text(Copyright="Artistic 2.0")) is None


def test_an_address_goes_before_words() -> None:
    assert (
        file("JPEG", xmp=xmp(xmpRights_WebStatement="https://ada.example", dc_rights=["CC BY 4.0"])) == "by"
    )
    by = "https://creativecommons.org/licenses/by/4.0/"
    assert file("JPEG", xmp=xmp(xmpRights_WebStatement=by, dc_rights=["© Ada. All rights reserved."])) == "by"
    assert file("JPEG", xmp=xmp(xmpRights_WebStatement=by, dc_rights=["CC BY-NC 4.0"])) == "by"


def test_of_two_addresses_the_more_restrictive_counts() -> None:
    addresses = {
        "cc_license": "https://creativecommons.org/licenses/by/4.0/",
        "xmpRights_WebStatement": "https://creativecommons.org/licenses/by-nc/4.0/",
    }
    assert file("JPEG", xmp=xmp(**addresses)) == "by-nc"
    assert file("JPEG", xmp=xmp(**dict(zip(addresses, reversed(addresses.values()), strict=True)))) == "by-nc"


def test_of_two_blocks_that_contradict_each_other_the_more_restrictive_counts() -> None:
    packet = xmp(cc_license="https://creativecommons.org/licenses/by/4.0/")
    assert file("JPEG", xmp=packet, exif=copyright_exif("CC BY-NC-SA 3.0")) == "by-nc-sa"
    assert file("JPEG", xmp=packet, exif=copyright_exif("Public domain")) == "by"
    assert file("JPEG", xmp=packet, exif=copyright_exif("All rights reserved")) == "by"


@pytest.mark.parametrize("dataset", [116, 40])
def test_iptc_copyright_and_instructions_are_read(dataset: int) -> None:
    assert read(plain(blocks=Blocks(iptc=iptc(dataset, "CC BY-SA 4.0")))).licence == "by-sa"
    assert read(plain(blocks=Blocks(iptc=iptc(dataset, "For editorial use only")))).licence == "unknown"


@pytest.mark.parametrize(
    "words",
    [
        "Creative Commons Attribution - Pas d’Utilisation Commerciale 4.0",
        "Creative Commons Attribution - Partage dans les Mêmes Conditions",
        "Creative Commons Attribution - Pas de Modification",
        "CC BY, NoComercial",
        "CC BY (nicht-kommerziell)",
        "CC BY SemDerivações",
    ],
)
def test_a_restriction_in_another_language_is_never_overlooked(words: str) -> None:
    assert file("JPEG", xmp=xmp(dc_rights=[words])) == "unknown"
