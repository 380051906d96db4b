"""Who may hear a voice, and what is kept of a person's."""

from typing import Final, TypedDict

from django.contrib.auth.models import User
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from annotation import jobs
from annotation.models import Image, Job, Membership, Project, Recording, RecordingChunk
from annotation.selectors.access import Person
from annotation.selectors.jobs import with_stalled

Role = Membership.Role
MOST_PLACES: Final = 20


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
