"""What a format may be unable to hold, and what is left of an image in it.

A format names the traits that it keeps. From them alone follows what it loses of an image, so
that people are told before they export, and a test can hold it to that.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from engine.datasets.sample import Annotation, Sample
from engine.masks.rle import RLE, area, bbox_xywh, subtracted, united


class Trait(StrEnum):
    """Each with what it counts."""

    MASKS = "masks"  # masks; where they are lost their boxes stay
    BOXES = "boxes"  # boxes without a mask
    OVERLAPS = "overlaps"  # masks of which another covers a part
    INSTANCES = "instances"  # masks that become one with others of their label
    LABELS = "labels"  # objects that have one
    IDS = "ids"
    PARENTS = "parents"  # objects that are a part of another
    DEPTHS = "depths"  # objects whose z is told
    CROWDS = "crowds"
    MASK_CAPTIONS = "mask_captions"
    ATTRIBUTES = "attributes"  # objects that have some
    ESTIMATES = "estimates"  # objects with a model's predicted IoU or stability
    ORIGINS = "origins"  # objects of which more is told: who made them, when
    CAPTIONS = "captions"  # of images
    SPLITS = "splits"  # images
    GROUPS = "groups"  # images
    DIGESTS = "digests"  # images
    EMPTY = "empty"  # images without objects


Losses = Counter[Trait]
ALL: Final = frozenset(Trait)
ANNOTATION_DEFAULTS: Final = Annotation(None)

# Traits that are fields: whose default says that there is nothing of it.
_FIELDS: Final[dict[Trait, tuple[str, ...]]] = {
    Trait.LABELS: ("label",),
    Trait.IDS: ("id",),
    Trait.PARENTS: ("parent",),
    Trait.DEPTHS: ("z",),
    Trait.CROWDS: ("is_crowd",),
    Trait.MASK_CAPTIONS: ("caption",),
    Trait.ATTRIBUTES: ("attributes",),
    Trait.ESTIMATES: ("predicted_iou", "stability_score"),
    Trait.ORIGINS: ("extra",),
}
_IMAGE_FIELDS: Final = {
    Trait.SPLITS: "split",
    Trait.GROUPS: "group",
    Trait.DIGESTS: "sha256",
    Trait.CAPTIONS: "captions",
}


def kept(sample: Sample, keeps: Collection[Trait]) -> tuple[Sample | None, Losses]:
    """Return what a format holds of an image, None if nothing, and how much of what it loses."""
    losses: Losses = Counter()
    annotations: Sequence[Annotation] = sample.annotations
    for trait, reduce in _REDUCTIONS:
        if trait not in keeps:
            annotations, count = reduce(annotations)
            losses[trait] += count
    annotations, plain = _plain(annotations, keeps)
    losses += plain
    dropped: dict[str, Any] = {
        name: None if name != "captions" else ()
        for trait, name in _IMAGE_FIELDS.items()
        if trait not in keeps and getattr(sample, name)
    }
    losses += Counter(trait for trait, name in _IMAGE_FIELDS.items() if name in dropped)
    if not annotations and Trait.EMPTY not in keeps:
        return None, losses + Counter({Trait.EMPTY: 1})
    return replace(sample, annotations=tuple(annotations), **dropped), +losses


def count_losses(samples: Iterable[Sample], keeps: Collection[Trait]) -> Losses:
    """Count over many images what a format loses of them."""
    losses: Losses = Counter()
    for sample in samples:
        losses += kept(sample, keeps)[1]
    return losses


def _plain(
    annotations: Sequence[Annotation], keeps: Collection[Trait]
) -> tuple[list[Annotation], Losses]:
    losses: Losses = Counter()
    plain = []
    for each in annotations:
        dropped: dict[str, Any] = {}
        for trait, names in _FIELDS.items():
            told = [n for n in names if getattr(each, n) != getattr(ANNOTATION_DEFAULTS, n)]
            if told and trait not in keeps:
                losses[trait] += 1
                dropped |= {name: getattr(ANNOTATION_DEFAULTS, name) for name in told}
        plain.append(replace(each, **dropped) if dropped else each)
    return plain, losses


Reduced = tuple[list[Annotation], int]


def _without_boxes(annotations: Sequence[Annotation]) -> Reduced:
    masks = [each for each in annotations if each.rle is not None]
    return masks, len(annotations) - len(masks)


def _without_masks(annotations: Sequence[Annotation]) -> Reduced:
    boxes = [
        each if each.rle is None else replace(each, rle=None, box_xywh=bbox_xywh(each.rle))
        for each in annotations
    ]
    return boxes, sum(each.rle is not None for each in annotations)


def _without_overlaps(annotations: Sequence[Annotation]) -> Reduced:
    """Lay masks over each other, those of higher z and then the later ones on top."""
    order = sorted(range(len(annotations)), key=lambda index: annotations[index].z)
    left: dict[int, Annotation] = {}
    count = 0
    above: RLE | None = None
    for index in reversed(order):
        each = annotations[index]
        if each.rle is None:
            left[index] = each
            continue
        rle = each.rle if above is None else subtracted(each.rle, above)
        above = each.rle if above is None else united([above, each.rle])
        if area(rle):
            left[index] = replace(each, rle=rle)
        count += rle != each.rle
    ids = {each.id for each in left.values()}
    shown = [left[index] for index in sorted(left)]
    return [e if e.parent in ids else replace(e, parent=None) for e in shown], count


def _without_instances(annotations: Sequence[Annotation]) -> Reduced:
    """Unite the masks of each label; nothing is told of one that is more than one."""
    of_label: dict[str | None, list[Annotation]] = {}
    for each in annotations:
        of_label.setdefault(each.label, []).append(each)
    merged = [
        group[0]
        if len(group) == 1
        else Annotation(united([each.rle for each in group if each.rle is not None]), label)
        for label, group in of_label.items()
    ]
    return merged, sum(len(group) for group in of_label.values() if len(group) > 1)


_REDUCTIONS: Final[tuple[tuple[Trait, Callable[[Sequence[Annotation]], Reduced]], ...]] = (
    (Trait.BOXES, _without_boxes),
    (Trait.MASKS, _without_masks),
    (Trait.OVERLAPS, _without_overlaps),
    (Trait.INSTANCES, _without_instances),
)
