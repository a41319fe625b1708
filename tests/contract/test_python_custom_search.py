"""Custom search by its published Python package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from conftest import Served
from vizsla.state import Subset

from .packages import CUSTOM_SEARCH, check_arrived
from .test_python_image_search import ENUMERATIONS, HEADERS, all_known_of

CONFIG = "7d1c5a0e-3c55-4f0b-9f0e-2f1c6d7a8b90"
"""Published clients name their instance by a GUID or a number."""


@pytest.fixture(scope="module")
def operations(served: Served) -> Iterator[Any]:
    served.library.save_subset(Subset(name=CONFIG, filters={"maxWidth": "400"}))
    yield CUSTOM_SEARCH.connected(served.address, served.key)
    served.library.subsets.delete(CONFIG)


def search(operations: Any, query: str = "cat", **arguments: Any) -> Any:
    answer = CUSTOM_SEARCH.call(operations, "image_search", custom_config=CONFIG, query=query, **arguments)
    check_arrived(answer.typed, answer.sent)
    return answer.typed


def test_every_field_arrives_typed_and_only_the_subset_is_searched(operations: Any) -> None:
    models, answer = CUSTOM_SEARCH.models, search(operations)
    assert type(answer) is models.Images
    assert answer.total_estimated_matches >= len(answer.value) > 1
    assert answer.next_offset == len(answer.value)
    for image in answer.value:
        assert type(image) is models.ImageObject
        assert image.width <= 400
        assert image.thumbnail.width > 0
        for name in ("name", "thumbnail_url", "content_url", "host_page_url", "image_insights_token"):
            assert getattr(image, name)


def test_every_parameter_is_understood(operations: Any) -> None:
    image = search(operations).value[0]
    found = search(
        operations,
        user_agent="a program of 2018",
        **all_known_of(image),
        **HEADERS,
    )
    assert [one.image_id for one in found.value] == [image.image_id]


@pytest.mark.parametrize("argument", ENUMERATIONS)
def test_every_value_that_the_package_knows_is_understood(operations: Any, argument: str) -> None:
    for value in getattr(CUSTOM_SEARCH.models, ENUMERATIONS[argument]):
        assert search(operations, count=2, **{argument: value}).total_estimated_matches >= 0


@pytest.mark.parametrize("config", ["", "another", "0", "../etc"])
def test_an_unknown_subset_is_told(operations: Any, config: str) -> None:
    refusal = CUSTOM_SEARCH.refused(operations, "image_search", custom_config=config, query="cat")
    (error,) = refusal.errors
    assert (refusal.status, error.code, error.parameter) == (400, "InvalidRequest", "customConfig")
    assert error.sub_code == ("ParameterInvalidValue" if config else "ParameterMissing")


def test_a_wrong_key_is_told(served: Served) -> None:
    operations = CUSTOM_SEARCH.connected(served.address, "0" * 32)
    refusal = CUSTOM_SEARCH.refused(operations, "image_search", custom_config=CONFIG, query="cat")
    assert refusal.status == 401
    assert refusal.errors[0].sub_code == "AuthorizationMissing"
