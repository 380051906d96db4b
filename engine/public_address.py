"""Which addresses on the network are anybody's, and which are those of the house itself."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

# Ways from IPv6 to an IPv4 address that may be a private one.
TUNNELS: Final = tuple(
    map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
)

# Of the house as well, though Python 3.11's ipaddress takes them, or most of them, for global ones.
OWN: Final = tuple(map(ip_network, ("fec0::/10", "192.0.0.0/24")))


class NotPublicError(ValueError):
    """The host is in the house: this machine, its network, or that of the cloud's own services."""


def public_addresses(host: str, port: int) -> list[str]:
    """Look a host up and return its addresses, which are to be connected to without another look.

    Raises:
        NotPublicError: one of them is not public, so that none is used.
        OSError: nobody knows the host.

    """
    found = addresses(host, port)
    for each in found:
        if not is_public(each):
            raise NotPublicError(f"{host} is at {each}, which is no public address.")
    return found


def addresses(host: str, port: int) -> list[str]:
    """Look a host up.

    Raises:
        OSError: nobody knows it.

    """
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label of no or too many letters
        raise OSError(f"{host!r} is no host.") from error
    return list(dict.fromkeys(str(row[4][0]).partition("%")[0] for row in rows))


def is_public(address: str) -> bool:
    """Say whether an address is one of the whole network's, for one receiver."""
    found: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in tunnel for tunnel in TUNNELS):
            return False
    if any(found in network for network in OWN):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved)
