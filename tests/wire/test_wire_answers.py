import contextlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizsla.wire import (
    Image,
    Images,
    MediaSize,
    Pivot,
    Query,
    QueryContext,
    QueryThumbnail,
    decode_images,
    encode,
)

SAMPLE = (Path(__file__).parent / "sample.json").read_bytes()

ADDED = {"queryContext", "currentOffset", "queryExpansions", "pivotSuggestions", "relatedSearches"}
"""Fields that the sample lacks and every answer of ours has."""


def encoded(answer: msgspec.Struct) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(encode(answer))
    return made


def ordered(value: Any) -> Any:
    """JSON with its objects as lists of pairs, so that equality sees the order of the fields."""
    if isinstance(value, dict):
        return [(key, ordered(entry)) for key, entry in value.items()]
    return [ordered(entry) for entry in value] if isinstance(value, list) else value


def test_the_sample_answer_keeps_every_field_and_their_order() -> None:
    again = encoded(decode_images(SAMPLE))
    assert set(again) - set(json.loads(SAMPLE)) == ADDED
    for name in ADDED:
        del again[name]
    assert ordered(again) == ordered(json.loads(SAMPLE))


def test_what_has_been_encoded_decodes_to_the_same() -> None:
    answer = Images(
        read_link="images/search?q=x",
        query_context=QueryContext(original_query="saling", altered_query="sailing"),
        total_estimated_matches=1,
        next_offset=1,
        value=[Image(name="Grüße \U0001f415", width=3, height=4, creative_commons="Attribution")],
        query_expansions=[Query(text="a b", thumbnail=QueryThumbnail.of("https://h.example/th?q=a"))],
        pivot_suggestions=[Pivot(pivot="a", suggestions=[Query(text="c")])],
        similar_terms=[Query(text="d")],
    )
    assert decode_images(encode(answer)) == answer


def test_an_empty_answer_still_has_what_clients_dereference() -> None:
    answer = encoded(
        Images(query_context=QueryContext(original_query="q"), next_offset=70, current_offset=70)
    )
    assert answer["_type"] == "Images"
    assert answer["value"] == answer["queryExpansions"] == answer["pivotSuggestions"] == []
    assert answer["relatedSearches"] == []
    assert answer["queryContext"] == {"originalQuery": "q"}
    assert answer["totalEstimatedMatches"] == 0
    assert answer["nextOffset"] == answer["currentOffset"] == 70
    assert "similarTerms" not in answer


def test_an_image_always_has_the_fields_that_clients_read() -> None:
    always = [*json.loads(SAMPLE)["value"][0]]
    assert list(encoded(Image())) == always
    assert encoded(Image())["thumbnail"] == {"width": 0, "height": 0}
    assert encoded(Image())["insightsMetadata"] == {"recipeSourcesCount": 0}


def test_a_licence_is_left_out_if_it_is_unknown() -> None:
    assert "creativeCommons" not in encoded(Image())
    assert encoded(Image(creative_commons="Attribution"))["creativeCommons"] == "Attribution"


def test_the_thumbnail_of_a_query_has_both_names() -> None:
    assert encoded(QueryThumbnail.of("https://h.example/th?q=a")) == {
        "url": "https://h.example/th?q=a",
        "thumbnailUrl": "https://h.example/th?q=a",
    }


def test_answers_of_older_generations_decode() -> None:
    body = b'{"value":[{"width":"640","name":null,"thumbnail":null,"x":1},null],"nextOffset":"3","queryContext":null}'
    answer = decode_images(body)
    assert answer.value == [Image(width=640)]
    assert answer.value[0].thumbnail == MediaSize()
    assert answer.next_offset == 3
    assert decode_images(b"{}") == Images()


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"[]",
            b"<html>",
            b'{"_type":"ErrorResponse","errors":[]}',
            b'{"value":{}}',
            b'{"readLink":"\xff"}',
        ),
        b'{"value":' + b"[" * 100_000,
        b'{"x":' + b'{"x":' * 100_000,
    ],
    ids=["empty", "list", "page", "error", "wrong-type", "not-utf8", "deep", "deep-unknown"],
)
def test_other_bodies_are_decode_errors(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_images(body)


@settings(deadline=None)
@given(st.binary() | st.text().map(str.encode))
def test_no_body_raises_anything_but_a_decode_error(body: bytes) -> None:
    with contextlib.suppress(msgspec.DecodeError):
        decode_images(body)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_arrives(text: str) -> None:
    assert decode_images(encode(Images(value=[Image(name=text)]))).value[0].name == text
