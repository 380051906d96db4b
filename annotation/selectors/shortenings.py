"""Texts that a language model shortened, and whether there is one to do it."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from annotation import jobs
from annotation.models import Job, Shortening, Transcript
from annotation.selectors.access import Person, rows_for
from engine.weights.paths import ModelPaths


@dataclass(frozen=True, slots=True)
class Shortenable:
    """How it stands with the shortening of a transcript."""

    is_possible: bool  # a model is there
    is_running: bool
    error: str  # why the last try failed
    offer: Shortening | None  # the newest, refused ones among them


def transcripts_for(user: Person) -> QuerySet[Transcript]:
    """Transcripts of the person's projects; none of takes or images in the trash."""
    transcripts = Transcript.objects.filter(
        recording__deleted_at=None,
        recording__image__deleted_at=None,
        recording__image__project__deleted_at=None,
    )
    return rows_for(transcripts, user=user, path="recording__image__project")


def shortening_model() -> Path:
    """Return the folder of the model that shortens; it need not be there."""
    own = settings.CLEAN_MODEL
    return Path(own) if own else ModelPaths(settings.MODELS_DIR).language_model


def shortenable(transcript: Transcript) -> Shortenable:
    """Tell how it stands. A model that was set is taken to be where the workers are."""
    job = jobs_of(transcript).order_by("-pk").first()
    is_running = job is not None and job.state in Job.UNFINISHED
    return Shortenable(
        is_possible=bool(settings.CLEAN_MODEL) or (shortening_model() / "config.json").is_file(),
        is_running=is_running,
        error=job.error if job is not None and not is_running else "",
        offer=Shortening.objects.filter(transcript=transcript).order_by("-created_at").first(),
    )


def jobs_of(transcript: Transcript) -> QuerySet[Job]:
    """Return the jobs that shorten a transcript, or did."""
    project = transcript.recording.image.project_id
    args = {"transcript_id": str(transcript.pk)}
    return Job.objects.filter(project_id=project, kind=jobs.SHORTEN, args=args)
