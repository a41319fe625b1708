from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizsla.records import Claims
from vizsla.sources import ItemError, manifest
from vizsla.sources.claims import Row, claims_of
from vizsla.sources.manifest import MAX_LINE, READERS, BadRow, Statement, read_manifest
from vizsla.wire.licences import CODES

JSONL, CSV = READERS


def rows(name: str, content: bytes | str) -> list[Statement | BadRow]:
    with tempfile.TemporaryFile() as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.seek(0)
        return list(read_manifest(name, file))


def one(name: str, content: bytes | str) -> Claims:
    (row,) = rows(name, content)
    assert isinstance(row, Statement), row
    return row.claims


def fault(row: Statement | BadRow) -> tuple[int, str]:
    assert not isinstance(row, Statement), row
    line, error = row
    assert isinstance(error, ItemError)
    assert error.reason == "bad manifest row"
    assert "\n" not in str(error)
    return line, error.detail


FULL = {
    "title": "A dog",
    "description": "It runs, and runs.",
    "tags": ["dog", "run"],
    "licence": "CC BY-SA 4.0",
    "creator": "Ann",
    "content_url": "https://example.org/dog.jpg",
    "host_page_url": "http://example.org/",
    "date_published": "2024-05-31T10:00:00Z",
    "language": "en",
}
CLAIMS = Claims(
    title="A dog",
    description="It runs, and runs.",
    tags=("dog", "run"),
    licence="by-sa",
    creator="Ann",
    content_url="https://example.org/dog.jpg",
    host_page_url="http://example.org/",
    date_published="2024-05-31T10:00:00Z",
    language="en",
)


def as_csv(*found: dict[str, Any]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, found[0].keys())
    writer.writeheader()
    writer.writerows(found)
    return file.getvalue()


@pytest.mark.parametrize("column", ["path", "file_name"])
def test_both_forms_say_the_same(column: str) -> None:
    row = {column: "a/dog.jpg", "unknown": "passed over", **FULL}
    expected = CLAIMS
    (from_jsonl,) = rows(JSONL, json.dumps(row))
    (from_csv,) = rows(CSV, as_csv(row | {"tags": "dog; run"}))
    assert from_jsonl == Statement(1, "a/dog.jpg", expected)
    assert from_csv == Statement(2, "a/dog.jpg", expected)


@pytest.mark.parametrize("name", [JSONL, CSV])
def test_a_byte_order_mark_and_crlf_are_tolerated(name: str) -> None:
    text = '{"path": "a", "title": "é"}\r\n' if name == JSONL else "path,title\r\na,é\r\n"
    assert one(name, b"\xef\xbb\xbf" + text.encode()).title == "é"


def test_empty_fields_and_null_say_nothing() -> None:
    nothing = dict.fromkeys(FULL)
    assert one(JSONL, json.dumps({"path": "a", **nothing})) == Claims()
    assert one(JSONL, json.dumps({"path": "a", **nothing, "title": " \t", "tags": ["", " "]})) == Claims()
    assert one(CSV, as_csv({"path": "a", **nothing})) == Claims()


def test_text_is_one_clean_line() -> None:
    claims = one(JSONL, json.dumps({"path": "a", "title": " caf\u0065\u0301\n\0\x9f bar "}))
    assert claims.title == "café bar"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("a;b", ("a", "b")),
        ("a, b ,a,", ("a", "b")),
        ("New York, NY; dog", ("New York, NY", "dog")),
        ("one tag", ("one tag",)),
    ],
)
def test_tags_in_a_text_are_separated_by_semicolons_else_commas(tags: str, expected: tuple[str, ...]) -> None:
    assert one(CSV, as_csv({"path": "a", "tags": tags})).tags == expected


@pytest.mark.parametrize("column", ["licence", "license"])
@pytest.mark.parametrize(
    ("stated", "code"),
    [
        *((code, code) for code in CODES),
        ("https://creativecommons.org/licenses/by-nc/2.0/", "by-nc"),
        ("Public Domain", "cc0"),
        ("All rights reserved", "unknown"),
        ("", None),
    ],
)
def test_a_licence_is_a_code_an_address_or_a_text(column: str, stated: str, code: str | None) -> None:
    assert one(JSONL, json.dumps({"path": "a", column: stated})).licence == code


