from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from vizsla.library import Library
from vizsla.settings import Settings
from vizsla.wire import SEARCH_PARAMETERS, Images, decode_images

from .command import TIMEOUT, Call, error_of, fail, serving, succeed

GOOD = {
    "--count": "3",
    "--offset": "1",
    "--mkt": "en-US",
    "--cc": "DE",
    "--set-lang": "de",
    "--safe-search": "strict",
    "--id": "0" * 40,
    "--aspect": "square",
    "--color": "ColorOnly",
    "--freshness": "month",
    "--height": "320",
    "--width": "320",
    "--min-height": "1",
    "--max-height": "9000",
    "--min-width": "1",
    "--max-width": "9000",
    "--min-file-size": "1",
    "--max-file-size": "500000",
    "--image-content": "face",
    "--image-type": "CLIPART",
    "--license": "public",
    "--size": "small",
}

BAD = {
    "--count": "abc",
    "--offset": "-1",
    "--safe-search": "on",
    "--aspect": "round",
    "--color": "mauve",
    "--freshness": "2019",
    "--height": "1.5",
    "--width": "wide",
    "--min-height": "-3",
    "--max-height": "0x10",
    "--min-width": "1e3",
    "--max-width": "1,000",
    "--min-file-size": "1 MB",
    "--max-file-size": "big",
    "--image-content": "hands",
    "--image-type": "painting",
    "--license": "foo",
    "--size": "tiny",
}
"""Options whose values are not free text."""


def answer_of(output: str) -> Images:
    return decode_images(output.encode())


def titles(answer: Images) -> list[str]:
    return [image.name for image in answer.value]


def test_results_are_printed_one_a_line_and_their_number_beside_them(gallery: Path, call: Call) -> None:
    done = call("search", "puppies", "--count", "5", "--library", gallery)
    lines = done.stdout.splitlines()
    assert [line.partition(".")[0].strip() for line in lines] == ["1", "2", "3", "4", "5"]
    assert all(re.fullmatch(r" +\d+\. \S.*  \[\d+ x \d+ \w+\]  https?://\S+", line) for line in lines), lines
    assert re.fullmatch(r"[\d,]+ pictures match\n", done.stderr)


def test_a_slip_that_was_corrected_is_told_beside_the_results_and_how_to_insist(
    library: Path, call: Call
) -> None:
    told = 'results for "red zebra"; search for "+red zebar" to get what was typed\n'
    lines = call("search", "red zebar", "--library", library)
    assert lines.stderr.splitlines(keepends=True)[-1] == told
    as_json = call("search", "red zebar", "--library", library, "--json")
    assert as_json.stderr == told
    assert answer_of(as_json.stdout).query_context.altered_query == "red zebra"
    insisting = call("search", "+red zebar", "--library", library, "--json")
    assert insisting.stderr == ""
    assert answer_of(insisting.stdout).query_context.altered_query is None


def test_a_server_that_corrected_tells_so_too(library: Path, call: Call) -> None:
    with serving(library, "--anonymous") as (address, _):
        deadline = time.monotonic() + TIMEOUT
        while not (told := call("search", "picturre", "--endpoint", address, "--json").stderr):
            assert time.monotonic() < deadline  # its words are read in its first moments
            time.sleep(0.05)
    assert told == 'results for "picture"; search for "+picturre" to get what was typed\n'


def test_json_is_the_v7_answer(gallery: Path) -> None:
    printed = succeed("search", "puppies", "--library", gallery, "--json", "--license", "public")
    assert json.loads(printed)["_type"] == "Images"
    answer = answer_of(printed)
    assert answer.query_context.original_query == "puppies"
    assert 20 < len(answer.value) <= 35
    assert answer.total_estimated_matches >= answer.next_offset == len(answer.value)


def test_every_v7_parameter_is_an_option(gallery: Path, call: Call) -> None:
    options = [part for option in GOOD.items() for part in option]
    done = call("search", "dog", "--library", gallery, "--json", *options)
    assert (done.returncode, done.stderr) == (0, "")
    assert answer_of(done.stdout).current_offset == 1
    assert len(GOOD) == len(SEARCH_PARAMETERS) - 1


@pytest.mark.parametrize("option", GOOD)
def test_an_option_narrows_as_the_parameter_does(gallery: Path, call: Call, option: str) -> None:
    from vizsla.library import Library
    from vizsla.settings import Settings
    from vizsla.wire import parse_search

    name = {"--" + re.sub("([A-Z])", r"-\1", row.name).lower(): row.name for row in SEARCH_PARAMETERS}[option]
    with Library(Settings(library=gallery)) as library:
        expected = titles(library.search(parse_search([("q", "dog"), (name, GOOD[option])])))
    done = call("search", "dog", "--library", gallery, "--json", option, GOOD[option])
    assert titles(answer_of(done.stdout)) == expected


