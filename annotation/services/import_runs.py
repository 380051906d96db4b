"""A dataset comes in by batches of images, each in a transaction of less than a second.

What an image brought is written down beside it in the same transaction: whoever goes on after a
kill goes on with the next, and an undo (services/import_undo.py) knows what was there before.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import structlog
from django.db import DataError, IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from annotation.errors import DomainError
from annotation.models import (
    DatasetImport,
    ImportedSample,
    ImportProblem,
)
from annotation.services.copying import copy_rows
from annotation.services.dataset_imports import (
    Importing,
    begin_import,
    fetch_sample,
    import_samples,
)
from annotation.services.import_batches import (
    BATCH,
    MAX_FILE_NAME,
    Brought,
    Coming,
    batches,
    plain,
    refused,
)
from annotation.services.import_looks import Looking, count_images, count_samples
from annotation.services.imported_values import named_apart
from annotation.services.imported_work import finish_imported
from annotation.services.refused_rows import keep_refused_rows, told_problems
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats import READERS
from engine.datasets.formats.images_alone import IMAGES_ALONE
from engine.datasets.formats.unknown import words_of_unknown
from engine.datasets.sample import Dataset, Sample, as_predictions

MAX_PROBLEMS: Final = 10_000  # that are kept; all are counted
_ROW: Final = (
    *("dataset_import_id", "number", "file_name"),
    *("image_id", "is_new", "is_finished", "is_undone", "created_at"),
    *("masks", "met", "captions", "met_captions"),
    *("proposals", "met_proposals", "comments", "met_comments", "boxes", "met_boxes"),
    *("takes", "met_takes", "counts"),
)
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

    def extend(self, problems: Iterable[DatasetError]) -> None:
        for problem in problems:
            self.add(problem)

    def forget(self) -> None:
        """Leave out what was written down when its image came in."""
        self.found.clear()
        self.total = 0

    def write(self) -> None:
        """Keep them, within the caller's transaction."""
        ImportProblem.objects.bulk_create(
            ImportProblem(
                dataset_import=self.dataset_import,
                file=plain(each.file)[-MAX_FILE_NAME:],
                field=plain(each.field)[:200],
                row=each.index,
                fault=plain(each.fault),
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
        message = _left_out(dataset_import, source, problems)
        looking = Looking.at(
            dataset_import.project, dataset, source=source, group_by=dataset_import.group_by
        )
        done = 0
        for batch in batches(dataset.samples()):
            found += count_samples(looking, batch, problems.add)
            done += len(batch)
            progress(done, 0)
        found["labels"] = len(dataset.labels)
    except DatasetError as error:  # of the files as a whole
        state, message = State.UNREADABLE, str(error)
    if state == State.READY and not count_images(found):
        state, message = State.UNREADABLE, "There is no image in it."
    keep_refused_rows(
        dataset_import=dataset_import,
        source=source,
        problems=problems.found,
        total=problems.total,
    )
    with fence():
        _forget_problems(dataset_import)
        looked_at = DatasetImport.objects.filter(pk=dataset_import.pk, state=State.CHECKING)
        looked_at.update(state=state, message=message, found=named_apart(found))
        problems.write()


def run_import(
    dataset_import: DatasetImport,
    source: Source,
    *,
    fence: Fence,
    progress: Progress,
    on_kept: Callable[[], None] = lambda: None,
    most: int = BATCH,
) -> Counter[str]:
    """Bring in what has not come in yet, and return what all of it brought, in people's words.

    `on_kept` is called in the transaction of each batch; what it raises rolls that back.
    """
    # Those of the look at it are replaced, and take no room from these.
    has_begun = dataset_import.samples.exists()
    problems = Problems(dataset_import, kept=dataset_import.problems.count() if has_begun else 0)
    dataset = READERS[dataset_import.format].read(source, problems.add)
    message = _left_out(dataset_import, source, problems)
    with fence():
        hold(dataset_import, State.IMPORTING)
        importing = _begun(dataset_import, dataset)
        done = dataset_import.samples.count()
        if not done:
            _forget_problems(dataset_import)  # those of the look at it
    brought = sum_of_counts(dataset_import)
    total = count_images(dataset_import.found)
    told = {(each.file, each.fault) for each in source.refused}  # as the dataset was read
    samples = _samples(dataset_import, dataset)
    for number, _ in enumerate(islice(samples, done), start=1):
        problems.forget()
        progress(number, max(total, number))
    for batch in batches(samples, most):
        coming = [fetch_sample(importing, sample) for sample in batch]
        with fence():
            hold(dataset_import, State.IMPORTING)
            for each in _bring(dataset_import, importing, coming, after=done):
                brought += each.counts
                problems.extend(one for one in each.problems if (one.file, one.fault) not in told)
            problems.write()
            on_kept()
        done += len(batch)
        progress(done, max(total, done))
    brought = named_apart(brought)
    _keep_refused(dataset_import, source, problems)
    with fence():
        hold(dataset_import, State.IMPORTING)
        problems.write()
        DatasetImport.objects.filter(pk=dataset_import.pk).update(
            state=State.IMPORTED, brought=brought, message=message
        )
    log.info("dataset_imported", dataset_import_id=str(dataset_import.pk), **brought)
    return brought


def _left_out(dataset_import: DatasetImport, source: Source, problems: Problems) -> str:
    """Say which annotations beside a bucket's images no reader knows, as imports of archives do.

    Of broken ones the reader has told by now, among the problems.
    """
    is_unknown = dataset_import.candidates == [IMAGES_ALONE.name]
    return plain(words_of_unknown(source)) if is_unknown and not problems.total else ""


def _keep_refused(dataset_import: DatasetImport, source: Source, problems: Problems) -> None:
    """Keep what was refused while its files are open, and before the import counts as ended."""
    known = DatasetImport.objects.values_list("problems_count", flat=True)
    keep_refused_rows(
        dataset_import=dataset_import,
        source=source,
        problems=[*told_problems(dataset_import), *problems.found],
        total=known.get(pk=dataset_import.pk) + problems.total,
    )


def _begun(dataset_import: DatasetImport, dataset: Dataset) -> Importing:
    """Find or make the labels. One that was renamed since the import began is still the same."""
    in_view = dataset_import.project.labels.filter(deleted_at=None)
    known = set(in_view.values_list("pk", flat=True))
    importing = begin_import(
        project=dataset_import.project,
        dataset=dataset,
        author=dataset_import.created_by,
        label_ids=dataset_import.label_ids,
        is_finished=dataset_import.is_finished,
        group_by=dataset_import.group_by,
    )
    made = {label.pk for label in importing.labels.values() if not label.is_deleted} - known
    row = DatasetImport.objects.filter(pk=dataset_import.pk)
    own = row.values_list("labels", flat=True).get()  # another's undo may have left it some since
    row.update(
        labels=[*own, *sorted(made.difference(own))],
        label_ids={name: label.pk for name, label in importing.labels.items()},
    )
    return importing


def _samples(dataset_import: DatasetImport, dataset: Dataset) -> Iterator[Sample]:
    """Yield the images, masks with a score as proposals if somebody said so."""
    model = dataset_import.proposals_by
    return (as_predictions(each, model) if model else each for each in dataset.samples())


def _bring(
    dataset_import: DatasetImport, importing: Importing, coming: Sequence[Coming], *, after: int
) -> list[Brought]:
    """Bring images in together; if the database refuses that, each alone, so that one harms none.

    `after` is how many came in before.
    """
    try:
        with transaction.atomic():
            brought = import_samples(importing, coming)
            _keep(dataset_import, coming, brought, after=after)
    except (DataError, IntegrityError) as error:
        if len(coming) == 1:
            fault = f"the database refuses it: {error}"
            brought = [refused(DatasetError(fault, file=coming[0].sample.file_name))]
            _keep(dataset_import, coming, brought, after=after)
            return brought
        return [
            brought
            for number, each in enumerate(coming, start=after)
            for brought in _bring(dataset_import, importing, [each], after=number)
        ]
    return brought


def _keep(
    dataset_import: DatasetImport,
    coming: Sequence[Coming],
    brought: Sequence[Brought],
    *,
    after: int,
) -> None:
    """Write down what images brought; if their masks are finished work, they count as done."""
    masked = {each.image_id for each in brought if each.image_id and each.has_masks}
    done: set[int | None] = set()
    if dataset_import.is_finished:
        done |= finish_imported(image_ids=masked, author=dataset_import.created_by)
    rows = []
    now = timezone.now()
    for number, (one, each) in enumerate(zip(coming, brought, strict=True), start=after + 1):
        is_finished = each.has_masks and each.image_id in done
        if is_finished:
            done -= {each.image_id}  # an image that comes twice is finished once
            each.counts["images finished"] += 1
        rows.append(
            (
                *(dataset_import.pk, number, one.sample.file_name[-MAX_FILE_NAME:]),
                *(each.image_id, each.is_new, is_finished, False, now),
                *map(json.dumps, each.ids()),
                json.dumps(each.counts),
            )
        )
    copy_rows(ImportedSample, _ROW, rows)


def sum_of_counts(dataset_import: DatasetImport) -> Counter[str]:
    """Add up what became of each image."""
    brought: Counter[str] = Counter()
    for counts in dataset_import.samples.values_list("counts", flat=True).iterator():
        brought.update(counts)
    return brought


def _forget_problems(dataset_import: DatasetImport) -> None:
    dataset_import.problems.all().delete()
    DatasetImport.objects.filter(pk=dataset_import.pk).update(problems_count=0)


def hold(dataset_import: DatasetImport, state: State) -> None:
    """Keep the import in its state until the transaction ends.

    Raises:
        ImportStoppedError: it is in another.

    """
    if not DatasetImport.objects.select_for_update().filter(pk=dataset_import.pk, state=state):
        raise ImportStoppedError("The import was stopped, or is being undone, meanwhile.")
