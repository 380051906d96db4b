"""What people said and wrote, as a version froze it, with its makers: texts are never changed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from annotation.errors import DomainError
from annotation.models import Caption, DatasetVersion, MaskCaption, Recording, Transcript
from annotation.selectors.versions import frozen_rows, version_header
from engine.datasets.choosing import EVERYTHING, Choice
from engine.datasets.header_labels import header_labels
from engine.datasets.manifest import ManifestMask, ManifestRow

BATCH: Final = 50  # images
Kind = Transcript.Kind
Text = TypeVar("Text", Transcript, Caption)


@dataclass(frozen=True, slots=True)
class FrozenTake:
    """A take whose texts a version holds: the newest of each kind. Its trace is not fetched."""

    recording: Recording
    raw: Transcript | None
    corrected: Transcript | None

    @property
    def text(self) -> Transcript | None:
        """The text that counts."""
        return self.corrected or self.raw


@dataclass(frozen=True, slots=True)
class FrozenTexts:
    """A manifest's row with the texts that it refers to, the oldest first."""

    row: ManifestRow
    takes: list[FrozenTake]
    captions: list[Caption]
    mask_captions: Mapping[str, MaskCaption]  # by the mask's id, where it has one

    @property
    def phrases(self) -> Mapping[str, list[dict[str, Any]]]:
        """Phrases and their masks by the transcript's id: [{"first", "end", "masks"}]."""
        rows: list[dict[str, Any]] = self.row["transcripts"]
        return {row["id"]: row.get("phrases", []) for row in rows}

    @property
    def parts(self) -> Mapping[str, list[dict[str, Any]]]:
        """Parts of merged captions by the caption's id: [{"author", "recording", "text"}]."""
        rows: list[dict[str, Any]] = self.row["captions"]
        return {row["id"]: row.get("parts", []) for row in rows}

    @property
    def is_described(self) -> bool:
        return bool(self.takes or self.captions or self.mask_captions)


def frozen_texts(version: DatasetVersion, choice: Choice = EVERYTHING) -> Iterator[FrozenTexts]:
    """Yield the chosen images that somebody spoke or wrote of: three queries a batch.

    Of masks whose label is left out nothing is told: what was said about one of them stays behind,
    too, and other words are no longer linked to it.
    """
    left_out = _left_out(version, choice)
    described = (row for row in frozen_rows(version) if _is_chosen(row, choice))
    while batch := list(islice(described, BATCH)):
        for found in with_texts(batch):
            part = _without_labels(found, left_out) if left_out else found
            if part.is_described:
                yield part


def chosen_rows(version: DatasetVersion, choice: Choice) -> Iterator[ManifestRow]:
    """Yield the rows of the chosen images, without what is left out of them."""
    left_out = _left_out(version, choice)
    for row in frozen_rows(version):
        if choice.takes_split(row["split"]):
            yield _row_without(row, _hidden(row, left_out)) if left_out else row


def _left_out(version: DatasetVersion, choice: Choice) -> set[str]:
    """Return the ids of the labels whose masks stay behind."""
    labels = header_labels(version_header(version)) if choice.left_out else ()
    return {str(label.id) for label in labels if label.name in choice.left_out}


def _is_chosen(row: ManifestRow, choice: Choice) -> bool:
    if not choice.takes_split(row["split"]):
        return False
    has_caption = any("caption" in mask for mask in row["masks"])
    return bool(row["transcripts"] or row["captions"] or has_caption)


def _hidden(row: ManifestRow, labels: Set[str]) -> set[str]:
    return {mask["mask"] for mask in row["masks"] if mask["label"] in labels}


def _row_without(row: ManifestRow, hidden: Set[str]) -> ManifestRow:
    """Leave out masks, and what was said of them alone."""
    part = row.copy()
    part["masks"] = [
        {**mask, "parent": None} if mask["parent"] in hidden else mask
        for mask in row["masks"]
        if mask["mask"] not in hidden
    ]
    part["transcripts"] = [
        _unlinked(each, hidden) for each in row["transcripts"] if each.get("mask") not in hidden
    ]
    return part


