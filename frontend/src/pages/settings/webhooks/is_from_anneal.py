import hashlib
import hmac
import time

MOST_DIGITS = 19  # of a time
TOLERANCE_S = 300  # a message that is older was sent by somebody who overheard it


def is_from_anneal(secret: str, body: bytes, header: str) -> bool:
    """Check Anneal-Signature before anything else is done with a request."""
    fields = dict(part.partition("=")[::2] for part in header.split(","))
    at = fields.get("t", "")
    if not (at.isascii() and at.isdigit() and len(at) <= MOST_DIGITS):
        return False
    wanted = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    is_fresh = abs(time.time() - int(at)) < TOLERANCE_S
    return is_fresh and hmac.compare_digest(wanted.encode(), fields.get("v1", "").encode())
