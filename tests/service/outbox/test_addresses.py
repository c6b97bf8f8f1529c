"""Webhooks go to public addresses and the operator's networks: a table of what is tried to get elsewhere."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.service.outbox.addresses import (
    BadWebhookUrl,
    NoAddress,
    PrivateAddress,
    parse,
    place,
    public,
    system,
)

HOSTILE = {
    "loopback": "127.0.0.1",
    "loopback elsewhere": "127.9.9.9",
    "loopback of IPv6": "::1",
    "unspecified": "0.0.0.0",
    "unspecified of IPv6": "::",
    "this network": "0.1.2.3",
    "private A": "10.0.0.1",
    "private B": "172.31.255.254",
    "private C": "192.168.1.1",
    "carrier's": "100.64.0.1",
    "link-local, metadata of clouds": "169.254.169.254",
    "link-local of IPv6": "fe80::1",
    "link-local with a zone": "fe80::1%eth0",
    "unique local": "fd00::1",
    "metadata of a cloud over IPv6": "fd00:ec2::254",
    "site-local": "fec0::1",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped private": "::ffff:10.0.0.1",
    "mapped public": "::ffff:8.8.8.8",
    "compatible loopback": "::127.0.0.1",
    "NAT64 of loopback": "64:ff9b::7f00:1",
    "NAT64 of private": "64:ff9b::a00:1",
    "local NAT64": "64:ff9b:1::a00:1",
    "6to4 of loopback": "2002:7f00:1::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "multicast": "224.0.0.1",
    "multicast of IPv6": "ff02::1",
    "global multicast": "ff0e::1",
    "broadcast": "255.255.255.255",
    "reserved": "240.0.0.1",
    "benchmarks": "198.18.0.1",
    "documentation": "203.0.113.5",
    "documentation of IPv6": "2001:db8::1",
    "newer documentation": "3fff::1",
    "6to4 relay": "192.88.99.1",
    "protocol assignments": "192.0.0.170",
    "segment routing": "5f00::1",
    "discard": "100::1",
}


@pytest.mark.parametrize("address", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_addresses_are_refused(address: str) -> None:
    with pytest.raises(PrivateAddress):
        place("https://hooks.example/", (), lambda _host, _port: [address])
    with pytest.raises(PrivateAddress):
        place("https://hooks.example/", (), lambda _host, _port: ["93.184.215.14", address])


@pytest.mark.parametrize(
    "host", ["127.1", "0x7f.1", "2130706433", "0177.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_other_ways_to_write_this_machine_are_refused(host: str) -> None:
    # the system's own resolver reads them, as the one of a browser would
    with pytest.raises((PrivateAddress, NoAddress)):
        place(f"https://{host}/", ())


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001::200e"])
def test_public_addresses_are_reached_under_their_name(address: str) -> None:
    found = place("https://Hooks.Example:8443/a/b?c=d", (), lambda _host, _port: [address])
    bracketed = f"[{address}]" if ":" in address else address
    assert found.url == f"https://{bracketed}:8443/a/b?c=d"
    assert (found.host, found.authority) == ("hooks.example", "hooks.example:8443")


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "gopher://hooks.example/",
        "//hooks.example/",
        "https:///path",
        "https://user:secret@hooks.example/",
        "https://hooks.example@127.0.0.1/",
        "https://hooks.example/#part",
        "https://hooks.example:0/",
        "https://hooks.example:99999/",
        "https://hooks.example:port/",
        "https://[::1/",
        "https://hooks.example\\@127.0.0.1/",
        "https://hooks.exam\tple/",
        "https://hooks.example/a b",
        "https://hooks.example/\r\nx-injected: 1",
        "https://hooks.exämple/",
        "https://hooks.example/" + "a" * 2000,
    ],
)
def test_what_is_no_address_of_a_webhook_is_refused(url: str) -> None:
    with pytest.raises(BadWebhookUrl) as found:
        place(url, (), lambda _host, _port: ["8.8.8.8"])
    assert "secret" not in found.value.message("en")


def test_the_operators_networks_are_reached_by_either_scheme() -> None:
    own = (ip_network("10.20.0.0/16"), ip_network("fd00:20::/32"))
    assert place("http://core.bank/x", own, lambda _h, _p: ["10.20.1.1"]).authority == "core.bank"
    assert place("https://core.bank/x", own, lambda _h, _p: ["fd00:20::1"]).url == "https://[fd00:20::1]:443/x"
    with pytest.raises(PrivateAddress):
        place("http://core.bank/x", own, lambda _h, _p: ["10.21.0.1"])
    with pytest.raises(PrivateAddress):
        place("https://core.bank/x", own, lambda _h, _p: ["::ffff:10.20.1.1"])
    with pytest.raises(BadWebhookUrl):
        place("http://core.bank/x", own, lambda _h, _p: ["10.20.1.1", "8.8.8.8"])


def test_a_name_is_resolved_once() -> None:
    answers = [["8.8.8.8"], ["127.0.0.1"]]
    found = place("https://rebinding.example/", (), lambda _host, _port: answers.pop(0))
    assert found.url == "https://8.8.8.8:443/"
    assert answers == [["127.0.0.1"]]


def test_a_host_without_address_is_named() -> None:
    def nothing(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    for resolver in (nothing, lambda _h, _p: [], lambda _h, _p: ["nonsense"]):
        with pytest.raises(NoAddress, match=r"hooks\.example"):
            place("https://hooks.example/", (), resolver)


@given(st.integers(0, 2**32 - 1))
def test_no_public_address_is_what_python_calls_special(number: int) -> None:
    address = IPv4Address(number)
    if public(address):
        assert address.is_global
        assert not any((address.is_multicast, address.is_reserved, address.is_loopback, address.is_private))


@given(st.one_of(st.integers(0, 2**128 - 1), st.integers(0, 2**32 - 1).map(lambda n: 0x64FF9B << 96 | n)))
def test_no_public_address_hides_an_older_one(number: int) -> None:
    address = IPv6Address(number)
    if public(address):
        assert address.ipv4_mapped is None
        assert address.sixtofour is None
        assert address.teredo is None
        assert not any((address.is_multicast, address.is_link_local, address.is_site_local, address.is_private))


def test_the_system_resolves_this_machine() -> None:
    assert {ip_address(a).is_loopback for a in system("localhost", 443)} == {True}
    assert parse("https://localhost/").hostname == "localhost"
