"""Datasets with all that a format may stumble over; what is written of them is read again."""

import io
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from engine.datasets.sample import Annotation, Dataset, Label, Sample
from engine.masks.rle import Mask, encode

LABELS = (Label("cell", 1), Label("Zellkern, groß", 2), Label("核 \"<&'>", 3), Label("unused", 4))


def picture(size_hw: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size_hw[::-1], (90, 140, 40)).save(out, "PNG")
    return out.getvalue()


def box(size_hw: tuple[int, int], y: slice, x: slice) -> Mask:
    mask = np.zeros(size_hw, bool)
    mask[y, x] = True
    return mask


def corpus() -> list[Sample]:
    """Holes, detached parts, overlaps, one pixel, a whole image, parts of parts, no objects."""
    hole = box((20, 30), slice(2, 18), slice(3, 27))
    hole[5:9, 6:20] = False
    hole[6, 10] = True
    detached = box((20, 30), slice(0, 3), slice(0, 3)) | box((20, 30), slice(15, 20), slice(25, 30))
    shapes = Sample(
        "shapes/holes.png",
        (20, 30),
        (
            Annotation(encode(hole), "cell", id="m1"),
            Annotation(encode(detached), "Zellkern, groß", id="m2", z=2),
            Annotation(encode(box((20, 30), slice(4, 10), slice(4, 12))), "cell", id="m3", z=-1),
            Annotation(encode(box((20, 30), slice(9, 10), slice(29, 30))), None, id="m4"),
        ),
        split="train",
        group="slide 1",
        sha256="0" * 64,
    )
    whole = Sample(
        "whole.png",
        (7, 5),
        (
            Annotation(encode(np.ones((7, 5), bool)), "cell", id="a", caption="All of it."),
            Annotation(encode(box((7, 5), slice(1, 6), slice(1, 4))), "cell", id="b", parent="a"),
            Annotation(
                encode(box((7, 5), slice(2, 4), slice(2, 3))),
                "核 \"<&'>",
                id="c",
                parent="b",
                attributes={"round": True, "size": 2.5, "kind": "größer"},
                predicted_iou=0.875,
                stability_score=0.75,
            ),
        ),
        captions=("Eine Zelle in einer Zelle.", "A cell.\nIn a cell."),
        split="holdout",
    )
    odd_name = Sample(
        "Ä ordner/bild 1 (kopie).v2.png",
        (4, 9),
        (
            Annotation(encode(box((4, 9), slice(0, 4), slice(0, 1))), "cell", id="x"),
            Annotation(None, "cell", (1.5, 0.25, 3.0, 2.0), id="y"),
        ),
        split="train",
    )
    crowd = Sample(
        "crowd.png",
        (6, 6),
        (Annotation(encode(np.eye(6, dtype=bool)), "cell", id="e", is_crowd=True),),
        split="train",
    )
    empty = Sample("empty.png", (3, 8), split="train")
    return [with_picture(each) for each in (shapes, whole, odd_name, crowd, empty)]


def with_picture(sample: Sample) -> Sample:
    return replace(sample, load_bytes=lambda: picture(sample.size_hw))


def dataset_of(samples: list[Sample], labels: tuple[Label, ...] = LABELS) -> Dataset:
    def again() -> Iterator[Sample]:
        return iter(samples)

    return Dataset(labels, again, name="corpus", version="f" * 64)


def annotations(size_hw: tuple[int, int]) -> st.SearchStrategy[Annotation]:
    masks = hnp.arrays(bool, size_hw).filter(np.any).map(encode)
    names = st.sampled_from([None, *(label.name for label in LABELS)])
    return st.builds(Annotation, masks, names, z=st.integers(-3, 3), is_crowd=st.booleans())


@st.composite
def samples(draw: st.DrawFn) -> list[Sample]:
    """A few images with masks at random; each name once."""
    found = []
    for number in range(draw(st.integers(1, 3))):
        size_hw = (draw(st.integers(1, 9)), draw(st.integers(1, 9)))
        listed = draw(st.lists(annotations(size_hw), max_size=4))
        own = tuple(replace(each, id=f"m{n}") for n, each in enumerate(listed))
        split = draw(st.sampled_from(["train", "holdout"]))
        found.append(with_picture(Sample(f"{number}.png", size_hw, own, split=split)))
    return found
