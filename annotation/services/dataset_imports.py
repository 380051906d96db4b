"""Datasets of other tools: their images, and masks and captions as if drawn and written here.

An image is taken by its bytes where they lie in the files, or else is the one of that name or
digest which the project has. Importing twice adds nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction

from annotation.models import Image, Label, Project
from annotation.services.images import locked_images, restore_image, store_image
from annotation.services.import_batches import (
    MAX_FILE_NAME,
    Brought,
    Coming,
    plain,
    plain_sample,
)
from annotation.services.imported_captions import describe_images
from annotation.services.imported_images import find_images, key_of, known_images
from annotation.services.labels import MAX_NAME, labels_named
from annotation.services.seeds import Seed, seed_images
from engine.datasets.errors import DatasetError
from engine.datasets.sample import Annotation, Dataset, Sample

MAX_Z: Final = 2**15 - 1


@dataclass(frozen=True, slots=True)
class Importing:
    """Where a dataset goes, and as whose work."""

    project: Project
    author: User
    labels: dict[str, Label]


def begin_import(
    *,
    project: Project,
    dataset: Dataset,
    author: User,
    label_ids: Mapping[str, int] = MappingProxyType({}),
) -> Importing:
    """Find or make the labels that a dataset names; `label_ids` are those of an earlier attempt."""
    names = {_label_name(each.name) for each in dataset.labels} - {""}
    found = {label.pk: label for label in project.labels.filter(pk__in=label_ids.values())}
    labels = {name: found[pk] for name, pk in label_ids.items() if pk in found}
    missing = labels_named(project=project, names=sorted(names - labels.keys()))
    return Importing(
        project, author, labels | {name: missing[name] for name in names - labels.keys()}
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
    brought = []
    # One that brings its file may be what a later one means by its name, but no earlier one.
    for _, alike in groupby(coming, key=lambda each: each.sample.load_bytes is None):
        batch = list(alike)
        found = find_images(importing.project, batch, author=importing.author)
        _annotate(importing, [each.sample for each in batch], found)
        brought += found
    for each in brought:
        each.counts = +each.counts
    return brought


def _annotate(importing: Importing, samples: Sequence[Sample], found: Sequence[Brought]) -> None:
    """Lay masks and captions on the images that have the size for which they were made."""
    images = _held(importing, found)
    fitting: list[tuple[Image, Sample, Brought]] = []
    for sample, each in zip(samples, found, strict=True):
        image = images.get(each.image_id or 0)
        if image is not None and image.size_hw == sample.size_hw:
            fitting.append((image, sample, each))
        elif image is not None:
            height, width = sample.size_hw
            fault = f"its masks are for {height} x {width} pixels, the image has {image.size_hw}"
            each.problems.append(DatasetError(fault, file=sample.file_name))
            each.counts["masks refused"] += len(sample.annotations)
    seeds = [(image, list(_seeds(importing, sample, each))) for image, sample, each in fitting]
    texts = [(image, _texts(sample)) for image, sample, _ in fitting]
    seeded = seed_images(seeds, author=importing.author)
    described = describe_images(texts, author=importing.author)
    for (_, sample, each), masks, captions in zip(fitting, seeded, described, strict=True):
        each.seeded, each.described = masks, captions
        each.counts.update(_left_out(sample.annotations))
        each.counts.update({"masks": len(masks.brought), "captions": len(captions.brought)})


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


def count_samples(project: Project | None, samples: Iterable[Sample]) -> Counter[str]:
    """Tell what an import would do with images, without doing it; None: into a new project."""
    told = [plain_sample(each) for each in samples]
    known = {} if project is None else known_images(project, told)
    counts: Counter[str] = Counter()
    for sample in told:
        has_image = sample.load_bytes is not None or key_of(sample) in known
        counts["images" if has_image else "images not there"] += 1
        counts["masks"] += sum(
            each.rle is not None and not each.is_crowd for each in sample.annotations
        )
        counts["captions"] += len(sample.captions)
        counts.update(_left_out(sample.annotations))
    return +counts


def _left_out(annotations: Iterable[Annotation]) -> dict[str, int]:
    """Count what has no place here: boxes without a mask, and crowds, which are no object."""
    listed = list(annotations)
    return {
        "boxes left out": sum(each.rle is None for each in listed),
        "crowds left out": sum(each.rle is not None and each.is_crowd for each in listed),
        "attributes left out": sum(bool(each.attributes) for each in listed),
    }


def _seeds(importing: Importing, sample: Sample, brought: Brought) -> Iterator[Seed]:
    """Yield the masks of a sample, which its reader has validated."""
    circular = _circular({each.id: each.parent for each in sample.annotations if each.id})
    for each in sample.annotations:
        if each.rle is None or each.is_crowd:
            continue
        if tuple(each.rle["size"]) != sample.size_hw:
            fault = f"mask {each.id} has not the size that is told of its image"
            brought.problems.append(DatasetError(fault, file=sample.file_name))
            brought.counts["masks refused"] += 1
            continue
        parent = each.parent or ""
        if parent and each.id in circular:
            fault = f"mask {each.id} is a part of itself"
            brought.problems.append(DatasetError(fault, file=sample.file_name))
            parent = ""
        label = importing.labels.get(_label_name(each.label)) if each.label else None
        z = max(-MAX_Z, min(MAX_Z, each.z))
        yield Seed(each.rle, label, each.id, parent, z, plain(each.caption) if each.caption else "")


def _circular(parents: Mapping[str, str | None]) -> set[str]:
    """Find those who are, over their parents and theirs, a part of themselves."""
    circular: set[str] = set()
    done: set[str] = set()
    for start in parents:
        way: list[str] = []
        places: dict[str, int] = {}
        at: str | None = start
        while at is not None and at not in done and at not in places:
            places[at] = len(way)
            way.append(at)
            at = parents.get(at)
        if at is not None and at in places:
            circular.update(way[places[at] :])
        done.update(way)
    return circular


@lru_cache(maxsize=1000)
def _label_name(name: str) -> str:
    return " ".join(plain(name).split())[:MAX_NAME]
