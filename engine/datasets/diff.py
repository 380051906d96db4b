"""What changed between two versions of a dataset, image by image.

Two sorted manifests are merged. Rows of the same bytes are told by their bytes: only what changed
is parsed, and memory holds a row of each.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import BinaryIO, Final, TypeAlias

from engine.datasets.manifest import FIELDS, ManifestMask, ManifestRow
from engine.datasets.manifest_lines import ManifestLine, lines_of
from engine.masks.rle import RLE, iou

# Returns by digest what it knows of masks' shapes.
FindRLEs: TypeAlias = Callable[[Sequence[ManifestMask]], Mapping[str, RLE]]

BATCH: Final = 50  # images whose shapes are looked up at once
SHAPE: Final = "shape"
LABEL: Final = "label"
_AFTER_ALL: Final = "g"  # sorts after every hexadecimal digit
# What of a mask may have changed, and where the manifest has it.
_OF_MASKS: Final = {
    SHAPE: "rle_digest",
    LABEL: "label",
    "attributes": "attributes",
    "z": "z",
    "parent": "parent",
    "caption": "caption",
}


@dataclass(frozen=True, slots=True)
class MaskChange:
    """A mask that differs; None: that version does not have it."""

    before: ManifestMask | None
    after: ManifestMask | None
    # What is different in a mask that both have: names of _OF_MASKS, or "revision" if none of them.
    fields: tuple[str, ...]
    iou: float | None = None  # of both shapes, where both are known and differ

    @property
    def mask(self) -> str:
        """Return its id."""
        held = self.after or self.before
        assert held is not None  # noqa: S101  # one of the versions has it
        return held["mask"]

    @property
    def kind(self) -> str:
        """Return "added", "removed" or "changed"."""
        return _kind(self.before, self.after)


@dataclass(frozen=True, slots=True)
class CaptionChange:
    """The words of a caption in both versions; None: that version does not have it."""

    mask: str | None  # None: it is the image's
    before: str | None
    after: str | None

    @property
    def kind(self) -> str:
        """Return "added", "removed" or "changed"."""
        return _kind(self.before, self.after)


@dataclass(frozen=True, slots=True)
class ImageChange:
    """An image that differs; None: that version does not have it."""

    before: ManifestRow | None
    after: ManifestRow | None
    masks: tuple[MaskChange, ...]  # sorted by their ids
    captions: tuple[CaptionChange, ...]  # the image's, and those of masks that both have

    @property
    def kind(self) -> str:
        """Return "added", "removed" or "changed"."""
        return _kind(self.before, self.after)

    @property
    def row(self) -> ManifestRow:
        """Return the later of the rows that there are."""
        row = self.after or self.before
        assert row is not None  # noqa: S101  # one of them has it
        return row

    @property
    def sha256(self) -> str:
        """Return the digest of the image's bytes."""
        return self.row["image_sha256"]

    @property
    def fields(self) -> tuple[str, ...]:
        """Return which of its own fields are different in an image that both have."""
        if self.before is None or self.after is None:
            return ()
        before, after = self.before, self.after
        return tuple(name for name in FIELDS if name != "masks" and before[name] != after[name])  # type: ignore[literal-required]  # from FIELDS


def diff_manifests(a: BinaryIO, b: BinaryIO, *, after: str = "") -> Iterator[ImageChange]:
    """Yield what changed from a to b, in one pass over both, sorted by the images' sha256.

    With `after`, only of images that come after this sha256; what lies before is not read.

    Raises:
        DatasetError: one is no manifest, or what differs in it is not as it must be.

    """
    lines_a, lines_b = lines_of(a, after=after), lines_of(b, after=after)
    line_a, line_b = next(lines_a, None), next(lines_b, None)
    while line_a is not None or line_b is not None:
        at_a = line_a.image_sha256 if line_a else _AFTER_ALL
        at_b = line_b.image_sha256 if line_b else _AFTER_ALL
        change = _change(line_a if at_a <= at_b else None, line_b if at_b <= at_a else None)
        if change is not None:
            yield change
        if at_a <= at_b:
            line_a = next(lines_a, None)
        if at_b <= at_a:
            line_b = next(lines_b, None)


