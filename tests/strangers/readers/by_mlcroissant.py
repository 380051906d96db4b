"""mlcroissant: the metadata, validated as it is read, and the rows that it leads to."""

from pathlib import Path
from typing import Any

import mlcroissant
from pycocotools import mask as masks

from tests.strangers.readers.said import Images, Object, boxed, masked, say


def croissant(folder: Path) -> Images:
    read = mlcroissant.Dataset(str(folder / "metadata.json"))
    rows = read.records("labels")
    names = {row["labels/number"]: row["labels/name"] for row in rows}
    return {
        row["images/file_name"].decode(): [_object(each, names) for each in row["images/masks"]]
        for row in read.records("images")
    }


def _object(each: dict[str, Any], names: dict[int, str]) -> Object:
    told = {key.removeprefix("images/masks/"): value for key, value in each.items()}
    label = names[told["label"]]
    if told["counts"] is None:
        return boxed(label, *told["bbox"])
    return masked(label, masks.decode({"size": list(told["size"]), "counts": told["counts"]}))


if __name__ == "__main__":
    say("mlcroissant", {"croissant": croissant})
