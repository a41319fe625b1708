"""The published Python packages, unmodified, asked over real HTTP; each call gives what was typed and what was sent."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

import pytest
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError
from msrest.authentication import CognitiveServicesCredentials


class Answer(NamedTuple):
    """`typed` is what a program gets from the package, `sent` the JSON it was made of."""

    typed: Any
    sent: dict[str, Any]
    headers: dict[str, str]


class Refusal(NamedTuple):
    """`errors` is `None` where the package does not keep them."""

    status: int
    errors: Any


class Package(NamedTuple):
    """One generation of packages for one API."""

    name: str
    models: Any
    connected: Callable[[str, str], Any]
    """From address and key to the object that has the operations."""
    asked: Callable[[Any], dict[str, Any]]
    """Arguments that make an operation give what `answered` understands."""
    user_agent: str
    """What the package calls the argument for this header."""
    at_once: dict[str, Any]
    """Arguments that keep it from trying again, which it does whenever there is a `Retry-After`, and waits so long."""

    def call(self, operations: Any, operation: str, **arguments: Any) -> Answer:
        """What a call gives."""
        kept: list[Answer] = []
        given = getattr(operations, operation)(**arguments, **self.asked(kept))
        return kept[0] if kept else Answer(given.output, given.response.json(), given.response.headers)

    def refused(self, operations: Any, operation: str, **arguments: Any) -> Refusal:
        """How a call fails."""
        wrong = getattr(self.models, "ErrorResponseException", HttpResponseError)
        with pytest.raises(wrong) as raised:
            getattr(operations, operation)(**arguments)
        error: Any = raised.value
        if wrong is HttpResponseError:
            return Refusal(error.status_code, error.model and error.model.errors)
        return Refusal(error.response.status_code, error.error.errors)


def _msrest(name: str, client: str, operations: str) -> Package:
    """A package of the Azure Cognitive Services generation."""
    module: Any = import_module(f"azure.cognitiveservices.search.{name}")
    return Package(
        f"azure-cognitiveservices-search-{name}",
        module.models,
        lambda address, key: getattr(
            getattr(module, client)(address, CognitiveServicesCredentials(key)), operations
        ),
        lambda kept: {"raw": True},
        "user_agent",
        {},
    )


def _azure_core(name: str, client: str) -> Package:
    """A package of the Bing Search Services generation."""
    module: Any = import_module(name)

    def keep(kept: list[Answer]) -> dict[str, Any]:
        def note(response: Any, typed: Any, headers: Any) -> None:
            sent = response.http_response
            kept.append(Answer(typed, sent.internal_response.json(), sent.headers))

        return {"cls": note}

    return Package(
        name,
        module.models,
        lambda address, key: getattr(module, client)(AzureKeyCredential(key), f"{address}/v7.0").images,
        keep,
        "user_agent_parameter",
        {"retry_total": 0},
    )


IMAGE_SEARCH = (
    _msrest("imagesearch", "ImageSearchClient", "images"),
    _azure_core("image_search_client", "ImageSearchClient"),
)
VISUAL_SEARCH = (
    _msrest("visualsearch", "VisualSearchClient", "images"),
    _azure_core("visual_search_client", "VisualSearchClient"),
)
CUSTOM_SEARCH = _msrest("customimagesearch", "CustomImageSearchClient", "custom_instance")


def check_arrived(typed: Any, sent: dict[str, Any]) -> None:
    """Every field that was sent is in the typed object, under its own name or among the additional properties."""
    fields = {row["key"]: (name, row["type"]) for name, row in typed._attribute_map.items() if row["key"]}
    for key, value in sent.items():
        if key in fields:
            name, type_ = fields[key]
            _check_value(getattr(typed, name), value, type_)
        else:
            assert typed.additional_properties[key] == value, key


def _check_value(got: Any, sent: Any, type_: str) -> None:
    if type_.startswith("["):
        assert len(got) == len(sent)
        for one, other in zip(got, sent, strict=True):
            _check_value(one, other, type_[1:-1])
    elif isinstance(sent, dict):
        assert type_ in {above.__name__ for above in type(got).__mro__}
        check_arrived(got, sent)
    else:
        assert got == sent
        assert type_ not in ("int", "float", "bool") or isinstance(got, int | float)
