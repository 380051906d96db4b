"""Images that were sent without anything that tells of them: what came together goes out together.

They are an import as a dataset is one, of images alone, with a row for each image that came or was
met, so that the same undo takes them out, by the same rules.
"""

from collections import Counter

from django.db.models import Max

from annotation.models import DatasetImport, ImportedSample, Upload
from annotation.services.images import AddedImage
from annotation.services.import_batches import MAX_FILE_NAME
from engine.datasets.formats.images_alone import IMAGES_ALONE

State = DatasetImport.State


def keep_sent_image(*, upload: Upload, added: AddedImage) -> None:
    """Write down what a file brought, within the transaction in which it did; nothing if refused.

    What comes after an undo may be undone again; what comes during one goes with the rest.
    """
    if added.image is None:
        return
    rows = DatasetImport.objects.select_for_update()
    sent, _ = rows.get_or_create(
        pk=upload.images_import,
        defaults={
            "project": upload.project,
            "source": upload.file_name,
            "format": IMAGES_ALONE.name,
            "state": State.IMPORTED,
            "created_by": upload.created_by,
        },
    )
    number = (sent.samples.aggregate(last=Max("number"))["last"] or 0) + 1
    counts = {f"images {added.outcome}": 1}
    ImportedSample.objects.create(
        dataset_import=sent,
        number=number,
        file_name=upload.file_name,
        image=added.image,
        is_new=added.is_new,
        counts=counts,
    )
    if number > 1:
        first = sent.source.removesuffix(_more(number - 1))
        sent.source = f"{first[: MAX_FILE_NAME - len(_more(number))]}{_more(number)}"
    if sent.state != State.UNDOING:
        brought = {} if sent.state == State.UNDONE else sent.brought
        sent.state, sent.brought = State.IMPORTED, Counter(brought) + Counter(counts)
    sent.save(update_fields=["source", "state", "brought"])


def _more(number: int) -> str:
    """Say how many images came with the first, by the number of the last."""
    return f" and {number - 1} more" if number > 1 else ""
