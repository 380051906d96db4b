"""A dataset comes in image by image, and goes out again the same way.

What an image brought is written down beside it in the same transaction: whoever goes on after a
kill goes on with the next, and an undo knows what was there before.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final

import structlog
from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Now

from annotation.errors import DomainError
from annotation.models import (
    Caption,
    Comment,
    DatasetImport,
    Image,
    ImportedSample,
    ImportProblem,
    Label,
    Operation,
    Recording,
    Revision,
)
from annotation.services.dataset_imports import (
    Importing,
    begin_import,
    count_sample,
    import_sample,
)
from annotation.services.images import delete_image
from annotation.services.imported_work import finish_imported, open_imported
from annotation.services.labels import delete_label
from annotation.services.seeds import unseed_masks
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats import READERS
from engine.datasets.sample import Sample
from engine.media.errors import MediaError

MAX_PROBLEMS: Final = 10_000  # that are kept; all are counted
State = DatasetImport.State
Fence = Callable[[], AbstractContextManager[None]]  # a transaction, for whoever holds the job alone
Progress = Callable[[int, int], None]  # images done, and of how many, or 0; may raise to stop
log = structlog.get_logger(__name__)


class ImportStoppedError(DomainError):
    """The import is being undone, or was discarded, while it ran."""

    code = "import_stopped"


@dataclass(slots=True)
class Problems:
    """What was refused since it was last written down."""

    dataset_import: DatasetImport
    total: int = 0
    kept: int = 0
    found: list[DatasetError] = field(default_factory=list)

    def add(self, problem: DatasetError) -> None:
        self.total += 1
        if self.kept + len(self.found) < MAX_PROBLEMS:
            self.found.append(problem)

    def forget(self) -> None:
        """Leave out what was written down when its image came in."""
        self.found.clear()
        self.total = 0

    def write(self) -> None:
        """Keep them, within the caller's transaction."""
        ImportProblem.objects.bulk_create(
            ImportProblem(
                dataset_import=self.dataset_import,
                file=each.file[-500:],
                field=each.field[:200],
                row=each.index,
                fault=each.fault,
            )
            for each in self.found
        )
        if self.total:
            more = F("problems_count") + self.total
            DatasetImport.objects.filter(pk=self.dataset_import.pk).update(problems_count=more)
        self.kept += len(self.found)
        self.forget()


def look_at_dataset(
    dataset_import: DatasetImport, source: Source, *, fence: Fence, progress: Progress
) -> None:
    """Count what would come in, and list what cannot; nothing else is changed."""
    problems = Problems(dataset_import)
    found: Counter[str] = Counter()
    state, message = State.READY, ""
    try:
        dataset = READERS[dataset_import.format].read(source, problems.add)
        for done, sample in enumerate(dataset.samples(), start=1):
            found += count_sample(dataset_import.project, sample)
            progress(done, 0)
        found["labels"] = len(dataset.labels)
    except (DatasetError, MediaError) as error:  # of the files as a whole
        state, message = State.UNREADABLE, str(error)
    if state == State.READY and not found["images"] + found["images not there"]:
        state, message = State.UNREADABLE, "There is no image in it."
    with fence():
        _forget_problems(dataset_import)
        looked_at = DatasetImport.objects.filter(pk=dataset_import.pk, state=State.CHECKING)
        looked_at.update(state=state, message=message, found=found)
        problems.write()


def run_import(
    dataset_import: DatasetImport, source: Source, *, fence: Fence, progress: Progress
) -> Counter[str]:
    """Bring in what has not come in yet, and return what all of it brought, in people's words."""
    problems = Problems(dataset_import, kept=dataset_import.problems.count())
    dataset = READERS[dataset_import.format].read(source, problems.add)
    with fence():
        _hold(dataset_import, State.IMPORTING)
        known = set(dataset_import.project.labels.values_list("pk", flat=True))
        importing = begin_import(
            project=dataset_import.project, dataset=dataset, author=dataset_import.created_by
        )
        made = [label.pk for label in importing.labels.values() if label.pk not in known]
        labels = [*dataset_import.labels, *made]
        DatasetImport.objects.filter(pk=dataset_import.pk).update(labels=labels)
        came_in = dataset_import.samples.count()
        if not came_in:
            _forget_problems(dataset_import)  # those of the look at it
            problems.kept = 0
    brought = _brought(dataset_import)
    total = int(dataset_import.found.get("images", 0))
    for number, sample in enumerate(dataset.samples(), start=1):
        if number > came_in:
            with fence():
                _hold(dataset_import, State.IMPORTING)
                brought += _bring(dataset_import, importing, number, sample, problems)
                problems.write()
        else:
            problems.forget()
        progress(number, max(total, number))
    with fence():
        _hold(dataset_import, State.IMPORTING)
        problems.write()
        DatasetImport.objects.filter(pk=dataset_import.pk).update(
            state=State.IMPORTED, brought=brought, message=""
        )
    log.info("dataset_imported", dataset_import_id=str(dataset_import.pk), **brought)
    return brought


