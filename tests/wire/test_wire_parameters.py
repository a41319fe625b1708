from typing import Any, get_args
from urllib.parse import parse_qsl, urlencode

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vizsla.records import FILE_SIZE_CLAMP
from vizsla.wire import (
    MAX_COUNT,
    MAX_FILE_SIZE,
    MAX_NUMBER,
    SEARCH_PARAMETERS,
    Aspect,
    Color,
    Freshness,
    ImageContent,
    ImageType,
    InvalidRequest,
    License,
    SafeSearch,
    SearchParameters,
    Size,
    parse_search,
    to_pairs,
)

ENUMS = {
    "safe_search": SafeSearch,
    "aspect": Aspect,
    "color": Color,
    "freshness": Freshness,
    "image_content": ImageContent,
    "image_type": ImageType,
    "license": License,
    "size": Size,
}
NUMBERS = {
    "count": MAX_COUNT,
    "offset": MAX_NUMBER,
    **dict.fromkeys(("height", "width", "min_height", "max_height", "min_width", "max_width"), MAX_NUMBER),
    **dict.fromkeys(("min_file_size", "max_file_size"), MAX_FILE_SIZE),
}
NAMES = {row.field: row.name for row in SEARCH_PARAMETERS}

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: not text.isspace())
trimmed = words.map(str.strip).filter(bool)


def optional(field: str) -> st.SearchStrategy[Any]:
    if field in ENUMS:
        return st.sampled_from(list(ENUMS[field]))
    return st.integers(0, NUMBERS[field]) if field in NUMBERS else trimmed


requests = st.builds(
    SearchParameters, q=words, **{field: optional(field) for field in NAMES if field != "q"}
) | st.builds(SearchParameters, q=words)


def parse(query: str) -> SearchParameters:
    return parse_search(parse_qsl(query, keep_blank_values=True))


@settings(deadline=None)
@given(requests)
def test_parameters_survive_the_way_there_and_back(parameters: SearchParameters) -> None:
    assert parse_search(to_pairs(parameters)) == parameters
    assert parse(urlencode(to_pairs(parameters))) == parameters


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([*NAMES.values(), "x"]) | st.text(), st.text())))
@example([("q", "\ud800")])
@example([("q", "x"), ("count", "٣")])
@example([("q", "x"), ("count", "9" * 5000)])
@example([("q", "x"), ("offset", "1e3")])
def test_no_query_raises_anything_but_an_invalid_request(pairs: list[tuple[str, str]]) -> None:
    try:
        parsed = parse_search(pairs)
    except InvalidRequest as refused:
        assert refused.status == 400
        assert refused.error.parameter in NAMES.values()
        refused.encode()
    else:
        assert parse_search(to_pairs(parsed)) == parsed
        "".join(value for _, value in to_pairs(parsed)).encode()


def test_the_table_has_a_row_for_every_field_in_its_order() -> None:
    assert tuple(NAMES) == SearchParameters.__struct_fields__


@pytest.mark.parametrize("field", ENUMS)
def test_every_value_is_read_in_any_case(field: str) -> None:
    hint = {row.name: row.type for row in msgspec.structs.fields(SearchParameters)}[field]
    assert ENUMS[field] in (hint, *get_args(hint))
    for member in ENUMS[field]:
        for spelling in (member.value, member.value.lower(), member.value.upper(), f" {member.value} "):
            assert getattr(parse_search([("q", "x"), (NAMES[field], spelling)]), field) is member


@pytest.mark.parametrize("field", ENUMS)
def test_a_value_outside_of_its_enum_is_refused_with_what_is_allowed(field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_search([("q", "x"), (NAMES[field], "foo")])
    error = refused.value.error
    assert (error.sub_code, error.parameter, error.value) == ("ParameterInvalidValue", NAMES[field], "foo")
    assert error.more_details is not None
    assert all(member.value in error.more_details for member in ENUMS[field])


@pytest.mark.parametrize("field", NUMBERS)
@pytest.mark.parametrize("value", ["-1", "abc", "1.5", "1e3", "0x10", "١", "1,000", "--1", "NaN", "+-1"])
def test_what_is_not_a_whole_number_from_zero_is_refused(field: str, value: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_search([("q", "x"), (NAMES[field], value)])
    error = refused.value.error
    assert (error.sub_code, error.parameter, error.value) == ("ParameterInvalidValue", NAMES[field], value)


@pytest.mark.parametrize(("field", "maximum"), NUMBERS.items())
def test_larger_numbers_become_the_largest(field: str, maximum: int) -> None:
    for value in (maximum, maximum + 1, 10**30):
        assert getattr(parse_search([("q", "x"), (NAMES[field], str(value))]), field) == maximum


def test_names_are_read_in_any_case() -> None:
    assert parse("Q=dogs&SAFESEARCH=off&setlang=de") == SearchParameters(
        q="dogs", safe_search=SafeSearch.OFF, set_lang="de"
    )


def test_the_seeds_request_is_read() -> None:
    assert parse("q=puppies&license=public&imageType=photo") == SearchParameters(
        q="puppies", license=License.PUBLIC, image_type=ImageType.PHOTO
    )


def test_the_query_is_kept_as_sent() -> None:
    assert parse("q=+canadian%20rockies+%C3%A9%26%2B+").q == " canadian rockies é&+ "


def test_the_file_size_is_clamped_alike_in_the_filter_and_in_the_column() -> None:
    assert MAX_FILE_SIZE == FILE_SIZE_CLAMP
