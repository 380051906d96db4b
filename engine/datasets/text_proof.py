"""Prove what people said and wrote, as it leaves without masks, against a manifest.

A manifest holds the texts themselves, so that they are compared letter by letter. Where people
pointed, how they sounded and when which word was said stand in no manifest: that is told.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Final

from engine.canonical import sha256_of
from engine.datasets.choosing import Choice
from engine.datasets.descriptions import (
    DESCRIPTIONS_FILE,
    Description,
    SpokenText,
    line_of,
    read_lines,
)
from engine.datasets.files import Source
from engine.datasets.formats.pictures import FOLDER
from engine.datasets.localized_narratives import NARRATIVES_FILE, read_localized_narratives
from engine.datasets.manifest import ManifestRow, is_sha256
from engine.datasets.proof_parts import Parts
from engine.datasets.row_faults import (
    FILE_NAMES,
    IMAGES,
    TRANSCRIPTS,
    Rules,
    Unproved,
    expected_masks,
    rules_of,
    said_in,
)
from engine.datasets.row_places import RowPlaces, lost_images, names_of
from engine.datasets.traits import Trait
from engine.masks.counts import show

RAW: Final = "raw"
CORRECTED: Final = "corrected"
_OF_TEXTS: Final = frozenset({TRANSCRIPTS, IMAGES})
_OF_DESCRIPTIONS: Final = _OF_TEXTS | {
    str(each) for each in (Trait.CAPTIONS, Trait.MASK_CAPTIONS, Trait.SPLITS, FILE_NAMES)
}
_NO_MANIFEST_HOLDS: Final = {"pointer_traces", "voices", "word_times"}

Row = Mapping[str, Any]  # of a text in a manifest


@dataclass(frozen=True, slots=True)
class _Kind:
    """One way in which texts leave."""

    file: str
    title: str
    proves: frozenset[str]
    read: Callable[[BinaryIO], "Iterator[_Told]"]
    is_owed: Callable[[ManifestRow, Rules], bool]  # whether an image must be there


@dataclass(frozen=True, slots=True)
class _Told:
    """What an export tells of one image."""

    sha256: str
    image: str  # how its file begins, if it goes along
    faults: Callable[[ManifestRow, Rules], Iterator[str]]


def holds_texts(source: Source) -> bool:
    """Tell whether these are descriptions or narratives, as versions leave in them."""
    return any(kind.file in source.names for kind in _KINDS)


def unproven_texts(
    manifest: BinaryIO, source: Source, choice: Choice, unproved: Unproved, parts: Parts
) -> Iterator[str]:
    """Yield a line for each text that an export has otherwise than the manifest.

    Memory holds what is said of one image, the names of files, and 17 bytes for each row.

    Raises:
        DatasetError: a file is not what it must be.

    """
    kind = next(each for each in _KINDS if each.file in source.names)
    places = RowPlaces(manifest)
    rules = rules_of(places.header, frozenset(), choice, {}, is_as_cut=False)
    images = _images(source)
    with source.file(kind.file) as file:
        for told in kind.read(file):
            yield from _image_faults(told, source, images, places, rules, choice, parts)
    yield from lost_images(places)
    for row in parts.missing(places, choice):
        if kind.is_owed(row, rules):
            yield f"{row['file_name']}: missing"
    _note(places, kind, choice, unproved, parts)


def _images(source: Source) -> dict[str, str]:
    """Return the images by their names without endings, as narratives name them by digests."""
    names = (name for name in source.names if name.startswith(f"{FOLDER}/"))
    return {_stem(name): name for name in names}


def _stem(name: str) -> str:
    return PurePosixPath(name).with_suffix("").as_posix()


def _image_faults(
    told: _Told,
    source: Source,
    images: Mapping[str, str],
    places: RowPlaces,
    rules: Rules,
    choice: Choice,
    parts: Parts,
) -> Iterator[str]:
    found = places.find(told.sha256) if is_sha256(told.sha256) else None
    if found is None:
        yield f"{told.sha256}: not in the manifest"
        return
    place, row = found
    name = row["file_name"]
    file = images.get(_stem(told.image))
    if not places.meet(place, has_bytes=file is not None):
        yield f"{name}: listed twice"
    elif not choice.takes_split(row["split"]):
        yield f"{name}: of the split {row['split']}, which was not chosen"
    else:
        parts.compared[row["split"]] += 1
        if file is not None:
            with source.file(file) as opened:
                if sha256_of(opened) != row["image_sha256"]:
                    yield f"{name}: not the image of the manifest"
        yield from (f"{name}: {fault}" for fault in told.faults(row, rules))


def _note(places: RowPlaces, kind: _Kind, choice: Choice, unproved: Unproved, parts: Parts) -> None:
    for row in places.all():
        if not parts.has(row, choice):
            continue
        for name in said_in(row) - kind.proves:
            unproved.setdefault(name, f"not in {kind.title}")
        if row["transcripts"]:
            for name in _NO_MANIFEST_HOLDS:
                unproved.setdefault(name, "not in any manifest")
    if not places.count_with_bytes():
        unproved.setdefault(IMAGES, "their bytes are not in the export")


def _left_out(row: ManifestRow, rules: Rules) -> set[str]:
    """Return the masks of which nothing is told, as their labels were left out."""
    kept = {mask["mask"] for mask in expected_masks(row, rules)}
    return {mask["mask"] for mask in row["masks"]} - kept


def _spoken(row: ManifestRow, rules: Rules) -> list[Row]:
    left_out = _left_out(row, rules)
    return [each for each in row["transcripts"] if each.get("mask") not in left_out]


def _mask_captions(row: ManifestRow, rules: Rules) -> dict[str, str]:
    left_out = _left_out(row, rules)
    return {
        mask["mask"]: mask["caption"]
        for mask in row["masks"]
        if "caption" in mask and mask["mask"] not in left_out
    }


def _captions(row: ManifestRow) -> dict[str, object]:
    return {str(each.get("id")): each.get("text") for each in row["captions"]}


def _owes_description(row: ManifestRow, rules: Rules) -> bool:
    return bool(_spoken(row, rules) or row["captions"] or _mask_captions(row, rules))


def _takes(row: ManifestRow, rules: Rules) -> dict[str, set[str]]:
    """Return by take which texts may count: of several of one kind it is the newest, untold here.

    A take that may have no words owes nothing.
    """
    by_take: dict[str, dict[str, set[str]]] = {}
    for each in _spoken(row, rules):
        take, kind = _take_and_kind(each)
        by_take.setdefault(take, {}).setdefault(kind, set()).add(str(each.get("text")))
    return {take: kinds.get(CORRECTED) or kinds.get(RAW, {""}) for take, kinds in by_take.items()}


def _take_and_kind(text: Row) -> tuple[str, str]:
    return str(text.get("recording")), str(text.get("kind"))


def _is_owed(texts: set[str]) -> bool:
    return all(each.strip() for each in texts)


def _descriptions(file: BinaryIO) -> Iterator[_Told]:
    for each, line in read_lines(file):
        image = f"{FOLDER}/{each.file_name}"
        yield _Told(each.image_sha256, image, partial(_description_faults, each, line))


def _description_faults(
    description: Description, line: Row, row: ManifestRow, rules: Rules
) -> Iterator[str]:
    derived = line_of(description, image_url="")  # which proves nothing
    for name in ("caption", "transcripts"):  # which strangers read alone
        if line.get(name) != derived[name]:
            yield f"{name} is {show(line.get(name))}, not {show(derived[name])}"
    if description.file_name not in names_of(row):
        yield f"file name is {show(description.file_name)}, not {show(row['file_name'])}"
    plain = (
        ("size", list(description.size_hw), row["size_hw"]),
        ("split", description.split, row["split"]),
    )
    yield from (f"{what} is {show(a)}, not {show(b)}" for what, a, b in plain if a != b)
    yield from _take_faults(description, row, rules)
    captions = {each.id: each.text for each in description.captions}
    yield from _differing("caption", captions, _captions(row))
    of_masks = {each.mask: each.caption for each in description.masks}
    yield from _differing("caption of mask", of_masks, _mask_captions(row, rules))


def _take_faults(description: Description, row: ManifestRow, rules: Rules) -> Iterator[str]:
    left_out = _left_out(row, rules)
    known = {str(each.get("id")): each for each in _spoken(row, rules)}
    met = set()
    for take in description.takes:
        for kind, text in ((RAW, take.raw), (CORRECTED, take.corrected)):
            if text is None:
                continue
            held = known.get(text.id)
            if held is None or _take_and_kind(held) != (take.recording, kind):
                yield f"text {text.id} is not in the manifest"
                continue
            met.add((take.recording, kind))
            yield from _text_faults(text, take.mask, held, left_out)
    missing = {*map(_take_and_kind, known.values())} - met
    yield from (f"the {kind} text of take {take} is missing" for take, kind in sorted(missing))


def _text_faults(
    text: SpokenText, mask: str | None, held: Row, left_out: set[str]
) -> Iterator[str]:
    if text.text != held.get("text"):
        yield f"text {text.id} is {show(text.text)}, not {show(held.get('text'))}"
    if mask != held.get("mask"):
        yield f"text {text.id} is about {mask or 'the image'}, not {held.get('mask') or 'it'}"
    told = [(each.first, each.end, list(each.masks)) for each in text.phrases]
    if told != (phrases := _phrases(held, left_out)):
        yield f"text {text.id} has {len(told)} links to masks which are not the {len(phrases)} told"


def _phrases(held: Row, left_out: set[str]) -> list[tuple[int, int, list[str]]]:
    found: Sequence[Row] = held.get("phrases", ())
    linked = (
        (each["first"], each["end"], [mask for mask in each["masks"] if mask not in left_out])
        for each in found
    )
    return [each for each in linked if each[2]]


def _differing(what: str, found: Mapping[str, str], expected: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(found.keys() | expected.keys()):
        if key not in expected:
            yield f"{what} {key} is not in the manifest"
        elif key not in found:
            yield f"{what} {key} is missing"
        elif found[key] != expected[key]:
            yield f"{what} {key} is {show(found[key])}, not {show(expected[key])}"


def _narratives(file: BinaryIO) -> Iterator[_Told]:
    """Yield images: an export of ours has all that was said of one together."""
    for sha256, found in groupby(read_localized_narratives(file), key=lambda each: each.image_id):
        captions = [each.caption for each in found]
        yield _Told(sha256, f"{FOLDER}/{sha256}", partial(_narrative_faults, captions))


def _narrative_faults(captions: Sequence[str], row: ManifestRow, rules: Rules) -> Iterator[str]:
    # A take that is owed keeps its caption once it has one: the others come after it.
    takes = sorted(_takes(row, rules).values(), key=lambda texts: not _is_owed(texts))
    said_by = _said_by(captions, takes)
    for number, caption in enumerate(captions):
        if number not in said_by:
            yield f"nobody said {show(caption)} by the manifest"
    told = set(said_by.values())
    missing = (texts for number, texts in enumerate(takes) if number not in told)
    for texts in filter(_is_owed, missing):
        yield f"the narrative {show(min(texts))} is missing"


def _said_by(captions: Sequence[str], takes: Sequence[set[str]]) -> dict[int, int]:
    """Give as many captions as can be a take each that may have said it, by their numbers.

    By augmenting paths: H. W. Kuhn, "The Hungarian method for the assignment problem" (1955).
    """
    said_by: dict[int, int] = {}

    def speaks(take: int, tried: set[int]) -> bool:
        for number, caption in enumerate(captions):
            if number in tried or caption not in takes[take]:
                continue
            tried.add(number)
            if number not in said_by or speaks(said_by[number], tried):
                said_by[number] = take
                return True
        return False

    for take in range(len(takes)):
        speaks(take, set())
    return said_by


def _owes_narrative(row: ManifestRow, rules: Rules) -> bool:
    return any(map(_is_owed, _takes(row, rules).values()))


_KINDS: Final = (
    _Kind(DESCRIPTIONS_FILE, "descriptions", _OF_DESCRIPTIONS, _descriptions, _owes_description),
    _Kind(NARRATIVES_FILE, "narratives", _OF_TEXTS, _narratives, _owes_narrative),
)
