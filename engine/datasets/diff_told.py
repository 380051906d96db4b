"""An image that changed: told as a server tells it, and in the lines that a person reads."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from engine.datasets.diff import LABEL, ImageChange, MaskChange

_SIDES: Final = ("before", "after")


def told_change(change: ImageChange, names: Mapping[str, str]) -> dict[str, Any]:
    """Return an image as the server tells it, beside the rows and masks of the manifests.

    `names` are those of labels, by the labels' ids as manifests spell them.
    """
    sides = dict(zip(_SIDES, (change.before, change.after), strict=True))
    return {
        **asdict(change),
        "sha256": change.sha256,
        "file_name": change.row["file_name"],
        "kind": change.kind,
        "fields": change.fields,
        "split": {side: row and row["split"] for side, row in sides.items()},
        "group": {side: row and row["group"] for side, row in sides.items()},
        "captions": [{**asdict(each), "kind": each.kind} for each in change.captions],
        "masks": [_told_mask(each, names) for each in change.masks],
    }


def change_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for the image, then one for each move of a mask, and each caption that differs.

    A mask moves to another label, or by its shape, where it is known how far.
    """
    counts = Counter(mask["kind"] for mask in told["masks"])
    signs = f"+{counts['added']} -{counts['removed']} ~{counts['changed']}"
    kind = f"{told['kind']:<8}"
    yield " ".join([kind, told["sha256"], signs, *told["fields"], _quoted(told["file_name"])])
    for mask in told["masks"]:
        if LABEL in mask["fields"]:
            labels = " -> ".join(_quoted(mask[f"label_{side}"]) for side in _SIDES)
            yield f"  mask {mask['mask']} label {labels}"
        if mask["iou"] is not None:
            yield f"  mask {mask['mask']} IoU {mask['iou']:.4f}"
    for caption in told["captions"]:
        of = f" of mask {caption['mask']}" if caption["mask"] else ""
        yield f"  caption{of} " + " -> ".join(_quoted(caption[side]) for side in _SIDES)


def _told_mask(mask: MaskChange, names: Mapping[str, str]) -> dict[str, Any]:
    told = asdict(mask) | {"mask": mask.mask, "kind": mask.kind}
    for side in _SIDES:
        label = told[side] and told[side]["label"]
        told[f"label_{side}"] = label and names.get(label, label)
    return told


def _quoted(text: str | None) -> str:
    """Return text on one line, in which nothing moves the terminal's cursor."""
    return "none" if text is None else json.dumps(text, ensure_ascii=False)
