"""What a version froze of people's words: the texts that a captioner learns from or is held to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from annotation.models import Caption, DatasetVersion, Transcript
from annotation.selectors.versions import FrozenImage, frozen_images, version_header
from engine.captioning.items import Caption as Text
from engine.captioning.items import LabelledMask, Style

BATCH: Final = 50  # images
CORRECTED: Final = Transcript.Kind.CORRECTED.value


@dataclass(frozen=True, slots=True)
class FrozenDescription:
    """An image with its labelled masks and what people said and wrote about it."""

    sha256: str
    size_hw: tuple[int, int]
    masks: list[LabelledMask]
    texts: list[Text]


@dataclass(frozen=True, slots=True)
class _Maker:
    """Whose text it is, and when it was saved; a manifest's row tells neither."""

    author: int | None
    at: datetime


def frozen_descriptions(version: DatasetVersion, split: str) -> Iterator[FrozenDescription]:
    """Yield the images of a split that somebody has described, a batch of them at a time.

    Of each image: the newest caption of each author; of the merged ones, which repeat each other,
    only the newest; and what was said in each take, once it is corrected.
    """
    names = {str(label["id"]): label["name"] for label in version_header(version)["labels"]}
    images = frozen_images(version, split)
    while batch := list(islice(images, BATCH)):
        makers = _makers(batch)
        for image in batch:
            texts = [*_captions(image, makers), *_spoken(image, makers)]
            if texts:
                height, width = image.row["size_hw"]
                masks = _labelled(image, names)
                yield FrozenDescription(image.row["image_sha256"], (height, width), masks, texts)


def _labelled(image: FrozenImage, names: dict[str, str]) -> list[LabelledMask]:
    labels = [mask["label"] for mask in image.row["masks"]]
    return [
        LabelledMask(mask.rle, None if label is None else names[label])
        for mask, label in zip(image.masks, labels, strict=True)
    ]


def _makers(images: Sequence[FrozenImage]) -> dict[str, _Maker]:
    """Look the makers of all texts of a batch up, in two queries."""
    captions = [str(row["id"]) for image in images for row in image.row["captions"]]
    spoken = [str(row["id"]) for image in images for row in _corrected(image)]
    found: list[tuple[UUID, int | None, datetime]] = [
        *Caption.objects.filter(pk__in=captions).values_list("pk", "author_id", "created_at"),
        *Transcript.objects.filter(pk__in=spoken).values_list("pk", "author_id", "created_at"),
    ]
    return {str(pk): _Maker(author, at) for pk, author, at in found}


def _captions(image: FrozenImage, makers: dict[str, _Maker]) -> list[Text]:
    """Choose the newest of each author, and of merged ones the newest; a model's are none."""
    by_author = {
        author: row
        for row in _in_time(image.row["captions"], makers)
        if (author := makers[str(row["id"])].author) is not None
    }
    by_kind = {
        "merged" if row.get("parts") else author: row
        for author, row in sorted(by_author.items(), key=lambda pair: _at(pair[1], makers))
    }
    return _texts(by_kind.values(), "clean")


def _spoken(image: FrozenImage, makers: dict[str, _Maker]) -> list[Text]:
    """Choose the newest correction of each take."""
    by_take = {row["recording"]: row for row in _in_time(_corrected(image), makers)}
    return _texts(by_take.values(), "raw")


def _texts(rows: Iterable[dict[str, Any]], style: Style) -> list[Text]:
    said = (" ".join(row["text"].split()) for row in rows)
    return [Text(text, style) for text in said if text]


def _in_time(rows: Iterable[dict[str, Any]], makers: dict[str, _Maker]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: _at(row, makers))


def _at(row: dict[str, Any], makers: dict[str, _Maker]) -> tuple[datetime, str]:
    return makers[str(row["id"])].at, str(row["id"])


def _corrected(image: FrozenImage) -> list[dict[str, Any]]:
    return [row for row in image.row["transcripts"] if row["kind"] == CORRECTED]
