"""What files say about themselves becomes claims; what is damaged says nothing."""

from __future__ import annotations

import struct
import sys
from io import BytesIO
from types import FrameType
from typing import Any

import numpy as np
import PIL.Image
import pytest
from analysed import plain
from hypothesis import given
from hypothesis import strategies as st
from PIL.PngImagePlugin import PngInfo

from vizsla.analyse.exif import exif_claims
from vizsla.analyse.iptc import iptc_claims
from vizsla.analyse.metadata import read
from vizsla.analyse.rdf import svg_claims, xmp_claims
from vizsla.analyse.words import MAX_LINE, MAX_TAGS, iso_date, line, tags
from vizsla.decode import Blocks, Picture, open_picture
from vizsla.records import Claims

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"

XMP = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">
<rdf:Description xmlns:dc="{DC}" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
  xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"
  photoshop:DateCreated="2019-05-04T10:20:30+02:00"
  xmpRights:WebStatement="https://creativecommons.org/licenses/by-sa/4.0/">
<dc:title><rdf:Alt><rdf:li xml:lang="de">Hafen</rdf:li><rdf:li xml:lang="x-default">Harbour</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">Boats at dawn</rdf:li></rdf:Alt></dc:description>
<dc:subject><rdf:Bag><rdf:li>boat</rdf:li><rdf:li>sea</rdf:li><rdf:li>boat</rdf:li></rdf:Bag></dc:subject>
<dc:creator><rdf:Seq><rdf:li>Ada</rdf:li><rdf:li>Ben</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>""".encode()

SAID = Claims(
    title="Harbour",
    description="Boats at dawn",
    tags=("boat", "sea"),
    creator="Ada, Ben",
    licence="by-sa",
    date_published="2019-05-04T10:20:30+02:00",
)


def drawing(metadata: str, body: str = "", cc: str = "http://creativecommons.org/ns#") -> bytes:
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{body}<metadata>
<rdf:RDF xmlns:rdf="{RDF}" xmlns:dc="{DC}" xmlns:cc="{cc}">{metadata}</rdf:RDF></metadata>
<rect width="9" height="9"/></svg>""".encode()


def dataset(number: int, value: bytes, record: int = 2) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(value)) + value


IPTC = (
    dataset(90, b"\x1b%G", record=1)
    + dataset(5, "Möwe".encode())
    + dataset(25, b"gull")
    + dataset(25, b"bird")
    + dataset(55, b"20180203")
    + dataset(80, b"Cy")
    + dataset(116, b"CC BY 4.0")
    + dataset(120, b"A gull  on a\npost")
)
IPTC_SAID = Claims(
    title="Möwe",
    description="A gull on a post",
    tags=("gull", "bird"),
    creator="Cy",
    licence="by",
    date_published="2018-02-03",
)


def exif(tags_: dict[int, object], inner: dict[int, object] | None = None) -> bytes:
    block = PIL.Image.Exif()
    block.update(tags_)
    if inner:
        block.get_ifd(34665).update(inner)
    return block.tobytes().removeprefix(b"Exif\0\0")


EXIF = exif(
    {
        270: "A dog in the snow",
        315: "Dee",
        33432: "Public domain",
        40091: "Winter dog".encode("utf-16-le"),
        40094: "dog; snow;dog".encode("utf-16-le"),
    },
    {36867: "2020:01:02 03:04:05"},
)
EXIF_SAID = Claims(
    title="Winter dog",
    description="A dog in the snow",
    tags=("dog", "snow"),
    creator="Dee",
    licence="cc0",
    date_published="2020-01-02T03:04:05",
)


def test_xmp_speaks() -> None:
    assert xmp_claims(XMP) == SAID


def test_iptc_speaks_alone_and_within_photoshop_resources() -> None:
    assert iptc_claims(IPTC) == IPTC_SAID
    other = b"8BIM\x03\xed\x00\x00" + struct.pack(">I", 4) + b"abcd"
    wrapped = b"Photoshop 3.0\0" + other + b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(IPTC)) + IPTC
    assert iptc_claims(wrapped) == IPTC_SAID


@pytest.mark.parametrize(("order", "sign"), [("II", "<"), ("MM", ">")])
def test_exif_speaks_in_both_byte_orders(order: str, sign: str) -> None:
    maker = PIL.Image.Exif()
    maker.load(b"Exif\0\0" + EXIF)
    maker.endian = sign
    block = maker.tobytes().removeprefix(b"Exif\0\0")
    assert block[:2] == order.encode()
    assert exif_claims(block) == EXIF_SAID


