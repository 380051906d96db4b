"""What a version's one statement finds of an image, as a row of the manifest and as a sample."""

from collections import defaultdict
from collections.abc import Sequence, Set
from operator import itemgetter
from typing import Any, NamedTuple

from annotation.selectors.versions import AttributeNames
from engine.datasets.manifest import ManifestMask, ManifestRow
from engine.datasets.sample import Annotation, Sample
from engine.datasets.words import TakeTexts
from engine.masks.rle import digest


class FoundImage(NamedTuple):
    """An image with all that is said of it; the names are those of the statement's columns."""

    sha256: str
    file_name: str
    height: int
    width: int
    orientation: int
    group: str
    status: str
    is_holdout: bool
    mask_rows: list[dict[str, Any]]
    transcript_rows: list[dict[str, Any]]
    caption_rows: list[dict[str, Any]]


def manifest_row(image: FoundImage, attributes: AttributeNames, split: str) -> ManifestRow:
    """Return an image's row. Its masks are in the order in which they were found.

    What a version leaves out is no whole of a part in it, and nothing that words speak of.
    """
    own = {mask["mask"] for mask in image.mask_rows}
    return ManifestRow(
        image_sha256=image.sha256,
        file_name=image.file_name,
        size_hw=[image.height, image.width],
        group=image.group or None,
        split=split,
        masks=[_mask(mask, attributes, own) for mask in image.mask_rows],
        transcripts=[_transcript(each, own) for each in image.transcript_rows],
        captions=[_caption(caption) for caption in image.caption_rows],
    )


def takes_of(image: FoundImage) -> list[TakeTexts]:
    """Return the newest texts of each take."""
    newest: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for each in sorted(image.transcript_rows, key=itemgetter("created_at", "id")):
        newest[each["recording"]][each["kind"]] = each["text"]
    return [TakeTexts(**texts) for texts in newest.values()]


def sample_of(row: ManifestRow, masks: Sequence[dict[str, Any]]) -> Sample:
    """Return an image as far as traits are counted on it."""
    height, width = row["size_hw"]
    return Sample(
        row["file_name"],
        (height, width),
        tuple(
            Annotation(
                each["rle"],
                mask["label"],
                id=mask["mask"],
                parent=mask["parent"],
                z=mask.get("z", 0),
                caption=mask.get("caption"),
                attributes=mask.get("attributes", {}),
                predicted_iou=(each["estimate"] or {}).get("predicted_iou"),
                extra={"revision": mask["revision"]},
            )
            for each, mask in zip(masks, row["masks"], strict=True)
        ),
        tuple(str(caption["text"]) for caption in row["captions"]),
        row["split"],
        row["group"],
        row["image_sha256"],
    )


def _mask(found: dict[str, Any], attributes: AttributeNames, own: Set[str]) -> ManifestMask:
    names = attributes.get(found["label"], ())
    values = {key: value for key, value in found["attributes"].items() if key in names}
    mask = ManifestMask(
        mask=found["mask"],
        revision=str(found["revision"]),
        label=None if found["label"] is None else str(found["label"]),
        rle_digest=digest(found["rle"]),
        parent=found["parent"] if found["parent"] in own else None,
    )
    if values:
        mask["attributes"] = values
    if found["z"]:
        mask["z"] = found["z"]
    said = found["caption"] or {}
    if said.get("text"):
        mask["caption"] = said["text"]
        if said["recording"]:
            mask["caption_recording"] = said["recording"]
    return mask


def _transcript(found: dict[str, Any], own: Set[str]) -> dict[str, Any]:
    """Keep the phrases that speak of masks of the version, and the mask that the take is about.

    Without any, the row is as ever.
    """
    linked = [
        {**each, "masks": [mask for mask in each["masks"] if mask in own]}
        for each in found["phrases"]
    ]
    phrases = [each for each in linked if each["masks"]]
    told = {key: found[key] for key in ("id", "kind", "recording", "text")}
    about = {"mask": found["mask"]} if found["mask"] else {}
    return told | about | ({"phrases": phrases} if phrases else {})


def _caption(found: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a caption has not: rows from before there were such things stay the same."""
    parts = [_words(part) for part in found.pop("parts")]
    return _words(found) | ({"parts": parts} if parts else {})


def _words(found: dict[str, Any]) -> dict[str, Any]:
    """Name a bundle only where the words are its own."""
    return {key: value for key, value in found.items() if key != "bundle" or value is not None}
