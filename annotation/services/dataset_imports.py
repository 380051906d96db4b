"""Datasets of other tools: their images, and masks and captions as if drawn and written here.

An image is taken by its bytes where they lie in the files, or else is the one of that name or
digest which the project has. Importing twice adds nothing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from types import MappingProxyType
from typing import Final

from django.contrib.auth.models import User
from django.db import connection, transaction

from annotation.models import Image, Label, Project
from annotation.services.images import locked_images, restore_image, store_image
from annotation.services.import_batches import (
    MAX_FILE_NAME,
    Brought,
    Coming,
    label_name,
    plain,
    plain_sample,
)
from annotation.services.import_looks import boxes_in, left_out, predicted_in
from annotation.services.imported_captions import describe_images
from annotation.services.imported_images import are_our_ids, find_images
from annotation.services.imported_people import (
    bring_comments,
    count_origin,
    members_by_name,
    origin_of,
)
from annotation.services.imported_values import fitting_values
from annotation.services.labels import MAX_NAME, labels_named
from annotation.services.object_boxes import Boxed, bring_boxes
from annotation.services.outside_proposals import Predicted, propose_from_outside
from annotation.services.seeds import Seed, seed_images
from engine.datasets.errors import DatasetError
from engine.datasets.sample import NO_SIZE, Dataset, Sample

MAX_Z: Final = 2**15 - 1


@dataclass(frozen=True, slots=True)
class Importing:
    """Where a dataset goes, and as whose work."""

    project: Project
    author: User
    labels: dict[str, Label]
    members: Mapping[str, User] = field(default_factory=dict)  # by their names
    has_our_ids: bool = False  # of images
    is_finished: bool = False  # images with masks count as annotated: nothing is proposed there


def begin_import(
    *,
    project: Project,
    dataset: Dataset,
    author: User,
    label_ids: Mapping[str, int] = MappingProxyType({}),
    is_finished: bool = False,
) -> Importing:
    """Find or make the labels that a dataset names; `label_ids` are those of an earlier attempt."""
    names = {label_name(each.name) for each in dataset.labels} - {""}
    found = {label.pk: label for label in project.labels.filter(pk__in=label_ids.values())}
    labels = {name: found[pk] for name, pk in label_ids.items() if pk in found}
    missing = labels_named(project=project, names=sorted(names - labels.keys()))
    return Importing(
        project,
        author,
        labels | {name: missing[name] for name in names - labels.keys()},
        members_by_name(project),
        are_our_ids(project, dataset.numbers),
        is_finished,
    )


def fetch_sample(importing: Importing, sample: Sample) -> Coming:
    """Put an image's file in the store, if the dataset has it; no transaction need wait for that.

    Raises StorageUnavailableError only.
    """
    sample = plain_sample(sample)
    if sample.load_bytes is None:
        return Coming(sample)
    try:
        data = sample.load_bytes()
    except DatasetError as error:
        return Coming(sample, problem=error)
    file = store_image(
        project=importing.project,
        data=data,
        file_name=sample.file_name[-MAX_FILE_NAME:],
        group=(sample.group or "")[:MAX_NAME],
    )
    return Coming(sample, file)


@transaction.atomic
def import_samples(importing: Importing, coming: Sequence[Coming]) -> list[Brought]:
    """Import images with all that is known of them; tell what each brought.

    What cannot be used is a problem of its image and left out; the rest comes in all the same.
    """
    _wait_for_turn(importing.project)
    brought = []
    # One that brings its file may be what a later one means by its name, but no earlier one.
    for _, alike in groupby(coming, key=lambda each: each.sample.load_bytes is None):
        batch = list(alike)
        found = find_images(
            importing.project,
            batch,
            author=importing.author,
            has_our_ids=importing.has_our_ids,
        )
        _annotate(importing, [each.sample for each in batch], found)
        brought += found
    for each in brought:
        each.counts = +each.counts
    return brought


def _wait_for_turn(project: Project) -> None:
    """Wait until no other transaction imports into the project, and keep them out until this ends.

    Images and names come in any order: of two that each have what the other needs next, PostgreSQL
    would end one.
    """
    with connection.cursor() as cursor:
        key = f"import into project {project.pk}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _annotate(importing: Importing, samples: Sequence[Sample], found: Sequence[Brought]) -> None:
    """Lay all that is told on the images that have the size for which it was made."""
    images = _held(importing, found)
    fitting: list[tuple[Image, Sample, Brought]] = []
    for sample, each in zip(samples, found, strict=True):
        image = images.get(each.image_id or 0)
        if image is not None and sample.size_hw in {image.size_hw, NO_SIZE}:
            fitting.append((image, sample, each))
        elif image is not None:
            height, width = sample.size_hw
            fault = f"its masks are for {height} x {width} pixels, the image has {image.size_hw}"
            each.problems.append(DatasetError(fault, file=sample.file_name))
            each.counts["masks refused"] += len(sample.annotations)
            each.counts["proposals refused"] += len(list(predicted_in(sample)))
    seeds = [(image, list(_seeds(importing, sample, each))) for image, sample, each in fitting]
    texts = [(image, _texts(sample)) for image, sample, _ in fitting]
    remarks = [(image, sample.remarks) for image, sample, _ in fitting]
    boxes = [(image, list(_boxes(importing, sample))) for image, sample, _ in fitting]
    seeded = seed_images(seeds, author=importing.author)
    described = describe_images(texts, author=importing.author)
    discussed = bring_comments(remarks=remarks, author=importing.author, members=importing.members)
    boxed = bring_boxes(boxes)
    for (_, sample, each), *given in zip(fitting, seeded, described, discussed, boxed, strict=True):
        each.seeded, each.described, each.discussed, each.boxed = given
        each.counts.update(left_out(sample))
        each.counts.update(_counted(importing, each))
        each.counts["comments left out"] += len(sample.remarks) - len(
            {*each.discussed.brought, *each.discussed.met}
        )
    _propose(importing, fitting)


def _counted(importing: Importing, brought: Brought) -> Counter[str]:
    """Count what an image has by now, in people's words."""
    counts = Counter(
        {
            "masks": len(brought.seeded.brought),
            "captions": len(brought.described.brought),
            "captions left out": brought.described.left,
            "captions of masks left out": brought.seeded.left,
            "comments": len(brought.discussed.brought),
            "boxes": len(brought.boxed.brought),
        }
    )
    for seed in brought.seeded.seeds:
        counts.update(count_origin(seed.origin, importing.members))
        counts["attributes"] += len(seed.attributes)
    return counts


