"""What a dataset would bring, counted in people's words before anything comes in."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

from django.contrib.auth.models import User

from annotation.models import Label, Project
from annotation.services.import_batches import label_name, plain_sample
from annotation.services.imported_images import are_our_ids, key_of, known_images
from annotation.services.imported_people import count_origin, members_by_name, origin_of
from annotation.services.imported_values import fitting_values
from annotation.services.labels import labels_meant
from engine.datasets.sample import Annotation, Box, Dataset, Sample


@dataclass(frozen=True, slots=True)
class Looking:
    """Where a dataset would go."""

    project: Project | None = None  # None: into a new project
    labels: Mapping[str, Label] = field(default_factory=dict)
    members: Mapping[str, User] = field(default_factory=dict)
    has_our_ids: bool = False  # of images

    @classmethod
    def at(cls, project: Project | None, dataset: Dataset) -> Self:
        """Find what the project has already."""
        if project is None:
            return cls()
        names = {label_name(each.name) for each in dataset.labels} - {""}
        return cls(
            project,
            labels_meant(project=project, names=names),
            members_by_name(project),
            are_our_ids(project, dataset.numbers),
        )


def count_samples(looking: Looking, samples: Iterable[Sample]) -> Counter[str]:
    """Tell what an import would do with images, without doing it."""
    told = [plain_sample(each) for each in samples]
    known = (
        {}
        if looking.project is None
        else known_images(looking.project, told, has_our_ids=looking.has_our_ids)
    )
    counts: Counter[str] = Counter()
    for sample in told:
        has_image = sample.load_bytes is not None or key_of(sample) in known
        counts["images" if has_image else "images not there"] += 1
        counts["captions"] += len(sample.captions)
        counts["comments"] += len(sample.remarks)
        counts["proposals"] += sum(each.rle is not None for each in predicted_in(sample))
        counts["boxes"] += len(list(boxes_in(sample)))
        counts.update(left_out(sample))
        for each in masks_in(sample):
            counts["masks"] += 1
            counts["masks with a score"] += each.predicted_iou is not None
            if each.attributes or each.extra:
                counts.update(_told_of(looking, each))
    return +counts


def masks_in(sample: Sample) -> Iterator[Annotation]:
    """Yield the objects that have a place here."""
    return (each for each in sample.annotations if each.rle is not None and not each.is_crowd)


def boxes_in(sample: Sample) -> Iterator[tuple[Box, str | None]]:
    """Yield the boxes of objects of which no mask is known, with their labels."""
    for each in sample.annotations:
        if each.rle is None and each.box_xywh is not None and not each.is_crowd:
            yield each.box_xywh, each.label


def predicted_in(sample: Sample) -> Iterator[Annotation]:
    """Yield what models found."""
    return (one for each in sample.predictions for one in each.annotations)


def left_out(sample: Sample) -> dict[str, int]:
    """Count what has no place here: crowds, which are no object, and boxes that a model found."""
    return {
        **sample.left_out,
        "crowds left out": sum(each.is_crowd for each in sample.annotations),
        "proposed boxes left out": sum(each.rle is None for each in predicted_in(sample)),
    }


def _told_of(looking: Looking, mask: Annotation) -> Counter[str]:
    label = looking.labels.get(label_name(mask.label)) if mask.label else None
    values, left = fitting_values(label, label_name(mask.label or ""), mask.attributes)
    counts = count_origin(origin_of(mask), looking.members)
    counts["attributes"] = len(values)
    return counts + left
