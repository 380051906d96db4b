"""Delete the audio of all takes that a person wants silenced, and the exports that hold it."""

from annotation.models import Recording
from annotation.services.kept_exports import drop_closed_exports
from annotation.services.voices import delete_audio
from workers.lease import Lease


def delete_voices(lease: Lease) -> None:
    """Go through the person's takes without voice; those that are empty already cost a look."""
    takes = Recording.objects.filter(
        user_id=lease.claim.args["user_id"], voice_deleted_at__isnull=False
    )
    total = takes.count()
    for done, take in enumerate(takes.order_by("pk").iterator()):
        lease.report(done, total, "Deleting audio")
        delete_audio(take)
    drop_closed_exports()
    lease.report(total, total)
