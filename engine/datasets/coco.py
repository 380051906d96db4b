"""COCO JSON in and out: masks exact, holes and detached parts included.

`read_coco` takes instances with RLE or polygons, boxes and captions; it holds images and canonical
RLEs in memory, not the file. The writer streams, writes RLE only, and passes every other field
through, so that provenance travels. Larger files are read over the disk: coco_index.py.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import BinaryIO, cast

from engine.canonical import canonical_json
from engine.datasets.coco_entries import (
    CocoAnnotation,
    CocoCategory,
    CocoDataset,
    CocoImage,
    size_hw_in,
)
from engine.datasets.coco_reader import CocoReader, unknown_category
from engine.datasets.errors import DatasetError
from engine.masks.rle import area, bbox_xywh
from engine.masks.validate import InvalidMaskError, validate_rle

__all__ = [
    "CocoAnnotation",
    "CocoCategory",
    "CocoDataset",
    "CocoImage",
    "DatasetError",
    "find_image",
    "read_coco",
    "write_coco",
]


def read_coco(
    source: Path | BinaryIO, *, on_problem: Callable[[DatasetError], None] | None = None
) -> CocoDataset:
    """Read a COCO file. Raise DatasetError that names file, field and index.

    With `on_problem`, an entry that cannot be used is reported there and left out, and so are the
    annotations that name it; faults of the JSON itself still raise, and so does a file of which no
    image is one. Without, the first fault raises: who measures or trains wants all of it or none.
    """
    if isinstance(source, Path):
        with source.open("rb") as file:
            return _read(file, source.name, on_problem)
    return _read(source, Path(str(getattr(source, "name", "COCO file"))).name, on_problem)


def _read(
    file: BinaryIO, name: str, on_problem: Callable[[DatasetError], None] | None
) -> CocoDataset:
    content = CocoDataset()
    CocoReader(name, content, on_problem).read(file)
    known = {None, *content.categories}
    kept = []
    for annotation, place in zip(content.annotations, content.places, strict=True):
        if annotation.category_id in known:
            kept.append(annotation)
            continue
        problem = unknown_category(annotation.category_id, name, place)
        if on_problem is None:
            raise problem
        on_problem(problem)
    content.annotations = kept
    return content


def write_coco(
    out: BinaryIO,
    *,
    info: Mapping[str, object],
    categories: Iterable[Mapping[str, object]] | None,
    images: Iterable[Mapping[str, object]],
    annotations: Iterable[Mapping[str, object]],
) -> None:
    """Write a COCO file, one entry at a time. Memory: the images' sizes.

    Entries have COCO's own keys; `segmentation` is an RLE, or not there where a `bbox` is all, and
    neither is of a caption. An object's area, bbox and iscrowd are filled in; fields that COCO does
    not know are kept. A file of captions has no categories: where there is a list of them,
    pycocotools asks each annotation for its own.
    """
    sizes: dict[object, tuple[int, int]] = {}

    def sized_images() -> Iterable[Mapping[str, object]]:
        for index, image in enumerate(images):
            sizes[image["id"]] = size_hw_in(image, index, "")
            yield image

    out.write(b'{"info":' + canonical_json(dict(info)))
    if categories is not None:
        _write_list(out, "categories", categories)
    _write_list(out, "images", sized_images())
    filled = (_filled(item, index, sizes) for index, item in enumerate(annotations))
    _write_list(out, "annotations", filled)
    out.write(b"}\n")


def _write_list(out: BinaryIO, key: str, items: Iterable[Mapping[str, object]]) -> None:
    out.write(b',\n"' + key.encode() + b'":[')
    for index, item in enumerate(items):
        out.write((b",\n" if index else b"\n") + canonical_json(dict(item)))
    out.write(b"]")


def _filled(
    annotation: Mapping[str, object], index: int, sizes: Mapping[object, tuple[int, int]]
) -> dict[str, object]:
    size_hw = sizes.get(annotation["image_id"])
    if size_hw is None:
        raise DatasetError("image_id names no image", field="annotations", index=index)
    if "segmentation" not in annotation and "bbox" not in annotation:
        return dict(annotation)
    if "segmentation" not in annotation:
        _, _, width, height = cast("tuple[float, float, float, float]", annotation["bbox"])
        return {"area": width * height, "iscrowd": 0, **annotation}
    try:
        rle = validate_rle(annotation["segmentation"], size_hw)
    except InvalidMaskError as error:
        raise DatasetError(f"segmentation: {error}", field="annotations", index=index) from None
    own = {"area": area(rle), "bbox": list(bbox_xywh(rle)), "iscrowd": 0}
    return {**own, **annotation, "segmentation": rle}


def find_image(folder: Path, file_name: str) -> Path:
    """Find an image that a COCO file names, with or without its folder's own name.

    Raises:
        ValueError: it is not there.

    """
    for path in (folder / file_name, folder.parent / file_name, folder / Path(file_name).name):
        if path.is_file():
            return path
    raise ValueError(f"{file_name} is not in {folder}")
