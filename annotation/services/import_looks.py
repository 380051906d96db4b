"""What a dataset would bring, counted in people's words before anything comes in.

It goes the way of an import and writes nothing. What it cannot know: whether pixels break behind a
header that is whole, what comes twice in the files themselves, and where proposals may come. Images
in a bucket are not fetched for it: there one of a name that is there counts as the one there.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Self, TypeAlias

from django.conf import settings
from django.contrib.auth.models import User

from annotation.buckets import BucketSource
from annotation.models import Image, Label, Project
from annotation.services.declared_attributes import attributes_by_label
from annotation.services.image_groups import GROUPED, group_told
from annotation.services.import_batches import Brought, plain_sample, refused
from annotation.services.import_contents import (
    Fitting,
    Given,
    contents_of,
    count_contents,
    fitting_samples,
    predictions_of,
    sayings,
)
from annotation.services.imported_captions import look_at_captions
from annotation.services.imported_images import are_our_ids, linked_images
from annotation.services.imported_people import look_at_comments, members_by_name
from annotation.services.imported_takes import look_at_takes
from annotation.services.labels import fill_attributes, labels_meant
from annotation.services.object_boxes import look_at_boxes
from annotation.services.seeds import look_at_seeds
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.sample import Dataset, Sample
from engine.media.errors import MediaError
from engine.media.images import read_size

IMAGES: Final = ("", " duplicate", " that were there", " not there", " refused")
Refuse = Callable[[DatasetError], None]
Images: TypeAlias = dict[int, Image]  # by their ids
Numbered: TypeAlias = tuple[int, Sample]  # from 1


@dataclass(frozen=True, slots=True)
class Looking:
    """Where a dataset would go. Labels that are not there yet have numbers below zero."""

    project: Project | None = None  # None: into a new project
    labels: Mapping[str, Label] = field(default_factory=dict)
    members: Mapping[str, User] = field(default_factory=dict)
    has_our_ids: bool = False  # of images
    reads_files: bool = True  # of images, which lie nearby
    group_by: str = ""  # by what images belong together that the files tell no group of

    @classmethod
    def at(
        cls,
        project: Project | None,
        dataset: Dataset,
        *,
        source: Source | None = None,
        group_by: str = "",
    ) -> Self:
        """Find what the project has already."""
        attributes = attributes_by_label(dataset)
        names = attributes.keys() - {""}
        meant = {} if project is None else labels_meant(project=project, names=names)
        for name in names & meant.keys():
            fill_attributes(meant[name], attributes[name])
        missing = enumerate(sorted(names - meant.keys()), start=1)
        labels = meant | {
            name: Label(pk=-number, name=name, attributes=attributes[name])
            for number, name in missing
        }
        reads_files = not isinstance(source, BucketSource)
        if project is None:
            return cls(labels=labels, reads_files=reads_files, group_by=group_by)
        our_ids = are_our_ids(project, dataset.numbers)
        return cls(project, labels, members_by_name(project), our_ids, reads_files, group_by)


@dataclass(frozen=True, slots=True)
class _Head:
    """What of an image's file is known without its pixels."""

    sha256: str = ""
    size_hw: tuple[int, int] = (0, 0)
    problem: DatasetError | None = None


def count_samples(looking: Looking, samples: Iterable[Sample], refuse: Refuse) -> Counter[str]:
    """Tell what an import would do with some images, without doing it.

    Memory holds one file at a time, and the number of queries does not grow with that of images.
    """
    told = [plain_sample(each) for each in samples]
    found, images = _found(looking, told)
    fitting = fitting_samples(told, found, images)
    contents = contents_of(fitting, looking)
    seeded = look_at_seeds(contents.seeds)
    given = Given(
        seeded,
        look_at_captions(contents.captions),
        look_at_comments(contents.remarks),
        look_at_boxes(contents.boxes),
        look_at_takes(looking.project, sayings(fitting, seeded), looking.members),
    )
    count_contents(fitting, given, looking)
    counts: Counter[str] = Counter()
    for sample, brought in zip(told, found, strict=True):
        counts[GROUPED] += brought.is_new and group_told(sample, looking.group_by) != ""
    for each in fitting:
        counts.update(_counted(looking, each))
    for brought in found:
        counts.update(brought.counts)
        for problem in brought.problems:
            refuse(problem)
    return +counts


