"""Prove images and masks against a manifest, with nothing but the files at hand.

All that a manifest says is compared, as far as the files can tell it. What they cannot tell is
named, so that no proof says more than it proves.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from engine.canonical import sha256_of, sha256_of_path
from engine.datasets.choosing import EVERYTHING, Choice
from engine.datasets.coco import read_coco
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source, open_source
from engine.datasets.formats import FORMATS, Format
from engine.datasets.manifest import ManifestRow, is_sha256, read_manifest
from engine.datasets.proof_parts import Parts
from engine.datasets.row_faults import (
    FILE_NAMES,
    IMAGES,
    NOT_HELD,
    Rules,
    Unproved,
    expected_masks,
    faults_of,
    rules_of,
    said_in,
)
from engine.datasets.row_places import RowPlaces, lost_images, names_of
from engine.datasets.sample import Sample
from engine.datasets.text_proof import holds_texts, unproven_texts
from engine.datasets.traits import Trait
from engine.masks.rle import digest
from engine.media.archive import OWN_LIMITS

MANIFEST: Final = "manifest.jsonl"  # in an export of a whole version
_EXACT: Final = {Trait.MASKS, Trait.OVERLAPS, Trait.INSTANCES}


def unproven(
    manifest: BinaryIO,
    export: Path,
    *,
    choice: Choice = EVERYTHING,
    unproved: Unproved | None = None,
    parts: Parts | None = None,
) -> Iterator[str]:
    """Yield a line for each thing that an export has otherwise than the manifest.

    The export is a folder or a zip of a version, in any format that holds masks pixel for pixel, or
    descriptions or narratives, whose texts are compared.
    Images are hashed where their bytes are in it. An export may have none of them, but where it has
    some, each that lacks is told. Nothing that it says of itself excuses what is missing; where it
    brings the manifest, it is of a whole version. Memory holds one image, and 17 bytes for each.

    Args:
        manifest: its lines, in a file that can be read from any place.
        export: where it lies.
        choice: the part that was exported, and the labels that were renamed.
        unproved: is told what the manifest says and the export cannot tell.
        parts: splits that may lack; is told what was compared, and what was left out.

    Raises:
        DatasetError: it is in no such format, or cannot be read.

    """
    unproved = {} if unproved is None else unproved
    parts = Parts() if parts is None else parts
    source = open_source(export, OWN_LIMITS)
    if MANIFEST in source.names:
        parts.may_lack = frozenset()
    form = _exact_format(source)
    if form is None:
        yield from _manifest_faults(manifest, source)
        yield from unproven_texts(manifest, source, choice, unproved, parts)
        return
    places = RowPlaces(manifest)
    rules = rules_of(
        places.header, form.keeps, choice, unproved, is_as_cut=MANIFEST in source.names
    )
    problems: list[DatasetError] = []
    for sample in form.read(source, problems.append).samples():
        yield from _drained(problems)
        yield from _sample_faults(sample, places, rules, choice, parts)
    yield from _drained(problems)
    if places.count_with_bytes():
        unproved.pop(IMAGES, None)  # each that is there was hashed, and each that lacks is named
    yield from lost_images(places)
    for row in parts.missing(places, choice):
        if expected_masks(row, rules) or Trait.EMPTY in form.keeps:
            yield f"{row['file_name']}: missing"
        else:
            unproved.setdefault("images_without_masks", NOT_HELD)


def manifest_of(export: Path) -> bytes:
    """Return the manifest that an export of a whole version holds.

    Raises:
        DatasetError: it has none: it is a part of a version, or no export of ours.

    """
    source = open_source(export, OWN_LIMITS)
    if MANIFEST not in source.names:
        raise DatasetError(f"holds no {MANIFEST}: give the version's", file=str(export))
    with source.file(MANIFEST) as file:
        return file.read()


def unproven_images(
    manifest: BinaryIO, folder: Path, *, unproved: Unproved | None = None
) -> Iterator[str]:
    """Yield a line for each image of the manifest that the folder lacks or has otherwise.

    Each is there by its own name, or by one that exports make safe and unique of it.
    """
    root = folder.resolve()
    for row in read_manifest(manifest)[1]:
        _note_rest(row, {IMAGES, FILE_NAMES}, "not told by images alone", unproved)
        named = [root / name for name in names_of(row) if _is_file_in(root, name)]
        if not named:
            yield f"{row['file_name']}: missing"
        elif all(sha256_of_path(path) != row["image_sha256"] for path in named):
            yield f"{row['file_name']}: not the image of the manifest"


def unproven_masks(
    manifest: BinaryIO, coco_file: Path, *, unproved: Unproved | None = None
) -> Iterator[str]:
    """Yield a line for each image whose masks in a COCO export are not the manifest's, by digest.

    Images are told by their `sha256`, or by their file name where the export has none. Nothing else
    of it is compared: COCO's files of any program will do.
    """
    content = read_coco(coco_file)
    digests: dict[str, list[str]] = defaultdict(list)
    for annotation in content.annotations:
        if annotation.rle is not None:
            image = content.images[annotation.image_id]
            digests[str(image.extra.get("sha256", image.file_name))].append(digest(annotation.rle))

    for row in read_manifest(manifest)[1]:
        _note_rest(row, {str(Trait.MASKS)}, "not compared in a file of masks", unproved)
        found = digests.pop(row["image_sha256"], []) or digests.pop(row["file_name"], [])
        expected = [mask["rle_digest"] for mask in row["masks"]]
        if sorted(found) != sorted(expected):
            missing = len(set(expected) - set(found))
            yield f"{row['file_name']}: {missing} of {len(expected)} masks missing or changed"
    for name, extra in digests.items():
        yield f"{name}: {len(extra)} masks that the manifest does not have"


def proved_by_none(proofs: Sequence[Unproved]) -> Unproved:
    """Return what each of several proofs left open; without any it is all files."""
    first, *others = proofs or ({"files": "none were given"},)
    return {name: why for name, why in first.items() if all(name in each for each in others)}


def lines_of_unproved(unproved: Unproved) -> list[str]:
    """Say what was not proved, a line for each reason."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for name, why in sorted(unproved.items()):
        by_reason[why].append(name.replace("_", " "))
    return [f"{why}, so not proved: {', '.join(names)}" for why, names in by_reason.items()]


