"""Simulated prompts fall where a person would click."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.masks.rle import encode
from engine.segmentation.prompts import CELL, corrections, first_prompts, grid_target


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def disc(centre: tuple[int, int], radius: int, size_hw: tuple[int, int]) -> NDArray[np.bool_]:
    y, x = np.ogrid[: size_hw[0], : size_hw[1]]
    return np.asarray((y - centre[0]) ** 2 + (x - centre[1]) ** 2 <= radius**2)


def test_a_target_keeps_the_area_and_leaves_the_padding_empty() -> None:
    mask = disc((100, 200), 60, (300, 600))

    target = grid_target(encode(mask))

    cell_px = (600 / 256) ** 2
    assert target.sum() * cell_px == pytest.approx(mask.sum(), rel=0.01)
    assert target[129:].max() == 0


def test_an_object_smaller_than_a_cell_is_still_clicked(rng: np.random.Generator) -> None:
    mask = np.zeros((2048, 2048), bool)
    mask[1000:1003, 500:503] = True
    target = grid_target(encode(mask))

    prompts = first_prompts(target[None], rng, box_share=0.0, centre_share=0.5)

    assert prompts.labels.tolist() == [[1, -1]]
    assert np.abs(prompts.points[0, 0] - [501 / 2, 1001 / 2]).max() < 2 * CELL


def test_first_points_lie_in_the_object_and_boxes_around_it(rng: np.random.Generator) -> None:
    targets = np.stack([disc((80, 120), 30, (256, 256))] * 40).astype(np.float32)

    points = first_prompts(targets, rng, box_share=0.0, centre_share=0.5)
    boxes = first_prompts(targets, rng, box_share=1.0, centre_share=0.5)

    cells = (points.points[:, 0] / CELL).astype(int)
    assert targets[0][cells[:, 1], cells[:, 0]].all()
    assert (boxes.labels == [2, 3]).all()
    assert np.abs(boxes.points[:, 0] / CELL - [90, 50]).max() < 6
    assert np.abs(boxes.points[:, 1] / CELL - [151, 111]).max() < 6


def test_corrections_point_at_the_error_and_say_what_it_is(rng: np.random.Generator) -> None:
    truth = disc((100, 100), 20, (256, 256))
    nothing, all_round = np.zeros_like(truth), disc((100, 100), 40, (256, 256))
    targets = np.stack([truth, truth]).astype(np.float32)

    points, labels = corrections(targets, np.stack([nothing, all_round]), rng, centre_share=0.5)

    cells = (points / CELL).astype(int)
    assert labels.tolist() == [1, 0]
    assert truth[cells[0, 1], cells[0, 0]]
    assert all_round[cells[1, 1], cells[1, 0]]
    assert not truth[cells[1, 1], cells[1, 0]]
