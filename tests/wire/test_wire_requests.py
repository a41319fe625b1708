"""What details, trending, visual search and custom search may be asked."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vizsla.wire import (
    CIRCUMSTANCES,
    CUSTOM_SEARCH_PARAMETERS,
    DEFAULT_COUNT,
    DETAILS_PARAMETERS,
    LONGEST_ECHO,
    MAX_COUNT,
    SKILLS,
    TOKENS,
    WHOLE,
    Circumstances,
    CropArea,
    CustomSearchParameters,
    DetailsParameters,
    ImageType,
    InvalidRequest,
    KnowledgeRequest,
    Module,
    SafeSearch,
    SearchParameters,
    parse_circumstances,
    parse_custom_search,
    parse_details,
    parse_knowledge_request,
    write_knowledge_request,
)

HALF = CropArea(left=0.25, top=0.0, right=1.0, bottom=0.5)


def refused(pairs: list[tuple[str, str]]) -> tuple[str | None, str | None, str | None]:
    with pytest.raises(InvalidRequest) as raised:
        parse_details(pairs)
    error = raised.value.error
    return error.sub_code, error.parameter, error.value


# Details


def test_what_the_python_sdk_asks_is_read() -> None:
    asked = parse_details(
        [
            *(("cab", "0.5"), ("cal", "0.25"), ("car", "1.0"), ("cat", "0.0"), ("ct", "Rectangular")),
            *(("id", "ID"), ("imgUrl", "http://example.org/a.jpg"), ("insightsToken", "ccid_*mid_x")),
            *(("modules", "All,Caption"), ("q", "degas")),
        ]
    )
    assert asked == DetailsParameters(
        q="degas",
        insights_token="ccid_*mid_x",
        img_url="http://example.org/a.jpg",
        modules=frozenset((Module.ALL, Module.CAPTION)),
        crop=HALF,
        id="ID",
    )


def test_nothing_is_required_of_details() -> None:
    assert parse_details([]) == DetailsParameters()
    assert parse_details([]).modules == {Module.ALL}
    assert parse_details([]).crop == WHOLE


@pytest.mark.parametrize(
    ("value", "modules"),
    [
        ("all", {Module.ALL}),
        ("BRQ,tags", {Module.BRQ, Module.TAGS}),
        (" PagesIncluding , similarimages ,", {Module.PAGES_INCLUDING, Module.SIMILAR_IMAGES}),
        (",", {Module.ALL}),
        ("recognizedENTITIES", {Module.RECOGNIZED_ENTITIES}),
    ],
)
def test_modules_are_read_in_any_case(value: str, modules: set[Module]) -> None:
    assert parse_details([("modules", value)]).modules == modules


def test_the_old_spelling_of_the_address_is_read() -> None:
    assert parse_details([("imgurl", "http://example.org")]).img_url == "http://example.org"


@pytest.mark.parametrize(
    ("pairs", "parameter", "value"),
    [
        ([("modules", "All,Foo")], "modules", "All,Foo"),
        ([("cal", "-0.1")], "cal", "-0.1"),
        ([("cal", "1.1")], "cal", "1.1"),
        ([("cal", "nan")], "cal", "nan"),
        ([("cal", "left")], "cal", "left"),
        ([("cal", "0.5"), ("car", "0.5")], "cal", "0.5"),
        ([("cat", "0.9"), ("cab", "0.1")], "cat", "0.9"),
        ([("cab", "0")], "cab", "0.0"),
        ([("ct", "Round")], "ct", "Round"),
        ([("safeSearch", "foo")], "safeSearch", "foo"),
    ],
)  # fmt: skip
def test_what_details_cannot_mean_is_refused(
    pairs: list[tuple[str, str]], parameter: str, value: str
) -> None:
    assert refused(pairs) == ("ParameterInvalidValue", parameter, value)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([row.name for row in DETAILS_PARAMETERS]), st.text(max_size=20))))
@example([("cal", "1e-400"), ("car", "infinity")])
@example([("cal", "٠")])
def test_no_details_raise_anything_but_an_invalid_request(pairs: list[tuple[str, str]]) -> None:
    for parse in (parse_details, parse_circumstances, parse_custom_search):
        try:
            parse(pairs)
        except InvalidRequest as invalid:
            invalid.encode()


# Trending and visual search


def test_circumstances_are_read_and_the_rest_is_not() -> None:
    asked = parse_circumstances(
        [("q", "dog"), ("count", "abc"), ("MKT", "de-DE"), ("safesearch", "off"), ("cc", "DE"), ("setLang", "de")]
    )  # fmt: skip
    assert asked == Circumstances(mkt="de-DE", cc="DE", set_lang="de", safe_search=SafeSearch.OFF)


@pytest.mark.parametrize("struct", [Circumstances, DetailsParameters, CustomSearchParameters])
def test_every_row_of_a_table_has_its_field(struct: type[msgspec.Struct]) -> None:
    tables = {
        Circumstances: CIRCUMSTANCES,
        DetailsParameters: DETAILS_PARAMETERS,
        CustomSearchParameters: CUSTOM_SEARCH_PARAMETERS,
    }
    sides = {"left", "top", "right", "bottom", "crop_type"}
    named = {row.field for row in tables[struct]} - sides
    assert named == set(struct.__struct_fields__) - {"crop"}


# Custom search


def test_a_custom_search_is_a_search_with_a_name() -> None:
    asked = parse_custom_search([("q", "dog"), ("customconfig", " pets "), ("license", "Public")])
    assert (asked.q, asked.custom_config, asked.license) == ("dog", "pets", "Public")


@pytest.mark.parametrize(
    ("pairs", "missing"),
    [([("q", "dog")], "customConfig"), ([("customConfig", "x")], "q"), ([("q", "dog"), ("customConfig", " ")], "customConfig")],
)  # fmt: skip
def test_a_custom_search_without_query_or_name_is_refused(pairs: list[tuple[str, str]], missing: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        parse_custom_search(pairs)
    assert (raised.value.error.sub_code, raised.value.error.parameter) == ("ParameterMissing", missing)


# Knowledge requests

FULL = {
    "imageInfo": {
        "url": "http://example.org/a.jpg",
        "cropArea": {"top": 0.0, "left": 0.25, "right": 1, "bottom": 0.5},
    },
    "knowledgeRequest": {
        "filters": {"site": "www.example.com", "imageType": "clipart", "minWidth": 300},
        "invokedSkillsRequestData": {
            "enableEntityData": "true",
            "q": "but red",
            "imageInsightsTokens": ["mid_a", "mid_b"],
        },
        "invokedSkills": ["SimilarImages"],
        "offset": 35,
        "count": 20,
    },
}
READ = KnowledgeRequest(
    url="http://example.org/a.jpg",
    crop=HALF,
    site="www.example.com",
    filters=SearchParameters(q="", image_type=ImageType.CLIPART, min_width=300),
    words="but red",
    more=("mid_a", "mid_b"),
    entity_data=True,
    skill="SimilarImages",
    offset=35,
    count=20,
)


def parsed(asked: Any) -> KnowledgeRequest:
    return parse_knowledge_request(json.dumps(asked).encode())


def respelt(value: Any, spell: Any) -> Any:
    if isinstance(value, dict):
        return {spell(key): respelt(entry, spell) for key, entry in value.items()}
    return value


@pytest.mark.parametrize("spell", [str, str.upper, str.lower, lambda key: key[0].upper() + key[1:]])
def test_keys_are_read_in_any_case(spell: Any) -> None:
    assert parsed(respelt(FULL, spell)) == READ


def test_a_request_is_read_back_as_it_was_written() -> None:
    for request in (READ, KnowledgeRequest(), KnowledgeRequest(insights_token="mid_a", more=("mid_b",))):
        assert parse_knowledge_request(write_knowledge_request(request)) == request


def test_numbers_and_booleans_may_be_strings() -> None:
    asked = json.loads(json.dumps(FULL))
    asked["imageInfo"]["cropArea"] = {
        side: str(value) for side, value in asked["imageInfo"]["cropArea"].items()
    }
    asked["knowledgeRequest"] |= {"offset": "35", "count": "20.0", "invokedSkills": "similarimages"}
    asked["knowledgeRequest"]["invokedSkillsRequestData"]["enableEntityData"] = True
    assert parsed(asked) == READ


@pytest.mark.parametrize(
    "text",
    [b"", b" \r\n", b"{}", b"\xef\xbb\xbf{}", b'{"imageInfo": null, "knowledgeRequest": null}', b'{"x": [1, {}]}'],
)  # fmt: skip
def test_an_empty_request_asks_for_everything(text: bytes) -> None:
    assert parse_knowledge_request(text) == KnowledgeRequest()


def test_a_page_is_bounded() -> None:
    assert parsed({}).count == DEFAULT_COUNT
    assert parsed({"knowledgeRequest": {"count": 9999}}).count == MAX_COUNT


@pytest.mark.parametrize("skill", SKILLS.values())
def test_each_skill_can_be_asked_for(skill: str) -> None:
    assert parsed({"knowledgeRequest": {"invokedSkills": [skill.upper()]}}).skill == skill


@pytest.mark.parametrize(
    ("asked", "sub_code", "parameter"),
    [
        (b"{", "ParameterInvalidValue", "knowledgeRequest"),
        (b"[]", "ParameterInvalidValue", "knowledgeRequest"),
        (b'"x"', "ParameterInvalidValue", "knowledgeRequest"),
        (b"\xff", "ParameterInvalidValue", "knowledgeRequest"),
        (b"[" * 100_000, "ParameterInvalidValue", "knowledgeRequest"),
        (b'{"imageInfo": []}', "ParameterInvalidValue", "imageInfo"),
        (b'{"imageInfo": {"url": 5}}', "ParameterInvalidValue", "imageInfo.url"),
        (b'{"imageInfo": {"cropArea": {"top": 0}}}', "ParameterMissing", "imageInfo.cropArea.left"),
        (b'{"imageInfo": {"cropArea": {"top": 2, "left": 0, "right": 1, "bottom": 1}}}', "ParameterInvalidValue", "imageInfo.cropArea.top"),
        (b'{"imageInfo": {"cropArea": {"top": 1, "left": 0, "right": 1, "bottom": 1}}}', "ParameterInvalidValue", "imageInfo.cropArea"),
        (b'{"imageInfo": {"cropArea": 1}}', "ParameterInvalidValue", "imageInfo.cropArea"),
        (b'{"knowledgeRequest": {"invokedSkills": ["SimilarImages", "SimilarProducts"]}}', "ParameterInvalidValue", "knowledgeRequest.invokedSkills"),
        (b'{"knowledgeRequest": {"invokedSkills": ["Dance"]}}', "ParameterInvalidValue", "knowledgeRequest.invokedSkills"),
        (b'{"knowledgeRequest": {"invokedSkills": {}}}', "ParameterInvalidValue", "knowledgeRequest.invokedSkills"),
        (b'{"knowledgeRequest": {"offset": -1}}', "ParameterInvalidValue", "knowledgeRequest.offset"),
        (b'{"knowledgeRequest": {"count": true}}', "ParameterInvalidValue", "knowledgeRequest.count"),
        (b'{"knowledgeRequest": {"filters": {"minWidth": true}}}', "ParameterInvalidValue", "knowledgeRequest.filters.minWidth"),
        (b'{"knowledgeRequest": {"invokedSkillsRequestData": {"q": 5}}}', "ParameterInvalidValue", "knowledgeRequest.invokedSkillsRequestData.q"),
        (b'{"knowledgeRequest": {"invokedSkillsRequestData": {"imageInsightsTokens": [5]}}}', "ParameterInvalidValue", TOKENS),
        (b'{"knowledgeRequest": {"filters": "x"}}', "ParameterInvalidValue", "knowledgeRequest.filters"),
    ],
)  # fmt: skip
def test_what_a_request_cannot_mean_is_refused_with_its_place(
    asked: bytes, sub_code: str, parameter: str
) -> None:
    with pytest.raises(InvalidRequest) as raised:
        parse_knowledge_request(asked)
    error = raised.value.error
    assert (error.sub_code, error.parameter) == (sub_code, parameter)
    assert len(error.value or "") <= LONGEST_ECHO


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["imageInfo", "url", "cropArea", "top", "left", "knowledgeRequest", "filters", "site", "invokedSkills", "offset", "count", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(values | st.binary(max_size=30))
def test_no_request_raises_anything_but_an_invalid_request(asked: Any) -> None:
    text = asked if isinstance(asked, bytes) else json.dumps(asked).encode()
    try:
        parse_knowledge_request(text)
    except InvalidRequest as invalid:
        invalid.encode()
