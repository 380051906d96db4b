"""What samples of a dataset tell of their images, as a look counts it and an import writes it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from django.contrib.auth.models import User

from annotation.models import Image, Label
from annotation.services.import_batches import Brought, label_name, plain
from annotation.services.imported_captions import Described
from annotation.services.imported_people import Remarks, count_origin, origin_of
from annotation.services.imported_takes import REFUSED, BroughtTakes, Saying
from annotation.services.imported_values import fitting_values
from annotation.services.object_boxes import Boxed
from annotation.services.outside_proposals import Predicted
from annotation.services.seeds import Seed, Seeded
from engine.datasets.errors import DatasetError
from engine.datasets.sample import NO_SIZE, Annotation, Sample

MAX_Z: Final = 2**15 - 1
_HELD_OUT: Final = ("val", "test", "dev", "hold")  # how such splits begin
Fitting: TypeAlias = tuple[Image, Sample, Brought]  # of an image of the size that the sample tells


class Meanings(Protocol):
    """What the names in files mean here."""

    @property
    def labels(self) -> Mapping[str, Label]: ...
    @property
    def members(self) -> Mapping[str, User]: ...


@dataclass(frozen=True, slots=True)
class Contents:
    """What several images are told to have, each kind in the order of the images."""

    seeds: list[tuple[Image, list[Seed]]]
    captions: list[Described]
    remarks: list[Remarks]
    boxes: list[tuple[Image, list[Boxed]]]


@dataclass(frozen=True, slots=True)
class Given:
    """What became of it, in the same order."""

    seeded: Sequence[Seeded]
    described: Sequence[Seeded]
    discussed: Sequence[Seeded]
    boxed: Sequence[Seeded]
    takes: Sequence[BroughtTakes]


def fitting_samples(
    samples: Sequence[Sample], found: Sequence[Brought], images: Mapping[int, Image]
) -> list[Fitting]:
    """Return those whose images have the size for which all was made; refuse what others tell."""
    fitting: list[Fitting] = []
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
            each.counts["captions refused"] += len(_texts(sample))
            each.counts["comments refused"] += len(sample.remarks)
            each.counts[REFUSED] += len(sample.voices)
    return fitting


def contents_of(fitting: Sequence[Fitting], meanings: Meanings) -> Contents:
    """Return what images are told to have; what cannot be used is a problem of its image."""
    return Contents(
        [(image, list(_seeds(meanings, sample, each))) for image, sample, each in fitting],
        [(image, _texts(sample)) for image, sample, _ in fitting],
        [(image, sample.remarks) for image, sample, _ in fitting],
        [(image, list(_boxes(meanings, sample))) for image, sample, _ in fitting],
    )


def sayings(fitting: Sequence[Fitting], seeded: Sequence[Seeded]) -> list[Saying]:
    """Return what is told to have been said of images, once their masks have ids."""
    return [
        Saying(image, sample.voices, own.keys)
        for (image, sample, _), own in zip(fitting, seeded, strict=True)
    ]


def count_contents(fitting: Sequence[Fitting], given: Given, meanings: Meanings) -> None:
    """Keep with each image what it was given, and count that in people's words."""
    parts = zip(
        given.seeded, given.described, given.discussed, given.boxed, given.takes, strict=True
    )
    for (image, sample, each), own in zip(fitting, parts, strict=True):
        each.seeded, each.described, each.discussed, each.boxed, each.takes = own
        each.counts.update(_left_out(sample, image))
        each.counts.update(_counted(each, meanings))
        each.counts["comments left out"] += len(sample.remarks) - len(
            {*each.discussed.brought, *each.discussed.met}
        )


def predictions_of(meanings: Meanings, sample: Sample, brought: Brought) -> list[Predicted]:
    """Return the masks that models found, without those that have not the image's size."""
    found = []
    for prediction in sample.predictions:
        for each in prediction.annotations:
            if each.rle is None:
                continue
            if tuple(each.rle["size"]) != sample.size_hw:
                brought.counts["proposals refused"] += 1
                continue
            label = meanings.labels.get(label_name(each.label)) if each.label else None
            model = plain(prediction.model)
            found.append(Predicted(model, each.rle, label, each.predicted_iou))
    return found


def predicted_in(sample: Sample) -> Iterator[Annotation]:
    """Yield what models found."""
    return (one for each in sample.predictions for one in each.annotations)


def _left_out(sample: Sample, image: Image) -> dict[str, int]:
    """Count what has no place here: crowds, which are no object, and boxes that a model found.

    A project draws its own holdout, blind and by hash: where the files hold an image out and it
    does not, that is told, as somebody may have meant to measure on it.
    """
    is_held = (sample.split or "").lower().startswith(_HELD_OUT)
    return {
        **sample.left_out,
        "splits left out": int(is_held and not image.is_holdout),
        "crowds left out": sum(each.is_crowd for each in sample.annotations),
        "proposed boxes left out": sum(each.rle is None for each in predicted_in(sample)),
    }


def _counted(brought: Brought, meanings: Meanings) -> Counter[str]:
    counts = Counter(
        {
            "masks": len(brought.seeded.brought),
            "captions": len(brought.described.brought),
            "captions left out": brought.described.left,
            "captions of masks left out": brought.seeded.left,
            "comments": len(brought.discussed.brought),
            "boxes": len(brought.boxed.brought),
            "takes": len(brought.takes.brought),
        }
    )
    counts.update(brought.takes.left)
    for seed in brought.seeded.seeds:
        counts.update(count_origin(seed.origin, meanings.members))
        counts["attributes"] += len(seed.attributes)
    return counts


def _texts(sample: Sample) -> list[str]:
    return [text for text in map(plain, sample.captions) if text]


def _boxes(meanings: Meanings, sample: Sample) -> Iterator[Boxed]:
    """Yield the objects of which a box alone is known."""
    for each in sample.annotations:
        if each.rle is None and each.box_xywh is not None and not each.is_crowd:
            label = meanings.labels.get(label_name(each.label)) if each.label else None
            yield Boxed(each.box_xywh, label)


def _seeds(meanings: Meanings, sample: Sample, brought: Brought) -> Iterator[Seed]:
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
        label = meanings.labels.get(name)
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
            meanings.members.get(origin.get("author", "")),
        )
