"""What a version froze of people's words: the texts that a captioner learns from or is held to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from annotation.models import Caption, DatasetVersion
from annotation.selectors.frozen_texts import FrozenTexts, with_texts
from annotation.selectors.versions import FrozenImage, frozen_images, version_header
from engine.captioning.items import Caption as Text
from engine.captioning.items import LabelledMask, Style

BATCH: Final = 50  # images


@dataclass(frozen=True, slots=True)
class FrozenDescription:
    """An image with its labelled masks and what people said and wrote about it."""

    sha256: str
    size_hw: tuple[int, int]
    masks: list[LabelledMask]
    texts: list[Text]


def frozen_descriptions(version: DatasetVersion, split: str) -> Iterator[FrozenDescription]:
    """Yield the images of a split that somebody has described, a batch of them at a time.

    Of each image: the newest caption of each author; of the merged ones, which repeat each other,
    only the newest; and what was said in each take, once it is corrected.
    """
    names = {str(label["id"]): label["name"] for label in version_header(version)["labels"]}
    images = frozen_images(version, split)
    while batch := list(islice(images, BATCH)):
        found = with_texts([image.row for image in batch])
        for image, texts in zip(batch, found, strict=True):
            words = [*_written(texts), *_spoken(texts)]
            if words:
                height, width = image.row["size_hw"]
                masks = _labelled(image, names)
                yield FrozenDescription(image.row["image_sha256"], (height, width), masks, words)


def _labelled(image: FrozenImage, names: dict[str, str]) -> list[LabelledMask]:
    labels = [mask["label"] for mask in image.row["masks"]]
    return [
        LabelledMask(mask.rle, None if label is None else names[label])
        for mask, label in zip(image.masks, labels, strict=True)
    ]


def _written(texts: FrozenTexts) -> list[Text]:
    """Choose the newest of each author, and of merged ones the newest; a model's are none."""
    by_people = [each for each in texts.captions if each.author_id is not None]
    newest_of = {each.author_id: each for each in by_people}
    parts = texts.parts
    by_kind: dict[int | str | None, Caption] = {
        "merged" if parts[str(each.pk)] else each.author_id: each
        for each in by_people
        if newest_of[each.author_id] is each
    }
    return _styled((each.text for each in by_kind.values()), "clean")


def _spoken(texts: FrozenTexts) -> list[Text]:
    """Choose the newest correction of each take; what was said of one mask describes no image."""
    of_image = (take.corrected for take in texts.takes if take.recording.mask_id is None)
    return _styled((said.text for said in of_image if said), "raw")


def _styled(texts: Iterable[str], style: Style) -> list[Text]:
    said = (" ".join(text.split()) for text in texts)
    return [Text(text, style) for text in said if text]
