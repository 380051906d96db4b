"""The totals of what changed between two versions, and how people and programs read them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypedDict

from engine.datasets.diff import LABEL, SHAPE, ImageChange, MaskChange
from engine.datasets.diff_labels import (
    AttributeChange,
    attribute_changes,
    header_fields,
    label_names,
    labels_added,
    labels_removed,
)

IOU_BINS: Final = 10  # of equal width; 1 is in the last
KINDS: Final = ("added", "removed", "changed")
_COUNTED: Final = ("images", "masks", "captions")
Move: TypeAlias = tuple[str | None, str | None]
Header: TypeAlias = Mapping[str, object]


class LabelCounts(TypedDict):
    """What became of a label's masks. A mask that moved counts at both labels."""

    label: str | None  # its name in the later version that has it; None: masks without
    added: int
    removed: int
    changed: int  # in anything, the label included, by the label that it has now
    came: int  # from other labels
    left: int


class MoveCounts(TypedDict):
    """How much went from one value to another."""

    before: str | None
    after: str | None
    count: int


class IoUCounts(TypedDict):
    """How far shapes moved: old and new RLE of masks that both versions have."""

    bins: list[int]
    mean: float | None  # None: none was measured
    measured: int
    reshaped: int  # how many there were to measure


class Summary(TypedDict):
    """The totals as JSON."""

    images: dict[str, int]
    masks: dict[str, int]
    mask_fields: dict[str, int]  # masks that both have, by what is different
    captions: dict[str, int]
    image_fields: dict[str, int]  # images that both have, by what is different
    splits: list[MoveCounts]
    labels: list[LabelCounts]
    moves: list[MoveCounts]  # masks, from one label to another
    renamed: list[MoveCounts]  # labels; the count is one
    labels_added: list[str]  # by their names
    labels_removed: list[str]  # those that were deleted among them
    attributes: list[AttributeChange]  # definitions, of labels that both have
    header_fields: list[str]  # what else the headers tell otherwise
    iou: IoUCounts


