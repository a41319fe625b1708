from typing import Any
from uuid import uuid4

import pytest
import requests
from hypothesis import example, given, settings
from hypothesis import strategies as st
from urllib3.filepost import encode_multipart_formdata

from vizsla.wire import MAX_PARTS, InvalidRequest, Part, parse_multipart, read_parts

PNG = b"\x89PNG\r\n\x1a\n\0\0\r\n--c\r\n--c-- \r\n\r\n\xff\xfe--"
JSON = b'{"imageInfo":{"url":"https://example.org/a.png"}}'

names = st.sampled_from(["knowledgerequest", "image", "file", "anything else", "ümlaut"])
contents = st.lists(
    st.sampled_from([b"\r\n", b"\n", b"\r", b"--", b"--b", b"b", b" ", b"\0", b"\xff", b"data"])
).map(b"".join)


def body(*lines: bytes, end: bytes = b"\r\n") -> bytes:
    return end.join(lines) + end


def disposition(name: str, extra: str = "") -> bytes:
    return f'Content-Disposition: form-data; name="{name}"{extra}'.encode()


@settings(deadline=None)
@given(st.lists(st.tuples(names, contents), min_size=1, max_size=MAX_PARTS))
def test_what_a_client_encodes_is_read_byte_for_byte(fields: list[tuple[str, bytes]]) -> None:
    sent, content_type = encode_multipart_formdata(
        [(name, ("C:\\pictures\\a.jpg", data)) for name, data in fields], boundary=uuid4().hex
    )
    assert parse_multipart(content_type, sent) == tuple(Part(name, data) for name, data in fields)


def test_what_requests_sends_is_read() -> None:
    files: Any = {"knowledgeRequest": (None, JSON), "image": ("img.jpg", PNG, "application/octet-stream")}
    sent = requests.Request("POST", "http://127.0.0.1/", files=files).prepare()
    assert isinstance(sent.body, bytes)
    parts = parse_multipart(str(sent.headers["Content-Type"]), sent.body)
    assert parts == (Part("knowledgerequest", JSON), Part("image", PNG))


ODD = {
    "a delimiter without its two dashes, and bare line feeds (Python sample, URL mode)": (
        "multipart/form-data;boundary=--example-boundary-1234",
        body(
            b"--example-boundary-1234",
            disposition("knowledgeRequest"),
            b"",
            JSON,
            b"--example-boundary-1234--",
            end=b"\n",
        ),
    ),
    "no boundary in the header (Python sample, image mode)": (
        "multipart/form-data",
        body(b"--0123abc", disposition("knowledgeRequest"), b"", JSON, b"--0123abc--"),
    ),
    "a boundary that the body does not have": (
        "multipart/form-data; boundary=other",
        body(b"--0123abc", disposition("knowledgeRequest"), b"", JSON, b"--0123abc--"),
    ),
    "a quoted boundary with spaces, slashes and colons, a name without quotes (.NET)": (
        'multipart/form-data; boundary="boundary_11/22/2026 4:22:01 PM"',
        body(
            b"--boundary_11/22/2026 4:22:01 PM",
            b"Content-Type: text/plain; charset=utf-8",
            b"Content-Disposition: form-data; name=knowledgeRequest",
            b"",
            JSON,
            b"--boundary_11/22/2026 4:22:01 PM--",
        ),
    ),
    "an unquoted boundary with spaces": (
        "multipart/form-data; boundary=boundary_11/22/2026 4:22:01 PM; charset=utf-8",
        body(
            b"--boundary_11/22/2026 4:22:01 PM",
            disposition("knowledgeRequest"),
            b"",
            JSON,
            b"--boundary_11/22/2026 4:22:01 PM--",
        ),
    ),
    "no end": (
        "multipart/form-data; boundary=b",
        b"\r\n".join((b"--b", disposition("knowledgeRequest"), b"", JSON)),
    ),
    "text before and after": (
        "multipart/form-data; boundary=b",
        body(b"Hello", b"--b", disposition("knowledgeRequest"), b"", JSON, b"--b--", b"--b", b"Good bye"),
    ),
    "headers in any case, white space where it may be": (
        "Multipart/Form-Data; BOUNDARY=b",
        body(
            b"--b \t",
            b'CONTENT-DISPOSITION :form-data ; filename="a; name=b" ;  Name = "KnowledgeRequest"',
            b"x-other: 1",
            b"",
            JSON,
            b"--b-- ",
        ),
    ),
    "the misspelt type of the old documentation": (
        "multipart/data-form; boundary=b",
        body(b"--b", disposition("knowledgeRequest"), b"", JSON, b"--b--"),
    ),
    "blank lines before the first part": (
        "multipart/form-data",
        body(b"", b"", b"--b", disposition("knowledgeRequest"), b"", JSON, b"--b--"),
    ),
}


