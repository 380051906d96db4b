"""Pages of what versions froze: so many images that they can be shown, each with its masks."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, TypeVar

from annotation.errors import InvalidInputError
from annotation.export_formats import SPLITS
from annotation.models import Image
from annotation.selectors.access import REVIEWERS
from annotation.selectors.version_criteria import UNFINISHED
from engine.datasets.manifest import is_sha256

T = TypeVar("T")
PAGE_IMAGES: Final = 24
PAGE_MASKS: Final = 600  # a page ends after the image in which it reaches so many


def splits_shown(role: str) -> AbstractSet[str]:
    """Return the splits that a member is shown image by image.

    Who may yet annotate an image is not shown what others have drawn on it so far.
    """
    return {*SPLITS} if role in REVIEWERS else {*SPLITS} - {UNFINISHED}


def after_of(cursor: str | None) -> str:
    """Return the digest that a page's images come after; empty: it is the first page.

    Raises:
        InvalidInputError: the cursor is no image's digest.

    """
    if cursor and not is_sha256(cursor):
        raise InvalidInputError("Not a cursor that this list gave.", field="cursor")
    return cursor or ""


def first_page(found: Iterator[T], count_masks: Callable[[T], int]) -> tuple[list[T], bool]:
    """Take a page of images; tell whether these were all."""
    page: list[T] = []
    masks = 0
    for each in found:
        if len(page) >= PAGE_IMAGES or masks >= PAGE_MASKS:
            return page, False
        page.append(each)
        masks += count_masks(each)
    return page, True


def live_images(project_id: int, digests: Sequence[str]) -> dict[str, Image]:
    """Return those that are not in the trash, by their sha256."""
    images = Image.objects.filter(project=project_id, sha256__in=digests, deleted_at=None)
    return {image.sha256: image for image in images}
