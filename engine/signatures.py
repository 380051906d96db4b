"""Signed messages: the receiver of a webhook proves who sent it, and that it is not an old one.

    Anneal-Signature: t=1764409592,v1=5f0c...

`v1` is the HMAC-SHA256, in hexadecimal digits, of the time, a full stop and the body.
"""

import hashlib
import hmac
import time
from typing import Final

HEADER: Final = "Anneal-Signature"
MOST_DIGITS: Final = 19  # of a time; int() refuses very many
TOLERANCE_S: Final = 300.0  # that clocks may differ, and a message may take


def sign(secret: str, body: bytes, at_s: int) -> str:
    """Return the header of a body that is sent at a time, in seconds since 1970."""
    signed = hmac.new(secret.encode(), b"%d.%s" % (at_s, body), hashlib.sha256)
    return f"t={at_s},v1={signed.hexdigest()}"


def is_signed(
    secret: str,
    body: bytes,
    header: str,
    *,
    now_s: float | None = None,
    tolerance_s: float = TOLERANCE_S,
) -> bool:
    """Say whether the header is that of the body, and of about now."""
    fields = dict(part.partition("=")[::2] for part in header.split(","))
    at = fields.get("t", "")
    if not (at.isascii() and at.isdigit() and len(at) <= MOST_DIGITS):
        return False
    now_s = time.time() if now_s is None else now_s
    is_fresh = abs(now_s - int(at)) <= tolerance_s
    return is_fresh and hmac.compare_digest(sign(secret, body, int(at)).encode(), header.encode())
