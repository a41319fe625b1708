"""Which numbers and names are connected to: a table of traps, and every other address that a generator thinks of."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from vizsla.fetch import Fetcher, FetchError, FetchRules
from vizsla.fetch.names import Lookup
from vizsla.fetch.reach import Reach, are_neighbours, is_near, is_public, source_towards

from .fetching import LIMIT, LOCAL, Hosts, refused
from .servers import answers, server

PUBLIC = ("8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::1")

INSIDE = {
    "0.0.0.0": "this machine",
    "0.1.2.3": "this network",
    "10.0.0.1": "private",
    "100.64.0.1": "carriers",
    "100.100.100.200": "metadata of a cloud",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "168.63.129.16": "platform of a cloud",
    "169.254.169.254": "metadata of most clouds",
    "172.16.0.1": "private",
    "192.0.0.9": "protocols",
    "192.0.0.192": "metadata of a cloud",
    "192.0.2.1": "documentation",
    "192.88.99.1": "6to4 relays",
    "192.168.1.1": "private",
    "198.18.0.1": "benchmarks",
    "203.0.113.1": "documentation",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "broadcast",
    "::": "this machine",
    "::1": "loopback",
    "::127.0.0.1": "compatible",
    "::8.8.8.8": "compatible",
    "::ffff:127.0.0.1": "mapped",
    "::ffff:8.8.8.8": "mapped, public: nobody writes it so who means well",
    "::ffff:0:127.0.0.1": "translated",
    "64:ff9b::7f00:1": "NAT64",
    "64:ff9b::808:808": "NAT64, public: might be any machine behind the translator",
    "64:ff9b:1::1": "NAT64 of one's own",
    "100::1": "discarded",
    "2001::1": "Teredo",
    "2001:0:7f00:1::1": "Teredo",
    "2001:10::1": "ORCHID",
    "2001:20::1": "ORCHID",
    "2001:db8::1": "documentation",
    "2002:7f00:1::": "6to4",
    "2002:808:808::": "6to4, public",
    "3fff::1": "documentation",
    "5f00::1": "segments",
    "4000::1": "never given out",
    "fc00::1": "private",
    "fd00:ec2::254": "metadata of a cloud",
    "fe80::1": "link",
    "fe80::1%1": "link, scoped",
    "2606:4700::1111%1": "public, scoped",
    "fec0::1": "site",
    "ff02::1": "multicast",
    "ff0e::1": "multicast, global",
}


class Watched(NamedTuple):
    """A fetcher that connects nowhere and remembers where it would have."""

    fetcher: Fetcher
    dialled: list[tuple[str, int]]

    def get(self, url: str) -> FetchError:
        with pytest.raises(FetchError) as caught:
            self.fetcher.get(url, max_bytes=LIMIT)
        return caught.value


def watched(rules: FetchRules, lookup: Lookup) -> Watched:
    dialled: list[tuple[str, int]] = []

    def dial(number: str, port: int, seconds: float) -> socket.socket:
        dialled.append((number, port))
        raise ConnectionRefusedError

    return Watched(Fetcher(rules, lookup=lookup, dial=dial), dialled)


@pytest.mark.parametrize("number", PUBLIC)
def test_public_numbers_are_connected_to(number: str) -> None:
    watch = watched(FetchRules(), Hosts({"a.example": [[number]]}))
    literal = f"[{number}]" if ":" in number else number
    assert watch.get("http://a.example/").reason == "unreachable"
    assert watch.get(f"https://{literal}/").reason == "unreachable"
    assert watch.dialled == [(number, 80), (number, 443)]


@pytest.mark.parametrize("number", INSIDE, ids=lambda number: f"{number} {INSIDE[number]}")
def test_numbers_inside_are_not_connected_to(number: str) -> None:
    watch = watched(FetchRules(), Hosts({"a.example": [[number]], "b.example": [["8.8.8.8", number]]}))
    assert watch.get("http://a.example/").reason == "no public address"
    assert watch.get("http://b.example/").reason == "no public address"
    literal = f"[{number}]" if ":" in number else number
    assert watch.get(f"http://{literal}/").reason in ("no public address", "not an address")
    assert watch.dialled == []


@pytest.mark.parametrize("number", ["", "x", "127.1", "8.8.8.8/32", "8.8.8.8 ", "1.2.3.4.5"])
def test_what_a_resolver_gives_must_be_a_number(number: str) -> None:
    watch = watched(FetchRules(networks=("0.0.0.0/0",)), Hosts({"a.example": [[number]]}))
    assert watch.get("http://a.example/").reason == "no public address"
    assert watch.dialled == []


def test_a_number_is_checked_and_connected_to_in_one_look_up() -> None:
    hosts = Hosts({"turning.example": [["93.184.216.34"], ["127.0.0.1"]]})
    watch = watched(FetchRules(), hosts)
    watch.get("http://turning.example:8080/")
    assert hosts.asked == ["turning.example"]
    assert watch.dialled == [("93.184.216.34", 8080)]
    assert watch.get("http://turning.example:8080/").reason == "no public address"
    assert len(watch.dialled) == 1


def test_unknown_names_and_names_inside_are_told_alike_whatever_answers_there() -> None:
    with server(answers(b"x")) as served:
        hosts = Hosts({"inside.example": [["127.0.0.1"]], "mixed.example": [["8.8.8.8", "10.0.0.1"]]})
        names = ("inside.example", "mixed.example", "unknown.example", "127.0.0.1", "10.9.8.7", "[::1]")
        told = {str(refused(served.url(host=name), FetchRules(), lookup=hosts)) for name in names}
        closed = str(refused("http://inside.example:1234/", FetchRules(), lookup=hosts))
    assert told == {closed}
    assert served.asked == []


def test_only_some_numbers_of_a_host_are_tried() -> None:
    watch = watched(FetchRules(), Hosts({"many.example": [[f"8.8.8.{n}" for n in range(200)]]}))
    assert watch.get("http://many.example/").reason == "unreachable"
    assert [number for number, _ in watch.dialled] == ["8.8.8.0", "8.8.8.1", "8.8.8.2", "8.8.8.3"]


def test_a_network_that_the_owner_named_opens_that_network_only() -> None:
    reach = Reach(("10.1.0.0/16", "fd00::/8"))
    assert reach.permits("10.1.255.1")
    assert reach.permits("fd00:ec2::254")
    assert not reach.permits("10.2.0.1")
    assert not reach.permits("::ffff:10.1.0.1")
    assert not reach.permits("fd00::1%eth0")


def test_this_machine_is_near_whatever_number_it_has() -> None:
    assert is_near(ip_address("127.0.0.1"))
    outward = source_towards(IPv4Address("8.8.8.8"))
    assert outward is None or is_near(outward)


@pytest.mark.parametrize(
    ("source", "number", "near"),
    [
        ("93.184.216.34", "93.184.216.34", True),
        ("93.184.216.34", "93.184.216.35", False),
        ("2a00:1:2:3::1", "2a00:1:2:3::1", True),
        ("2a00:1:2:3::1", "2a00:1:2:3:ffff::9", True),
        ("2a00:1:2:3::1", "2a00:1:2:4::1", False),
        ("93.184.216.34", "2a00:1:2:3::1", False),
    ],
)
def test_machines_on_one_ipv6_link_are_neighbours(source: str, number: str, near: bool) -> None:
    assert are_neighbours(ip_address(source), ip_address(number)) is near


@given(st.ip_addresses())
def test_no_number_is_public_that_wraps_another_or_is_of_a_special_kind(
    number: IPv4Address | IPv6Address,
) -> None:
    if not is_public(number):
        return
    assert number.is_global
    kinds = (number.is_private, number.is_loopback, number.is_link_local, number.is_multicast)
    assert not any((*kinds, number.is_reserved, number.is_unspecified))
    if isinstance(number, IPv6Address):
        assert (number.ipv4_mapped, number.sixtofour, number.teredo) == (None, None, None)
        assert number in ip_network("2000::/3")


SPELLINGS = st.sampled_from(
    [
        *("127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1.", "0", "0x"),
        *(
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[fe80::1%25eth0]",
            "[::]",
            "[::1",
            "::1",
            "１２７.0.0.1",
            "127。0。0。1",
        ),
        *(
            "localhost",
            "LOCALHOST.",
            "inside.example",
            "a@127.0.0.1",
            "8.8.8.8@127.0.0.1",
            "127.0.0.1#@8.8.8.8",
        ),
        *(
            "8.8.8.8\\@127.0.0.1",
            "127.0.0.%31",
            "%31%32%37.0.0.1",
            "8.8.8.8",
            "good.example",
            "ⓛocalhost",
            "",
        ),
        *(
            "8.8.8.8:80@127.0.0.1:80",
            "good.example.",
            "good.example..",
            "gооd.example",
            "a..b",
            "-",
            "_",
            "x" * 64,
        ),
    ]
)
NUMBERS = st.one_of(st.sampled_from([*PUBLIC, *INSIDE]), st.sampled_from(PUBLIC), st.ip_addresses().map(str))
"""What names may stand for."""

PLAIN = st.builds(
    "{}://{}{}/".format,
    st.sampled_from(["http", "https"]),
    st.one_of(
        st.sampled_from(["good.example", "other.example."]),
        NUMBERS.map(lambda number: f"[{number}]" if ":" in number else number),
    ),
    st.sampled_from(["", ":8080"]),
)
WILD = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(
        ["http://", "https://", "HTTP://", "http:", "http:/", "//", "http:\\\\", "ftp://", "\thttp://"]
    ),
    st.one_of(SPELLINGS, NUMBERS, st.text()),
    st.sampled_from(
        ["", ":", ":80", ":443", ":22", ":8080", ":0", ":65536", ":-1", ":８０", ":6000", ":80:80"]
    ),
    st.sampled_from(["", "/", "?", "#", "\\", "/..", ";", "/\r\nHost: x"]),
    st.text(max_size=10),
)


@settings(deadline=None)  # the first example loads httpx
@given(st.one_of(PLAIN, WILD, st.text()), st.lists(NUMBERS, max_size=3))
def test_no_address_leads_to_a_connection_that_is_not_allowed(url: str, numbers: list[str]) -> None:
    def lookup(host: str) -> list[str]:
        assert host.isascii()
        return numbers

    watch = watched(FetchRules(networks=("10.0.0.0/8",)), lookup)
    watch.get(url)
    for number, port in watch.dialled:
        assert is_allowed(number), url
        assert port in (80, 443) or port >= 1024, url
    event("connected" if watch.dialled else "refused")


def is_allowed(number: str) -> bool:
    """Written anew, so that a mistake in one is seen by the other: first bits of what the registries gave out."""
    if "%" in number:
        return False
    packed = ip_address(number).packed
    if len(packed) == 16:
        return packed[0] >> 5 == 1 and packed[:2] != b"\x20\x02" and packed[:4] != b"\x20\x01\x00\x00"
    first, second = packed[:2]
    private = (first, second) in ((192, 168), (169, 254)) or (first == 172 and second >> 4 == 1)
    return not (private or first in (0, 127) or first >= 224 or (first == 100 and second >> 6 == 1))


NOT_ADDRESSES = [
    *(
        "",
        " ",
        "x",
        "/x",
        "//a.example/",
        "http:",
        "http:/",
        "http://",
        "http:///x",
        "http:a.example",
        "://a.example",
    ),
    *(
        "ftp://a.example/",
        "file:///etc/passwd",
        "gopher://a.example/",
        "data:image/png;base64,AA",
        "javascript:1",
    ),
    *("ws://a.example/", "http+unix://x/", "unix:/x", "jar:http://a.example!/", "\x00http://a.example/"),
    *("http://u@a.example/", "http://u:p@a.example/", "http://:p@a.example/", "http://a.example@127.0.0.1/"),
    *("http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://127.1/", "http://0177.0.0.1/"),
    *(
        "http://0/",
        "http://1.2.3.4.5/",
        "http://256.1.1.1/",
        "http://a.0x1/",
        "http://a.example.1/",
        "http://1./",
    ),
    *("http://127.0.0.%31/", "http://%6cocalhost/", "http://a%00.example/", "http://a b/", "http://a_b c/"),
    *(
        "http://a.example\\@127.0.0.1/",
        "http:\\\\a.example\\",
        "http://a.example/\\..",
        "http://a.example/\r\nX: y",
    ),
    *("http://[fe80::1%25eth0]/", "http://[::1/", "http://[v1.x]/", "http://[127.0.0.1]/", "http://[]/"),
    *(
        "http://a..b/",
        "http://.a/",
        "http://a../",
        "http://" + "a" * 64 + "/",
        "http://" + "a." * 127 + "example/",
    ),
    *("http://ⓛocalhost/", "http://１２７.0.0.1/", "http://a\u00ad.example/", "http://\ud800.example/"),
    *("http://a.example:22/", "http://a.example:25/", "http://a.example:0/", "http://a.example:65536/"),
    *("http://a.example:6000/", "http://a.example:6667/", "http://a.example:x/", "http://a.example:-80/"),
    "http://a.example/" + "x" * 2_048,
]


@pytest.mark.parametrize("url", NOT_ADDRESSES, ids=ascii)
def test_what_is_not_an_address_of_the_web_is_refused_before_anything_is_asked(url: str) -> None:
    hosts = Hosts()
    watch = watched(FetchRules(networks=("0.0.0.0/0", "::/0")), hosts)
    assert watch.get(url).reason == "not an address"
    assert hosts.asked == []
    assert watch.dialled == []


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://A.Example/", "a.example", 80),
        ("https://a.example./", "a.example", 443),
        ("http://a.example:443/", "a.example", 443),
        ("http://a.example:/", "a.example", 80),
        ("http://a.example:8080", "a.example", 8080),
        ("http://a.example?q", "a.example", 80),
        ("http://a.example#@127.0.0.1/", "a.example", 80),
        ("http://a.example/@127.0.0.1/", "a.example", 80),
        ("http://a.example?@127.0.0.1/", "a.example", 80),
        ("http://bücher。example/", "xn--bcher-kva.example", 80),
        ("http://a_b.3com.example/", "a_b.3com.example", 80),
        ("http://router/", "router", 80),
    ],
)
def test_other_spellings_are_read_in_one_way(url: str, host: str, port: int) -> None:
    hosts = Hosts({host: [["8.8.8.8"]]})
    watch = watched(FetchRules(), hosts)
    assert watch.get(url).reason == "unreachable"
    assert hosts.asked == [host]
    assert watch.dialled == [("8.8.8.8", port)]


def test_numbers_in_another_script_are_read_before_they_are_checked() -> None:
    watch = watched(FetchRules(), Hosts())
    assert watch.get("http://127。0。0。1/").reason == "no public address"
    assert watch.dialled == []


def test_rules_of_the_tests_open_this_machine_only() -> None:
    reach = Reach(LOCAL.networks)
    assert reach.permits("127.0.0.1")
    assert not any(reach.permits(number) for number in INSIDE if not number.startswith("127."))
