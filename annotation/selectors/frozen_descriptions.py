"""What a version froze of people's words: the texts that a captioner learns from or is held to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from annotation.models import Caption, DatasetVersion
from annotation.selectors.frozen_texts import FrozenTexts, with_texts
from annotation.selectors.versions import frozen_rows
from engine.captioning.items import Caption as Text
from engine.captioning.items import Style

BATCH: Final = 50  # images


@dataclass(frozen=True, slots=True)
class FrozenDescription:
    """What people said and wrote about an image."""

    sha256: str
    texts: list[Text]


def frozen_descriptions(version: DatasetVersion, split: str) -> Iterator[FrozenDescription]:
    """Yield the images of a split that somebody has described, a batch of them at a time.

    Of each image: the newest caption of each author; of the merged ones, which repeat each other,
    only the newest; and what was said in each take, once it is corrected.
    """
    rows = (row for row in frozen_rows(version) if row["split"] == split)
    while batch := list(islice(rows, BATCH)):
        for texts in with_texts(batch):
            words = [*_written(texts), *_spoken(texts)]
            if words:
                yield FrozenDescription(texts.row["image_sha256"], words)


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
