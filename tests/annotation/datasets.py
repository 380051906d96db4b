"""Datasets of other tools to import: small, of real pictures, in any format."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace

from engine.datasets.files import ZipOut
from engine.datasets.formats import FORMATS, export
from engine.datasets.sample import Annotation, Dataset, Sample, labels_of
from tests.annotation.world import SIZE_HW, png, square


def cell(seed: int, *, label: str = "cell", is_broken: bool = False) -> Sample:
    """An image with a cell, a part of it and a caption; the bytes of a broken one are no image."""
    annotations = (
        Annotation(square(2, 2, 15), label, id="a", z=1),
        Annotation(square(4, 4), "nucleus", id="b", parent="a", caption="A round one."),
    )
    data = b"no image" if is_broken else png(seed)
    name = f"deep/{seed}.png"
    return Sample(name, SIZE_HW, annotations, (f"Cell {seed}.",), load_bytes=lambda: data)


def linked(name: str, *samples: Sample) -> bytes:
    """Write a dataset in a format, as a zip without its images: they are named alone."""
    return zipped(name, *(replace(each, load_bytes=None) for each in samples))


def zipped(name: str, *samples: Sample) -> bytes:
    """Write a dataset in a format, as a zip with its images."""
    labels: Sequence[str] = sorted(
        {each.label or "" for one in samples for each in one.annotations}
    )
    dataset = Dataset(labels_of(labels), lambda: iter(samples))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        export(replace(dataset, has_images=True), FORMATS[name], ZipOut(archive))
    return out.getvalue()
