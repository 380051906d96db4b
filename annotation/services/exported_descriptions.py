"""The rows of descriptions that a version leaves as: texts alone, the same for ever."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from annotation.models import Caption, DatasetVersion, Transcript
from annotation.selectors.frozen_texts import FrozenTake, FrozenTexts, frozen_texts
from annotation.selectors.grounding import words_of
from annotation.selectors.versions import version_header
from annotation.services.export_archive import Report
from engine.datasets.descriptions import (
    CaptionedMask,
    CaptionPart,
    CleanCaption,
    Description,
    LinkedPhrase,
    SpokenText,
    Take,
    write_descriptions,
)

LabelNames = Mapping[str, str]  # by the label's id, as a manifest spells it


def write_version_descriptions(
    version: DatasetVersion, out: BinaryIO, report: Report | None = None
) -> None:
    """Stream a row for each image that somebody spoke or wrote of."""
    write_descriptions(out, _descriptions(version, report))


def linked_phrases(frozen: FrozenTexts, transcript: Transcript) -> tuple[LinkedPhrase, ...]:
    """Return the transcript's phrases whose masks a person confirmed before the version was cut."""
    return tuple(
        LinkedPhrase(each["first"], each["end"], tuple(each["masks"]))
        for each in frozen.phrases[str(transcript.pk)]
    )


def _descriptions(version: DatasetVersion, report: Report | None) -> Iterator[Description]:
    labels = {str(label["id"]): label["name"] for label in version_header(version)["labels"]}
    for number, frozen in enumerate(frozen_texts(version), start=1):
        yield _description(frozen, labels)
        if report is not None:
            report(number, version.counts["images"])


def _description(frozen: FrozenTexts, labels: LabelNames) -> Description:
    row = frozen.row
    height, width = row["size_hw"]
    return Description(
        image_sha256=row["image_sha256"],
        file_name=row["file_name"],
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
