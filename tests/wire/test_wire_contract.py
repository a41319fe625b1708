"""docs/contract.md is run: what it says about requests, errors, licences and fields is what the code does."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from vizsla.wire import (
    FAULTS,
    LICENCE_ROWS,
    SEARCH_PARAMETERS,
    Image,
    Images,
    InvalidRequest,
    License,
    SearchParameters,
    admitted,
    encode,
    market_for,
    parse_search,
)

PAGE = (Path(__file__).parents[2] / "docs" / "contract.md").read_text("utf-8")


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> Iterator[list[str]]:
    """Cells of the first table under a title, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    for line in lines[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


ASKED = [(code(sent)[0], code(read)) for sent, read, _ in rows("What is asked")]


def told(parameters: SearchParameters) -> dict[str, str]:
    """The parameters by their names on the wire, and the market that they lead to."""
    values = {row.name: str(getattr(parameters, row.field)) for row in SEARCH_PARAMETERS}
    return values | {"market": market_for(mkt=parameters.mkt, cc=parameters.cc)}


def outcome(query: str) -> dict[str, str] | str:
    try:
        return told(parse_search(parse_qsl(query.removeprefix("?"), keep_blank_values=True)))
    except InvalidRequest as refused:
        return f"{refused.status} {refused.error.sub_code} {refused.error.parameter}"


@pytest.mark.parametrize(("sent", "read"), ASKED, ids=[sent for sent, _ in ASKED])
def test_requests_are_read_as_the_page_says(sent: str, read: list[str]) -> None:
    found = outcome(sent)
    if isinstance(found, str):
        assert [found] == read
    else:
        assert [f"{name}={found[name]}" for name, _ in (pair.split("=", 1) for pair in read)] == read


def test_the_page_names_the_fields_that_are_always_there() -> None:
    answer, image = (
        code(line)
        for line in re.findall(r"^- (?:answer|image): (.*(?:\n  .*)*)", section("What is answered"), re.M)
    )
    assert answer == list(json.loads(encode(Images())))
    assert image == list(json.loads(encode(Image())))


def test_the_page_has_the_table_of_errors() -> None:
    assert list(rows("Errors")) == [
        [name, str(fault.status), fault.code, fault.sub_code or "-", "yes" if fault.gateway else "no"]
        for name, fault in FAULTS.items()
    ]


def test_the_page_has_the_table_of_licences() -> None:
    head = next(line for line in section("Licences").splitlines() if line.startswith("|"))
    classes = [License(cell.strip()) for cell in head.strip("|").split("|")[2:]]
    assert list(rows("Licences")) == [
        [
            row.code,
            row.creative_commons or "-",
            *("yes" if row.code in (admitted(wanted) or ()) else "no" for wanted in classes),
        ]
        for row in LICENCE_ROWS
    ]
