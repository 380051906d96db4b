"""The one document of `anneal diff --json`: each image that differs, and the totals."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from tempfile import SpooledTemporaryFile
from typing import Any, Final

import typer

from engine.client.models import ChangedImage
from engine.datasets.diff import ImageChange, MaskChange
from engine.datasets.diff_totals import Summary

_IN_MEMORY_BYTES: Final = 8 * 2**20
_PIECE: Final = 2**20  # characters
SIDES: Final = ("before", "after")


def show_differences(changes: Iterable[Mapping[str, Any]], totals: Callable[[], Summary]) -> None:
    """Print the changes as they come, then the totals, which are asked for after the last one.

    They wait in a file, so that memory does not grow with them, and what fails prints no half.
    """
    with SpooledTemporaryFile(_IN_MEMORY_BYTES, "w+", encoding="utf-8") as told:
        told.write('{"changes": [')
        for number, change in enumerate(changes):
            told.write(", " if number else "")
            told.write(json.dumps(change, ensure_ascii=False))
        told.write("], " + json.dumps(totals(), ensure_ascii=False).removeprefix("{"))
        told.seek(0)
        while piece := told.read(_PIECE):
            typer.echo(piece, nl=False)
    typer.echo()


def told_by_server(changes: Iterable[ChangedImage]) -> Iterator[dict[str, Any]]:
    for change in changes:
        yield change.model_dump(mode="json")


def told_by_manifests(change: ImageChange, names: Mapping[str, str]) -> dict[str, Any]:
    """Return an image as the server tells it, beside the rows and masks of the manifests."""
    sides = {"before": change.before, "after": change.after}
    return {
        **asdict(change),
        "sha256": change.sha256,
        "file_name": change.row["file_name"],
        "kind": change.kind,
        "fields": change.fields,
        "split": {side: row and row["split"] for side, row in sides.items()},
        "group": {side: row and row["group"] for side, row in sides.items()},
        "captions": [{**asdict(each), "kind": each.kind} for each in change.captions],
        "masks": [_mask(each, names) for each in change.masks],
    }


def _mask(mask: MaskChange, names: Mapping[str, str]) -> dict[str, Any]:
    told = asdict(mask) | {"mask": mask.mask, "kind": mask.kind}
    for side in SIDES:
        label = told[side] and told[side]["label"]
        told[f"label_{side}"] = label and names.get(label, label)
    return told
