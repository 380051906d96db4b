"""Shorter texts by a language model: asked for by a person, kept with their maker."""

from typing import Final
from uuid import UUID, uuid5

import structlog
from django.contrib.auth.models import User
from django.db import transaction

from annotation import jobs
from annotation.errors import DomainError
from annotation.models import Job, Shortening, Transcript
from annotation.selectors.shortenings import jobs_of, shortenable
from annotation.services.jobs import enqueue_job

NAMESPACE: Final = UUID("8b1f6a0e-30d5-4d0c-a2f4-9d3f3c1b7e55")
log = structlog.get_logger(__name__)


class NoLanguageModelError(DomainError):
    """No language model is installed that could shorten a text."""

    code = "no_language_model"


@transaction.atomic
def ask_to_shorten(*, transcript: Transcript, user: User) -> None:
    """Have a transcript shortened, unless that was done or is under way. Resending is harmless."""
    Transcript.objects.select_for_update().get(pk=transcript.pk)
    now = shortenable(transcript)
    if not now.is_possible:
        raise NoLanguageModelError(
            "No language model is installed; `python -m engine.weights --captions` makes one."
        )
    if now.offer is not None or jobs_of(transcript).filter(state__in=Job.UNFINISHED).exists():
        return
    enqueue_job(
        kind=jobs.SHORTEN,
        project=transcript.recording.image.project,
        args={"transcript_id": str(transcript.pk)},
        created_by=user,
    )


def save_shortening(*, transcript: Transcript, maker: str, text: str, refusal: str) -> Shortening:
    """Keep what a model offers, or why it offers nothing. Run again, it keeps the first."""
    kept, _ = Shortening.objects.get_or_create(
        pk=uuid5(NAMESPACE, f"{transcript.pk} {maker}"),
        defaults={"transcript": transcript, "maker": maker, "text": text, "refusal": refusal},
    )
    log.info("transcript_shortened", transcript_id=str(transcript.pk), is_offered=bool(kept.text))
    return kept
