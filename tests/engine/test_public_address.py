"""No address of the house is public, however it is written."""

import socket

import pytest

from engine.public_address import NotPublicError, addresses, is_public, public_addresses


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.0.1"),  # noqa: S104
        *("169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        *("192.0.0.8", "192.0.0.200", "::ffff:192.0.0.8", "fec0::1", "feff::1"),
        *("64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1"),
    ],
)
def test_an_address_of_the_house_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_an_address_of_the_whole_network_is(address: str) -> None:
    assert is_public(address)


# As a C library reads them: all are this machine.
@pytest.mark.parametrize("host", ["localhost", "127.1", "0x7f000001", "2130706433", "0"])
def test_a_host_is_judged_by_where_it_leads(host: str) -> None:
    with pytest.raises(NotPublicError, match="no public address"):
        public_addresses(host, 80)


def test_a_host_with_one_address_of_the_house_is_used_at_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [(2, 1, 6, "", (each, 443)) for each in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)

    with pytest.raises(NotPublicError, match=r"10\.0\.0\.1"):
        public_addresses("example.org", 443)


@pytest.mark.parametrize("host", ["no.such.host.invalid", f"{'x' * 70}.org"])
def test_a_host_that_nobody_knows_is_an_error_of_the_network(host: str) -> None:
    with pytest.raises(OSError):  # noqa: PT011  # the C library's words
        addresses(host, 443)