@dataclass(slots=True)
class DiffTotals:
    """Counts, as changes are added one by one."""

    images: Counter[str] = field(default_factory=Counter)
    image_fields: Counter[str] = field(default_factory=Counter)
    splits: Counter[Move] = field(default_factory=Counter)
    masks: Counter[str] = field(default_factory=Counter)
    mask_fields: Counter[str] = field(default_factory=Counter)
    moves: Counter[Move] = field(default_factory=Counter)
    labels: defaultdict[str | None, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    captions: Counter[str] = field(default_factory=Counter)
    ious: Counter[int] = field(default_factory=Counter)
    iou_sum: float = 0

    def add(self, change: ImageChange) -> None:
        """Count an image."""
        self.images[change.kind] += 1
        self.image_fields.update(change.fields)
        if change.before and change.after and change.before["split"] != change.after["split"]:
            self.splits[change.before["split"], change.after["split"]] += 1
        self.captions.update(each.kind for each in change.captions)
        for mask in change.masks:
            self._add_mask(mask)

    def summary(self, before: Header, after: Header) -> Summary:
        """Return all counts, labels by their names in the headers of the two versions."""
        old, new = label_names(before), label_names(after)
        names = old | new
        measured = self.ious.total()
        return Summary(
            images=_by_kind(self.images),
            masks=_by_kind(self.masks),
            mask_fields=dict(sorted(self.mask_fields.items())),
            captions=_by_kind(self.captions),
            image_fields=dict(sorted(self.image_fields.items())),
            splits=_moves(self.splits, {}, {}),
            labels=[
                _label_counts(name and names.get(name, name), counts)
                for name, counts in _in_order(self.labels, names)
            ],
            moves=_moves(self.moves, old, new),
            renamed=[
                MoveCounts(before=old[label], after=new[label], count=1)
                for label in old
                if label in new and old[label] != new[label]
            ],
            labels_added=labels_added(before, after),
            labels_removed=labels_removed(before, after),
            attributes=attribute_changes(before, after),
            header_fields=header_fields(before, after),
            iou=IoUCounts(
                bins=[self.ious[place] for place in range(IOU_BINS)],
                mean=self.iou_sum / measured if measured else None,
                measured=measured,
                reshaped=self.mask_fields[SHAPE],
            ),
        )

    def _add_mask(self, mask: MaskChange) -> None:
        self.masks[mask.kind] += 1
        held = mask.after or mask.before
        self.labels[held and held["label"]][mask.kind] += 1
        fields = mask.fields
        self.mask_fields.update(fields)
        if LABEL in fields and mask.before and mask.after:
            old, new = mask.before["label"], mask.after["label"]
            self.moves[old, new] += 1
            self.labels[old]["left"] += 1
            self.labels[new]["came"] += 1
        if mask.iou is not None:
            self.ious[min(int(mask.iou * IOU_BINS), IOU_BINS - 1)] += 1
            self.iou_sum += mask.iou


def totals_of(changes: Iterable[ImageChange]) -> DiffTotals:
    """Count all changes."""
    totals = DiffTotals()
    for change in changes:
        totals.add(change)
    return totals


def tells_changes(summary: Summary) -> bool:
    """Say whether an image is different, or what the headers tell, as of labels."""
    told = (*("renamed", "labels_added", "labels_removed"), *("attributes", "header_fields"))
    return any(summary["images"].values()) or any(bool(summary[name]) for name in told)  # type: ignore[literal-required]  # from told


def summary_lines(summary: Summary) -> Iterator[str]:
    """Yield what a person reads of it; one line where nothing changed."""
    if not tells_changes(summary):
        yield "the same"
        return
    for what in _COUNTED:
        counts = summary[what]
        yield f"{what:<10} " + " ".join(f"{counts[kind]} {kind}" for kind in KINDS)
    for name, count in summary["image_fields"].items():
        yield f"{'image':<10} {name}: {count}"
    yield from _move_lines("split", summary["splits"])
    for name, count in summary["mask_fields"].items():
        yield f"{'mask':<10} {name}: {count}"
    yield from _move_lines("label", summary["moves"])
    yield from _move_lines("renamed", summary["renamed"])
    yield from _header_lines(summary)
    iou = summary["iou"]
    if iou["mean"] is not None:
        yield f"{'IoU':<10} {iou['mean']:.4f} on average of {iou['measured']} changed shapes"


def _header_lines(summary: Summary) -> Iterator[str]:
    yield from (f"{'label':<10} {name}: added" for name in summary["labels_added"])
    yield from (f"{'label':<10} {name}: removed" for name in summary["labels_removed"])
    for each in summary["attributes"]:
        fields = f" ({', '.join(each['fields'])})" if each["fields"] else ""
        yield f"{'attribute':<10} {each['attribute']} of {each['label']}: {each['kind']}{fields}"
    yield from (f"{'header':<10} {name}: changed" for name in summary["header_fields"])


def _move_lines(name: str, moves: list[MoveCounts]) -> Iterator[str]:
    for each in moves:
        before, after = (each[side] or "(none)" for side in ("before", "after"))
        yield f"{name:<10} {before} -> {after}: {each['count']}"


def _by_kind(counts: Counter[str]) -> dict[str, int]:
    return {kind: counts[kind] for kind in KINDS}


def _moves(
    counts: Counter[Move], old: Mapping[str, str], new: Mapping[str, str]
) -> list[MoveCounts]:
    """Return the most frequent first."""
    return [
        MoveCounts(
            before=before and old.get(before, before),
            after=after and new.get(after, after),
            count=n,
        )
        for (before, after), n in sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    ]


def _in_order(
    labels: Mapping[str | None, Counter[str]], names: Mapping[str, str]
) -> list[tuple[str | None, Counter[str]]]:
    """Return labels in the headers' order, then what no header names, then masks without label."""
    order = [*names, *sorted(label for label in labels if label and label not in names), None]
    return [(label, labels[label]) for label in order if label in labels]


def _label_counts(name: str | None, counts: Counter[str]) -> LabelCounts:
    return LabelCounts(
        label=name,
        added=counts["added"],
        removed=counts["removed"],
        changed=counts["changed"],
        came=counts["came"],
        left=counts["left"],
    )
