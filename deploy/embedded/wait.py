"""Wait until a service answers."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable


class ServiceError(RuntimeError):
    """A process ended, or did not answer, while others wait for it."""


def _sleep_briefly() -> None:
    time.sleep(0.03)


def wait_until_ready(
    name: str,
    is_ready: Callable[[], bool],
    process: subprocess.Popen[bytes],
    *,
    pause: Callable[[], None] = _sleep_briefly,
    within_s: float = 90,
) -> None:
    deadline = time.monotonic() + within_s
    while not is_ready():
        pause()
        if process.poll() is not None:
            raise ServiceError(f"{name} ended with code {process.returncode} before it was ready")
        if time.monotonic() > deadline:
            raise ServiceError(f"{name} did not answer within {within_s:.0f} s")


def answers_http(url: str) -> bool:
    """Tell whether anything short of a server error answers: a refusal of access is an answer."""
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310  # our own loopback address
            return True
    except urllib.error.HTTPError as refusal:
        return refusal.code < 500  # noqa: PLR2004
    except OSError:
        return False
