"""Claims of RDF: XMP packets and the `metadata` of SVG drawings, and the title and description of a drawing.

Source: XMP specification part 1 (2012), section 7; Dublin Core; the Creative Commons vocabulary; SVG 1.1, section 5.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from vizsla.analyse.words import MAX_TEXT, iso_date, language, line, tags
from vizsla.records import Claims
from vizsla.wire.licences import (
    UNKNOWN,
    licence_from_notice,
    licence_from_text,
    licence_from_url,
    most_restrictive,
)

MAX_DOCUMENT = 16_000_000
"""Bytes; of a larger drawing the text is not read."""
MAX_VALUES = 200
MAX_LEAVES = 1_000
"""Elements of a property that are looked at for its values, empty ones among them."""
MAX_DEPTH = 8
"""Levels below a property at which its values are looked for: programs write two at most, six for names of agents in
lists. Resources lie within each other, each looks through what it holds: unbounded, that takes the square of
their number."""

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_SVG = "{http://www.w3.org/2000/svg}"
_SHORT = {
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dc:",
    "http://creativecommons.org/ns#": "cc:",
    "http://web.resource.org/cc/": "cc:",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop:",
    "http://ns.adobe.com/xap/1.0/": "xmp:",
    "http://ns.adobe.com/xap/1.0/rights/": "rights:",
    "http://ns.adobe.com/tiff/1.0/": "tiff:",
}
_RESOURCES = {
    f"{_RDF}Description",
    *(f"{{{space}}}Work" for space, short in _SHORT.items() if short == "cc:"),
}
"""Elements whose children and attributes are properties of the picture."""

_LICENCE_ADDRESSES = ("cc:license", "dc:license", "rights:WebStatement")
_LICENCE_TEXTS: dict[str, Callable[[str], str | None]] = {
    "cc:license": licence_from_text,
    "dc:license": licence_from_text,
    "rights:UsageTerms": licence_from_text,
    "dc:rights": licence_from_notice,
    "tiff:Copyright": licence_from_notice,
}
"""Each with its reader: the last two may say no more than whose the picture is."""

_OLD_PUBLIC_DOMAIN = "http://web.resource.org/cc/PublicDomain"
"""What drawings of before 2008 call the public domain."""

Properties = dict[str, list[str]]


def xmp_claims(packet: bytes) -> Claims:
    """What an XMP packet says; nothing, if it is damaged or dangerous."""
    root = _parse(packet.strip(b"\0 \r\n\t"))
    return Claims() if root is None else _claims(_properties(root))


def svg_claims(document: bytes) -> Claims:
    """What a drawing says: its RDF, completed by its own title and description."""
    root = _parse(document)
    if root is None:
        return Claims()
    plain = Claims(
        title=line(_text(root.find(f"{_SVG}title"))),
        description=line(_text(root.find(f"{_SVG}desc")), MAX_TEXT),
    )
    return _claims(_properties(root)).over(plain)


def _parse(document: bytes) -> Element | None:
    if not document or len(document) > MAX_DOCUMENT:
        return None
    try:
        root: Element = fromstring(document)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    return root


def _claims(found: Properties) -> Claims:
    def first(*names: str) -> str | None:
        return next((text for name in names for text in found.get(name, ())), None)

    return Claims(
        title=line(first("dc:title", "photoshop:Headline")),
        description=line(first("dc:description"), MAX_TEXT),
        tags=tags(found.get("dc:subject", ())),
        creator=line(", ".join(found.get("dc:creator", ())[:10])) or line(first("cc:attributionName")),
        licence=_licence(found),
        date_published=iso_date(first("photoshop:DateCreated", "xmp:CreateDate", "dc:date")),
        language=language(found.get("dc:language", ())),
    )


def _licence(found: Properties) -> str | None:
    """Addresses decide, then words; of several the most restrictive."""
    pointed = most_restrictive(
        _from_address(text) for name in _LICENCE_ADDRESSES for text in found.get(name, ())
    )
    if pointed not in (None, UNKNOWN):
        return pointed
    worded = (reader(text) for name, reader in _LICENCE_TEXTS.items() for text in found.get(name, ()))
    return most_restrictive((pointed, *worded))


def _from_address(address: str) -> str:
    return "cc0" if address == _OLD_PUBLIC_DOMAIN else licence_from_url(address)


def _properties(root: Element) -> Properties:
    """Short name to values, the default language first; the first resource that has a property counts."""
    found: Properties = {}
    for resource in (element for element in root.iter() if element.tag in _RESOURCES):
        here: Properties = {}
        for name, value in resource.attrib.items():
            here.setdefault(_short(name), []).append(value)
        for child in resource:
            here.setdefault(_short(child.tag), []).extend(_values(child))
        for name, values in here.items():
            if kept := [value for value in values if value.strip()][:MAX_VALUES]:
                found.setdefault(name, kept)
    return found


def _short(name: str) -> str:
    space, _, local = name.removeprefix("{").rpartition("}")
    return _SHORT.get(space, "") + local


def _values(element: Element) -> Iterator[str]:
    """The texts of the innermost elements, or the resource that is pointed to."""
    leaves = list(islice(_leaves(element, MAX_DEPTH), MAX_LEAVES))
    leaves.sort(key=lambda leaf: leaf.get(f"{_XML}lang") != "x-default")
    for leaf in leaves:
        yield leaf.get(f"{_RDF}resource") or leaf.text or ""


def _leaves(element: Element, depth: int) -> Iterator[Element]:
    """The innermost elements that are at most `depth` levels below, in their order."""
    if not len(element):
        yield element
    elif depth:
        for child in element:
            yield from _leaves(child, depth - 1)


def _text(element: Element | None) -> str:
    return "" if element is None else "".join(element.itertext())
