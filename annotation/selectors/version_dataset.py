"""A dataset version as the engine's formats take it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from functools import partial
from typing import Any, Final

from annotation import storage
from annotation.models import DatasetVersion
from annotation.selectors.versions import (
    AttributeNames,
    FrozenMask,
    attribute_names,
    frozen_images,
    frozen_rows,
    version_header,
)
from engine.datasets.choosing import Choice
from engine.datasets.header_labels import header_labels
from engine.datasets.manifest import ManifestRow
from engine.datasets.naming import repeated_stems, told_apart
from engine.datasets.sample import ADDRESSED_SINCE, Annotation, Dataset, Sample
from engine.datasets.traits import Trait

Report = Callable[[int, int], None]  # images done, of
UniqueName = Callable[[str, str], str]  # of an image's name and sha256
_ASKED: Final = "point_coords"  # SA-1B's word
_BY_ID: Final = 2  # the last edition whose masks came in the order of their ids, that is by chance


def dataset_of(version: DatasetVersion, report: Report | None = None) -> Dataset:
    """Return a version; memory does not grow with it.

    Images have the names that they came with, whatever these are; two may have the same.
    """
    header = version_header(version)
    labels = header_labels(header)
    names = {label.id: label.name for label in labels}
    attributes = attribute_names(header)

    def samples() -> Iterator[Sample]:
        for number, image in enumerate(frozen_images(version), start=1):
            masks = image.masks if version.edition <= _BY_ID else _stacked(image.masks)
            yield _sample(image.row, masks, names, attributes)
            if report is not None:
                report(number, version.counts["images"])

    day = version.created_at.astimezone(UTC).date().isoformat()
    name = header["project"]["name"]
    return Dataset(tuple(labels), samples, name, version.pk, date=day, edition=version.edition)


def images_of(version: DatasetVersion) -> Dataset:
    """Return a version without what is on its images: of the database nothing is asked for it."""

    def samples() -> Iterator[Sample]:
        for row in frozen_rows(version):
            height, width = row["size_hw"]
            sha256 = row["image_sha256"]
            yield Sample(row["file_name"], (height, width), split=row["split"], sha256=sha256)

    return Dataset((), samples)


def unique_names(version: DatasetVersion) -> UniqueName:
    """Return what gives a version's images names that any system takes, each of them once."""
    return partial(
        told_apart, repeated=repeated_stems(row["file_name"] for row in frozen_rows(version))
    )


def with_unique_names(dataset: Dataset, version: DatasetVersion) -> Dataset:
    """Give images the names that `unique_names` gives them."""
    name_of = unique_names(version)

    def samples() -> Iterator[Sample]:
        for sample in dataset.samples():
            yield replace(sample, file_name=name_of(sample.file_name, sample.sha256 or ""))

    return replace(dataset, samples=samples)


def tells_addresses(version: DatasetVersion, choice: Choice) -> bool:
    """Tell whether files name the addresses of images that are not beside them."""
    is_asked = choice.has_addresses and not choice.has_images
    return is_asked and version.edition >= ADDRESSED_SINCE


def with_addresses(dataset: Dataset) -> Dataset:
    """Say of each image where it lies in the store."""

    def samples() -> Iterator[Sample]:
        for sample in dataset.samples():
            yield replace(sample, address=storage.original_address(sample.sha256 or ""))

    return replace(dataset, samples=samples)


LOST_AS_EVER: Final = frozenset({Trait.ESTIMATES})


def as_ever(dataset: Dataset) -> Dataset:
    """Leave out what the model said of masks: COCO's file of a whole version never told it."""

    def samples() -> Iterator[Sample]:
        for sample in dataset.samples():
            plain = tuple(_without_model(each) for each in sample.annotations)
            yield replace(sample, annotations=plain)

    return replace(dataset, samples=samples)


def _without_model(each: Annotation) -> Annotation:
    extra = {key: value for key, value in each.extra.items() if key != _ASKED}
    return replace(each, predicted_iou=None, stability_score=None, extra=extra)


def label_names(header: Mapping[str, Any]) -> dict[str, str]:
    """Return a version's labels by their ids, as its rows tell them, named as exports name them."""
    return {str(label.id): label.name for label in header_labels(header)}


def _stacked(masks: Sequence[FrozenMask]) -> list[FrozenMask]:
    """Put the newer after the older: of masks of one z formats lay the later on top."""
    return sorted(masks, key=lambda each: (each.revision.mask.created_at, each.mask))


def _sample(
    row: ManifestRow,
    masks: Sequence[FrozenMask],
    names: Mapping[int, str],
    attributes: AttributeNames,
) -> Sample:
    height, width = row["size_hw"]
    return Sample(
        row["file_name"],
        (height, width),
        tuple(_annotation(mask, names, attributes) for mask in masks),
        tuple(str(caption["text"]) for caption in row["captions"]),
        row["split"],
        row["group"],
        row["image_sha256"],
        partial(storage.get_bytes, storage.original_key(row["image_sha256"])),
    )


def _annotation(
    mask: FrozenMask, names: Mapping[int, str], attributes: AttributeNames
) -> Annotation:
    revision = mask.revision
    own = attributes.get(revision.label_id or 0)
    origin: dict[str, object] = {
        "revision": revision.number,
        "author": revision.author.username if revision.author else None,
        "bundle": revision.bundle_id,
        "proposal": str(revision.proposal_id) if revision.proposal_id else None,
        "created_at": revision.created_at.astimezone(UTC).isoformat(),
        **({} if mask.outside_model is None else {"outside_model": mask.outside_model}),
        **({"imported": revision.origin} if revision.origin else {}),
        # A mask without values says so where its label has attributes.
        **({} if own is None else {"attributes": {}}),
    }
    estimate = mask.estimate
    if points := _asked_at(mask):
        origin[_ASKED] = points
    return Annotation(
        mask.rle,
        names.get(revision.label_id or 0),
        id=mask.mask,
        parent=mask.parent,
        z=revision.z,
        caption=mask.caption,
        attributes={(own or {})[key]: value for key, value in mask.attributes.items()},
        predicted_iou=estimate and estimate["predicted_iou"],
        stability_score=estimate and estimate["stability"],
        extra=origin,
    )


def _asked_at(mask: FrozenMask) -> list[list[float]]:
    """Return where on the object a person clicked, or else where the model's own grid did."""
    clicked = [
        each["xy"] for each in mask.revision.prompts if "xy" in each and each.get("label", 1)
    ]
    return clicked or ([mask.estimate["point_xy"]] if mask.estimate else [])