def _manifest_faults(manifest: BinaryIO, source: Source) -> Iterator[str]:
    if MANIFEST in source.names:
        manifest.seek(0)
        with source.file(MANIFEST) as own:
            if sha256_of(own) != sha256_of(manifest):
                yield f"{MANIFEST}: not this manifest"
        manifest.seek(0)


def _exact_format(source: Source) -> Format | None:
    """Return the format by which masks are proved; None: there are texts alone."""
    found = [form for form in FORMATS.values() if form.is_in(source)]
    exact = [form for form in found if form.keeps >= _EXACT]
    if not exact and holds_texts(source):
        return None
    if not exact:
        names = ", ".join(form.title for form in found) or "no format that is known"
        raise DatasetError(f"masks cannot be proved: they are in {names}, not pixel for pixel")
    return exact[0]


def _sample_faults(
    sample: Sample, places: RowPlaces, rules: Rules, choice: Choice, parts: Parts
) -> Iterator[str]:
    sha256 = hashlib.sha256(sample.load_bytes()).hexdigest() if sample.load_bytes else None
    found = _row_of(sample, sha256, places)
    if found is None:
        yield f"{sample.file_name}: not in the manifest"
        return
    place, row = found
    name = row["file_name"]
    if not places.meet(place, has_bytes=sha256 is not None):
        yield f"{name}: listed twice"
    elif not choice.takes_split(row["split"]):
        yield f"{name}: of the split {row['split']}, which was not chosen"
    else:
        parts.compared[row["split"]] += 1
        if {sample.sha256, sha256} - {None, row["image_sha256"]}:
            yield f"{name}: not the image of the manifest"
        yield from (f"{name}: {fault}" for fault in faults_of(row, sample, rules))


def _drained(problems: list[DatasetError]) -> Iterator[str]:
    while problems:
        yield str(problems.pop(0))


def _row_of(
    sample: Sample, sha256: str | None, places: RowPlaces
) -> tuple[int, ManifestRow] | None:
    """Find an image by the digest that is told of it, that of its bytes, or else its name."""
    for each in (sample.sha256, sha256):
        if is_sha256(each) and (found := places.find(str(each))):
            return found
    return places.find_named(sample.file_name)


def _is_file_in(root: Path, name: str) -> bool:
    """Tell whether a file has the name, and the name leads to nowhere else."""
    path = root / name
    try:
        return path.resolve().is_relative_to(root) and path.is_file()
    except (OSError, ValueError):  # longer than any name on this system, or not one at all
        return False


def _note_rest(row: ManifestRow, proved: set[str], why: str, unproved: Unproved | None) -> None:
    if unproved is not None:
        for name in said_in(row) - proved:
            unproved.setdefault(name, why)
