"""Masks drawn otherwise are of the same objects: tighter or looser all around, by a bounded way."""

from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.masks.rle import encode
from engine.segmentation.outlines import redrawn
from engine.segmentation.prompts import grid_target

Floats: TypeAlias = NDArray[np.float32]
SQUARE = (256, 256)


def disc(radius: float, at: tuple[float, float] = (128, 128)) -> Floats:
    y, x = np.ogrid[:256, :256]
    return np.clip(radius + 0.5 - np.hypot(y - at[0], x - at[1]), 0, 1).astype(np.float32)


def redraw(
    targets: Floats,
    *,
    size_hw: tuple[int, int] = SQUARE,
    share: float = 1.0,
    most: float = 0.15,
    seed: int = 0,
) -> Floats:
    rng = np.random.default_rng(seed)
    return redrawn(targets, size_hw, share=share, most=most, rng=rng)


@given(radius=st.floats(4, 60), seed=st.integers(0, 2**32))
def test_an_outline_moves_as_far_all_around_as_it_may_at_most(radius: float, seed: int) -> None:
    [drawn] = redraw(disc(radius)[None], seed=seed)

    most = 0.15 * np.sqrt(np.pi) * radius
    reach = np.hypot(*(np.argwhere(drawn > 0.5) - 128).T).max()
    lack = np.hypot(*(np.argwhere(drawn <= 0.5) - 128).T).min()
    assert lack >= radius - most - 2
    assert reach <= radius + most + 2
    assert reach - lack <= 3  # cells: it is a disc again


def test_some_are_drawn_tighter_and_some_looser() -> None:
    areas = redraw(np.stack([disc(30)] * 40)).sum(axis=(1, 2)) / disc(30).sum()

    assert areas.min() < 0.65
    assert areas.max() > 1.4
    assert 10 < (areas < 1).sum() < 30


def test_as_many_are_redrawn_as_is_said() -> None:
    targets = np.stack([disc(30)] * 200)

    changed = (redraw(targets, share=0.5) != targets).any(axis=(1, 2)).sum()

    assert 80 < changed < 120
    assert (redraw(targets, share=0.0) == targets).all()


def test_outlines_that_do_not_move_are_those_of_the_masks() -> None:
    drawn = redraw(disc(30)[None], most=0.0)

    assert ((drawn > 0.5) == (disc(30) > 0.5)).all()


@pytest.mark.parametrize(
    "target",
    [disc(1.5), disc(110), np.zeros(SQUARE, np.float32), np.ones(SQUARE, np.float32)],
    ids=["hardly a cell", "half of the grid", "nothing", "all"],
)
def test_what_has_no_outline_to_speak_of_stays(target: Floats) -> None:
    for seed in range(5):
        assert (redraw(target[None], seed=seed) == target).all()


def test_what_is_thin_is_never_drawn_away() -> None:
    line = np.zeros(SQUARE, np.float32)
    line[100:103, 20:220] = 1

    for seed in range(20):
        assert (redraw(line[None], seed=seed) > 0.5).sum() >= 0.4 * line.sum()


def test_nothing_is_drawn_beyond_the_image() -> None:
    wide = disc(40, at=(100, 128))
    wide[128:] = 0  # an image of twice the width, which ends there
    drawn = [redraw(wide[None], size_hw=(300, 600), seed=seed) for seed in range(10)]

    assert any(each.sum() > 1.2 * wide.sum() for each in drawn)
    assert not any(each[:, 128:].any() for each in drawn)


@pytest.mark.parametrize("height", range(296, 304))
def test_what_the_image_cuts_off_is_not_drawn_tighter_there(height: int) -> None:
    mask = np.zeros((height, 600), bool)
    mask[150:, 200:400] = True
    cut = grid_target(encode(mask))
    rows = int(np.flatnonzero(cut[:, 128] > 0.5)[-1])
    drawn = [redraw(cut[None], size_hw=mask.shape, seed=seed)[0] for seed in range(10)]

    assert any(each.sum() < 0.9 * cut.sum() for each in drawn)
    assert all(each[rows, 128] > 0.5 for each in drawn)


def test_a_mask_of_a_whole_image_stays() -> None:
    mask = encode(np.ones((400, 1000), bool))

    for seed in range(5):
        assert (
            redraw(grid_target(mask)[None], size_hw=(400, 1000), seed=seed) == grid_target(mask)
        ).all()


def test_masks_that_were_given_are_not_changed() -> None:
    given_masks = np.stack([disc(20)] * 3)

    redraw(given_masks)

    assert (given_masks == disc(20)).all()
