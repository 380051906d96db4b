"""Nothing comes out of any reader that is no image, no box or no text, whatever it lets through."""

from collections.abc import Iterable

import numpy as np
import pytest

from engine.datasets.formats import Reader
from engine.datasets.sample import Annotation, Label, Prediction, Sample
from engine.masks.rle import encode
from tests.engine.datasets_broken import read_files
from tests.engine.datasets_corpus import dataset_of

SIZE_HW = (6, 8)
MASK = Annotation(encode(np.ones(SIZE_HW, bool)), id="m")


def through(*samples: Sample, labels: Iterable[str] = ()) -> tuple[list[Sample], list[str]]:
    """Read by a format whose reading lets everything through."""
    named = tuple(Label(name, number) for number, name in enumerate(labels, start=1))
    dataset = dataset_of(list(samples), named)
    careless = Reader("careless", "Careless", lambda *_: dataset, lambda _: True)
    found, _, problems = read_files(careless, {})
    return found, problems


@pytest.mark.parametrize("size_hw", [(0, 8), (-6, 8), (6, 2**31), (10**30, 8)])
def test_image_without_a_size_that_one_has_is_told_and_the_others_come(
    size_hw: tuple[int, int],
) -> None:
    found, problems = through(Sample("a.png", size_hw), Sample("b.png", SIZE_HW))

    assert [each.file_name for each in found] == ["b.png"]
    assert [each.partition(" and ")[0] for each in problems] == ["a.png: height"]


def test_image_that_is_described_alone_has_no_size() -> None:
    sample = Sample("a.png", (0, 0), captions=("A cell.",))

    assert through(sample) == ([sample], [])


@pytest.mark.parametrize(
    "box", [None, (1, 1, -2, 2), (1, 1, 2, float("nan")), (float("inf"), 1, 2, 2), (1, 2, 3)]
)
def test_box_that_is_none_is_told_by_its_object_and_what_is_beside_it_stays(box: object) -> None:
    bad = Annotation(None, box_xywh=box)  # type: ignore[arg-type]  # on purpose
    sample = Sample("a.png", SIZE_HW, (MASK, bad), predictions=(Prediction("net", (bad, MASK)),))

    [found], problems = through(sample)

    assert found.annotations == (MASK,)
    assert found.predictions == (Prediction("net", (MASK,)),)
    assert [each.partition(": a box")[0] for each in problems] == [
        "a.png: objects[1]",
        "a.png: proposals[0]",
    ]


def test_text_that_is_none_is_left_out_everywhere() -> None:
    cell = Annotation(MASK.rle, "ce\ud800ll", id="m\0", attributes={"a": "\ud800", "b": 1.5})
    sample = Sample("\ud800.png", SIZE_HW, (cell,), ("A\0.",), "tr\ud800ain", "\ud800", "\0")

    [found], problems = through(sample, labels=["ce\ud800ll", "cell", "\ud800"])

    clean = Annotation(MASK.rle, "cell", id="m", attributes={"b": 1.5})
    assert found == Sample("_.png", SIZE_HW, (clean,), ("A.",), "train", "", "")
    assert problems == []
