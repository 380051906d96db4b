"""Who may hear a voice, what may leave with an export, and what is kept of a person's."""

from collections.abc import Collection
from typing import Final, TypedDict
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from annotation import jobs
from annotation.export_formats import VOICED
from annotation.models import (
    Consent,
    Export,
    Image,
    Job,
    Membership,
    Project,
    Recording,
    RecordingChunk,
    Transcript,
)
from annotation.selectors.access import Person, memberships_of
from annotation.selectors.jobs import with_stalled
from annotation.voice_terms import EXPORTS_SINCE

Role = Membership.Role
MOST_PLACES: Final = 20


def with_may_listen(recordings: QuerySet[Recording], *, user: Person) -> QuerySet[Recording]:
    """Add `may_listen`: it is the person's own voice, or the project lets their role hear others'.

    It holds for audio and pointer trace alike, wherever they are told.
    """
    listening = _listening(user).filter(project=OuterRef("image__project"))
    return recordings.annotate(may_listen=_told(Q(user_id=user.pk or 0) | Exists(listening)))


def may_listen(recording: Recording) -> bool:
    """Tell what `with_may_listen` found; a row that it has not seen is not heard."""
    return bool(getattr(recording, "may_listen", False))


def heard_texts(image_id: int, *, user: Person) -> set[UUID]:
    """Return the transcripts of the image's takes that the person may listen to."""
    takes = with_may_listen(Recording.objects.filter(image=image_id), user=user)
    heard = [take.pk for take in takes.defer("trace", "cuts") if may_listen(take)]
    return set(Transcript.objects.filter(recording__in=heard).values_list("pk", flat=True))


def hears_others(user: Person, project: Project) -> bool:
    """Tell whether the project lets the person's role hear the voices of others."""
    return _listening(user).filter(project=project).exists()


def with_may_download(exports: QuerySet[Export], *, user: Person) -> QuerySet[Export]:
    """Add `may_download`: there is no voice in it, or the person may hear those of others."""
    listening = _listening(user).filter(project=OuterRef("version__project"))
    return exports.annotate(may_download=_told(~Q(format__in=VOICED) | Exists(listening)))


def with_may_leave(recordings: QuerySet[Recording]) -> QuerySet[Recording]:
    """Add `may_leave`: the voice is there, and its speaker agrees now that exports hold it."""
    return recordings.annotate(may_leave=_told(_may_leave()))


def all_may_leave(ids: Collection[UUID]) -> bool:
    """Tell whether the voices of all these takes may still be in an export."""
    return Recording.objects.filter(_may_leave(), pk__in=ids).count() == len(ids)


def _may_leave() -> Q | Combinable:
    agreed = Consent.objects.filter(
        user=OuterRef("user"), withdrawn_at=None, version__gte=EXPORTS_SINCE
    )
    return Q(voice_deleted_at=None, deleted_at=None) & ~Q(mime="") & Exists(agreed)


def _listening(user: Person) -> QuerySet[Membership]:
    """Return the person's memberships by which they hear others."""
    return memberships_of(user).filter(
        Q(role=F("project__listeners"))
        | Q(role=Role.MANAGER, project__listeners=Project.Listeners.REVIEWER)
    )


def _told(condition: Q | Combinable) -> Case:
    return Case(When(condition, then=Value(value=True)), default=Value(value=False))


class Place(TypedDict):
    """An image on whose page a person finds takes of theirs that have a voice."""

    image: int
    project: int
    file_name: str


class OwnVoices(TypedDict):
    """A person's takes in all projects, those in the trash among them."""

    takes: int
    with_voice: int  # of them, those whose audio is kept
    places: list[Place]  # where they are, the newest image first; none that the person cannot open
    job: Job | None  # the newest deletion of all of them


def voices_of(user: User) -> OwnVoices:
    """Count the person's takes, and tell how far their deletion is."""
    takes = Recording.objects.filter(user=user)
    chunks = RecordingChunk.objects.filter(recording=OuterRef("pk"))
    heard = takes.filter(Exists(chunks), voice_deleted_at=None)
    deletions = Job.objects.filter(kind=jobs.DELETE_VOICES, args={"user_id": user.pk})
    return OwnVoices(
        takes=takes.count(),
        with_voice=heard.count(),
        places=_places(heard, user),
        job=with_stalled(deletions).order_by("-pk").first(),
    )


def _places(takes: QuerySet[Recording], user: User) -> list[Place]:
    images = Image.objects.filter(
        Exists(takes.filter(image=OuterRef("pk"), deleted_at=None)),
        deleted_at=None,
        project__deleted_at=None,
        project__memberships__user=user,
    )
    rows = images.order_by("-pk").values_list("pk", "project_id", "file_name")[:MOST_PLACES]
    return [Place(image=pk, project=project, file_name=name) for pk, project, name in rows]
