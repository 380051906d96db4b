"""Prove images and masks against a manifest, with nothing but the files at hand."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from engine.canonical import sha256_of_path
from engine.datasets.coco import read_coco
from engine.datasets.manifest import read_manifest
from engine.masks.rle import digest


def unproven_images(manifest: BinaryIO, folder: Path) -> Iterator[str]:
    """Yield a line for each image of the manifest that the folder lacks or has otherwise."""
    for row in read_manifest(manifest)[1]:
        path = folder / row["file_name"]
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            yield f"{row['file_name']}: missing"
        elif sha256_of_path(path) != row["image_sha256"]:
            yield f"{row['file_name']}: not the image of the manifest"


def unproven_masks(manifest: BinaryIO, coco_file: Path) -> Iterator[str]:
    """Yield a line for each image whose masks in a COCO export are not the manifest's, by digest.

    Images are told by their `sha256`, or by their file name where the export has none.
    """
    content = read_coco(coco_file)
    digests: dict[str, list[str]] = defaultdict(list)
    for annotation in content.annotations:
        if annotation.rle is not None:
            image = content.images[annotation.image_id]
            digests[str(image.extra.get("sha256", image.file_name))].append(digest(annotation.rle))

    for row in read_manifest(manifest)[1]:
        found = digests.pop(row["image_sha256"], []) or digests.pop(row["file_name"], [])
        expected = [mask["rle_digest"] for mask in row["masks"]]
        if sorted(found) != sorted(expected):
            missing = len(set(expected) - set(found))
            yield f"{row['file_name']}: {missing} of {len(expected)} masks missing or changed"
    for name, extra in digests.items():
        yield f"{name}: {len(extra)} masks that the manifest does not have"
