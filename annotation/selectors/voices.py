"""What is kept of a person's voice."""

from typing import TypedDict

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef

from annotation import jobs
from annotation.models import Job, Recording, RecordingChunk
from annotation.selectors.jobs import with_stalled


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
