"""Datasets of other tools: their images, and masks and captions as if drawn and written here.

An image is taken by its bytes where they lie in the files, or else is the one of that name or
digest which the project has. Importing twice adds nothing.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from annotation.models import Caption, Image, Label, Project
from annotation.selectors.descriptions import captions_of
from annotation.services.captions import save_caption
from annotation.services.images import add_image, restore_image
from annotation.services.labels import MAX_NAME, labels_named
from annotation.services.seeds import NAMESPACE, Seed, Seeded, seed_masks
from engine.datasets.errors import DatasetError
from engine.datasets.naming import safe_name
from engine.datasets.sample import Annotation, Dataset, Sample, unique_ids

MAX_FILE_NAME: Final = 500
MAX_Z: Final = 2**15 - 1
_NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")
Report = Callable[[DatasetError], None]


@dataclass(frozen=True, slots=True)
class Importing:
    """Where a dataset goes, and as whose work."""

    project: Project
    author: User
    labels: dict[str, Label]


@dataclass(frozen=True, slots=True)
class Brought:
    """What one image of a dataset brought."""

    image: Image | None
    is_new: bool = False  # the project had not this image
    seeded: Seeded = field(default_factory=Seeded)
    described: Seeded = field(default_factory=Seeded)  # captions
    counts: Counter[str] = field(default_factory=Counter)  # in people's words


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


def import_sample(importing: Importing, sample: Sample, report: Report) -> Brought:
    """Import one image with all that is known of it, in a transaction; tell what it brought.

    What cannot be used is reported and left out; the rest comes in all the same.
    """
    sample = replace(
        sample,
        file_name=safe_name(sample.file_name),
        group=_plain(sample.group or ""),
        annotations=unique_ids(sample.annotations),
    )
    brought = _image_of(importing, sample, report)
    if brought.image is None:
        return brought
    image = Image.objects.select_for_update().get(pk=brought.image.pk)
    if image.deleted_at is not None:  # while it was looked for, as by an undo
        restore_image(image=image, by=importing.author)
        brought = replace(brought, is_new=True)
    if image.size_hw != sample.size_hw:
        height, width = sample.size_hw
        fault = f"its masks are for {height} x {width} pixels, the image has {image.size_hw}"
        report(DatasetError(fault, file=sample.file_name))
        refused = Counter({"masks refused": len(sample.annotations)})
        return replace(brought, counts=+(brought.counts + refused))
    seeds = list(_seeds(importing, sample, report))  # of valid masks: readers refuse others
    seeded = seed_masks(image=image, seeds=seeds, author=importing.author)
    described = _describe(importing, image, sample.captions)
    more = Counter(_left_out(sample.annotations))
    more.update({"masks": len(seeded.brought), "captions": len(described.brought)})
    return replace(brought, seeded=seeded, described=described, counts=+(brought.counts + more))


def _describe(importing: Importing, image: Image, captions: Iterable[str]) -> Seeded:
    """Write down what is said of an image that nobody has described: the newest would count."""
    texts = [text for text in map(_plain, captions) if text]
    known = {caption.pk for caption in captions_of(image.pk)}
    if known:
        return Seeded(met=tuple(known & {_caption_id(image, text) for text in texts}))
    ids = []
    for text in texts:
        caption_id = _caption_id(image, text)
        save_caption(caption_id=caption_id, image=image, author=importing.author, text=text)
        ids.append(caption_id)
    return Seeded(tuple(ids))


def _caption_id(image: Image, text: str) -> UUID:
    """Name a caption by what it says; one that was taken back stays so, and has another's name."""
    caption_id = uuid5(NAMESPACE, f"{image.pk} caption {text}")
    while Caption.objects.filter(pk=caption_id, withdrawn_at__isnull=False).exists():
        caption_id = uuid5(caption_id, "again")
    return caption_id


def count_sample(project: Project | None, sample: Sample) -> Counter[str]:
    """Tell what an import would do with an image, without doing it; None: into a new project."""
    has_image = sample.load_bytes is not None or (
        project is not None and _known(project, sample).exists()
    )
    plain = [each for each in sample.annotations if each.rle is not None and not each.is_crowd]
    counts = Counter(
        {
            "images" if has_image else "images not there": 1,
            "masks": len(plain),
            **_left_out(sample.annotations),
            "captions": len(sample.captions),
        }
    )
    return +counts


def _image_of(importing: Importing, sample: Sample, report: Report) -> Brought:
    if sample.load_bytes is None:
        found = list(_known(importing.project, sample)[:2])
        if len(found) == 1:
            return Brought(found[0], counts=Counter({"images that were there": 1}))
        fault = "several images have this name" if found else "the image is not there"
        report(DatasetError(f"{fault}: put its file beside the annotations", file=sample.file_name))
        return Brought(None, counts=Counter({"images not there": 1}))
    try:
        data = sample.load_bytes()
    except DatasetError as error:
        report(error)
        return Brought(None, counts=Counter({"images refused": 1}))
    added = add_image(
        project=importing.project,
        data=data,
        file_name=sample.file_name[-MAX_FILE_NAME:],
        group=(sample.group or "")[:MAX_NAME],
        created_by=importing.author,
    )
    if added.image is None:
        report(DatasetError(added.message, file=sample.file_name))
    return Brought(added.image, added.is_new, counts=Counter({f"images {added.outcome}": 1}))


def _known(project: Project, sample: Sample) -> QuerySet[Image]:
    same = Q(sha256=sample.sha256) if sample.sha256 else Q(file_name=sample.file_name)
    return Image.objects.filter(same, project=project, deleted_at=None)


def _left_out(annotations: Iterable[Annotation]) -> dict[str, int]:
    """Count what has no place here: boxes without a mask, and crowds, which are no object."""
    listed = list(annotations)
    return {
        "boxes left out": sum(each.rle is None for each in listed),
        "crowds left out": sum(each.rle is not None and each.is_crowd for each in listed),
        "attributes left out": sum(bool(each.attributes) for each in listed),
    }


def _seeds(importing: Importing, sample: Sample, report: Report) -> Iterable[Seed]:
    circular = _circular({each.id: each.parent for each in sample.annotations if each.id})
    for each in sample.annotations:
        if each.rle is None or each.is_crowd:
            continue
        parent = each.parent or ""
        if parent and each.id in circular:
            report(DatasetError(f"mask {each.id} is a part of itself", file=sample.file_name))
            parent = ""
        label = importing.labels.get(_label_name(each.label)) if each.label else None
        z = max(-MAX_Z, min(MAX_Z, each.z))
        yield Seed(each.rle, label, each.id, parent, z, _plain(each.caption or ""))


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


def _label_name(name: str) -> str:
    return " ".join(_plain(name).split())[:MAX_NAME]


def _plain(text: str) -> str:
    """Leave out what no database holds: NUL, and halves of pairs of UTF-16."""
    return _NO_TEXT.sub("", text)
