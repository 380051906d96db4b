"""Two versions of one project compared: in totals, and image by image.

Both manifests are read from local copies; shapes come from the revisions, which are never changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Final

from annotation.errors import InvalidInputError
from annotation.export_formats import SPLITS
from annotation.models import DatasetVersion, Image
from annotation.selectors.version_pages import after_of, first_page, live_images
from annotation.selectors.versions import manifest_path, manifest_path_to_serve, shapes_of
from engine.datasets.diff import FindRLEs, ImageChange, diff_manifests, measured, with_ious
from engine.datasets.diff_labels import label_names
from engine.datasets.diff_totals import Summary, totals_of
from engine.datasets.manifest import ManifestMask
from engine.datasets.manifest_lines import header_of
from engine.masks.rle import RLE

# Shapes that a request measures, most of a second's work for each thousand masks. Images come in
# the order of their digests, so that the first of them are as good as drawn at random.
MOST_MEASURED: Final = 20_000


@dataclass(frozen=True, slots=True)
class ChangedImage:
    """An image that differs, as it can be shown."""

    change: ImageChange
    image: Image | None  # None: it is in the trash
    shapes: Mapping[str, RLE]  # of its masks that differ, by digest
    names: Mapping[str, str]  # of labels, by id: what the later version calls them, or the earlier


@dataclass(frozen=True, slots=True)
class DiffPage:
    """Some of the images that differ, and after which of them the next page begins."""

    results: list[ChangedImage]
    next: str | None


def check_comparable(before: DatasetVersion, after: DatasetVersion) -> None:
    """Refuse versions that have nothing in common.

    Raises:
        InvalidInputError: they are of two projects.

    """
    if before.project_id != after.project_id:
        raise InvalidInputError("Only versions of one project can be compared.", field="after")


def diff_totals(before: DatasetVersion, after: DatasetVersion) -> Summary:
    """Count what changed, and measure each shape that did; memory does not grow with them."""
    check_comparable(before, after)
    return _totals(manifest_path(before), manifest_path(after), shapes_of)


def diff_totals_to_serve(before: DatasetVersion, after: DatasetVersion) -> Summary:
    """Do the same for requests: of many shapes measure some, and answer again from memory."""
    check_comparable(before, after)
    return _kept_totals(before.pk, after.pk)


def diff_page(
    before: DatasetVersion,
    after: DatasetVersion,
    cursor: str | None,
    splits: AbstractSet[str] = frozenset(SPLITS),
) -> DiffPage:
    """Return the images that changed and come after the cursor, with their masks' shapes.

    Those alone that are in one of `splits` in each of the versions that has them.

    Raises:
        InvalidInputError: as above, or the cursor is no image's digest.

    """
    check_comparable(before, after)
    begin = after_of(cursor)
    paths = (manifest_path_to_serve(version.pk) for version in (before, after))
    with _opened(*paths) as (a, b):
        changes_after = diff_manifests(a, b, after=begin)
        found = (each for each in changes_after if _splits_of(each) <= splits)
        changes, is_last = first_page(found, lambda change: len(change.masks))
        names = label_names(header_of(a)) | label_names(header_of(b))
    shapes = shapes_of(
        [
            side
            for each in changes
            for mask in each.masks
            for side in (mask.before, mask.after)
            if side
        ]
    )
    digests = [change.row["image_sha256"] for change in changes]
    images = live_images(after.project_id, digests)
    results = [
        ChangedImage(measured(change, shapes), images.get(digest), shapes, names)
        for change, digest in zip(changes, digests, strict=True)
    ]
    return DiffPage(results, None if is_last else digests[-1])


def _splits_of(change: ImageChange) -> set[str]:
    return {row["split"] for row in (change.before, change.after) if row}


@lru_cache(maxsize=100)
def _kept_totals(before: str, after: str) -> Summary:
    paths = manifest_path_to_serve(before), manifest_path_to_serve(after)
    return _totals(*paths, _of_the_first(MOST_MEASURED))


def _of_the_first(most: int) -> FindRLEs:
    """Return a look-up of shapes that finds none once so many masks were asked for."""
    asked = 0

    def find(masks: Sequence[ManifestMask]) -> Mapping[str, RLE]:
        nonlocal asked
        if asked >= most:
            return {}
        asked += len(masks) // 2  # each has two sides
        return shapes_of(masks)

    return find


def _totals(before: Path, after: Path, find: FindRLEs) -> Summary:
    with _opened(before, after) as (a, b):
        totals = totals_of(with_ious(diff_manifests(a, b), find))
        return totals.summary(header_of(a), header_of(b))


@contextmanager
def _opened(before: Path, after: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    with before.open("rb") as a, after.open("rb") as b:
        yield a, b
