"""The published Swagger files as JSON Schema, read strictly: what no definition names, an answer must not hold.

Swagger 2.0 tells classes of objects by `allOf` chains and a discriminator `_type`; JSON Schema knows neither. So each class
becomes two schemas: `Class` itself, with the fields of all its ancestors and no others, and `Class or heirs`, which picks by
`_type` and is what references lead to. Differences that are known are rows of `exceptions.EXCEPTIONS`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from .exceptions import ABSENT, ADDED, EXCEPTIONS, Difference

ROOT: Final = Path(__file__).resolve().parents[2]
PLACE: Final = Path(os.environ.get("VIZSLA_TEST_SWAGGER") or ROOT.parent / "shared" / "reference" / "swagger")

FILES: Final = {
    "ImageSearch": "ImageSearch/stable/v1.0/ImageSearch.json",
    "VisualSearch": "VisualSearch/preview/v1.0/VisualSearch.json",
    "CustomImageSearch": "CustomImageSearch/stable/v1.0/CustomImageSearch.json",
}
"""The first also tells what the others do not define."""

ROOTS: Final = {
    "/images/search": "ImageSearch/Images",
    "/images/details": "ImageSearch/ImageInsights",
    "/images/trending": "ImageSearch/TrendingImages",
    "/images/visualsearch": "VisualSearch/ImageKnowledge",
    "/bingcustomsearch/v7.0/images/search": "CustomImageSearch/Images",
}
"""What the end of a path answers with."""

RANGES: Final = {"int32": 2**31, "int64": 2**63}

present: Final = all((PLACE / file).is_file() for file in FILES.values())

needs_swagger = pytest.mark.skipif(
    not present,
    reason=f"ANSWERS ARE NOT VALIDATED: no Swagger files in {PLACE}; name their directory by VIZSLA_TEST_SWAGGER",
)

Schema = dict[str, Any]


class Definitions:
    """The classes of one Swagger file."""

    def __init__(self, file: str, definitions: dict[str, Schema], exceptions: tuple[Difference, ...]) -> None:
        self.file = file
        self.named = definitions
        self._exceptions = [
            row for row in exceptions if row.definition.removeprefix(f"{file}/") in definitions
        ]

    def lineage(self, name: str) -> list[str]:
        """The class and its ancestors, nearest first."""
        parents = [_last(parent["$ref"]) for parent in self.named[name].get("allOf", [])]
        return [name, *(above for parent in parents for above in self.lineage(parent))]

    def heirs(self, name: str) -> list[str]:
        """The class and those that descend from it."""
        return [other for other in self.named if name in self.lineage(other)]

    def tag(self, name: str) -> str:
        """The value of `_type` that tells the class."""
        return str(self.named[name].get("x-ms-discriminator-value", name))

    def told_by_type(self, name: str) -> bool:
        """Whether objects of the class may carry a `_type`."""
        return any("discriminator" in self.named[above] for above in self.lineage(name))

    def exceptions(self, name: str) -> list[Difference]:
        """What concerns the class or its ancestors."""
        lineage = self.lineage(name)
        return [row for row in self._exceptions if row.definition.removeprefix(f"{self.file}/") in lineage]


def published(file: str) -> dict[str, Schema]:
    """The definitions of one of the files, as they are."""
    definitions: dict[str, Schema] = _read(PLACE / FILES[file])["definitions"]
    return definitions


def bundle(exceptions: tuple[Difference, ...] = EXCEPTIONS) -> Schema:
    """One schema of all files; `$defs` holds `File/Class` and `File/Class or heirs`."""
    files = {file: Definitions(file, published(file) | ADDED.get(file, {}), exceptions) for file in FILES}
    schemas: Schema = {}
    for file in files.values():
        for name in file.named:
            schemas[f"{file.file}/{name}"] = _class(file, name, files)
            schemas[f"{file.file}/{name} or heirs"] = _class_or_heirs(file, name)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": schemas}


class Contract:
    """Judges answers by the Swagger files."""

    def __init__(self, exceptions: tuple[Difference, ...] = EXCEPTIONS) -> None:
        schemas = bundle(exceptions)
        jsonschema.Draft202012Validator.check_schema(schemas)
        self._validators = {
            root: jsonschema.Draft202012Validator(schemas | {"allOf": [_to(root), {"required": ["_type"]}]})
            for root in (*ROOTS.values(), *(f"{file}/ErrorResponse" for file in FILES))
        }

    def faults(self, path: str, status: int, answer: object) -> list[str]:
        """What is wrong with the JSON that a path answered, each with its place in the answer."""
        root = root_of(path)
        if status != 200:
            root = f"{root.partition('/')[0]}/ErrorResponse"
        errors = self._validators[root].iter_errors(answer)
        return [f"{error.json_path}: {error.message}" for error in errors]


def root_of(path: str) -> str:
    """The class that answers a path of the API.

    Raises:
        KeyError: it is none.
    """
    found = [end for end in ROOTS if path.endswith(end)]
    return ROOTS[max(found, key=len, default="")]


def operations(file: str) -> Iterator[tuple[str, Any]]:
    """The paths of one of the files, and what can be done there."""
    for path, methods in _read(PLACE / FILES[file])["paths"].items():
        for operation in methods.values():
            yield path, operation


def examples() -> Iterator[tuple[str, str, Any]]:
    """The Swagger's own answers: file name, path, body."""
    for file, place in FILES.items():
        prefix = "/bingcustomsearch/v7.0" if file == "CustomImageSearch" else "/v7.0"
        for path, operation in operations(file):
            for example in operation["x-ms-examples"].values():
                name = PLACE / Path(place).parent / example["$ref"]
                yield name.stem, prefix + path, _read(name)["responses"]["200"]["body"]