@pytest.mark.parametrize("option", BAD)
def test_a_bad_value_is_wrong_usage_told_in_one_line_that_names_it(
    gallery: Path, call: Call, option: str
) -> None:
    code, message = error_of(call("search", "dog", "--library", gallery, option, BAD[option]))
    assert code == 2
    assert BAD[option] in message
    assert "Use " in message


def test_a_blank_query_is_wrong_usage(gallery: Path, call: Call) -> None:
    for query in ("", " ", "\t\n"):
        assert error_of(call("search", query, "--library", gallery)).code == 2


def test_what_looks_like_a_file_or_an_image_of_the_library_is_found(
    gallery: Path, tmp_path: Path, call: Call
) -> None:
    (dog,) = answer_of(succeed("search", "puppies", "--library", gallery, "--json", "--count", "1")).value
    own = tmp_path / "dog"
    with Library(Settings(library=gallery)) as library:
        own.write_bytes(library.thumbnail(dog.image_id))
    by_id, by_file, with_words = (
        answer_of(call("search", *asked, "--library", gallery, "--json", "--count", "20").stdout)
        for asked in (("--like", dog.image_id), ("--like", str(own)), ("red", "--like", dog.image_id.lower()))
    )
    assert len(by_id.value) == 20
    assert dog.image_id not in [image.image_id for image in by_id.value]
    assert dog.image_id == by_file.value[0].image_id
    assert titles(with_words) != titles(by_id)
    both = call("search", "--like", dog.image_id, "--like", own, "--library", gallery, "--aspect", "tall")
    assert both.returncode == 0, both.stderr
    assert both.stdout


def test_a_server_is_asked_for_what_looks_alike_as_the_library_is(
    gallery: Path, call: Call, served: tuple[str, str]
) -> None:
    address, key = served
    image_id = answer_of(succeed("search", "puppies", "--library", gallery, "--json")).value[0].image_id
    asked = (
        "search",
        "red",
        "--like",
        image_id,
        "--json",
        "--count",
        "9",
        "--offset",
        "2",
        "--aspect",
        "wide",
    )
    here = answer_of(call(*asked, "--library", gallery).stdout)
    there = answer_of(call(*asked, "--endpoint", address, "--key", key).stdout)
    assert len(here.value) == 9
    assert titles(there) == titles(here)
    assert there.total_estimated_matches == here.total_estimated_matches
    assert (there.current_offset, there.next_offset) == (here.current_offset, here.next_offset) == (2, 11)


def test_a_part_of_a_picture_is_a_picture_too(
    gallery: Path, call: Call, served: tuple[str, str], tmp_path: Path
) -> None:
    address, key = served
    images = answer_of(succeed("search", "dog", "--library", gallery, "--json")).value
    image_id = next(image.image_id for image in images if image.name == "Pets welcome: a cat and a dog")
    part = ("search", "--like", image_id, "--region", "0.5,0.4,1,1", "--json", "--count", "9")
    whole = answer_of(
        call("search", "--like", image_id, "--library", gallery, "--json", "--count", "9").stdout
    )
    here = answer_of(call(*part, "--library", gallery).stdout)
    there = answer_of(call(*part, "--endpoint", address, "--key", key).stdout)
    assert titles(there) == titles(here) != titles(whole)
    own = tmp_path / "both.png"
    with Library(Settings(library=gallery)) as library:
        own.write_bytes(library.thumbnail(image_id))
    posted = ("search", "--like", own, "--region", "0.5,0.4,1,1", "--json")
    assert answer_of(call(*posted, "--library", gallery).stdout).value


@pytest.mark.parametrize("region", ["", "0,0,1", "0,0,1,1,1", "1,0,0,1", "a,b,c,d", "nan,0,1,1", "-1,0,1,1"])
def test_what_is_no_region_is_wrong_usage(gallery: Path, call: Call, region: str) -> None:
    asked = ("search", "--like", "0" * 40, f"--region={region}", "--library", gallery)
    assert error_of(call(*asked)).code == 2


def test_a_region_is_of_a_picture(gallery: Path, call: Call) -> None:
    code, message = error_of(call("search", "dog", "--region", "0,0,1,1", "--library", gallery))
    assert code == 2
    assert "--like" in message


@pytest.mark.parametrize("like", ["no-such-file", "0" * 39, "."])
def test_what_names_no_picture_is_wrong_usage(gallery: Path, call: Call, like: str) -> None:
    assert error_of(call("search", "--like", like, "--library", gallery)).code == 2