@pytest.mark.parametrize(
    ("stated", "published"),
    [
        ("2024", "2024-01-01"),
        ("2024-05", "2024-05-01"),
        ("2024-05-31", "2024-05-31"),
        ("2024-05-31 10:00", "2024-05-31 10:00"),
        ("20240531T100000+0200", "20240531T100000+0200"),
    ],
)
def test_a_date_is_iso_8601(stated: str, published: str) -> None:
    assert one(JSONL, json.dumps({"path": "a", "date_published": stated})).date_published == published


BAD_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({}, "path: is missing"),
    ({"path": ""}, "path: is missing"),
    ({"path": "./"}, "path: is missing"),
    ({"path": "/etc/passwd"}, "leads out of the folder"),
    ({"path": "a/../../b"}, "leads out of the folder"),
    ({"path": "a" * 5000}, "path: Expected"),
    ({"path": "a", "title": "x" * 2001}, "title: Expected"),
    ({"path": "a", "description": "x" * 20_001}, "description: Expected"),
    ({"path": "a", "tags": "x" * 201}, "tags: Expected"),
    ({"path": "a", "tags": ";".join(map(str, range(201)))}, "tags: Expected"),
    (
        {"path": "a", "content_url": "javascript:alert(1)"},
        "content_url: 'javascript:alert(1)' is not an http",
    ),
    ({"path": "a", "content_url": "file:///etc/passwd"}, "content_url:"),
    ({"path": "a", "content_url": "https://"}, "content_url:"),
    ({"path": "a", "content_url": "https://a b/"}, "content_url:"),
    ({"path": "a", "content_url": "https://[::1"}, "content_url:"),
    ({"path": "a", "content_url": "https://a:99999/"}, "content_url:"),
    ({"path": "a", "host_page_url": "//example.org/"}, "host_page_url:"),
    ({"path": "a", "host_page_url": "example.org"}, "host_page_url:"),
    ({"path": "a", "date_published": "yesterday"}, "date_published: 'yesterday' is not a date"),
    ({"path": "a", "date_published": "2024-13-01"}, "date_published:"),
    ({"path": "a", "date_published": "2024-99"}, "date_published:"),
    ({"path": "a", "language": "English language"}, "language:"),
]


@pytest.mark.parametrize(("row", "message"), BAD_FIELDS)
def test_a_bad_field_is_named_with_its_line_and_the_rest_goes_on(row: dict[str, Any], message: str) -> None:
    good = {"path": "good", "title": "stays"}
    found = rows(JSONL, f"{json.dumps(row)}\n\n{json.dumps(good)}")
    line, detail = fault(found[0])
    assert line == 1
    assert message in detail
    assert found[1:] == [Statement(3, "good", Claims(title="stays"))]
    if row.get("path"):
        assert fault(rows(CSV, as_csv(row))[0])[1] == detail


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"not JSON", "JSON is malformed"),
        (b"[1]", "Expected `object`"),
        (b'{"path": 5}', "path: Expected `str | null`, got `int`"),
        (b'{"path": "a", "tags": ["x", 1]}', "tags"),
        (b'{"path": "a", "title": "\xff"}', "utf-8"),
        (b'{"path": "a", "title": "\\ud800"}', ""),
        (b'{"path": "a", "x": ' + b"[" * 100_000, "recursion"),
        (b'{"path": "a", "x": "' + b"x" * MAX_LINE + b'"}', f"more than {MAX_LINE} bytes"),
        (b"path,title", "JSON is malformed"),
    ],
    ids=range(9),
)
def test_a_line_that_cannot_be_read_is_one_error(line: bytes, message: str) -> None:
    found = rows(JSONL, b'{"path": "first"}\n' + line + b'\n{"path": "last"}\n')
    assert [row.path for row in found if isinstance(row, Statement)] == ["first", "last"]
    number, detail = fault(found[1])
    assert number == 2
    assert message in detail


def test_csv_rows_may_have_line_breaks_and_errors_have_the_line_where_a_row_begins() -> None:
    text = 'path,title\na,"two\nlines"\n\nb,x,y\nc,"quoted"badly\nd\n'
    found = rows(CSV, text)
    assert found[0] == Statement(2, "a", Claims(title="two lines"))
    assert fault(found[1]) == (5, "the row has 3 cells for 2 columns; quote cells with commas")
    assert fault(found[2])[0] == 6
    assert found[3] == Statement(7, "d", Claims())


