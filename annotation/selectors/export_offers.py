"""What a version can be exported as, what each format would lose of it, and what to know of it."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from annotation.export_formats import (
    COCO,
    FORMATS,
    KINDS,
    LOSES,
    MANIFEST,
    TITLES,
    VOICED,
    form_of_masks,
)
from annotation.models import DatasetVersion
from annotation.selectors.export_choices import has_manifest, splits_of
from annotation.selectors.map_numbers import notes_of_numbers
from annotation.selectors.version_dataset import LOST_AS_EVER
from annotation.selectors.version_labels import frozen_labels
from engine.datasets.choosing import EVERYTHING, Choice
from engine.datasets.formats import Format, has_folders
from engine.datasets.traits import WORDS, Trait, lost_of

COUNTED_SINCE: Final = 3  # the edition with which hidden masks and turned images are counted
HIDDEN_NOT_COUNTED: Final = (
    "Masks of which others leave nothing to be seen are lost; when the version was cut they were "
    "not counted."
)
TURNED_NOT_COUNTED: Final = (
    "When the version was cut it was not counted which images are turned by their EXIF; masks are "
    "upright: open images by PIL.ImageOps.exif_transpose."
)
OF_ALL_LABELS: Final = "Counts are of all labels under their own names."
PARTS_LEFT: Final = "Parts of masks that stay behind leave as masks of their own."
MERGED_NOT_COUNTED: Final = (
    "Masks of labels that get one name become one where they are on the same image: how many is "
    "counted once it is written."
)
AS_AGREED: Final = (
    "Where people pointed, and how they sounded, leaves of those alone who agree to it when it is "
    "written."
)
SAID_NOT_COUNTED: Final = (
    "What people said stays behind; when the version was cut it was not counted how much that is."
)
SAID_IN_MANIFEST: Final = (
    "The manifest that goes along holds what people said and wrote, word for word."
)
TURNED: Final = "turned"  # counted beside the traits: images that are not upright in their files


@dataclass(frozen=True, slots=True)
class ExportOffer:
    """One format, and what is to be told of a version in it."""

    format: str
    title: str
    kind: str  # what it is made for: see export_formats.KINDS
    losses: dict[str, int] | None  # by trait; None: nothing was counted when the version was cut
    anneal_only: dict[str, int] | None  # the same of what other tools pass over
    notes: list[str]
    uncounted: list[str]  # traits of which the chosen labels may lose more than is counted


def offers_of(version: DatasetVersion, choice: Choice = EVERYTHING) -> Iterator[ExportOffer]:
    """Yield all formats with what is to be told of what was chosen in them.

    What was counted at the cut is of all labels: what others would make of it is told in words, as
    it would take all masks to count it. The manifest leaves as a whole, or not at all.
    """
    merges = _merges(version, choice)
    by_split = {
        split: counts
        for split, counts in (version.traits or {}).items()
        if choice.takes_split(split)
    }
    has_words_counted = _has_words_counted(version)
    for name in FORMATS:
        if name == MANIFEST and choice != EVERYTHING:
            continue
        form = form_of_masks(name)
        is_known = version.traits is not None and (
            KINDS[name] == "masks" or has_words_counted or WORDS.isdisjoint(LOSES[name])
        )
        losses, own = _told(name, form, by_split, choice)
        is_merged = merges and form is not None and Trait.INSTANCES in lost_of(form.keeps)
        uncounted = [str(Trait.INSTANCES)] if is_merged else []
        yield ExportOffer(
            name,
            TITLES[name],
            KINDS[name],
            losses if is_known else None,
            own if is_known else None,
            [
                *notes_of(version, name, choice),
                *_notes_of_labels(choice, uncounted, merges=merges, has_masks=form is not None),
                *(notes_of_numbers(version, form, choice) if form else []),
            ],
            uncounted,
        )


def _told(
    name: str, form: Format | None, by_split: Mapping[str, Mapping[str, int]], choice: Choice
) -> tuple[dict[str, int], dict[str, int]]:
    """Return what a format loses of what was counted, and what of it only our reader finds.

    Everything as COCO is one file, and it is as it ever was: see `as_ever`.
    """
    there: Counter[str] = Counter()
    for counts in by_split.values():
        there.update(counts)
    lost = _counted(there, LOSES[name])
    own = _counted(there, form.own) if form else {}
    if name == COCO and choice == EVERYTHING:
        lost |= _counted(there, LOST_AS_EVER)
        own = {trait: own[trait] for trait in own if trait not in LOST_AS_EVER}
    elif form and has_folders(form, by_split):
        own.pop(Trait.SPLITS, None)
    return lost, own


def notes_of(version: DatasetVersion, export_format: str, choice: Choice) -> list[str]:
    """Return what people should know of an export of what was chosen."""
    form = form_of_masks(export_format)
    there = splits_of(version, choice)
    notes = [form.note(there)] if form and there else []
    if form and Trait.COVERED in lost_of(form.keeps) and version.edition < COUNTED_SINCE:
        notes.append(HIDDEN_NOT_COUNTED)
    if choice.has_images:
        notes.append(_note_of_turned(version, there))
    if KINDS[export_format] == "masks":
        notes += _notes_of_words(version, choice)
    if export_format in VOICED:
        notes.append(AS_AGREED)
    return [note for note in notes if note]


def _has_words_counted(version: DatasetVersion) -> bool:
    """Tell by the counts of each split, in which words are counted where there are none, too."""
    traits = version.traits
    return traits is not None and all(counts.keys() >= WORDS for counts in traits.values())


def _notes_of_words(version: DatasetVersion, choice: Choice) -> Iterator[str]:
    """Tell what becomes of people's words in an export of masks."""
    takes = version.counts["transcripts"]
    written = version.counts["captions"] or version.counts.get("mask_captions")
    if takes and not _has_words_counted(version):
        yield SAID_NOT_COUNTED
    if (takes or written) and has_manifest(version, choice):
        yield SAID_IN_MANIFEST


def _notes_of_labels(
    choice: Choice, uncounted: Collection[str], *, merges: bool, has_masks: bool
) -> list[str]:
    """Tell what the chosen labels change of what was counted; other names alone change nothing."""
    notes = {
        OF_ALL_LABELS: bool(choice.left_out) or merges,
        PARTS_LEFT: bool(choice.left_out) and has_masks,
        MERGED_NOT_COUNTED: bool(uncounted),
    }
    return [note for note, is_told in notes.items() if is_told]


def _merges(version: DatasetVersion, choice: Choice) -> bool:
    """Tell whether several labels leave under one name."""
    if not choice.labels:
        return False
    names = [choice.labels.get(label.name, label.name) for label in frozen_labels(version)]
    kept = [name for name in names if name is not None]
    return len(set(kept)) < len(kept)


def _note_of_turned(version: DatasetVersion, splits: Collection[str]) -> str:
    """Tell that files are as they came, while all that is told of them is as people saw them."""
    if version.edition < COUNTED_SINCE:
        return TURNED_NOT_COUNTED
    traits = version.traits or {}
    turned = sum(traits.get(split, {}).get(TURNED, 0) for split in splits)
    if not turned:
        return ""
    images = "1 image is turned by its" if turned == 1 else f"{turned:,} images are turned by their"
    return f"{images} EXIF, and masks are upright: open them by PIL.ImageOps.exif_transpose."


def _counted(there: Counter[str], traits: Collection[Trait]) -> dict[str, int]:
    return {trait.value: there[trait] for trait in sorted(traits) if there[trait]}