def count_images(counts: Mapping[str, int]) -> int:
    """Return how many images a look has met, whether they would come in or not."""
    return sum(counts.get(f"images{each}", 0) for each in IMAGES)


def _counted(looking: Looking, fitting: Fitting) -> Counter[str]:
    """Count what an import does not: what is there already, and what models made."""
    _, sample, brought = fitting
    new = {id(seed.rle) for seed in brought.seeded.seeds}
    scored = (each for each in sample.annotations if each.predicted_iou is not None)
    return Counter(
        {
            "masks there already": len(brought.seeded.met),
            "captions there already": len(brought.described.met),
            "comments there already": len(brought.discussed.met),
            "boxes there already": len(brought.boxed.met),
            "takes there already": len(brought.takes.met),
            "masks with a score": sum(id(each.rle) in new for each in scored),
            "proposals": len(predictions_of(looking, sample, brought)),
        }
    )


def _found(looking: Looking, samples: Sequence[Sample]) -> tuple[list[Brought], Images]:
    """Find the images that are meant; those that would come in have numbers below zero."""
    images: Images = {}
    alone = [each for each in enumerate(samples, start=1) if each[1].load_bytes is None]
    filed = [each for each in enumerate(samples, start=1) if each[1].load_bytes is not None]
    find_files = _read if looking.reads_files else _unread
    found = _linked(looking, alone, images) | find_files(looking, filed, images)
    return [found[number] for number, _ in enumerate(samples, start=1)], images


def _linked(looking: Looking, samples: Sequence[Numbered], images: Images) -> dict[int, Brought]:
    """Find what is there by names and digests; the import tells of each that is not."""
    linked = linked_images(
        looking.project, [each for _, each in samples], has_our_ids=looking.has_our_ids
    )
    ids = [each.image_id for each in linked if each.image_id is not None]
    images.update(Image.objects.in_bulk(ids))
    return {
        number: Brought(each.image_id, counts=each.counts)
        for (number, _), each in zip(samples, linked, strict=True)
    }


def _unread(looking: Looking, samples: Sequence[Numbered], images: Images) -> dict[int, Brought]:
    """Find what is there of files that are far away."""
    named = [(number, replace(each, load_bytes=None)) for number, each in samples]
    linked = _linked(looking, named, images)
    return {
        number: _of_file(number, linked[number].image_id, each.size_hw, images)
        for number, each in samples
    }


def _read(looking: Looking, samples: Sequence[Numbered], images: Images) -> dict[int, Brought]:
    """Find what is there of files by their bytes; of what is new the header alone is decoded."""
    heads = {number: _head_of(each) for number, each in samples}
    digests = {head.sha256 for head in heads.values()}
    there = Image.objects.filter(project=looking.project, sha256__in=digests)
    known = {image.sha256: image.pk for image in there}
    images.update({image.pk: image for image in there})
    return {
        number: refused(head.problem)
        if head.problem is not None and head.sha256 not in known
        else _of_file(number, known.get(head.sha256), head.size_hw, images)
        for number, head in heads.items()
    }


def _of_file(number: int, known: int | None, size_hw: tuple[int, int], images: Images) -> Brought:
    if known is not None:
        return Brought(known, counts=Counter({"images duplicate": 1}))
    height, width = size_hw
    images[-number] = Image(pk=-number, height=height, width=width)
    return Brought(-number, is_new=True, counts=Counter({"images": 1}))


def _head_of(sample: Sample) -> _Head:
    assert sample.load_bytes is not None  # noqa: S101  # the caller has asked
    try:
        data = sample.load_bytes()
    except DatasetError as error:
        return _Head(problem=error)
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        return _Head(sha256, read_size(data, max_pixels=settings.MAX_IMAGE_PIXELS))
    except MediaError as error:
        return _Head(sha256, problem=DatasetError(str(error), file=sample.file_name))