def test_a_csv_cell_that_is_not_utf8_is_one_error() -> None:
    found = rows(CSV, b"path,title\na,caf\xe9\nb,ok\n")
    assert fault(found[0]) == (2, "title: is not UTF-8; save the manifest as UTF-8")
    assert found[1] == Statement(3, "b", Claims(title="ok"))


def test_a_quote_that_never_closes_is_an_error() -> None:
    found = rows(CSV, 'path,title\na,fine\nb,"open\nc,lost\n')
    assert isinstance(found[0], Statement)
    assert fault(found[1]) == (3, "unexpected end of data")


@pytest.mark.parametrize("header", ["title,tags", "path;title", "\ufffe", ""])
def test_a_csv_without_a_path_column_is_one_error(header: str) -> None:
    (found,) = rows(CSV, f"{header}\na,b\nc,d\n")
    line, detail = fault(found)
    assert line == 1
    assert "has no column path or file_name" in detail


def test_an_empty_manifest_says_nothing() -> None:
    assert rows(CSV, "") == rows(JSONL, "") == rows(JSONL, "\n\n") == rows(CSV, "path\n") == []


def test_a_manifest_of_too_many_rows_or_bytes_is_one_error_more(monkeypatch: pytest.MonkeyPatch) -> None:
    text = '{"path": "a"}\n{"path": "b"}\n'
    monkeypatch.setattr(manifest, "MAX_ROWS", 1)
    first, last = rows(JSONL, text)
    assert isinstance(first, Statement)
    assert "more than 1 rows" in fault(last)[1]
    monkeypatch.setattr(manifest, "MAX_BYTES", 10)
    (only,) = rows(JSONL, text)
    assert "more than 10 bytes" in fault(only)[1]


_clean = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
_words = _clean.map(lambda text: claims_of(Row(title=text)).title)


@given(
    st.lists(
        st.builds(
            Claims,
            title=st.none() | _words,
            description=st.none() | _words,
            tags=st.lists(_words.map(lambda t: (t or "").replace(";", "_")), unique=True).map(tuple),
            creator=st.none() | _words,
            licence=st.none() | st.sampled_from(CODES),
            date_published=st.none() | st.dates().map(str),
        )
    )
)
@settings(deadline=None, max_examples=40)
def test_claims_written_in_either_form_are_read_back(claims: list[Claims]) -> None:
    fields = ("title", "description", "creator", "licence", "date_published")
    plain = [{"path": f"{i}.jpg"} | {name: getattr(c, name) for name in fields} for i, c in enumerate(claims)]
    jsonl = [row | {"tags": c.tags} for row, c in zip(plain, claims, strict=True)]
    table = [
        row | {"tags": "".join(f"{tag};" for tag in c.tags)} for row, c in zip(plain, claims, strict=True)
    ]
    assert [
        row.claims for row in rows(JSONL, "\n".join(map(json.dumps, jsonl))) if isinstance(row, Statement)
    ] == claims
    if table:
        assert [row.claims for row in rows(CSV, as_csv(*table)) if isinstance(row, Statement)] == claims


_nearly_csv = st.lists(
    st.sampled_from([b"path", b"title", b",", b'"', b"\n", b"\r", b"x", b"\xff", b"\0", b";"])
)
_nearly_json = st.lists(
    st.sampled_from(
        [b'{"path":', b'"a"', b"}", b"\n", b'"title":', b"null", b"[", b",", b"\xff", b"\\ud800", b"1e999"]
    )
)


@given(st.binary() | _nearly_csv.map(b"".join) | _nearly_json.map(b"".join), st.sampled_from([JSONL, CSV]))
@settings(deadline=None, max_examples=200)
def test_any_bytes_give_rows_that_can_be_stored_or_errors(content: bytes, name: str) -> None:
    lines = 0
    for row in rows(name, content):
        if isinstance(row, Statement):
            msgspec.msgpack.encode(row)
            assert row.line > lines
            assert not Path(row.path).is_absolute()
            assert ".." not in row.path.split("/")
            lines = row.line
        else:
            lines, detail = fault(row)
            detail.encode()