def _propose(importing: Importing, fitting: Sequence[tuple[Image, Sample, Brought]]) -> None:
    """Lay what models found where people have yet to begin, beside the masks that came with it."""
    wanted = [(image, _predicted(importing, sample, each), each) for image, sample, each in fitting]
    told = propose_from_outside(
        project=importing.project,
        predicted=[
            (image, [] if importing.is_finished and each.has_masks else found)
            for image, found, each in wanted
        ],
    )
    for (_, found, each), proposed in zip(wanted, told, strict=True):
        each.proposed = proposed
        known = len(proposed.brought) + len(proposed.met)
        each.counts["proposals"] += len(proposed.brought)
        each.counts["proposals on what is there"] += proposed.there
        each.counts["proposals where none may come"] += len(found) - known - proposed.there


def _predicted(importing: Importing, sample: Sample, brought: Brought) -> list[Predicted]:
    found = []
    for prediction in sample.predictions:
        for each in prediction.annotations:
            if each.rle is None:
                continue
            if tuple(each.rle["size"]) != sample.size_hw:
                brought.counts["proposals refused"] += 1
                continue
            label = importing.labels.get(label_name(each.label)) if each.label else None
            model = plain(prediction.model)
            found.append(Predicted(model, each.rle, label, each.predicted_iou))
    return found


def _held(importing: Importing, found: Sequence[Brought]) -> dict[int, Image]:
    """Lock the images, and bring those back that went to the trash while they were looked for."""
    ids = {each.image_id for each in found if each.image_id is not None}
    images = {image.pk: image for image in locked_images(ids)}
    for each in found:
        image = images.get(each.image_id or 0)
        if image is not None and image.deleted_at is not None:  # as by an undo
            restore_image(image=image, by=importing.author)
            image.deleted_at = None
            each.is_new = True
    return images


def _texts(sample: Sample) -> list[str]:
    return [text for text in map(plain, sample.captions) if text]


def _boxes(importing: Importing, sample: Sample) -> Iterator[Boxed]:
    """Yield the objects of which a box alone is known."""
    for box, label in boxes_in(sample):
        yield Boxed(box, importing.labels.get(label_name(label)) if label else None)


def _seeds(importing: Importing, sample: Sample, brought: Brought) -> Iterator[Seed]:
    """Yield the masks of a sample, which its reader has validated."""
    for each in sample.annotations:
        if each.rle is None or each.is_crowd:
            continue
        if tuple(each.rle["size"]) != sample.size_hw:
            fault = f"mask {each.id} has not the size that is told of its image"
            brought.problems.append(DatasetError(fault, file=sample.file_name))
            brought.counts["masks refused"] += 1
            continue
        name = label_name(each.label or "")
        label = importing.labels.get(name)
        values, left = fitting_values(label, name, each.attributes)
        brought.counts.update(left)
        origin = origin_of(each)
        yield Seed(
            each.rle,
            label,
            each.id,
            each.parent or "",
            max(-MAX_Z, min(MAX_Z, each.z)),
            plain(each.caption) if each.caption else "",
            values,
            origin,
            importing.members.get(origin.get("author", "")),
        )
