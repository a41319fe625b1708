"""The asynchronous halves of the newer Python packages get what the others get."""

from __future__ import annotations

import asyncio
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import AzureKeyCredentialPolicy
from azure.core.pipeline.transport import AsyncioRequestsTransport

from conftest import Served

from .packages import IMAGE_SEARCH, VISUAL_SEARCH
from .programs import KEY


async def call(served: Served, module: str, client: str, operation: str, **arguments: Any) -> Any:
    made: Any = getattr(import_module(f"{module}.aio"), client)
    credential = AzureKeyCredential(served.key)
    given = {
        "authentication_policy": AzureKeyCredentialPolicy(
            credential, KEY
        ),  # this half makes none from the key
        "transport": AsyncioRequestsTransport(),
    }
    async with made(credential, f"{served.address}/v7.0", **given) as opened:
        return await getattr(opened.images, operation)(x_bing_apis_sdk="true", **arguments)


def images(served: Served, operation: str, **arguments: Any) -> Any:
    return asyncio.run(call(served, "image_search_client", "ImageSearchClient", operation, **arguments))


def test_images_are_searched(served: Served) -> None:
    package = IMAGE_SEARCH[1]
    found = images(served, "search", query="cat", count=3)
    others = package.call(package.connected(served.address, served.key), "search", query="cat", count=3)
    assert type(found) is package.models.Images
    assert [image.image_id for image in found.value] == [image.image_id for image in others.typed.value]


def test_details_and_trends_are_told(served: Served) -> None:
    token = images(served, "search", query="cat", count=1).value[0].image_insights_token
    details = images(served, "details", query="cat", insights_token=token, modules=["Tags", "SimilarImages"])
    assert details.image_tags.value
    assert details.visually_similar_images.value
    assert images(served, "trending").categories[0].tiles


def test_a_picture_is_searched_by(served: Served, picture: Path) -> None:
    request = json.dumps({})
    with picture.open("rb") as image:
        found = asyncio.run(
            call(
                served,
                "visual_search_client",
                "VisualSearchClient",
                "visual_search",
                knowledge_request=request,
                image=image,
            )
        )
    assert type(found) is VISUAL_SEARCH[1].models.ImageKnowledge
    assert found.tags[0].actions[0].action_type
    assert found.image.image_insights_token


def test_a_refusal_is_told(served: Served) -> None:
    with pytest.raises(HttpResponseError) as raised:
        images(served, "search", query="cat", safe_search="perhaps")
    failure: Any = raised.value
    (error,) = failure.model.errors
    assert (failure.status_code, error.parameter) == (400, "safeSearch")
