"""Doing a request once however often it is sent: the deed and its answer are one transaction."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from annotation.errors import DomainError
from annotation.models import KeptAnswer

KEPT: Final = timedelta(days=1)
Answer = tuple[int, Any]  # the status and the JSON
log = structlog.get_logger(__name__)


class KeyReusedError(DomainError):
    """The key came before with another request."""

    status = 422
    code = "idempotency_key_reused"


@transaction.atomic
def answered_once(
    *, user: User, key: str, request_digest: str, act: Callable[[], Answer]
) -> tuple[Answer, bool]:
    """Act, unless the same request has been done under this key; return whether it was.

    Who sends it again meanwhile waits for the first one's end at the unique key. What `act` raises
    takes the key back with all else, so that a refused request can be mended and sent again.

    Raises:
        KeyReusedError: it was another request.

    """
    mine = KeptAnswer.objects.filter(user=user, key_digest=_digest(key))
    mine.filter(created_at__lt=Now() - KEPT).delete()
    kept, is_new = KeptAnswer.objects.get_or_create(
        user=user, key_digest=_digest(key), defaults={"request_digest": request_digest}
    )
    if kept.request_digest != request_digest:
        raise KeyReusedError("This Idempotency-Key was sent with another request before.")
    if not is_new:
        return (kept.status, kept.body), True
    status, body = act()
    mine.update(status=status, body=body)
    return (status, body), False


def drop_old_answers() -> int:
    """Delete the answers that are kept no longer; return how many."""
    dropped, _ = KeptAnswer.objects.filter(created_at__lt=Now() - KEPT).delete()
    if dropped:
        log.info("kept_answers_dropped", answers=dropped)
    return dropped


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
