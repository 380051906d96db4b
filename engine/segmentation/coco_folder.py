"""Annotated images from a COCO file and a folder of images, encoded when they are needed."""

from collections import defaultdict
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.datasets.coco import find_image, read_coco
from engine.masks.rle import RLE, area
from engine.media.images import decode_image
from engine.segmentation.items import AnnotatedImage, Embedding, Encode
from engine.segmentation.windows import Window, whole_of, windows_of
from engine.whole_file import whole_file


def read_groups(
    images: Path, coco: Path, encode: Encode, cache: Path | None = None
) -> dict[str, list[AnnotatedImage]]:
    """Return the images with masks by their group, those without one alone, in the file's order.

    Each can be looked at through any of its windows. `cache`, if given, keeps embeddings: 2 MB for
    each image and window that was looked through.

    Raises:
        DatasetError: the COCO file is not what it should be.
        ValueError: an image is not in the folder; when it is encoded, that its size is another.

    """
    dataset = read_coco(coco)
    masks: dict[int, list[RLE]] = defaultdict(list)
    for annotation in dataset.annotations:
        if annotation.rle and area(annotation.rle) and not annotation.is_crowd:
            masks[annotation.image_id].append(annotation.rle)
    groups: dict[str, list[AnnotatedImage]] = defaultdict(list)
    for image in dataset.images.values():
        if not masks[image.id]:
            continue
        path = find_image(images, image.file_name)
        look = partial(_look, path, image.size_hw, encode, cache)
        groups[image.group or image.file_name].append(
            AnnotatedImage(
                key=image.file_name,
                load_embedding=partial(look, whole_of(image.size_hw)),
                masks=masks[image.id],
                size_hw=image.size_hw,
                closer={window: partial(look, window) for window in windows_of(image.size_hw)},
                load_pixels=partial(_pixels, path, image.size_hw),
            )
        )
    return groups


def _look(
    path: Path, size_hw: tuple[int, int], encode: Encode, cache: Path | None, window: Window
) -> Embedding:
    kept = cache / f"{path.name}-{window.name}.npy" if cache else None
    if kept and kept.is_file():
        known: Embedding = np.load(kept, allow_pickle=False)
        return known
    seen = encode(window.crop(_pixels(path, size_hw)))
    if kept:
        with whole_file(kept) as scratch, scratch.open("wb") as out:
            np.save(out, seen)
    return seen


def _pixels(path: Path, size_hw: tuple[int, int]) -> NDArray[np.uint8]:
    decoded = decode_image(path.read_bytes())
    if decoded.size_hw != size_hw:
        raise ValueError(f"{path} is {decoded.size_hw} high and wide, its masks are {size_hw}")
    return decoded.pixels
