"""Pictures with what people said of them, from a COCO file of captions beside one of masks."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from engine.datasets.coco import find_image, read_coco
from workers.simulation.pictures import Picture, read_pictures, split_by_group


@dataclass(frozen=True, slots=True)
class DescribedPicture:
    """A picture, its masks where they are known, and a caption by each of several people."""

    picture: Picture
    captions: tuple[str, ...]


def read_described(images: Path, coco: Path, captions: Path) -> list[DescribedPicture]:
    """Return the images that have captions, in the order of their file.

    Raises:
        FileNotFoundError: an image is not in the folder.
        DatasetError: a COCO file is not what it should be.

    """
    marked = {picture.path.name: picture for picture in read_pictures(images, coco)}
    data = read_coco(captions)
    texts: dict[int, list[str]] = defaultdict(list)
    for annotation in data.annotations:
        if annotation.caption and annotation.caption.strip():
            texts[annotation.image_id].append(annotation.caption.strip())
    found = []
    for image in data.images.values():
        if texts[image.id]:
            path = find_image(images, image.file_name)
            group = image.group or image.file_name
            bare = Picture(path, image.file_name, group, image.size_hw, truth=())
            found.append(DescribedPicture(marked.get(path.name, bare), tuple(texts[image.id])))
    return found


def split_described(
    pictures: Sequence[DescribedPicture], *, holdout: float, seed: int
) -> tuple[list[DescribedPicture], list[DescribedPicture]]:
    """Return (for training, held out), both shuffled; held out is a share of those with masks."""
    by_path = {each.picture.path: each for each in pictures}
    marked = [each.picture for each in pictures if each.picture.truth]
    _, held_out = split_by_group(marked, holdout=holdout, seed=seed)
    groups = {picture.group for picture in held_out}
    training = [each for each in pictures if each.picture.group not in groups]
    Random(seed).shuffle(training)  # noqa: S311  # a split, not a secret
    return training, [by_path[picture.path] for picture in held_out]
