"""A dataset goes out again, image by image, but for what people have worked on since.

All is judged under the image's lock, with the rows of all imports that met it: what another one met
or brought as well becomes its own, and goes when that is undone.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import structlog
from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from annotation import storage
from annotation.models import (
    Assignment,
    Caption,
    Comment,
    DatasetImport,
    Image,
    ImportedSample,
    Label,
    ObjectBox,
    Operation,
    Project,
    Proposal,
    Recording,
    Revision,
)
from annotation.selectors.images import JUDGED, OPEN
from annotation.services.auto_accept import withdraw_accepted
from annotation.services.captions import CaptionBuiltUponError, withdraw_caption
from annotation.services.images import delete_image
from annotation.services.import_runs import Fence, Progress, hold, sum_of_counts
from annotation.services.imported_people import withdraw_comments
from annotation.services.imported_takes import withdraw_takes
from annotation.services.imported_work import open_imported
from annotation.services.labels import delete_label
from annotation.services.object_boxes import drop_boxes
from annotation.services.outside_proposals import bring_back_outside, withdraw_outside
from annotation.services.preparation import prepare_project, propose_again
from annotation.services.seeds import unseed_masks

State = DatasetImport.State
# What an image brought, and met, by the names of their fields.
_KINDS: Final = (
    ("masks", "met"),
    ("captions", "met_captions"),
    ("proposals", "met_proposals"),
    ("comments", "met_comments"),
    ("boxes", "met_boxes"),
    ("takes", "met_takes"),
)
# As these go, images wait for bundles: the first two stood in their way, and boxes had them asked.
_MADE_WAY: Final = ("proposals removed", "masks removed", "boxes removed")
log = structlog.get_logger(__name__)


def undo_import(
    dataset_import: DatasetImport,
    *,
    by: User,
    fence: Fence,
    progress: Progress,
    on_kept: Callable[[], None] = lambda: None,
) -> Counter[str]:
    """Take out what an import brought, and return what went and what stays, in people's words.

    What was uploaded goes as well, if some of it was still to come. `on_kept` is called in the
    transaction of each image; what it raises rolls that back.
    """
    total = dataset_import.samples.filter(is_undone=False).count()
    done = 0
    while True:
        for number in _last_first(dataset_import):
            with fence():
                hold(dataset_import, State.UNDOING)
                _take_out(dataset_import, number, by)
                on_kept()
            done += 1
            progress(done, max(total, done))
        with fence():
            # Two that end at once write into each other's rows.
            Project.objects.select_for_update(no_key=True).get(pk=dataset_import.project_id)
            hold(dataset_import, State.UNDOING)
            if not dataset_import.samples.filter(is_undone=False).exists():
                gone = _end(dataset_import)
                break
    storage.delete(storage.upload_key(dataset_import.pk))
    return gone


def _end(dataset_import: DatasetImport) -> Counter[str]:
    """Tell what went, once nothing is left to go: of images alone, some may come meanwhile."""
    gone = sum_of_counts(dataset_import)
    gone["labels removed"] = _drop_labels(dataset_import)
    DatasetImport.objects.filter(pk=dataset_import.pk).update(state=State.UNDONE, brought=+gone)
    if any(gone[kind] for kind in _MADE_WAY):
        prepare_project(project=dataset_import.project, by=dataset_import.created_by)
    log.info("import_undone", dataset_import_id=str(dataset_import.pk), **gone)
    return +gone


def _last_first(dataset_import: DatasetImport) -> Iterator[int]:
    """Yield the numbers of rows without holding a cursor open: each has its own transaction."""
    rows = dataset_import.samples.filter(is_undone=False).order_by("-number")
    numbers = rows.values_list("number", flat=True)
    number = numbers.first()
    while number is not None:
        yield number
        number = numbers.filter(number__lt=number).first()


def _take_out(dataset_import: DatasetImport, number: int, by: User) -> None:
    """Take out what the import brought to the image of a row, by whichever of its rows."""
    row = dataset_import.samples.get(number=number)
    if row.image_id is None:
        ImportedSample.objects.filter(pk=row.pk).update(is_undone=True, counts={})
        return
    image = Image.objects.select_for_update().get(pk=row.image_id)
    rows = ImportedSample.objects.filter(image=image, is_undone=False).order_by("pk")
    locked = list(rows.select_for_update(of=("self",)).select_related("dataset_import"))
    own = [each for each in locked if each.dataset_import_id == dataset_import.pk]
    if not own:
        return
    others = [each for each in locked if each.dataset_import_id != dataset_import.pk]
    counts = _undone(image, own, others, by)
    for each in own:
        each.is_undone, each.counts = True, {}
    own[0].counts = +counts
    ImportedSample.objects.bulk_update(own, ["is_undone", "counts"])


def _undone(
    image: Image, own: Sequence[ImportedSample], others: Sequence[ImportedSample], by: User
) -> Counter[str]:
    masks = {mask for each in own for mask in each.masks}
    captions = {caption for each in own for caption in each.captions}
    proposals = {proposal for each in own for proposal in each.proposals}
    comments = {comment for each in own for comment in each.comments}
    boxes = {box for each in own for box in each.boxes}
    takes = {take for each in own for take in each.takes}
    if _is_judged(image, own):  # people stand for what is on it by now
        kept = {"masks kept": len(masks), "takes kept": len(takes)}
        return Counter({**kept, "images kept": int(_are_new(own))})
    given = _leave_to_others(own, others)
    if any(each.is_finished for each in own) and not _are_finished(others):
        open_imported(image=image, author=own[0].dataset_import.created_by)
        image.refresh_from_db()
    # First: what was said of masks keeps them.
    takes_removed, takes_kept = withdraw_takes(take_ids=takes - given)
    gone = unseed_masks(image=image, mask_ids=masks - given, author=by)
    if gone:  # what they covered may be proposed
        propose_again({image.pk})
    counts = Counter({"masks removed": len(gone), "masks kept": len(masks) - len(gone)})
    counts["takes removed"], counts["takes kept"] = takes_removed, takes_kept
    counts["captions removed"] = _withdrawn(captions - given)
    withdrawn = withdraw_outside(proposal_ids=proposals - given)
    counts["proposals removed"] = len(withdrawn)
    if gone and (since := [each.created_at for each in others if each.proposals]):
        theirs = {proposal for each in others for proposal in each.proposals}
        bring_back_outside(image=image, proposal_ids=theirs, since=max(since))
    counts["proposals kept"] = len(proposals) - len(withdrawn)
    counts["boxes removed"] = drop_boxes(box_ids=boxes - given)
    counts["comments removed"] = withdraw_comments(comment_ids=comments - given)
    counts["comments kept"] = len(comments) - counts["comments removed"]
    if _are_new(own) and not others:
        is_gone = not _is_worked_on(image)
        if is_gone:
            withdraw_accepted(image=image, keeping=None)
            propose_again({image.pk})  # if it comes back
            delete_image(image=image, by=by)
        counts["images removed" if is_gone else "images kept"] += 1
    return counts


def _is_judged(image: Image, own: Sequence[ImportedSample]) -> bool:
    """Tell whether people finished or reviewed the image with what the import had brought."""
    since = min(each.created_at for each in own)
    return image.stints.filter(ended_as__in=JUDGED, ended_at__gte=since).exists()


def _are_new(rows: Sequence[ImportedSample]) -> bool:
    return any(each.is_new for each in rows)


def _are_finished(others: Sequence[ImportedSample]) -> bool:
    return any(each.dataset_import.is_finished for each in others)


def _leave_to_others(own: Sequence[ImportedSample], others: Sequence[ImportedSample]) -> set[str]:
    """Leave what others met, or brought back, to them; return the ids of what stays."""
    given: set[str] = set()
    for other in others:
        for brought, met in _KINDS:
            all_own = {each for one in own for each in getattr(one, brought)}
            given |= all_own & set(getattr(other, brought))
            shared = all_own & set(getattr(other, met)) - given
            given |= shared
            setattr(other, brought, [*getattr(other, brought), *sorted(shared)])
            setattr(other, met, [each for each in getattr(other, met) if each not in shared])
        other.is_new = other.is_new or _are_new(own)
        other.is_finished = other.is_finished or (
            other.dataset_import.is_finished and any(each.is_finished for each in own)
        )
    fields = [field for kind in _KINDS for field in kind]
    ImportedSample.objects.bulk_update(others, [*fields, "is_new", "is_finished"])
    return given


def _withdrawn(caption_ids: set[str]) -> int:
    captions = Caption.objects.filter(pk__in=caption_ids, withdrawn_at=None)
    count = 0
    for caption in captions.order_by("-created_at", "-pk"):
        count += 1
        try:
            withdraw_caption(caption=caption)
        except CaptionBuiltUponError:  # somebody described the image since: that stands
            captions.filter(pk=caption.pk).update(withdrawn_at=Now())
    return count


def _is_worked_on(image: Image) -> bool:
    """Tell whether people did anything on an image.

    What a model proposes is nothing yet, nor what it accepted by itself and nobody described.
    """
    drawn = image.masks.filter(head__rle__isnull=False)
    of_people = ~Q(origin__is_auto_accepted=True) | Q(captions__isnull=False)
    opened = Assignment.objects.filter(image=image, state=Assignment.State.LEASED)
    return (
        image.status != Image.Status.TODO
        or drawn.filter(of_people).exists()
        or opened.filter(lease_until__gt=Now()).exists()
        or image.stints.filter(ended_as__in=JUDGED).exists()
        or Operation.objects.filter(image=image, author__isnull=False).exists()
        or Caption.objects.filter(image=image, withdrawn_at=None).exists()
        or Recording.objects.filter(image=image, is_undone=False).exists()
        or Comment.objects.filter(image=image, withdrawn_at=None).exists()
    )


def _drop_labels(dataset_import: DatasetImport) -> int:
    """Put labels that it made or brought back in the trash, unless something that is there has one.

    Those that another import brings as well become its own.
    """
    row = DatasetImport.objects.filter(pk=dataset_import.pk)
    own = set(row.values_list("labels", flat=True).get())  # another's undo may have left it some
    if not own:
        return 0
    masks = Revision.objects.filter(label=OuterRef("pk"), rle__isnull=False, mask__head=F("pk"))
    boxes = ObjectBox.objects.filter(label=OuterRef("pk"))
    waiting = Proposal.objects.filter(label=OuterRef("pk"), state__in=OPEN, image__deleted_at=None)
    unused = Label.objects.filter(
        ~Exists(masks),
        ~Exists(boxes),
        ~Exists(waiting),
        pk__in=own - _leave_labels(dataset_import, own),
        deleted_at=None,
    )
    for label in unused:
        delete_label(label=label)
    return len(unused)


def _leave_labels(dataset_import: DatasetImport, own: set[int]) -> set[int]:
    """Leave labels to the other imports that name them, and return those.

    One that is being undone as well takes them out at its end. One that looks for its labels just
    now waits, and finds the one that goes gone.
    """
    has_labels = Q(state__in=[State.IMPORTED, State.UNDOING]) & ~Q(label_ids={})
    others = DatasetImport.objects.filter(
        Q(state=State.IMPORTING) | has_labels, project=dataset_import.project_id
    )
    left: set[int] = set()
    for other in others.exclude(pk=dataset_import.pk).order_by("pk").select_for_update():
        if shared := own.intersection(other.label_ids.values()):
            left |= shared
            other.labels += sorted(shared.difference(other.labels))
            other.save(update_fields=["labels"])
    return left
