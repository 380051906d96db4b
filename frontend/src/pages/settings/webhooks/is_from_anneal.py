import hashlib
import hmac
import time

TOLERANCE_S = 300  # a message that is older was sent by somebody who overheard it


def is_from_anneal(secret: str, body: bytes, header: str) -> bool:
    """Check Anneal-Signature before anything else is done with a request."""
    fields = dict(part.split("=", 1) for part in header.split(","))
    signed = fields["t"].encode() + b"." + body
    wanted = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    is_fresh = abs(time.time() - int(fields["t"])) < TOLERANCE_S
    return is_fresh and hmac.compare_digest(wanted, fields["v1"])
