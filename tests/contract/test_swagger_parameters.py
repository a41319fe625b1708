"""What the published Swagger files say may be sent is read: every parameter, with every value that they name."""

from __future__ import annotations

from typing import Any

import pytest

from vizsla.wire import (
    CUSTOM_SEARCH_PARAMETERS,
    DETAILS_PARAMETERS,
    SEARCH_PARAMETERS,
    TRENDING_PARAMETERS,
    VISUAL_SEARCH_PARAMETERS,
    Parameter,
    read_parameters,
)

from .swagger import FILES, needs_swagger, operations, present

pytestmark = needs_swagger

TABLES = {
    ("ImageSearch", "/images/search"): SEARCH_PARAMETERS,
    ("ImageSearch", "/images/details"): DETAILS_PARAMETERS,
    ("ImageSearch", "/images/trending"): TRENDING_PARAMETERS,
    ("VisualSearch", "/images/visualsearch"): VISUAL_SEARCH_PARAMETERS,
    ("CustomImageSearch", "/images/search"): CUSTOM_SEARCH_PARAMETERS,
}

SAMPLES = {"string": ["x"], "integer": ["1"], "number": ["0.5"], "array": ["All"]}

SENT = [
    (file, path, parameter)
    for file in (FILES if present else ())
    for path, operation in operations(file)
    for parameter in operation["parameters"]
    if parameter.get("in") == "query"
]


def ids(row: Any) -> str:
    return f"{row['name']}" if isinstance(row, dict) else str(row)


def test_every_operation_has_a_table() -> None:
    assert {(file, path) for file, path, _ in SENT} == set(TABLES)


@pytest.mark.parametrize(("file", "path", "parameter"), SENT, ids=ids)
def test_a_parameter_is_read_with_every_value_it_may_have(
    file: str, path: str, parameter: dict[str, Any]
) -> None:
    table: tuple[Parameter, ...] = TABLES[file, path]
    (row,) = [row for row in table if row.name == parameter["name"]]
    values = parameter.get("enum") or parameter.get("items", {}).get("enum") or SAMPLES[parameter["type"]]
    for value in values:
        (read,) = read_parameters((row,), [(row.name, value)]).values()
        assert read is not None