def _without_labels(texts: FrozenTexts, labels: Set[str]) -> FrozenTexts:
    """Leave out masks by the ids of their labels, and what was said of them alone."""
    hidden = _hidden(texts.row, labels)
    return FrozenTexts(
        _row_without(texts.row, hidden),
        [take for take in texts.takes if str(take.recording.mask_id) not in hidden],
        texts.captions,
        {mask: text for mask, text in texts.mask_captions.items() if mask not in hidden},
    )


def _unlinked(transcript: Mapping[str, Any], hidden: Set[str]) -> dict[str, object]:
    """Take masks off a transcript's phrases; those that spoke of no other are phrases no more."""
    phrases = [
        {**phrase, "masks": [mask for mask in phrase["masks"] if mask not in hidden]}
        for phrase in transcript.get("phrases", [])
        if not phrase["masks"] or set(phrase["masks"]) - hidden
    ]
    return {**transcript, "phrases": phrases}


def with_texts(rows: Sequence[ManifestRow]) -> Iterator[FrozenTexts]:
    """Look up the texts that rows refer to: two queries, three where a mask has a caption."""
    transcripts = _transcripts([str(each["id"]) for row in rows for each in row["transcripts"]])
    captions = _captions([str(each["id"]) for row in rows for each in row["captions"]])
    of_masks = _mask_captions([mask for row in rows for mask in row["masks"] if "caption" in mask])
    for row in rows:
        said = _checked(row["transcripts"], transcripts)
        own = {mask["mask"] for mask in row["masks"]} & of_masks.keys()
        yield FrozenTexts(
            row,
            _takes(said),
            _checked(row["captions"], captions),
            {mask: of_masks[mask] for mask in own},
        )


def _transcripts(ids: Sequence[str]) -> dict[str, Transcript]:
    texts = Transcript.objects.filter(pk__in=ids).select_related("author", "recording__user")
    # A trace may hold more than all the texts of a batch.
    light = texts.defer("dropped", "recording__trace", "recording__cuts")
    return {str(text.pk): text for text in light}


def _captions(ids: Sequence[str]) -> dict[str, Caption]:
    texts = Caption.objects.filter(pk__in=ids).select_related("author")
    return {str(text.pk): text for text in texts}


def _mask_captions(masks: Sequence[ManifestMask]) -> dict[str, MaskCaption]:
    """Find, for each mask, the first caption with the words and the take that the version froze.

    The first one stays the first: later captions, with the same words too, change no export.
    """
    if not masks:
        return {}
    told = {mask["mask"]: (mask["caption"], mask.get("caption_recording")) for mask in masks}
    texts = MaskCaption.objects.filter(mask__in=list(told)).select_related("author")
    found: dict[str, MaskCaption] = {}
    for text in texts.order_by("created_at", "pk"):
        take = None if text.recording_id is None else str(text.recording_id)
        if told[str(text.mask_id)] == (text.text, take):
            found.setdefault(str(text.mask_id), text)
    missing = told.keys() - found.keys()
    if missing:
        raise DomainError(f"Mask {min(missing)} has not the caption that the version froze.")
    return found


def _checked(rows: Sequence[Mapping[str, object]], found: Mapping[str, Text]) -> list[Text]:
    """Return the texts in the order of time, each proved to be what was frozen."""
    texts = []
    for row in rows:
        text = found[str(row["id"])]
        if text.text != row["text"]:
            raise DomainError(f"Text {text.pk} is not what the version froze.")
        texts.append(text)
    return sorted(texts, key=lambda text: (text.created_at, text.pk))


def _takes(texts: Sequence[Transcript]) -> list[FrozenTake]:
    """Gather texts by their take, the oldest take first; of each kind the newest counts."""
    by_take: dict[UUID, dict[str, Transcript]] = defaultdict(dict)
    for text in texts:
        by_take[text.recording_id][text.kind] = text
    takes = [
        FrozenTake(text.recording, kinds.get(Kind.RAW), kinds.get(Kind.CORRECTED))
        for kinds in by_take.values()
        for text in list(kinds.values())[:1]
    ]
    return sorted(takes, key=lambda take: (take.recording.created_at, take.recording.pk))
