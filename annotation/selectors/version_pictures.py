"""What a version holds, image by image, to look at."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import BinaryIO

from annotation.models import DatasetVersion, Image
from annotation.selectors.version_pages import after_of, first_page, live_images
from annotation.selectors.versions import manifest_path_to_serve, shapes_of
from engine.datasets.diff_labels import label_names
from engine.datasets.manifest import ManifestRow
from engine.datasets.manifest_lines import header_of, lines_of
from engine.masks.rle import RLE


@dataclass(frozen=True, slots=True)
class FrozenPicture:
    """An image as the version froze it, as it can be shown."""

    row: ManifestRow
    image: Image | None  # None: it is in the trash
    shapes: Mapping[str, RLE]  # of its masks, by digest
    names: Mapping[str, str]  # of labels, by id


@dataclass(frozen=True, slots=True)
class PicturePage:
    """Some of a version's images, and after which of them the next page begins."""

    results: list[FrozenPicture]
    next: str | None


def picture_page(
    version: DatasetVersion, cursor: str | None, splits: AbstractSet[str]
) -> PicturePage:
    """Return the images of these splits that come after the cursor, with their masks.

    They come in the order of their digests, so that the first are as good as drawn at random.

    Raises:
        InvalidInputError: the cursor is no image's digest.

    """
    after = after_of(cursor)
    with manifest_path_to_serve(version.pk).open("rb") as file:
        names = label_names(header_of(file))
        rows, is_last = first_page(_rows(file, after, splits), lambda row: len(row["masks"]))
    shapes = shapes_of([mask for row in rows for mask in row["masks"]])
    digests = [row["image_sha256"] for row in rows]
    images = live_images(version.project_id, digests)
    results = [
        FrozenPicture(row, images.get(digest), shapes, names)
        for row, digest in zip(rows, digests, strict=True)
    ]
    return PicturePage(results, None if is_last else digests[-1])


def _rows(file: BinaryIO, after: str, splits: AbstractSet[str]) -> Iterator[ManifestRow]:
    rows = (line.parsed() for line in lines_of(file, after=after))
    return (row for row in rows if row["split"] in splits)