def _class(file: Definitions, name: str, files: dict[str, Definitions]) -> Schema:
    properties: Schema = {}
    required: set[str] = set()
    for above in reversed(file.lineage(name)):
        definition = file.named[above]
        properties |= {
            field: _property(file, schema, files)
            for field, schema in definition.get("properties", {}).items()
        }
        required |= set(definition.get("required", []))
    for row in file.exceptions(name):
        if row.type == ABSENT:
            required.discard(row.field)
        else:
            properties[row.field] = _of_type(file, row.type, files)
    if file.told_by_type(name):
        properties["_type"] = {"const": file.tag(name)}
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(required),
        "additionalProperties": False,
    }


def _class_or_heirs(file: Definitions, name: str) -> Schema:
    if not file.told_by_type(name):
        return _to(f"{file.file}/{name}")
    heirs = {file.tag(heir): heir for heir in file.heirs(name)}
    return {
        "type": "object",
        "properties": {"_type": {"enum": sorted(heirs)}},
        "allOf": [
            {
                "if": {"required": ["_type"], "properties": {"_type": {"const": tag}}},
                "then": _to(f"{file.file}/{heir}"),
            }
            for tag, heir in heirs.items()
        ],
        "if": {"not": {"required": ["_type"]}},
        "then": _to(f"{file.file}/{name}"),
    }


def _property(file: Definitions, schema: Schema, files: dict[str, Definitions]) -> Schema:
    if "$ref" in schema:
        return _of_type(file, _last(schema["$ref"]), files)
    if schema["type"] == "array":
        return {"type": "array", "items": _property(file, schema["items"], files)}
    kept: Schema = {word: schema[word] for word in ("type", "enum") if word in schema}
    if limit := RANGES.get(schema.get("format", "")):
        kept |= {"minimum": -limit, "maximum": limit - 1}
    return kept


def _of_type(file: Definitions, type_: str, files: dict[str, Definitions]) -> Schema:
    if type_.endswith("[]"):
        return {"type": "array", "items": _of_type(file, type_[:-2], files)}
    for one in (file, *files.values()):
        if type_ in one.named:
            return _to(f"{one.file}/{type_} or heirs")
    return {"type": type_}


def _to(name: str) -> Schema:
    return {"$ref": "#/$defs/" + name.replace("/", "~1").replace(" ", "%20")}


def _last(reference: str) -> str:
    return reference.rpartition("/")[2]


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8-sig"))
