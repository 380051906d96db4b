"""Descriptions in JSON lines, the same for ever, with the images where these were asked for."""

import zipfile
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from annotation import storage
from annotation.models import Caption, DatasetVersion, Transcript
from annotation.selectors.frozen_texts import FrozenTake, FrozenTexts, frozen_texts
from annotation.selectors.grounding import words_of
from annotation.selectors.version_dataset import (
    UniqueName,
    label_names,
    tells_addresses,
    unique_names,
)
from annotation.selectors.versions import version_header
from annotation.services.export_archive import Report, copy_image, entry
from engine.datasets.choosing import EVERYTHING, Choice
from engine.datasets.descriptions import (
    DESCRIPTIONS_FILE,
    CaptionedMask,
    CaptionPart,
    CleanCaption,
    Description,
    LinkedPhrase,
    SpokenText,
    Take,
    relative_url,
    write_descriptions,
)
from engine.datasets.formats.pictures import FOLDER

LabelNames = Mapping[str, str]  # by the label's id, as a manifest spells it


def write_version_descriptions(
    version: DatasetVersion, archive: zipfile.ZipFile, report: Report | None, choice: Choice
) -> None:
    """Write descriptions.jsonl, a row for each chosen image that somebody spoke or wrote of."""
    # Of everything rows tell the names that images came with, whatever these are.
    name_of = _own_name if choice == EVERYTHING else unique_names(version)
    images = f"{FOLDER}/" if choice.has_images else ""
    url_of = _address if tells_addresses(version, choice) else partial(relative_url, images=images)
    with entry(archive, DESCRIPTIONS_FILE) as out:
        write_descriptions(out, _descriptions(version, report, choice, name_of), url_of)
    if choice.has_images:
        for frozen in frozen_texts(version, choice):
            row = frozen.row
            sha256 = row["image_sha256"]
            copy_image(archive, f"{images}{name_of(row['file_name'], sha256)}", sha256)


def _address(description: Description) -> str:
    return storage.original_address(description.image_sha256)


def _own_name(name: str, sha256: str) -> str:  # noqa: ARG001  # whatever its contents
    return name


def linked_phrases(frozen: FrozenTexts, transcript: Transcript) -> tuple[LinkedPhrase, ...]:
    """Return the transcript's phrases whose masks a person confirmed before the version was cut."""
    return tuple(
        LinkedPhrase(each["first"], each["end"], tuple(each["masks"]))
        for each in frozen.phrases[str(transcript.pk)]
    )


def _descriptions(
    version: DatasetVersion, report: Report | None, choice: Choice, name_of: UniqueName
) -> Iterator[Description]:
    labels = _label_names(version, choice)
    for number, frozen in enumerate(frozen_texts(version, choice), start=1):
        yield _description(frozen, labels, name_of)
        if report is not None:
            report(number, version.counts["images"])


def _label_names(version: DatasetVersion, choice: Choice) -> LabelNames:
    header = version_header(version)
    if not choice.labels:  # as ever, also where a deleted label had the name of another
        return {str(label["id"]): label["name"] for label in header["labels"]}
    new = {label: choice.labels.get(name, name) for label, name in label_names(header).items()}
    return {label: name for label, name in new.items() if name is not None}


def _description(frozen: FrozenTexts, labels: LabelNames, name_of: UniqueName) -> Description:
    row = frozen.row
    height, width = row["size_hw"]
    return Description(
        image_sha256=row["image_sha256"],
        file_name=name_of(row["file_name"], row["image_sha256"]),
        size_hw=(height, width),
        split=row["split"],
        takes=tuple(_take(frozen, take) for take in frozen.takes),
        captions=tuple(
            _caption(caption, frozen.parts[str(caption.pk)]) for caption in frozen.captions
        ),
        masks=tuple(
            CaptionedMask(
                mask["mask"],
                labels.get(mask["label"] or ""),
                mask["caption"],
                frozen.mask_captions[mask["mask"]].author.username,
                mask.get("caption_recording"),
            )
            for mask in row["masks"]
            if "caption" in mask
        ),
    )


def _take(frozen: FrozenTexts, take: FrozenTake) -> Take:
    return Take(
        recording=str(take.recording.pk),
        speaker=take.recording.user.username,
        raw=_spoken(frozen, take.raw) if take.raw else None,
        corrected=_spoken(frozen, take.corrected) if take.corrected else None,
        mask=None if take.recording.mask_id is None else str(take.recording.mask_id),
    )


def _spoken(frozen: FrozenTexts, transcript: Transcript) -> SpokenText:
    return SpokenText(
        id=str(transcript.pk),
        maker=transcript.author.username if transcript.author else transcript.model,
        text=transcript.text,
        words=tuple(words_of(transcript)) if transcript.words else (),
        phrases=linked_phrases(frozen, transcript),
    )


def _caption(caption: Caption, parts: list[dict[str, Any]]) -> CleanCaption:
    """Return a caption with its parts; without any it is all of one maker."""
    told = [
        CaptionPart(each["author"], each["recording"], each["text"], each.get("bundle"))
        for each in parts
    ]
    author = caption.author.username if caption.author else None
    recording = None if caption.recording_id is None else str(caption.recording_id)
    whole = CaptionPart(author, recording, caption.text, caption.bundle_id)
    return CleanCaption(str(caption.pk), caption.text, tuple(told or [whole]))