def test_pictures_that_are_none_are_told(gallery: Path, tmp_path: Path, call: Call) -> None:
    (tmp_path / "no.png").write_bytes(b"no picture")
    for like in (str(tmp_path / "no.png"), "0" * 40):
        code, message = error_of(call("search", "--like", like, "--library", gallery))
        assert code == 1
        assert like in message


def test_a_grid_is_written_as_a_picture(gallery: Path, tmp_path: Path, call: Call) -> None:
    for name, kind in (("grid.png", "PNG"), ("grid.JPG", "JPEG"), ("grid", "PNG")):
        done = call("search", "puppies", "--library", gallery, "--grid", tmp_path / name)
        assert len(done.stdout.splitlines()) > 20
        assert f"wrote {tmp_path / name}\n" in done.stderr
        with Image.open(tmp_path / name) as picture:
            picture.load()
            assert (picture.format, picture.size) == (kind, (800, 800))
            assert len(picture.convert("RGB").getcolors(1 << 20) or ()) > 1000


@pytest.mark.parametrize("name", ["no/such/folder/grid.png", "grid.nonsense", "."])
def test_a_grid_that_cannot_be_written_is_told(gallery: Path, tmp_path: Path, call: Call, name: str) -> None:
    code, message = error_of(call("search", "dog", "--library", gallery, "--grid", tmp_path / name))
    assert code == 1
    assert f"{tmp_path / name} cannot be written: " in message


def test_a_query_without_any_match_is_no_error(shared_library: Path, call: Call) -> None:
    done = call("search", "dog", "--color", "teal", "--min-width", "9999", "--library", shared_library)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "0 pictures match\n")


# Another server


@pytest.fixture(scope="module")
def served(gallery: Path) -> Iterator[tuple[str, str]]:
    """Address and key of a server of the gallery."""
    key = succeed("keys", "create", "--library", gallery).strip()
    with serving(gallery) as (address, _):
        yield address, key


def without_addresses(value: object) -> object:
    if isinstance(value, dict):
        return {name: without_addresses(part) for name, part in value.items()}
    if isinstance(value, list):
        return [without_addresses(part) for part in value]
    return re.sub(r"^(https?://)?127\.0\.0\.1:\d+", "", value) if isinstance(value, str) else value


def test_a_served_library_answers_as_the_library_itself_but_for_addresses(
    gallery: Path, served: tuple[str, str], tmp_path: Path, call: Call
) -> None:
    address, key = served
    question = ("search", 'puppies "golden retriever"', "--count", "20", "--license", "public", "--json")
    here = call(*question, "--library", gallery).stdout
    there = call(*question, "--endpoint", address, "--key", key, "--grid", tmp_path / "grid.png").stdout
    told, known = (without_addresses(json.loads(answer)) for answer in (there, here))
    assert isinstance(told, dict)
    assert isinstance(known, dict)
    for answer in (told, known):  # what others asked of the server changes with each question
        del answer["relatedSearches"]
    assert told == known
    assert f"{address}/" in there
    with Image.open(tmp_path / "grid.png") as picture:
        assert picture.size == (800, 800)


def test_the_key_may_come_from_the_environment(served: tuple[str, str]) -> None:
    address, key = served
    assert "pup" in succeed("search", "puppies", "--endpoint", f"{address}/bing/v7.0", VIZSLA_KEY=key).lower()


def test_what_a_server_refuses_is_told(served: tuple[str, str]) -> None:
    code, message = fail("search", "puppies", "--endpoint", served[0], "--key", "0" * 32)
    assert code == 1
    assert "key" in message


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--endpoint", "pictures.example"], 2),
        (["--endpoint", "ftp://pictures.example"], 2),
        (["--endpoint", "http://127.0.0.1:9"], 1),
        (["--endpoint", "http://[::1"], 2),
        (["--endpoint", "http://127.0.0.1:9", "--key", "schlüssel"], 2),
    ],
)
def test_an_endpoint_that_does_not_answer_is_told(call: Call, arguments: list[str], code: int) -> None:
    assert error_of(call("search", "dog", *arguments)).code == code


# Anything

WORDS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [*GOOD, *GOOD.values(), *BAD.values(), "--json", "--grid", "--nonsense", "--", "-", "-h"]
    ),
    st.integers().map(str),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arguments=st.lists(WORDS, max_size=6))
@example(arguments=["--count"])
@example(arguments=["-1"])
def test_whatever_the_arguments_are_a_search_ends_well_or_with_one_line(
    shared_library: Path, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = call(
        "search", "--library", shared_library, *(argument.replace("\0", "") for argument in arguments)
    )
    assert done.returncode in (0, 1, 2)
    if done.returncode:
        error_of(done)
