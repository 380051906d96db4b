"""A COCO file and its folder of images, and which of them are held out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from engine.datasets.coco import find_image, read_coco
from engine.masks.rle import RLE


@dataclass(frozen=True, slots=True)
class TrueMask:
    """One object as the COCO file has it."""

    rle: RLE
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One image with everything that is on it."""

    path: Path
    file_name: str
    group: str
    size_hw: tuple[int, int]
    truth: tuple[TrueMask, ...]


def read_pictures(images: Path, coco: Path) -> list[Picture]:
    """Return the images that have masks, in the order of the file.

    Raises:
        FileNotFoundError: an image is not in the folder.

    """
    data = read_coco(coco)
    truth: dict[int, list[TrueMask]] = defaultdict(list)
    for annotation in data.annotations:
        if annotation.rle is not None and not annotation.is_crowd:
            category = data.categories.get(annotation.category_id or 0)
            label = category.name if category else "object"
            truth[annotation.image_id].append(TrueMask(annotation.rle, label))
    return [
        Picture(
            path=find_image(images, image.file_name),
            file_name=image.file_name,
            group=image.group or image.file_name,
            size_hw=image.size_hw,
            truth=tuple(truth[image.id]),
        )
        for image in data.images.values()
        if truth[image.id]
    ]


def split_by_group(
    pictures: Sequence[Picture], *, holdout: float, seed: int
) -> tuple[list[Picture], list[Picture]]:
    """Return (for training, held out), both shuffled; a group is wholly on one side."""
    groups: dict[str, list[Picture]] = defaultdict(list)
    for picture in pictures:
        groups[picture.group].append(picture)
    names = sorted(groups)
    Random(seed).shuffle(names)  # noqa: S311  # a split, not a secret
    wanted = round(holdout * len(pictures))
    training: list[Picture] = []
    held_out: list[Picture] = []
    for name in names:
        fits = len(held_out) + len(groups[name]) <= wanted
        (held_out if fits else training).extend(groups[name])
    Random(seed).shuffle(training)  # noqa: S311
    Random(seed).shuffle(held_out)  # noqa: S311
    return training, held_out


def with_swapped_masks(pictures: Sequence[Picture]) -> list[Picture]:
    """Give each picture the masks of the next of its size; one that is alone is left out."""
    by_size: dict[tuple[int, int], list[Picture]] = defaultdict(list)
    for picture in pictures:
        by_size[picture.size_hw].append(picture)
    others = {
        picture.path: other.truth
        for alike in by_size.values()
        for picture, other in zip(alike, alike[1:] + alike[:1], strict=True)
        if other is not picture
    }
    return [replace(each, truth=others[each.path]) for each in pictures if each.path in others]
