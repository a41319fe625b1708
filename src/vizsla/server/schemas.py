"""JSON Schemas of the structs that parse and build, told as they behave on the wire."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable
from enum import Enum
from typing import Any, Final

import msgspec

Schema = dict[str, Any]

REFERENCE: Final = "#/components/schemas/{name}"


def schemas_of(kinds: Iterable[type]) -> dict[str, Schema]:
    """The schema of each struct and of what it is made of, by name.

    As msgspec makes them, but: a field that is always written is required, one that has nothing to say is left out
    (never null), and what stands in the source below a field describes it.
    """
    _, components = msgspec.json.schema_components(kinds, ref_template=REFERENCE)
    structs = _reached(kinds)
    return {name: _told(schema, structs.get(name)) for name, schema in sorted(components.items())}


def field_schema(kind: type[msgspec.Struct], name: str) -> Schema:
    """The schema of one field, complete in itself."""
    _, components = msgspec.json.schema_components([kind], ref_template=REFERENCE)
    schema = _without_null(components[kind.__name__]["properties"][name])
    if reference := schema.pop("$ref", None):
        described = components[reference.rpartition("/")[2]]
        schema = {"type": "string", "enum": described["enum"], **schema}
    return {key: value for key, value in schema.items() if (key, value) != ("default", None)}


def descriptions(kind: type) -> dict[str, str]:
    """What the source says below each field of a class and of those that it extends."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__[:-1]):
        if base.__module__.startswith("vizsla."):
            found.update(_written_below(base))
    return found


def _written_below(kind: type) -> dict[str, str]:
    (parsed,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(parsed, ast.ClassDef)
    found = {}
    for statement, following in zip(parsed.body, parsed.body[1:], strict=False):
        if isinstance(statement, ast.AnnAssign) and isinstance(following, ast.Expr):
            text = ast.literal_eval(following.value)
            found[ast.unparse(statement.target)] = " ".join(str(text).split())
    return found


def _reached(kinds: Iterable[type]) -> dict[str, type[msgspec.Struct]]:
    """Every struct that the kinds lead to, by name."""
    found: dict[str, type[msgspec.Struct]] = {}

    def visit(described: Any) -> None:
        if isinstance(described, msgspec.inspect.StructType):
            if described.cls.__name__ in found:
                return
            found[described.cls.__name__] = described.cls
            for field in described.fields:
                visit(field.type)
        for inner in ("item_type", "types"):
            held = getattr(described, inner, ())
            for one in held if isinstance(held, tuple) else (held,):
                visit(one)

    for described in msgspec.inspect.multi_type_info(kinds):
        visit(described)
    return found


def _told(schema: Schema, kind: type[msgspec.Struct] | None) -> Schema:
    if kind is None:
        return schema
    texts = descriptions(kind)
    properties = {name: _without_null(each) for name, each in schema["properties"].items()}
    required = set(schema["required"])
    for field in msgspec.structs.fields(kind):
        shown = properties[field.encode_name]
        if field.name in texts:
            properties[field.encode_name] = {**shown, "description": texts[field.name]}
        if field.default_factory not in (msgspec.NODEFAULT, list):
            required.add(field.encode_name)
    return {**schema, "properties": properties, "required": sorted(required)}


def _without_null(schema: Schema) -> Schema:
    """Absence is not written as null."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    rest = {
        key: value for key, value in schema.items() if key != "anyOf" and (key, value) != ("default", None)
    }
    if len(choices) == 1:
        return {**choices[0], **rest}
    return {**rest, "anyOf": choices} if choices else rest


def enum_values(kind: type[Enum]) -> list[str]:
    """The values of an enumeration."""
    return [str(member.value) for member in kind]
