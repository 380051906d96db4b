"""Outlines lie on the edges of pixels, so that polygons hold any mask bit for bit."""

import numpy as np
from hypothesis import given
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco_mask

from engine.masks.outlines import Mask, Ring, joined, outlines
from engine.masks.rle import decode
from engine.masks.validate import rle_from_coco
from tests.engine.test_masks_rle import coco_decode

masks = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12))


def area(ring: Ring) -> float:
    """Signed, above zero where the ring runs clockwise on screen."""
    x, y = ring.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def drawn(mask: Mask, rings: list[Ring]) -> Mask:
    polygons = [ring.ravel().tolist() for ring in rings]
    return decode(rle_from_coco(polygons, (mask.shape[0], mask.shape[1])))


@given(masks)
def test_what_lies_within_the_outlines_is_the_mask(mask: Mask) -> None:
    found = outlines(mask)

    if mask.any():
        assert np.array_equal(drawn(mask, [joined([o.ring, *o.holes]) for o in found]), mask)
    assert sum(area(o.ring) + sum(map(area, o.holes)) for o in found) == mask.sum()


@given(masks.filter(np.any))
def test_one_joined_ring_holds_all_parts_for_us_and_for_pycocotools(mask: Mask) -> None:
    ring = joined([ring for o in outlines(mask) for ring in (o.ring, *o.holes)])

    (theirs,) = coco_mask.frPyObjects([ring.ravel().tolist()], *mask.shape)
    assert np.array_equal(drawn(mask, [ring]), mask)
    assert np.array_equal(coco_decode(theirs), mask)


@given(masks)
def test_rings_run_clockwise_holes_do_not_and_both_turn_at_each_corner(mask: Mask) -> None:
    for outline in outlines(mask):
        assert area(outline.ring) > 0
        assert all(area(hole) < 0 for hole in outline.holes)
        for ring in (outline.ring, *outline.holes):
            steps = np.roll(ring, -1, axis=0) - ring
            assert (np.count_nonzero(steps, axis=1) == 1).all()
            assert (np.count_nonzero(steps, axis=0) * 2 == len(ring)).all()


def test_a_part_within_a_hole_is_a_part_of_its_own() -> None:
    mask = np.ones((7, 7), bool)
    mask[1:6, 1:6] = False
    mask[3, 3] = True

    outside, inside = outlines(mask)

    assert outside.ring.tolist() == [[0, 0], [7, 0], [7, 7], [0, 7]]
    assert [hole.tolist() for hole in outside.holes] == [[[1, 1], [1, 6], [6, 6], [6, 1]]]
    assert inside.ring.tolist() == [[3, 3], [4, 3], [4, 4], [3, 4]]
    assert not inside.holes
