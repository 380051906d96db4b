"""Which address a request comes from, where proxies stand before the server."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address from which the outermost trusted proxy was asked.

    Each proxy adds to the right end of X-Forwarded-For who asked it; further left stands what the
    client may have made up. Without proxies, or where they tell no address, it is who connected.
    """
    connected: str = request.META.get("REMOTE_ADDR", "")
    told = request.headers.get("X-Forwarded-For", "").split(",")
    if not 0 < settings.TRUSTED_PROXIES <= len(told):
        return connected
    try:
        address = ip_address(told[-settings.TRUSTED_PROXIES].strip())
    except ValueError:
        return connected
    return str(getattr(address, "ipv4_mapped", None) or address)  # IPv4, written as IPv6
