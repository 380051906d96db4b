"""The mask codec against the shared cases and against pycocotools."""

import base64
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco

from engine.masks.counts import canonical_runs, format_counts, parse_counts
from engine.masks.rle import (
    RLE,
    area,
    bbox_xywh,
    count_covered,
    decode,
    digest,
    encode,
    iou,
    iou_matrix,
    turned,
)
from engine.masks.validate import validate_any_rle

Mask = npt.NDArray[np.bool_]
CASES = json.loads((Path(__file__).parents[1] / "fixtures" / "rle.json").read_text())["cases"]

SIDES = st.integers(1, 24)
masks = st.tuples(SIDES, SIDES).flatmap(lambda size: hnp.arrays(np.bool_, size))


def coco_encode(mask: Mask) -> RLE:
    rle = coco.encode(np.asfortranarray(mask, dtype=np.uint8))
    return RLE(size=[*mask.shape], counts=rle["counts"].decode())


def coco_decode(rle: RLE) -> Mask:
    with warnings.catch_warnings():  # pycocotools predates NumPy's __array__(copy=...)
        warnings.simplefilter("ignore", DeprecationWarning)
        return np.asarray(coco.decode(rle)).astype(bool)


def case_mask(case: dict[str, Any]) -> Mask:
    height, width = case["size"]
    bits = np.unpackbits(np.frombuffer(base64.b64decode(case["bits"]), np.uint8))
    return bits[: height * width].reshape(height, width).astype(bool)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_shared_case_is_read_and_written_exactly(case: dict[str, Any]) -> None:
    rle = RLE(size=case["size"], counts=case["counts"])

    assert encode(case_mask(case)) == rle
    assert np.array_equal(decode(rle), case_mask(case))
    assert parse_counts(case["counts"]).tolist() == case["runs"]
    assert format_counts(np.array(case["runs"])) == case["counts"]
    assert area(rle) == case["area"]
    assert list(bbox_xywh(rle)) == case["bbox_xywh"]
    assert digest(rle) == case["digest"]
    assert validate_any_rle(rle, (case["size"][0], case["size"][1])) == rle


@given(masks, st.integers(0, 7))
def test_a_mask_is_turned_as_an_array_is(mask: Mask, turn: int) -> None:
    expected = np.rot90(mask[:, ::-1] if turn >= 4 else mask, turn % 4)

    assert turned(encode(mask), turn) == encode(np.ascontiguousarray(expected))


@given(masks)
def test_any_mask_survives_the_round_trip_as_pycocotools_has_it(mask: Mask) -> None:
    rle = encode(mask)

    assert rle == coco_encode(mask)
    assert np.array_equal(decode(rle), mask)
    assert np.array_equal(coco_decode(rle), mask)
    assert decode(rle).flags.c_contiguous
    assert decode(rle).flags.writeable
    assert area(rle) == mask.sum() == coco.area(rle)
    assert list(bbox_xywh(rle)) == coco.toBbox(rle).tolist()


@given(st.lists(st.integers(0, 2**28), min_size=1, max_size=40))
def test_counts_of_any_size_survive_the_string(runs: list[int]) -> None:
    assert parse_counts(format_counts(np.array(runs))).tolist() == runs


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40).filter(any))
def test_canonical_runs_draw_the_same_pixels_without_empty_runs(runs: list[int]) -> None:
    joined = canonical_runs(np.array(runs))

    def pixels(lengths: npt.NDArray[np.int64]) -> list[bool]:
        return np.repeat(np.arange(len(lengths)) % 2 == 1, lengths).tolist()

    assert pixels(joined) == pixels(np.array(runs))
    assert (joined[1:] > 0).all()


@given(hnp.arrays(np.bool_, (5, 4, 3)))
def test_a_mask_is_covered_by_later_ones_that_share_some_of_its_pixels_or_all(masks: Mask) -> None:
    above = [masks[place:].any(axis=0) for place in range(1, len(masks) + 1)]
    covered = [(mask & over).any() for mask, over in zip(masks, above, strict=True)]
    hidden = [
        mask.any() and not (mask & ~over).any() for mask, over in zip(masks, above, strict=True)
    ]

    assert count_covered([encode(mask) for mask in masks]) == (sum(covered), sum(hidden))


def test_what_lies_on_very_many_masks_covers_all_of_them() -> None:
    assert count_covered([encode(np.ones((2, 2), bool))] * 1100) == (1099, 1099)


@given(hnp.arrays(np.bool_, (4, 9, 7)), hnp.arrays(np.bool_, (3, 9, 7)))
def test_iou_matrix_is_that_of_pycocotools(a: Mask, b: Mask) -> None:
    rles_a, rles_b = [encode(mask) for mask in a], [encode(mask) for mask in b]

    matrix = iou_matrix(rles_a, rles_b)

    assert matrix.shape == (4, 3)
    assert np.allclose(matrix, coco.iou(rles_a, rles_b, [False] * 3), atol=1e-12)
    assert iou(rles_a[0], rles_b[0]) == matrix[0, 0]


def test_iou_with_nothing_is_an_empty_matrix() -> None:
    rle = encode(np.ones((2, 2), bool))

    assert iou_matrix([], [rle]).shape == (0, 1)
    assert iou_matrix([rle], []).shape == (1, 0)


@pytest.mark.parametrize(
    "mask", [np.ones((2, 2), np.uint8), np.ones(4, bool), np.ones((0, 3), bool)]
)
def test_what_is_not_a_bool_mask_is_not_encoded(mask: Any) -> None:
    with pytest.raises(ValueError, match="bool"):
        encode(mask)
