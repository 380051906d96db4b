"""What webhooks are told: each delivery is a row before anything is sent, and the log after."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from annotation import jobs
from annotation.errors import DomainError
from annotation.models import DatasetVersion, Job, VersionCut, Webhook, WebhookDelivery
from annotation.models.webhook import PING

LOOKED_AT: Final = 10  # of what is due, to claim one that nobody else has claimed
KEPT: Final = timedelta(days=30)  # the log of what has ended
# After each attempt that came to nothing; the last of them gives up.
PAUSES_S: Final = (10, 60, 300, 1800, 7200, 21_600, 43_200)
EVENTS: Final = {
    jobs.CUT_VERSION: Webhook.Event.VERSION_CUT,
    jobs.EXPORT_VERSION: Webhook.Event.EXPORT_ENDED,
    jobs.IMPORT_UPLOADS: Webhook.Event.IMPORT_ENDED,
    jobs.IMPORT_ARCHIVE: Webhook.Event.IMPORT_ENDED,
    jobs.IMPORT_DATASET: Webhook.Event.IMPORT_ENDED,
    jobs.UNDO_IMPORT: Webhook.Event.IMPORT_ENDED,
    jobs.RUN_ROUND: Webhook.Event.ROUND_ENDED,
}
# Of the arguments of a job.
SUBJECTS: Final = ("dataset_import_id", "export_id", "round_id", "upload_id", "version_cut_id")
State = WebhookDelivery.State
log = structlog.get_logger(__name__)


class WebhookOffError(DomainError):
    """Nothing is sent to a webhook that is switched off."""

    code = "webhook_off"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one attempt to deliver came to."""

    status: int | None = None  # of HTTP; None: no answer
    error: str = ""

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004  # HTTP's good ones


def announce(*, project_id: int, event: str, subject: str, facts: Mapping[str, Any]) -> None:
    """Have an event of a project told, once, to those who want it. Part of its transaction."""
    hooks = Webhook.objects.filter(project_id=project_id, is_on=True, events__contains=[event])
    now = timezone.now()
    payload = {"event": event, "at": now.isoformat(), "project": project_id, **facts}
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(webhook=hook, event=event, subject=subject, payload=payload, due_at=now)
            for hook in hooks
        ],
        ignore_conflicts=True,
    )


def announce_version(version: DatasetVersion) -> None:
    """Have a new version told that no job was asked for, as a round's."""
    announce(
        project_id=version.project_id,
        event=Webhook.Event.VERSION_CUT,
        subject=version.pk,
        facts=_facts_of_version(version),
    )


def announce_job(job: Job) -> None:
    """Have the end of a job told, if it is of a kind that anybody may want to be told of."""
    event = EVENTS.get(job.kind)
    if event is None or job.project_id is None:
        return
    facts = {name: job.args[name] for name in SUBJECTS if name in job.args}
    if job.kind == jobs.CUT_VERSION:
        cut = VersionCut.objects.select_related("version").filter(job=job).first()
        facts |= _facts_of_version(None if cut is None else cut.version)
    if event == Webhook.Event.IMPORT_ENDED:
        facts["is_undo"] = job.kind == jobs.UNDO_IMPORT
    # A job that was tried again ends again.
    subject = f"job {job.pk} ended {job.finished_at}"
    ended = {"id": job.pk, "state": job.state, "error": job.error}
    announce(project_id=job.project_id, event=event, subject=subject, facts={"job": ended, **facts})


def ping(*, webhook: Webhook, ping_id: UUID) -> WebhookDelivery:
    """Have a webhook told that it is there, whatever it wants. The same id again is the same one.

    Raises:
        WebhookOffError: nothing would be sent.

    """
    _check_on(webhook)
    now = timezone.now()
    facts = {"at": now.isoformat(), "project": webhook.project_id, "webhook": str(webhook.pk)}
    return WebhookDelivery.objects.get_or_create(
        webhook=webhook,
        event=PING,
        subject=str(ping_id),
        defaults={"payload": {"event": PING, **facts}, "due_at": now},
    )[0]


def send_again(*, delivery: WebhookDelivery) -> WebhookDelivery:
    """Have a delivery sent at once, whatever became of it: the same body under the same id.

    Raises:
        WebhookOffError: nothing would be sent.

    """
    _check_on(delivery.webhook)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        state=State.WAITING, earlier_attempts=F("attempts"), due_at=Now(), ended_at=None
    )
    delivery.refresh_from_db()
    log.info("webhook_sent_again", delivery_id=str(delivery.pk), attempts=delivery.attempts)
    return delivery


def take_delivery(passed_over: Collection[UUID] = ()) -> WebhookDelivery | None:
    """Claim the delivery that is due for the longest; until its next pause is over it is ours.

    Args:
        passed_over: webhooks of which none is taken.

    """
    due = WebhookDelivery.objects.filter(
        state=State.WAITING, due_at__lte=Now(), webhook__is_on=True
    )
    due = due.exclude(webhook__in=passed_over)
    for found in due.select_related("webhook").order_by("due_at", "pk")[:LOOKED_AT]:
        pause_s = PAUSES_S[min(_tries(found), len(PAUSES_S) - 1)]
        ours = WebhookDelivery.objects.filter(
            pk=found.pk, state=State.WAITING, attempts=found.attempts
        ).update(
            attempts=F("attempts") + 1,
            attempted_at=Now(),
            due_at=Now() + timedelta(seconds=pause_s),
        )
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
    elif _tries(delivery) > len(PAUSES_S):
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


def _facts_of_version(version: DatasetVersion | None) -> dict[str, Any]:
    if version is None:
        return {"version": None, "counts": None}
    return {"version": version.pk, "counts": version.counts}


def _tries(delivery: WebhookDelivery) -> int:
    """Return how many attempts were made since it was last asked for."""
    return delivery.attempts - delivery.earlier_attempts


def _check_on(webhook: Webhook) -> None:
    if not webhook.is_on:
        raise WebhookOffError("The webhook is switched off. Switch it on first.")
