"""Who may hear a voice, and what is kept of a person's."""

from typing import TypedDict

from django.contrib.auth.models import User
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from annotation import jobs
from annotation.models import Job, Membership, Project, Recording, RecordingChunk
from annotation.selectors.access import Person
from annotation.selectors.jobs import with_stalled

Role = Membership.Role


def with_may_listen(recordings: QuerySet[Recording], *, user: Person) -> QuerySet[Recording]:
    """Add `may_listen`: it is the person's own voice, or the project lets their role hear others'.

    It holds for audio and pointer trace alike, wherever they are told.
    """
    listening = Membership.objects.filter(
        Q(role=F("project__listeners"))
        | Q(role=Role.MANAGER, project__listeners=Project.Listeners.REVIEWER),
        project=OuterRef("image__project"),
        user_id=user.pk or 0,
    )
    return recordings.annotate(
        may_listen=Case(
            When(Q(user_id=user.pk or 0) | Exists(listening), then=Value(value=True)),
            default=Value(value=False),
        )
    )


def may_listen(recording: Recording) -> bool:
    """Tell what `with_may_listen` found; a row that it has not seen is not heard."""
    return bool(getattr(recording, "may_listen", False))


class OwnVoices(TypedDict):
    """A person's takes in all projects, those in the trash among them."""

    takes: int
    with_voice: int  # of them, those whose audio is kept
    job: Job | None  # the newest deletion of all of them


def voices_of(user: User) -> OwnVoices:
    """Count the person's takes, and tell how far their deletion is."""
    takes = Recording.objects.filter(user=user)
    chunks = RecordingChunk.objects.filter(recording=OuterRef("pk"))
    deletions = Job.objects.filter(kind=jobs.DELETE_VOICES, args={"user_id": user.pk})
    return OwnVoices(
        takes=takes.count(),
        with_voice=takes.filter(Exists(chunks), voice_deleted_at=None).count(),
        job=with_stalled(deletions).order_by("-pk").first(),
    )
