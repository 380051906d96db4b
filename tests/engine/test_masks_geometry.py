"""Error centres, small regions and boundaries."""

import numpy as np
import pytest

from engine.masks.geometry import boundary_iou, clean_small_regions, largest_error_point


def box(
    size_hw: tuple[int, int], rows: slice, columns: slice
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    mask = np.zeros(size_hw, bool)
    mask[rows, columns] = True
    return mask


def test_first_correction_is_the_centre_of_the_object() -> None:
    truth = box((40, 60), slice(5, 16), slice(30, 41))

    assert largest_error_point(truth, np.zeros_like(truth)) == (35, 10, True)


def test_correction_goes_to_the_largest_region_and_tells_its_kind() -> None:
    truth = box((40, 60), slice(0, 10), slice(0, 10))
    predicted = truth | box((40, 60), slice(20, 35), slice(30, 45))
    predicted[4:6, 4:6] = False

    point = largest_error_point(truth, predicted)

    assert point == (37, 27, False)


def test_centre_keeps_away_from_the_image_border() -> None:
    truth = box((21, 21), slice(0, 21), slice(0, 21))

    assert largest_error_point(truth, ~truth) == (10, 10, True)


def test_equal_masks_have_no_error_point() -> None:
    mask = box((5, 5), slice(1, 3), slice(1, 3))

    with pytest.raises(ValueError, match="no error"):
        largest_error_point(mask, mask)


def test_small_holes_are_filled_and_small_islands_dropped() -> None:
    mask = box((30, 30), slice(2, 20), slice(2, 20))
    mask[5, 5] = False
    mask[10:15, 10:15] = False
    mask[25, 25] = True

    cleaned = clean_small_regions(mask, 9)

    assert cleaned[5, 5]
    assert not cleaned[25, 25]
    assert not cleaned[12, 12]
    assert cleaned.sum() == 18 * 18 - 25


def test_largest_island_stays_even_if_small_and_nothing_stays_nothing() -> None:
    mask = box((9, 9), slice(1, 3), slice(1, 3)) | box((9, 9), slice(7, 8), slice(7, 8))

    assert np.array_equal(clean_small_regions(mask, 50), box((9, 9), slice(1, 3), slice(1, 3)))
    assert not clean_small_regions(np.zeros((9, 9), bool), 5).any()


def test_boundary_iou_is_stricter_than_iou_on_large_objects() -> None:
    truth = box((200, 200), slice(20, 180), slice(20, 180))
    shifted = box((200, 200), slice(23, 183), slice(20, 180))
    iou = (truth & shifted).sum() / (truth | shifted).sum()

    assert boundary_iou(truth, truth) == 1
    assert 0.3 < boundary_iou(truth, shifted) < iou - 0.3
    assert boundary_iou(truth & False, truth & False) == 0


def test_boundary_band_has_the_stated_width() -> None:
    # A diagonal of 50 px at 2 % gives a band of one pixel: 10 x 10 against its own inner 8 x 8.
    outer = box((30, 40), slice(10, 20), slice(10, 20))
    inner = box((30, 40), slice(11, 19), slice(11, 19))

    assert boundary_iou(outer, inner) == 0