@pytest.mark.parametrize("odd", ODD)
def test_what_published_samples_send_is_read(odd: str) -> None:
    content_type, sent = ODD[odd]
    assert parse_multipart(content_type, sent) == (Part("knowledgerequest", JSON),)


def test_blank_lines_before_the_end_stay_with_the_part() -> None:
    sent = body(b"--b", disposition("image"), b"", PNG, b"", b"--b--")
    assert parse_multipart("multipart/form-data; boundary=b", sent) == (Part("image", PNG + b"\r\n"),)


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_lines_that_only_begin_like_a_delimiter_belong_to_the_part(end: bytes) -> None:
    picture = end.join((b"\xff", b"--bc", b"--b-", b"--b--c", b"b", b" --b", b"\r"))
    sent = body(b"--b", disposition("image"), b"", picture, b"--b--", end=end)
    assert parse_multipart("multipart/form-data; boundary=b", sent) == (Part("image", picture),)


def test_a_part_without_headers_or_name_has_an_empty_name() -> None:
    sent = body(b"--b", b"", b"one", b"--b", b"Content-Type: image/png", b"", b"two", b"--b--")
    assert parse_multipart("multipart/form-data; boundary=b", sent) == (Part("", b"one"), Part("", b"two"))


@pytest.mark.parametrize(
    ("content_type", "sent", "parts"),
    [
        ("application/json", b" " + JSON, (Part("knowledgerequest", b" " + JSON),)),
        ("application/x-www-form-urlencoded", JSON, (Part("knowledgerequest", JSON),)),
        ("image/png", PNG, (Part("image", PNG),)),
        ("", PNG, (Part("image", PNG),)),
        ("", body(b"--b", disposition("image"), b"", PNG, b"--b--"), (Part("image", PNG),)),
        ("application/json; charset=utf-8", b"", ()),
        ("multipart/form-data", JSON, None),
    ],
)  # fmt: skip
def test_what_is_not_multipart_is_told_by_its_first_byte(
    content_type: str, sent: bytes, parts: tuple[Part, ...] | None
) -> None:
    if parts is None:
        with pytest.raises(InvalidRequest, match="holds no part"):
            read_parts(content_type, sent)
    else:
        assert read_parts(content_type, sent) == parts


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (b"", "holds no part"),
        (b"--b--\r\n", "holds no part"),
        (b"nothing of the kind", "holds no part"),
        (body(b"--b", b"Content-Disposition: form-data", b"--b--"), "no blank line"),
        (body(b"--b", b"X: " + 5000 * b"x", b"", b"data", b"--b--"), "no blank line"),
        (body(*([b"--b", b"", b"x"] * (MAX_PARTS + 1))), "more than 16 parts"),
    ],
)
def test_a_damaged_body_is_refused(sent: bytes, message: str) -> None:
    with pytest.raises(InvalidRequest, match=message) as refused:
        parse_multipart("multipart/form-data; boundary=b", sent)
    assert refused.value.status == 400


pieces = st.sampled_from([b"--", b"b", b"\r\n", b"\n", b"\r", b" ", b"Content-Disposition: form-data", b"; name=x", b'"', b":", b"\0"])  # fmt: skip


@settings(deadline=None)
@given(st.text(max_size=60), st.lists(pieces, max_size=40).map(b"".join))
@example("multipart/form-data; boundary=b", b"--b")
@example("multipart/form-data; boundary=b", b"--b\r\n--b\r\n--b--")
@example("multipart/form-data; boundary=\ud800", b"--b\r\n\r\n\r\n--b--")
def test_no_body_raises_anything_but_an_invalid_request(content_type: str, sent: bytes) -> None:
    for header in (content_type, "multipart/form-data; boundary=b", "multipart/form-data"):
        for read in (parse_multipart, read_parts):
            try:
                parts = read(header, sent)
            except InvalidRequest as refused:
                refused.encode()
            else:
                assert all(part.data in sent for part in parts)


HOSTILE = [
    b"\n",
    b"\r",
    b"\r\n",
    b"--",
    b"\n--b",
    b"\n--b ",
    b"\n--b\t \t",
    b"\r\n--b-",
    b" ",
    b"-",
    b"; name=",
]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=b", "", "; boundary=" * 5000])
def test_a_megabyte_that_is_made_to_be_read_slowly_comes_to_an_end(piece: bytes, content_type: str) -> None:
    """In time that grew with the square of the length, none of these would."""
    megabyte = piece * ((1 << 20) // len(piece))
    for sent in (megabyte, b"--b\r\n" + megabyte, b"--b\r\n\r\n" + megabyte):
        try:
            parts = parse_multipart(content_type, sent)
        except InvalidRequest:
            continue
        assert sum(len(part.data) for part in parts) <= len(sent)
