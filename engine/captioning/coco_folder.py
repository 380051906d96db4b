"""Described images from COCO files: captions, masks, and a folder of photographs."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from engine.captioning.items import Caption, DescribedImage, LabelledMask, Look, Pixels
from engine.datasets.coco import CocoDataset, find_image, read_coco
from engine.masks.rle import area
from engine.media.images import decode_image
from engine.whole_file import whole_file

Encode = Callable[[Pixels], Look]


def read_folder(
    images: Path, captions: Path, masks: Sequence[Path], encode: Encode, cache: Path | None
) -> list[DescribedImage]:
    """Read every image that has a caption; `encode` runs at first use, and `cache` keeps it.

    Raises:
        DatasetError: a COCO file is not what it should be.
        ValueError: an image is not in the folder.

    """
    marked: defaultdict[str, list[LabelledMask]] = defaultdict(list)
    for path in masks:
        for name, mask in _masks_of(read_coco(path)):
            marked[name].append(mask)
    dataset = read_coco(captions)
    texts: defaultdict[int, list[Caption]] = defaultdict(list)
    for annotation in dataset.annotations:
        if annotation.caption and annotation.caption.strip():
            texts[annotation.image_id].append(Caption(annotation.caption.strip()))
    found = []
    for image in dataset.images.values():
        if texts[image.id]:
            path = find_image(images, image.file_name)
            look = partial(_look, path, encode, cache)
            pixels = partial(_pixels, path)
            found.append(
                DescribedImage(
                    path.name, image.size_hw, look, pixels, marked[path.name], texts[image.id]
                )
            )
    return found


def _masks_of(dataset: CocoDataset) -> Iterator[tuple[str, LabelledMask]]:
    """Each mask with its image's name; a crowd is no object."""
    for annotation in dataset.annotations:
        if annotation.rle and area(annotation.rle) and not annotation.is_crowd:
            category = dataset.categories.get(annotation.category_id or -1)
            name = Path(dataset.images[annotation.image_id].file_name).name
            yield name, LabelledMask(annotation.rle, category.name if category else None)


def _pixels(path: Path) -> Pixels:
    return decode_image(path.read_bytes()).pixels


def _look(path: Path, encode: Encode, cache: Path | None) -> Look:
    if cache is None:
        return encode(_pixels(path))
    kept = cache / f"{path.name}.npz"
    if not kept.is_file():
        look = encode(_pixels(path))
        with whole_file(kept) as scratch, scratch.open("wb") as out:
            np.savez(out, *look.maps, tags=np.array(look.tags, dtype=np.str_))
    with np.load(kept) as arrays:
        maps = [arrays[name] for name in sorted(arrays) if name != "tags"]
        return Look(maps, arrays["tags"].tolist())
