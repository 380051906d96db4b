"""Two people's masks are paired object by object."""

import numpy as np
import pytest

from engine.masks.matching import match_masks
from engine.masks.rle import RLE, encode


def _box(x0: int, x1: int) -> RLE:
    mask = np.zeros((4, 40), bool)
    mask[:, x0:x1] = True
    return encode(mask)


def test_each_mask_is_paired_once_and_the_closest_pair_comes_first() -> None:
    first = [_box(0, 10), _box(20, 30)]
    other = [_box(20, 30), _box(2, 10), _box(0, 8)]

    matches = match_masks(first, other)

    assert [(match.a, match.b, match.iou) for match in matches] == [
        (1, 0, 1.0),
        (0, 1, pytest.approx(0.8)),
    ]


def test_masks_that_hardly_touch_are_two_objects() -> None:
    assert match_masks([_box(0, 10)], [_box(9, 19)]) == []
    assert match_masks([_box(0, 10)], [_box(6, 16)])[0].iou == pytest.approx(0.25)


def test_where_one_set_is_empty_nothing_is_paired() -> None:
    assert match_masks([], [_box(0, 4)]) == match_masks([_box(0, 4)], []) == []


def test_the_closest_pair_wins_and_leaves_the_other_mask_alone() -> None:
    matches = match_masks([_box(0, 10), _box(4, 14)], [_box(3, 13)])

    assert [(match.a, match.b) for match in matches] == [(1, 0)]