def undo_import(
    dataset_import: DatasetImport, *, by: User, fence: Fence, progress: Progress
) -> Counter[str]:
    """Take out what an import brought, but for what people have worked on since."""
    rows = dataset_import.samples.filter(is_undone=False)
    total, gone = rows.count(), Counter[str]()
    for done, row in enumerate(_last_first(rows), start=1):
        with fence():
            _hold(dataset_import, State.UNDOING)
            gone += _take_out(row, by)
            ImportedSample.objects.filter(pk=row.pk).update(is_undone=True)
        progress(done, total)
    with fence():
        _hold(dataset_import, State.UNDOING)
        gone["labels removed"] = _drop_labels(dataset_import)
        DatasetImport.objects.filter(pk=dataset_import.pk).update(state=State.UNDONE, brought=+gone)
    log.info("import_undone", dataset_import_id=str(dataset_import.pk), **gone)
    return +gone


def _bring(
    dataset_import: DatasetImport,
    importing: Importing,
    number: int,
    sample: Sample,
    problems: Problems,
) -> Counter[str]:
    brought = import_sample(importing, sample, problems.add)
    counts = Counter(brought.counts)
    has_masks = bool(brought.seeded.brought or brought.seeded.met)
    is_finished = (
        dataset_import.is_finished
        and brought.image is not None
        and has_masks
        and finish_imported(image=brought.image, author=dataset_import.created_by)
    )
    if is_finished:
        counts["images finished"] += 1
    ImportedSample.objects.create(
        dataset_import=dataset_import,
        number=number,
        file_name=sample.file_name[-500:].replace("\0", ""),
        image=brought.image,
        is_new=brought.is_new,
        masks=[str(mask) for mask in brought.seeded.brought],
        met=[str(mask) for mask in brought.seeded.met],
        captions=[str(caption) for caption in brought.captions],
        is_finished=is_finished,
        counts=counts,
    )
    return counts


def _take_out(row: ImportedSample, by: User) -> Counter[str]:
    if row.image is None:
        return Counter()
    kept = _leave_to_others(row)
    is_met = _elsewhere(row).exists()
    if row.is_finished and not is_met:
        open_imported(image=row.image, author=row.dataset_import.created_by)
        row.image.refresh_from_db()
    is_judged = row.image.status != Image.Status.TODO  # people stand for its masks by now
    masks = set() if is_judged else set(row.masks) - kept
    gone = unseed_masks(image=row.image, mask_ids=masks, author=by)
    counts = Counter({"masks removed": len(gone), "masks kept": len(row.masks) - len(gone)})
    captions = Caption.objects.filter(pk__in=row.captions, withdrawn_at=None)
    counts["captions removed"] = 0 if is_judged else captions.update(withdrawn_at=Now())
    if row.is_new and not is_met:
        is_gone = not _is_worked_on(row.image)
        if is_gone:
            delete_image(image=row.image, by=by)
        counts["images removed" if is_gone else "images kept"] += 1
    return counts


def _leave_to_others(row: ImportedSample) -> set[str]:
    """Leave what another import has met to that one: it goes when that is undone.

    Return the masks that stay.
    """
    kept: set[str] = set()
    for other in _elsewhere(row).select_for_update():
        shared = set(row.masks) & set(other.met) - kept
        kept |= shared
        other.masks = [*other.masks, *sorted(shared)]
        other.met = [each for each in other.met if each not in shared]
        other.is_new = other.is_new or row.is_new
        other.is_finished = other.is_finished or row.is_finished
        other.save(update_fields=["masks", "met", "is_new", "is_finished"])
    return kept


def _elsewhere(row: ImportedSample) -> QuerySet[ImportedSample]:
    others = ImportedSample.objects.filter(image=row.image, is_undone=False).order_by("pk")
    return others.exclude(dataset_import=row.dataset_import)


def _is_worked_on(image: Image) -> bool:
    """Tell whether people did anything on an image; what a model proposes is nothing yet."""
    return (
        image.status != Image.Status.TODO
        or image.masks.filter(head__rle__isnull=False).exists()
        or Operation.objects.filter(image=image).exists()
        or Caption.objects.filter(image=image, withdrawn_at=None).exists()
        or Recording.objects.filter(image=image).exists()
        or Comment.objects.filter(image=image).exists()
    )


def _drop_labels(dataset_import: DatasetImport) -> int:
    """Put labels that it made in the trash, unless a mask that is there has one."""
    used = Revision.objects.filter(label=OuterRef("pk"), rle__isnull=False, mask__head=F("pk"))
    unused = Label.objects.filter(~Exists(used), pk__in=dataset_import.labels, deleted_at=None)
    for label in unused:
        delete_label(label=label)
    return len(unused)


def _brought(dataset_import: DatasetImport) -> Counter[str]:
    brought: Counter[str] = Counter()
    for counts in dataset_import.samples.values_list("counts", flat=True).iterator():
        brought.update(counts)
    return brought


def _forget_problems(dataset_import: DatasetImport) -> None:
    dataset_import.problems.all().delete()
    DatasetImport.objects.filter(pk=dataset_import.pk).update(problems_count=0)


def _hold(dataset_import: DatasetImport, state: State) -> None:
    """Keep the import in its state until the transaction ends.

    Raises:
        ImportStoppedError: it is in another.

    """
    if not DatasetImport.objects.select_for_update().filter(pk=dataset_import.pk, state=state):
        raise ImportStoppedError("The import was stopped, or is being undone, meanwhile.")


def _last_first(rows: QuerySet[ImportedSample]) -> Iterator[ImportedSample]:
    """Yield rows without holding a cursor open: each is dealt with in a transaction of its own."""
    rows = rows.select_related("image", "dataset_import__created_by").order_by("-number")
    row = rows.first()
    while row is not None:
        yield row
        row = rows.filter(number__lt=row.number).first()
