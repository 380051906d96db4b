"""How often one person or program may ask: far more than any needs, less than a loop gone wild.

Each web process counts by itself, in memory: a shared count would cost every request a write.
"""

from collections import OrderedDict
from ipaddress import ip_network
from threading import Lock
from time import monotonic
from typing import Final

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from annotation.api.client_address import client_address
from annotation.models import Token

REMEMBERED: Final = 10_000  # askers; who has not asked for the longest is forgotten first
WINDOW_S: Final = 60.0  # a whole minute's requests may come at once


class Buckets:
    """For each asker the time at which its bucket will be empty again (the GCRA algorithm)."""

    def __init__(self) -> None:
        self._empty_at: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, asker: str, per_minute: int, now: float) -> float:
        """Return 0 and count the request, or the seconds after which there is room for one.

        There always is where `per_minute` is 0.
        """
        if not per_minute:
            return 0.0
        with self._lock:
            empty_at = max(self._empty_at.get(asker, 0.0), now) + WINDOW_S / per_minute
            if empty_at - now > WINDOW_S:
                return empty_at - now - WINDOW_S
            self._empty_at[asker] = empty_at
            self._empty_at.move_to_end(asker)
            if len(self._empty_at) > REMEMBERED:
                self._empty_at.popitem(last=False)
            return 0.0


class AskerThrottle(BaseThrottle):
    """Limits a token, or a person by their sessions together; 429 says when to come again.

    Who is not logged in gets nothing but the session: see LoginThrottle.
    """

    buckets: Final = Buckets()

    def __init__(self) -> None:
        self._wait_s = 0.0

    # Not of APIView, which reads this class from the settings as it is imported.
    def allow_request(self, request: Request, view: object) -> bool:  # noqa: ARG002  # DRF's own
        if not request.user.is_authenticated:
            return True
        is_program = isinstance(request.auth, Token)
        per_minute = settings.RATE_LIMIT_TOKEN if is_program else settings.RATE_LIMIT_SESSION
        asker = f"token {request.auth.pk}" if is_program else f"user {request.user.pk}"
        self._wait_s = self.buckets.wait_s(asker, per_minute, monotonic())
        return self._wait_s == 0

    def wait(self) -> float | None:
        return self._wait_s


class LoginThrottle(BaseThrottle):
    """Limits logins from one address, whoever is named: each costs the hash of a password.

    axes counts wrong passwords by name and address, which leaves new names without an end.
    """

    buckets: Final = Buckets()

    def __init__(self) -> None:
        self._wait_s = 0.0

    def allow_request(self, request: Request, view: object) -> bool:  # noqa: ARG002  # DRF's own
        if request.method == "POST":
            asker = _household(client_address(request))
            self._wait_s = self.buckets.wait_s(asker, settings.RATE_LIMIT_LOGIN, monotonic())
        return self._wait_s == 0

    def wait(self) -> float | None:
        return self._wait_s


def _household(address: str) -> str:
    """Return the /64 of an IPv6 address, all of which one asker has, and others as they are."""
    if ":" not in address or "." in address:  # the latter is IPv4, written as IPv6
        return address
    return str(ip_network((address.partition("%")[0], 64), strict=False))