def test_a_drawing_speaks_through_its_rdf() -> None:
    work = """<cc:Work rdf:about=""><dc:title>A boat</dc:title><dc:description>On the sea</dc:description>
<dc:subject><rdf:Bag><rdf:li>boat</rdf:li></rdf:Bag></dc:subject><dc:language>en</dc:language><dc:date>2006-07-08</dc:date>
<dc:creator><cc:Agent><dc:title>Eve</dc:title></cc:Agent></dc:creator>
<cc:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/></cc:Work>"""
    assert svg_claims(drawing(work, "<title>other</title>")) == Claims(
        title="A boat",
        description="On the sea",
        tags=("boat",),
        creator="Eve",
        licence="by",
        date_published="2006-07-08",
        language="en",
    )


def packet(*languages: str) -> bytes:
    """An XMP packet, printed over many lines, whose text is said to be in some languages."""
    items = "".join(f"\n   <rdf:li>\n    {language}\n   </rdf:li>" for language in languages)
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">
<rdf:Description xmlns:dc="{DC}">
 <dc:language>\n  <rdf:Bag>{items}\n  </rdf:Bag>\n </dc:language>
</rdf:Description></rdf:RDF></x:xmpmeta>""".encode()


def file_with(xmp: bytes) -> Picture:
    file = BytesIO()
    PIL.Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(file, "WEBP", xmp=xmp)
    return open_picture(file.getvalue())


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        (["de"], "de"),
        (["pt-BR"], "pt-BR"),
        (["zh-Hant-TW"], "zh-Hant-TW"),
        (["de_DE"], "de-DE"),
        (["x-default", "fr", "en"], "fr"),
        (["German"], None),
        (["de, en"], None),
        (["de" * 1_900_000], None),
        (["de" + "-x1234567" * 9], None),
        (["d&#9;e"], None),
    ],
)
def test_a_language_is_a_clean_short_tag_or_none(languages: list[str], expected: str | None) -> None:
    assert read(file_with(packet(*languages))).language == expected


def test_a_drawing_printed_over_many_lines_tells_its_language() -> None:
    work = "<cc:Work>\n  <dc:language>\n    de\n  </dc:language>\n</cc:Work>"
    assert svg_claims(drawing(work)).language == "de"


def test_an_old_drawing_in_the_public_domain_says_so() -> None:
    old = "http://web.resource.org/cc/"
    work = f'<cc:Work><cc:license rdf:resource="{old}PublicDomain"/></cc:Work>'
    assert svg_claims(drawing(work, cc=old)).licence == "cc0"


def test_a_drawing_without_rdf_speaks_through_its_title() -> None:
    assert svg_claims(drawing("", "<title>A boat</title><desc>On the sea</desc>")) == Claims(
        title="A boat", description="On the sea"
    )


@pytest.mark.parametrize(
    ("writer", "options", "expected"),
    [
        ("JPEG", {"exif": b"Exif\0\0" + EXIF}, EXIF_SAID),
        ("PNG", {"exif": b"Exif\0\0" + EXIF}, EXIF_SAID),
        ("WEBP", {"exif": b"Exif\0\0" + EXIF}, EXIF_SAID),
        ("JPEG", {"exif": b"Exif\0\0" + EXIF, "xmp": XMP}, SAID),
        ("WEBP", {"xmp": XMP}, SAID),
        ("TIFF", {"tiffinfo": {700: XMP}}, SAID),
        ("TIFF", {"tiffinfo": {33723: IPTC}}, IPTC_SAID),
    ],
)
def test_claims_come_through_a_whole_file(writer: str, options: dict[str, Any], expected: Claims) -> None:
    file = BytesIO()
    PIL.Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(file, writer, **options)
    assert read(open_picture(file.getvalue())) == expected


def test_png_text_speaks() -> None:
    text = PngInfo()
    text.add_text("Title", "A cat")
    text.add_itxt("Author", "Zoë")
    text.add_text("Copyright", "CC0")
    text.add_text("Software", "something")
    file = BytesIO()
    PIL.Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(file, "PNG", pnginfo=text)
    assert read(open_picture(file.getvalue())) == Claims(title="A cat", creator="Zoë", licence="cc0")


def test_what_one_block_leaves_out_another_says() -> None:
    said = read(plain(blocks=Blocks(iptc=dataset(5, b"Gull"), exif=EXIF)))
    assert (said.title, said.creator) == ("Gull", "Dee")


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>',
        b"<x",
        b"",
        b"\xff\xfe<",
        b'<?xml version="1.0" encoding="nonsense"?><x/>',
    ],
)
def test_dangerous_and_damaged_xml_says_nothing(document: bytes) -> None:
    assert xmp_claims(document) == Claims()
    assert svg_claims(document) == Claims()


def nested(times: int, inside: str = "x", wide: str = "") -> bytes:
    """A packet whose title is a resource that has a title, and so on."""
    title, end = f"<rdf:Description>{wide}<dc:title>", "</dc:title></rdf:Description>"
    return (
        f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:dc="{DC}">{title * times}{inside}{end * times}</rdf:RDF>'
    ).encode()


def steps(packet: bytes) -> int:
    """How many calls reading it takes, of Python and of C."""
    taken = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal taken
        taken += 1

    sys.setprofile(count)
    try:
        xmp_claims(packet)
    finally:
        sys.setprofile(None)
    return taken


@pytest.mark.parametrize("wide", ["", "<dc:subject>boat</dc:subject>", '<x dc:date="2020"/>' * 10])
def test_reading_twice_as_many_nested_resources_takes_hardly_more_than_twice_the_steps(wide: str) -> None:
    assert steps(nested(800, wide=wide)) <= 2.1 * steps(nested(400, wide=wide))


def test_a_file_whose_xmp_is_nothing_but_nested_resources_is_read() -> None:
    assert read(file_with(nested(60_000))).title == "x"


def test_what_a_picture_has_of_resources_within_resources_is_read() -> None:
    who = "<rdf:Seq><rdf:li><cc:Agent><dc:title><rdf:Alt><rdf:li>{}</rdf:li></rdf:Alt></dc:title></cc:Agent></rdf:li></rdf:Seq>"
    tag = "<rdf:li><rdf:Description><rdf:value>boat</rdf:value></rdf:Description></rdf:li>"
    work = f"""<cc:Work><dc:creator>{who.format("Eve")}</dc:creator><dc:subject><rdf:Bag>{tag}</rdf:Bag></dc:subject></cc:Work>"""
    assert svg_claims(drawing(work)) == Claims(creator="Eve", tags=("boat",))


@given(st.binary(max_size=300), st.integers(0, 300), st.integers(0, 255))
def test_no_bytes_make_a_reader_fail(noise: bytes, at: int, byte: int) -> None:
    def broken(block: bytes) -> bytes:
        return block[:at] + bytes([byte]) + noise[:8] + block[at + 1 :]

    for reader, block in (
        (exif_claims, EXIF),
        (iptc_claims, IPTC),
        (iptc_claims, b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(IPTC)) + IPTC),
        (xmp_claims, XMP),
        (svg_claims, XMP),
    ):
        for data in (noise, broken(block)):
            assert isinstance(reader(data), Claims)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020:01:02 03:04:05", "2020-01-02T03:04:05"),
        ("2020-01-02T03:04:05.678Z", "2020-01-02T03:04:05Z"),
        ("2020-01-02T03:04+05:30", "2020-01-02T03:04:00+05:30"),
        ("20200102", "2020-01-02"),
        ("2020-02", "2020-02-01"),
        ("2020", "2020-01-01"),
        ("0000:00:00 00:00:00", None),
        ("2020:13:40 00:00:00", None),
        ("1500-01-01", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_dates(text: str | None, expected: str | None) -> None:
    assert iso_date(text) == expected


@given(st.text(max_size=3_000))
def test_lines_are_single_clean_and_bounded(text: str) -> None:
    clean = line(text)
    if clean is not None:
        assert clean == " ".join(clean.split())
        assert 0 < len(clean) <= MAX_LINE
        assert clean.isprintable() or clean.encode("utf-8")
    found = tags([text], separators=",;")
    assert len(found) == len(set(found)) <= MAX_TAGS


@pytest.mark.parametrize(
    "text", ["OLYMPUS DIGITAL CAMERA", "SONY DSC", "DCIM\\100MEDIA", "Created with GIMP", " - ", "..."]
)
def test_what_cameras_write_by_themselves_is_dropped(text: str) -> None:
    assert line(text) is None
