"""Prove images and masks against a manifest, with nothing but the files at hand."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from engine.canonical import sha256_of_path
from engine.datasets.coco import read_coco
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source, open_source
from engine.datasets.formats import FORMATS, Format
from engine.datasets.manifest import read_manifest
from engine.datasets.sample import Sample
from engine.datasets.traits import Trait
from engine.masks.rle import digest

MANIFEST: Final = "manifest.jsonl"  # in an export of a whole version
_EXACT: Final = {Trait.MASKS, Trait.OVERLAPS, Trait.INSTANCES}


@dataclass(frozen=True, slots=True)
class _Found:
    """An image of an export, as far as it can be proved."""

    file_name: str
    sha256: str | None  # of its bytes, where these are there
    masks: Counter[bytes]  # digests


def unproven(manifest: BinaryIO, export: Path) -> Iterator[str]:
    """Yield a line for each image that an export has otherwise than the manifest.

    The export is a folder or a zip of a whole version, in any format that holds masks pixel for
    pixel. Images are hashed where their bytes are in it. Memory holds the digests of all masks.

    Raises:
        DatasetError: it is in no such format, or cannot be read.

    """
    source = open_source(export)
    form = _exact_format(source)
    problems: list[DatasetError] = []
    samples = form.read(source, problems.append).samples
    by_key = {key: found for sample in samples() for key, found in _found(sample)}
    yield from (str(problem) for problem in problems)
    for row in read_manifest(manifest)[1]:
        name = row["file_name"]
        found = by_key.pop(row["image_sha256"], None) or by_key.pop(name, None)
        if found is None:
            if row["masks"] or Trait.EMPTY in form.keeps:
                yield f"{name}: missing"
            continue
        if found.sha256 not in (None, row["image_sha256"]):
            yield f"{name}: not the image of the manifest"
        yield from _unproven_masks(name, found.masks, [m["rle_digest"] for m in row["masks"]])
    for found in by_key.values():
        yield f"{found.file_name}: not in the manifest"


def manifest_of(export: Path) -> bytes:
    """Return the manifest that an export of a whole version holds.

    Raises:
        DatasetError: it has none: it is a part of a version, or no export of ours.

    """
    source = open_source(export)
    if MANIFEST not in source.names:
        raise DatasetError(f"holds no {MANIFEST}: give the version's", file=str(export))
    with source.file(MANIFEST) as file:
        return file.read()


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


def _exact_format(source: Source) -> Format:
    found = [form for form in FORMATS.values() if form.is_in(source)]
    exact = [form for form in found if form.keeps >= _EXACT]
    if not exact:
        names = ", ".join(form.title for form in found) or "no format that is known"
        raise DatasetError(f"masks cannot be proved: they are in {names}, not pixel for pixel")
    return exact[0]


def _found(sample: Sample) -> Iterator[tuple[str, _Found]]:
    """Yield the sample by the digest that is told of it, that of its bytes, or else its name."""
    sha256 = hashlib.sha256(sample.load_bytes()).hexdigest() if sample.load_bytes else None
    rles = [each.rle for each in sample.annotations if each.rle is not None]
    masks = Counter(bytes.fromhex(digest(rle)) for rle in rles)
    key = sample.sha256 or sha256 or sample.file_name
    yield key, _Found(sample.file_name, sha256, masks)


def _unproven_masks(name: str, found: Counter[bytes], expected: list[str]) -> Iterator[str]:
    wanted = Counter(bytes.fromhex(each) for each in expected)
    if missing := (wanted - found).total():
        yield f"{name}: {missing} of {len(expected)} masks missing or changed"
    if extra := (found - wanted).total():
        yield f"{name}: {extra} masks that the manifest does not have"
