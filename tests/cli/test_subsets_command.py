from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from vizsla.library import Library
from vizsla.settings import Settings

from .command import Call, error_of, vizsla
from .test_search_command import BAD, GOOD

NARROWING = {
    option: value
    for option, value in GOOD.items()
    if option not in {"--count", "--offset", "--mkt", "--cc", "--set-lang", "--id"}
}


def source_of(library: Path) -> str:
    with Library(Settings(library=library)) as opened:
        (address,) = opened.store.addresses()
    return address


def test_a_subset_is_made_listed_and_deleted(library: Path) -> None:
    """As people do it, in processes of their own."""
    source = source_of(library)
    options = (
        "--license",
        "share",
        "--min-width",
        "600",
        "--site",
        "Example.org.",
        "--site",
        "a.example.com",
    )
    made = vizsla("subsets", "create", "shop", *options, "--source", source, "--library", library)
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "created shop\n")
    listed = vizsla("subsets", "list", "--library", library).stdout
    demands = f"site=example.org  site=a.example.com  source={source}"
    assert listed == f"shop  minWidth=600  license=share  {demands}\n"
    (as_json,) = json.loads(vizsla("subsets", "list", "--library", library, "--json").stdout)
    created = as_json.pop("created")
    assert created > 1_700_000_000
    assert as_json == {
        "name": "shop",
        "filters": {"minWidth": "600", "license": "share"},
        "sites": ["example.org", "a.example.com"],
        "sources": [source],
    }
    gone = vizsla("subsets", "delete", "SHOP", "--library", library)
    assert (gone.returncode, gone.stderr) == (0, "deleted SHOP\n")
    nothing = vizsla("subsets", "list", "--library", library)
    assert (nothing.stdout, nothing.stderr) == (
        "",
        "there are no subsets: `vizsla subsets create` makes one\n",
    )


def test_every_filter_of_the_api_can_be_a_demand(library: Path, call: Call) -> None:
    options = [part for pair in NARROWING.items() for part in pair]
    assert call("subsets", "create", "all-of-them", *options, "--library", library).returncode == 0
    with Library(Settings(library=library)) as opened:
        subset = opened.subsets.find("all-of-them")
    assert subset
    assert sorted(subset.filters.values()) == sorted(NARROWING.values())


def test_a_subset_of_everything_is_one(library: Path, call: Call) -> None:
    call("subsets", "create", "3078154301", "--library", library)
    assert call("subsets", "list", "--library", library).stdout == "3078154301  everything\n"


def test_a_subset_is_changed_by_making_it_anew(library: Path, call: Call) -> None:
    call("subsets", "create", "shop", "--size", "large", "--library", library)
    again = call("subsets", "create", "shop", "--size", "small", "--library", library)
    assert (again.returncode, again.stderr) == (0, "replaced shop\n")
    assert call("subsets", "list", "--library", library).stdout == "shop  size=small\n"


def test_a_source_may_be_named_as_it_is_reached_from_here(
    library: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Path(source_of(library))
    monkeypatch.chdir(source.parent)
    for name in (source.name, f"./{source.name}/", str(source)):
        call("subsets", "create", "shop", "--source", name, "--library", library)
        (subset,) = json.loads(call("subsets", "list", "--library", library, "--json").stdout)
        assert subset["sources"] == [str(source)]


def test_a_source_that_is_not_there_is_told(library: Path, call: Call) -> None:
    done = call("subsets", "create", "shop", "--source", "/nowhere", "--library", library)
    assert error_of(done) == (
        1,
        "vizsla: '/nowhere' is no source of the library: `vizsla status` lists them",
    )
    assert call("subsets", "list", "--library", library).stdout == ""


@pytest.mark.parametrize("option", [option for option in BAD if option in NARROWING])
def test_a_filter_with_a_wrong_value_is_wrong_usage(shared_library: Path, call: Call, option: str) -> None:
    code, message = error_of(call("subsets", "create", "a", option, BAD[option], "--library", shared_library))
    assert code == 2
    name = option[2:].replace("-", "")
    assert name in re.sub("[^a-z]", "", message.lower())


@pytest.mark.parametrize(
    "arguments",
    [
        "two words",
        "ä",
        "a/b",
        "''",
        "x" * 65,
        "a --site 'not a domain'",
        "a --site https://example.org",
        "a --site ''",
        "a --site example..org",
        "a --count 3",
        "a --mkt en-US",
    ],
)
def test_what_is_no_name_or_domain_or_filter_is_wrong_usage(
    shared_library: Path, call: Call, arguments: str
) -> None:
    done = call("subsets", "create", *shlex.split(arguments), "--library", shared_library)
    assert error_of(done).code == 2


def test_a_subset_that_is_not_there_cannot_be_deleted(shared_library: Path, call: Call) -> None:
    assert error_of(call("subsets", "delete", "shop", "--library", shared_library)) == (
        1,
        "vizsla: there is no subset 'shop': see `vizsla subsets list`",
    )


@pytest.mark.parametrize("command", [["create", "a"], ["list"], ["delete", "a"]])
def test_where_there_is_no_library_there_are_no_subsets(
    library_directory: Path, command: list[str], call: Call
) -> None:
    code, message = error_of(call("subsets", *command, "--library", library_directory))
    assert code == 1
    assert message.startswith(f"vizsla: there is no library in {library_directory}: ")
