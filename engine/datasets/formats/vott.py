"""VoTT's JSON: a project's export with all assets, or a file for each asset.

Format: https://github.com/microsoft/VoTT. Rectangles and polygons are read. A region may have
several tags: the first is its label, the others are attributes.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source, read_json
from engine.datasets.formats.checked import (
    Fields,
    checked_fields,
    checked_list,
    checked_text,
    label_of,
    placed,
)
from engine.datasets.formats.format import Reader, Report
from engine.datasets.formats.objects import labels_in
from engine.datasets.formats.pictures import Pictures
from engine.datasets.formats.shapes import Size, box_around, number, polygon, size
from engine.datasets.formats.told_files import OBJECT, files_of, iter_told
from engine.datasets.json_stream import Element, iter_elements
from engine.datasets.naming import safe_name
from engine.datasets.sample import Annotation, Box, Dataset, Sample, labels_of
from engine.masks.rle import RLE

_LOOKED_AT: Final = 20  # files, and elements of each, before others are taken for another format's
_BOXES: Final = ("RECTANGLE", "SQUARE")


def read(source: Source, report: Report) -> Dataset:
    """Read all files of VoTT, each twice: first for the labels that it uses.

    Raises:
        DatasetError: there is none.

    """
    files = files_of(source, _is_ours, report, OBJECT)
    if not files:
        raise DatasetError("no JSON file of VoTT is there, with `assets` or an `asset`")
    pictures = Pictures(source)

    def samples() -> Iterator[Sample]:
        for name in files:
            try:
                assets = list(_assets(source, name))
            except DatasetError as problem:
                report(placed(problem, file=name))
                continue
            for field, asset in assets:
                try:
                    yield _sample(asset, pictures, name, field, report)
                except ValueError as error:
                    report(DatasetError(str(error), file=name, field=field))

    tags = (tag for name in files for tag in _tags(source, name))
    return Dataset(labels_of(dict.fromkeys(tags)), samples)


def is_in(source: Source) -> bool:
    return next(iter_told(source, _is_ours, most=_LOOKED_AT), None) is not None


def _is_ours(source: Source, name: str) -> bool:
    with source.file(name) as file:
        return any(_tells(each) for each in islice(iter_elements(file, name), _LOOKED_AT))


def _tells(element: Element) -> bool:
    value = element.value if isinstance(element.value, dict) else {}
    first = next(iter(value.values()), None) if element.key == "assets" else None
    return (isinstance(first, dict) and "asset" in first) or (
        element.key == "asset" and {"name", "size"} <= {*value}
    )


def _assets(source: Source, name: str) -> Iterator[tuple[str, object]]:
    """Yield each asset with where in the file it stands."""
    content = checked_fields(read_json(source, name))
    if "asset" in content:
        yield "asset", content
    for key, asset in checked_fields(content.get("assets", {})).items():
        yield f"assets.{key[:40]}", asset


def _tags(source: Source, name: str) -> Iterator[str]:
    """Yield the labels of regions; what is wrong is told when their image is read."""
    try:
        assets = list(_assets(source, name))
    except DatasetError:
        return
    for _, asset in assets:
        regions = asset.get("regions") if isinstance(asset, dict) else None
        for region in regions if isinstance(regions, list) else ():
            tags = region.get("tags") if isinstance(region, dict) else None
            if isinstance(tags, list):
                yield from labels_in([{"category": tag} for tag in tags[:1]])


def _sample(value: object, pictures: Pictures, file: str, field: str, report: Report) -> Sample:
    fields = checked_fields(value)
    asset = checked_fields(fields.get("asset"))
    sides = checked_fields(asset.get("size"))
    size_hw = size(sides.get("height"), sides.get("width"))
    annotations = []
    for index, region in enumerate(checked_list(fields.get("regions"), "regions")):
        try:
            annotations.append(_region(checked_fields(region), size_hw))
        except ValueError as error:
            report(DatasetError(str(error), file=file, field=f"{field}.regions", index=index))
    name = safe_name(checked_text(asset.get("name")))
    return Sample(name, size_hw, tuple(annotations), load_bytes=pictures.loader(name))


def _region(region: Fields, size_hw: Size) -> Annotation:
    tags = [checked_text(tag) for tag in checked_list(region.get("tags"), "tags")]
    rle, box = _drawn(region, size_hw)
    identity = checked_text(region.get("id", ""))
    others = dict.fromkeys(tags[1:], True)
    return Annotation(rle, label_of(tags[0]) if tags else None, box, identity, attributes=others)


def _drawn(region: Fields, size_hw: Size) -> tuple[RLE | None, Box | None]:
    kind = region.get("type")
    if kind in _BOXES:
        told = checked_fields(region.get("boundingBox"))
        x, y, width, height = (number(told.get(key)) for key in ("left", "top", "width", "height"))
        return None, box_around([(x, y), (x + width, y + height)])
    if kind == "POLYGON":
        corners = [checked_fields(each) for each in checked_list(region.get("points"), "points")]
        return polygon([(each.get("x"), each.get("y")) for each in corners], size_hw), None
    raise ValueError(f"is neither a rectangle nor a polygon, but {str(kind)[:20]}")


VOTT: Final = Reader("vott", "VoTT JSON", read, is_in)
