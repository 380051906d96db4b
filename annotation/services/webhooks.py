"""Webhooks: made, deleted, told of events; each delivery is a row before anything is sent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from annotation import jobs
from annotation.errors import DomainError, IdTakenError, InvalidInputError
from annotation.models import Job, Project, Webhook, WebhookDelivery
from engine.public_address import is_public

MOST: Final = 10  # of one project
KEPT: Final = timedelta(days=30)  # the log of what has ended
# After each attempt that came to nothing; the last of them gives up.
PAUSES_S: Final = (10, 60, 300, 1800, 7200, 21_600, 43_200)
EVENTS: Final = {
    jobs.EXPORT_VERSION: Webhook.Event.EXPORT_ENDED,
    jobs.IMPORT_UPLOADS: Webhook.Event.IMPORT_ENDED,
    jobs.IMPORT_ARCHIVE: Webhook.Event.IMPORT_ENDED,
    jobs.IMPORT_DATASET: Webhook.Event.IMPORT_ENDED,
    jobs.RUN_ROUND: Webhook.Event.ROUND_ENDED,
}
# Of the arguments of a job.
SUBJECTS: Final = ("dataset_import_id", "export_id", "round_id", "upload_id")
State = WebhookDelivery.State
log = structlog.get_logger(__name__)


class TooManyWebhooksError(DomainError):
    """The project has as many as it may."""

    code = "too_many_webhooks"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one attempt to deliver came to."""

    status: int | None = None  # of HTTP; None: no answer
    error: str = ""

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004  # HTTP's good ones


@transaction.atomic
def create_webhook(
    *,
    project: Project,
    webhook_id: UUID,
    url: str,
    events: Sequence[str],
    secret: str,
    created_by: User,
) -> Webhook:
    """Make a webhook. The same id again returns the same one."""
    _check_url(url)
    wanted = sorted(set(events))
    Project.objects.select_for_update().get(pk=project.pk)  # counts are made one by one
    known = Webhook.objects.filter(pk=webhook_id).first()
    if known is None:
        if Webhook.objects.filter(project=project).count() >= MOST:
            raise TooManyWebhooksError(f"A project has {MOST} webhooks at most.")
        known = Webhook.objects.create(
            pk=webhook_id,
            project=project,
            url=url,
            events=wanted,
            secret=secret,
            created_by=created_by,
        )
        log.info("webhook_created", webhook_id=str(webhook_id), project_id=project.pk)
    is_same = (known.project_id, known.url, known.events) == (project.pk, url, wanted)
    if not (is_same and constant_time_compare(known.secret, secret)):
        raise IdTakenError("Another webhook has this id.")
    return known


def delete_webhook(*, webhook: Webhook) -> None:
    """Delete a webhook with its log."""
    Webhook.objects.filter(pk=webhook.pk).delete()
    log.info("webhook_deleted", webhook_id=str(webhook.pk))


def announce(*, project_id: int, event: str, subject: str, facts: Mapping[str, Any]) -> None:
    """Have an event of a project told, once, to those who want it. Part of its transaction."""
    hooks = Webhook.objects.filter(project_id=project_id, events__contains=[event])
    now = timezone.now()
    payload = {"event": event, "at": now.isoformat(), "project": project_id, **facts}
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(webhook=hook, event=event, subject=subject, payload=payload, due_at=now)
            for hook in hooks
        ],
        ignore_conflicts=True,
    )


def announce_job(job: Job) -> None:
    """Have the end of a job told, if it is of a kind that anybody may want to be told of."""
    event = EVENTS.get(job.kind)
    if event is None or job.project_id is None:
        return
    facts = {name: job.args[name] for name in SUBJECTS if name in job.args}
    # A job that was tried again ends again.
    subject = f"job {job.pk} ended {job.finished_at}"
    ended = {"id": job.pk, "state": job.state, "error": job.error}
    announce(project_id=job.project_id, event=event, subject=subject, facts={"job": ended, **facts})


def take_delivery(passed_over: Collection[UUID] = ()) -> WebhookDelivery | None:
    """Claim the delivery that is due for the longest; until its next pause is over it is ours.

    Args:
        passed_over: webhooks of which none is taken.

    """
    due = WebhookDelivery.objects.filter(state=State.WAITING, due_at__lte=Now())
    due = due.exclude(webhook__in=passed_over)
    for found in due.select_related("webhook").order_by("due_at", "pk")[:MOST]:
        pause_s = PAUSES_S[min(found.attempts, len(PAUSES_S) - 1)]
        ours = WebhookDelivery.objects.filter(
            pk=found.pk, state=State.WAITING, attempts=found.attempts
        ).update(attempts=F("attempts") + 1, due_at=Now() + timedelta(seconds=pause_s))
        if ours:
            found.attempts += 1
            return found
    return None


def end_attempt(*, delivery: WebhookDelivery, attempt: Attempt) -> None:
    """Note what an attempt came to; the last one that fails ends the delivery."""
    ours = WebhookDelivery.objects.filter(
        pk=delivery.pk, state=State.WAITING, attempts=delivery.attempts
    )
    facts: dict[str, Any] = {"status": attempt.status, "error": attempt.error}
    if attempt.is_good:
        ours.update(state=State.DELIVERED, ended_at=Now(), **facts)
    elif delivery.attempts > len(PAUSES_S):
        ours.update(state=State.FAILED, ended_at=Now(), **facts)
    else:
        ours.update(**facts)
    log.info(
        "webhook_attempted",
        delivery_id=str(delivery.pk),
        attempt=delivery.attempts,
        status=attempt.status,
        error=attempt.error,
    )


def drop_old_deliveries() -> int:
    """Delete the log of what has ended long ago; return how many rows."""
    old = WebhookDelivery.objects.filter(ended_at__lt=Now() - KEPT)
    return old.delete()[0]


def _check_url(url: str) -> None:
    """Refuse at once what no delivery would be made to; it is looked at again as it is sent."""
    host, scheme = _host_of(url)
    if host in settings.WEBHOOK_ALLOWED_HOSTS:
        return
    if scheme != "https":
        raise InvalidInputError("Only https keeps what is told from others.", field="url")
    try:
        is_own = not is_public(host)
    except ValueError:  # a name
        is_own = host == "localhost"
    if is_own:
        raise InvalidInputError("The address is none that everybody can reach.", field="url")


def _host_of(url: str) -> tuple[str, str]:
    """Return the host and the scheme of an address that is one."""
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in {"http", "https"} and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        is_one = False
    if not (is_one and parts.hostname and url.isascii() and url.isprintable() and " " not in url):
        raise InvalidInputError("An address such as https://example.org/anneal.", field="url")
    return parts.hostname, parts.scheme
