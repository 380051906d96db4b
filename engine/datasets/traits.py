"""What a format may be unable to hold, and what is left of an image in it.

A format names the traits that it keeps. From them alone follows what it loses of an image, so
that people are told before they export, and a test can hold it to that.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final

from engine.datasets.sample import Annotation, Sample
from engine.masks.rle import RLE, area, bbox_xywh, count_covered, subtracted, united


class Trait(StrEnum):
    """Each with what it counts."""

    MASKS = "masks"  # masks; where they are lost their boxes stay, if a format has boxes
    BOXES = "boxes"  # boxes without a mask
    OVERLAPS = "overlaps"  # masks of which others cover a part or all
    COVERED = "covered"  # masks of which others leave nothing to be seen: all told of them is lost
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
    # What a version has of words, and what words do not tell: see engine.datasets.words.
    TAKES = "takes"  # what somebody said at one time
    RAW_TEXTS = "raw_texts"  # of takes, as a model heard what a person has corrected since
    OLDER_TEXTS = "older_texts"  # of takes, in whose place newer ones of their kind stand
    UNSPOKEN = "unspoken"  # images of which nobody said a word
    UNTOLD = "untold"  # images of which nothing was said or written
    UNCAPTIONED = "uncaptioned"  # masks that have a label, and no caption of their own
    FILE_NAMES = "file_names"  # images that somebody spoke of


Losses = Counter[Trait]
WORDS: Final = frozenset({
    Trait.TAKES,
    Trait.RAW_TEXTS,
    Trait.OLDER_TEXTS,
    Trait.UNSPOKEN,
    Trait.UNTOLD,
    Trait.UNCAPTIONED,
    Trait.FILE_NAMES,
})  # fmt: skip
ALL: Final = frozenset(Trait) - WORDS
STACKED: Final = frozenset({Trait.OVERLAPS, Trait.COVERED})  # lost where masks lie flat
SHAPES: Final = STACKED | {Trait.MASKS, Trait.BOXES, Trait.INSTANCES, Trait.EMPTY}
RECORDS: Final = ALL - SHAPES - {Trait.LABELS}  # what few formats have fields of their own for
_OF_MASKS: Final = STACKED | {Trait.INSTANCES}  # nothing where there are none
_NOTHING: Final = Annotation(None)

# Traits that are fields, whose defaults say that there is nothing of it.
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
# Of very many objects each is asked for each trait: by what is written in C.
_TELL: Final = {trait: attrgetter(*names) for trait, names in _FIELDS.items()}
_IMAGE_FIELDS: Final = {
    Trait.SPLITS: "split",
    Trait.GROUPS: "group",
    Trait.DIGESTS: "sha256",
    Trait.CAPTIONS: "captions",
}
_IMAGE_DEFAULTS: Final = {"split": None, "group": None, "sha256": None, "captions": ()}


def count_traits(sample: Sample, traits: Collection[Trait] = ALL) -> Losses:
    """Count what an image has of each trait: what a format without it loses."""
    counts: Losses = Counter()
    for trait in traits:
        if trait in _COUNTERS:
            counts[trait] = _COUNTERS[trait](sample.annotations)
        elif trait in _FIELDS:
            tell = _TELL[trait]
            told = [*map(tell, sample.annotations)]
            counts[trait] = len(told) - told.count(tell(_NOTHING))
        elif trait in _IMAGE_FIELDS:
            counts[trait] = int(bool(getattr(sample, _IMAGE_FIELDS[trait])))
    if not STACKED.isdisjoint(traits):
        covered = _count_covered(sample.annotations)
        counts.update({trait: covered[trait] for trait in STACKED.intersection(traits)})
    counts[Trait.EMPTY] = int(Trait.EMPTY in traits and not sample.annotations)
    return +counts


def lost_of(keeps: Collection[Trait]) -> frozenset[Trait]:
    """Return what a format loses, to be told: of objects that are lost altogether no more is."""
    lost = ALL - frozenset(keeps)
    return lost - _OF_MASKS if _loses_objects(keeps) else lost


def _loses_objects(keeps: Collection[Trait]) -> bool:
    return Trait.MASKS not in keeps and Trait.BOXES not in keeps


def kept(sample: Sample, keeps: Collection[Trait]) -> tuple[Sample | None, Losses]:
    """Return what a format holds of an image, None if nothing, and how much of what it loses."""
    losses = count_traits(sample, lost_of(keeps))
    annotations: Sequence[Annotation] = () if _loses_objects(keeps) else sample.annotations
    for trait, reduce in _REDUCTIONS:
        if losses[trait]:
            annotations = reduce(annotations)
    annotations = [_plain(each, keeps) for each in annotations]
    if not annotations and Trait.EMPTY not in keeps:
        losses[Trait.EMPTY] = 1
        return None, losses
    dropped: dict[str, Any] = {
        name: _IMAGE_DEFAULTS[name] for trait, name in _IMAGE_FIELDS.items() if trait not in keeps
    }
    return replace(sample, annotations=tuple(annotations), **dropped), losses


def _told(each: Annotation, trait: Trait) -> list[str]:
    """Name the fields of a trait that say something."""
    return [name for name in _FIELDS[trait] if getattr(each, name) != getattr(_NOTHING, name)]


def _plain(each: Annotation, keeps: Collection[Trait]) -> Annotation:
    names = [name for trait in _FIELDS if trait not in keeps for name in _told(each, trait)]
    dropped: dict[str, Any] = {name: getattr(_NOTHING, name) for name in names}
    return replace(each, **dropped) if dropped else each


def _without_boxes(annotations: Sequence[Annotation]) -> list[Annotation]:
    return [each for each in annotations if each.rle is not None]


def _without_masks(annotations: Sequence[Annotation]) -> list[Annotation]:
    return [
        each if each.rle is None else replace(each, rle=None, box_xywh=bbox_xywh(each.rle))
        for each in annotations
    ]


def _without_overlaps(annotations: Sequence[Annotation]) -> list[Annotation]:
    """Lay masks over each other, those of higher z and then the later ones on top."""
    rles = _uncovered(annotations)
    shown = [
        each if rle is None else replace(each, rle=rle)
        for each, rle in zip(annotations, rles, strict=True)
        if rle is None or area(rle)
    ]
    ids = {each.id for each in shown}
    return [each if each.parent in ids else replace(each, parent=None) for each in shown]


def _uncovered(annotations: Sequence[Annotation]) -> list[RLE | None]:
    """Return what is seen of each mask below those that lie on it."""
    seen: list[RLE | None] = [None] * len(annotations)
    above: RLE | None = None
    order = sorted(range(len(annotations)), key=lambda index: annotations[index].z)
    for index in reversed(order):
        rle = annotations[index].rle
        if rle is not None:
            seen[index] = rle if above is None else subtracted(rle, above)
            above = rle if above is None else united([above, rle])
    return seen


def _without_instances(annotations: Sequence[Annotation]) -> list[Annotation]:
    """Unite the masks of each label; nothing else is told of what was more than one."""
    return [
        group[0] if len(group) == 1 else Annotation(united([each.rle for each in group]), label)  # type: ignore[misc]  # masks alone
        for label, group in _by_label(annotations).items()
    ]


def _by_label(annotations: Sequence[Annotation]) -> dict[str | None, list[Annotation]]:
    groups: dict[str | None, list[Annotation]] = {}
    for each in annotations:
        if each.rle is not None:
            groups.setdefault(each.label, []).append(each)
    return groups


def _count_covered(annotations: Sequence[Annotation]) -> dict[Trait, int]:
    ordered = sorted(annotations, key=lambda each: each.z)
    covered, wholly = count_covered([each.rle for each in ordered if each.rle is not None])
    return {Trait.OVERLAPS: covered, Trait.COVERED: wholly}


def _count_united(annotations: Sequence[Annotation]) -> int:
    return sum(len(group) for group in _by_label(annotations).values() if len(group) > 1)


_COUNTERS: Final[dict[Trait, Callable[[Sequence[Annotation]], int]]] = {
    Trait.MASKS: lambda annotations: sum(each.rle is not None for each in annotations),
    Trait.BOXES: lambda annotations: sum(each.rle is None for each in annotations),
    Trait.INSTANCES: _count_united,
}
_REDUCTIONS: Final[tuple[tuple[Trait, Callable[[Sequence[Annotation]], list[Annotation]]], ...]] = (
    (Trait.BOXES, _without_boxes),
    (Trait.MASKS, _without_masks),
    (Trait.OVERLAPS, _without_overlaps),
    (Trait.INSTANCES, _without_instances),
)