def with_ious(changes: Iterable[ImageChange], find: FindRLEs) -> Iterator[ImageChange]:
    """Add the IoU of shapes that changed, a batch of images at a time."""
    changes = iter(changes)
    while batch := list(islice(changes, BATCH)):
        shapes = find([mask for change in batch for mask in reshaped_masks(change)])
        yield from (measured(change, shapes) for change in batch)


def reshaped_masks(change: ImageChange) -> Iterator[ManifestMask]:
    """Yield both sides of each mask of which the shape changed."""
    for each in change.masks:
        if each.before and each.after and each.before["rle_digest"] != each.after["rle_digest"]:
            yield from (each.before, each.after)


def measured(change: ImageChange, shapes: Mapping[str, RLE]) -> ImageChange:
    """Add the IoU of shapes that changed, of which both are known by their digests."""
    return replace(change, masks=tuple(_measured(mask, shapes) for mask in change.masks))


def _kind(before: object, after: object) -> str:
    return "added" if before is None else "removed" if after is None else "changed"


def _change(a: ManifestLine | None, b: ManifestLine | None) -> ImageChange | None:
    if a is not None and b is not None and a.line == b.line:
        return None
    before, after = a and a.parsed(), b and b.parsed()
    if before == after:
        return None
    return ImageChange(
        before, after, tuple(_mask_changes(before, after)), tuple(_caption_changes(before, after))
    )


def _mask_changes(before: ManifestRow | None, after: ManifestRow | None) -> Iterator[MaskChange]:
    a, b = ({m["mask"]: m for m in row["masks"]} if row else {} for row in (before, after))
    for mask in sorted(a.keys() | b.keys()):
        old, new = a.get(mask), b.get(mask)
        if old != new:
            yield MaskChange(old, new, _fields(old, new))


def _fields(old: ManifestMask | None, new: ManifestMask | None) -> tuple[str, ...]:
    if old is None or new is None:
        return ()
    found = [name for name, key in _OF_MASKS.items() if old.get(key) != new.get(key)]
    return tuple(found) or ("revision",)


def _caption_changes(
    before: ManifestRow | None, after: ManifestRow | None
) -> Iterator[CaptionChange]:
    gone = _only_in(before, after)
    come = _only_in(after, before)
    for take, text in gone:
        # Of the same take, or typed as well: what stands in its place.
        place = next((at for at, (other, _) in enumerate(come) if other == take), None)
        new = None if place is None else come.pop(place)[1]
        if text != new:
            yield CaptionChange(None, text, new)
    for _, text in come:
        yield CaptionChange(None, None, text)
    if before and after:
        yield from _mask_caption_changes(before, after)


def _only_in(row: ManifestRow | None, other: ManifestRow | None) -> list[tuple[object, str]]:
    """Return take and text of the captions of one row that the other does not have."""
    known = other["captions"] if other else []
    own = row["captions"] if row else []
    return [(each.get("recording"), str(each.get("text", ""))) for each in own if each not in known]


def _mask_caption_changes(before: ManifestRow, after: ManifestRow) -> Iterator[CaptionChange]:
    was = {mask["mask"]: mask.get("caption") for mask in before["masks"]}
    for mask in after["masks"]:
        old, new = was.get(mask["mask"]), mask.get("caption")
        if mask["mask"] in was and old != new:
            yield CaptionChange(mask["mask"], old, new)


def _measured(mask: MaskChange, shapes: Mapping[str, RLE]) -> MaskChange:
    if mask.before is None or mask.after is None or SHAPE not in mask.fields:
        return mask
    old, new = shapes.get(mask.before["rle_digest"]), shapes.get(mask.after["rle_digest"])
    if old is None or new is None or old["size"] != new["size"]:
        return mask
    return MaskChange(mask.before, mask.after, mask.fields, iou(old, new))
