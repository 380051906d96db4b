"""Nothing comes out of any reader that is no image, no box or no text, whatever it lets through."""

from collections.abc import Iterable

import numpy as np
import pytest

from engine.datasets.formats import Reader
from engine.datasets.formats.border import CUT
from engine.datasets.sample import Annotation, Box, Label, Prediction, Sample
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


@pytest.mark.parametrize(
    "box", [(1, 1, 0, 2), (3, 3, 0, 0), (-5, 1, 5, 2), (9, 1, 2, 2), (1, 6, 2, 2)]
)
def test_box_that_covers_nothing_of_the_image_is_told(box: Box) -> None:
    [found], problems = through(Sample("a.png", SIZE_HW, (Annotation(None, box_xywh=box), MASK)))

    assert found.annotations == (MASK,)
    assert [each.partition(" covers ")[2] for each in problems] == [
        "nothing of the image, which is 8 x 6"
    ]
    assert problems[0].startswith("a.png: objects[0]: a box of ")


@pytest.mark.parametrize(
    ("box", "part"),
    [
        ((-9, 1, 12, 2), (0, 1, 3, 2)),
        ((6, 4, 9, 9), (6, 4, 2, 2)),
        ((-1, -1, 99, 99), (0, 0, 8, 6)),
    ],
)
def test_box_that_lies_partly_on_the_image_is_cut_at_its_edge_and_counted(
    box: Box, part: Box
) -> None:
    objects = (Annotation(None, box_xywh=box), Annotation(None, box_xywh=(0, 0, 8, 6)), MASK)

    [found], problems = through(Sample("a.png", SIZE_HW, objects, left_out={"traces left out": 1}))

    assert [each.box_xywh for each in found.annotations] == [part, (0, 0, 8, 6), None]
    assert found.left_out == {CUT: 1, "traces left out": 1}
    assert problems == []


def test_box_that_sums_have_put_a_hair_beyond_the_edge_stays_as_it_is() -> None:
    hair = Annotation(None, box_xywh=(0.1, 0.2, 7.9000001, 5.8000001))
    sample = Sample("a.png", SIZE_HW, (hair,))

    assert through(sample) == ([sample], [])


def test_objects_that_are_parts_of_themselves_are_told_and_come_as_wholes() -> None:
    parents = {"p": "q", "q": "r", "r": "p", "s": "s", "t": "p", "u": "t"}
    objects = [Annotation(MASK.rle, id=each, parent=parents[each]) for each in parents]

    [found], problems = through(Sample("a.png", SIZE_HW, tuple(objects)))

    assert [each.parent for each in found.annotations] == [None, None, None, None, "p", "t"]
    assert problems == [f"a.png: mask {each} is a part of itself" for each in "pqrs"]


def test_text_that_is_none_is_left_out_everywhere() -> None:
    cell = Annotation(MASK.rle, "ce\ud800ll", id="m\0", attributes={"a": "\ud800", "b": 1.5})
    sample = Sample("\ud800.png", SIZE_HW, (cell,), ("A\0.",), "tr\ud800ain", "\ud800", "\0")

    [found], problems = through(sample, labels=["ce\ud800ll", "cell", "\ud800"])

    clean = Annotation(MASK.rle, "cell", id="m", attributes={"b": 1.5})
    assert found == Sample("_.png", SIZE_HW, (clean,), ("A.",), "train", "", "")
    assert problems == []
