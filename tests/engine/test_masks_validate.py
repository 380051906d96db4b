"""What the one validator accepts and refuses, and that nothing hostile passes it."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco

from engine.masks import polygons
from engine.masks.counts import format_counts, parse_canonical, parse_counts
from engine.masks.rle import RLE, decode, encode
from engine.masks.validate import (
    InvalidMaskError,
    rle_from_coco,
    validate_any_rle,
    validate_rle,
)
from tests.engine.test_masks_rle import coco_decode

SIZE = (6, 8)
GOOD = encode(np.indices(SIZE).sum(0) % 5 == 1)
DATA = Path(__file__).parents[3] / "shared" / "data"


def rle(counts: object, size: object = (6, 8)) -> dict[str, object]:
    return {"size": list(size) if isinstance(size, tuple) else size, "counts": counts}


HOSTILE: list[tuple[object, str]] = [
    (None, "not NoneType"),
    ("0h0", "not str"),
    ({"size": [6, 8]}, "needs counts"),
    ({"counts": "0"}, "needs size"),
    (rle("0P1", "68"), "two whole numbers"),
    (rle("0P1", [6.0, 8.0]), "two whole numbers"),
    (rle("0P1", [True, 8]), "two whole numbers"),
    (rle("0P1", [6, 8, 1]), "two whole numbers"),
    (rle("0P1", (8, 6)), "not the image's 6 x 8"),
    (rle("0P1", (65536, 65537)), "not the image's"),
    (rle("0P1", (10**5000, -(10**5000))), "huge number"),
    (rle(48), "must be a string"),
    (rle(["0", "48"]), "must be a string"),
    (rle(""), "add up to 0"),
    (rle("0\x00P1"), "character 1"),
    (rle("0 P1"), "character 1"),
    (rle("0p1"), "character 1"),
    (rle("é"), "not ASCII"),
    (rle(b"\xff0"), "not ASCII"),
    (rle("P"), "middle of a number"),
    (rle("PPPPPPPPPPP0"), "12 characters"),
    (rle("0P2"), "add up to 64"),
    (rle("0O"), "negative"),
    (rle(format_counts(np.array([0, 2**33, 48]))), "add up to"),
    (rle("0" * 9_000_000), "at most"),
    (rle("0" * 5_000_000), "runs; at most"),
    (rle("`1"), "is empty"),
]


@pytest.mark.parametrize(("value", "message"), HOSTILE, ids=[m for _, m in HOSTILE])
def test_hostile_mask_is_refused_with_its_reason(value: object, message: str) -> None:
    with pytest.raises(InvalidMaskError, match=message):
        validate_rle(value, SIZE)


@pytest.mark.parametrize("size_hw", [(0, 8), (6, -1), (2**20, 2**20)])
def test_impossible_image_size_is_refused(size_hw: tuple[int, int]) -> None:
    with pytest.raises(InvalidMaskError, match="no mask can have the size"):
        validate_rle(rle("0", size_hw), size_hw)


def test_counts_as_bytes_and_extra_keys_are_read() -> None:
    value = {**GOOD, "counts": GOOD["counts"].encode(), "size": tuple(GOOD["size"]), "note": 1}

    assert validate_rle(value, SIZE) == GOOD


def test_empty_mask_passes_only_where_it_may() -> None:
    empty = encode(np.zeros(SIZE, bool))

    assert validate_any_rle(empty, SIZE) == empty


def test_runs_that_are_empty_or_wordy_become_canonical() -> None:
    wordy = RLE(size=[6, 8], counts=format_counts(np.array([0, 0, 5, 10, 0, 3, 30, 0])))

    assert validate_rle(wordy, SIZE)["counts"] == format_counts(np.array([5, 13, 30]))
    assert validate_rle(rle("UP0;P1"), SIZE) == rle("5;P1")  # "UP0" is 5 in too many digits


@given(st.text("05OPo", max_size=12) | st.text("".join(map(chr, range(47, 113))), max_size=30))
def test_the_quick_reader_takes_what_is_canonical_and_reads_the_same(counts: str) -> None:
    try:
        runs = parse_counts(counts)
    except ValueError:
        runs = np.zeros(0, np.int64)

    is_canonical = runs.size and runs[0] >= 0 and (runs[1:] > 0).all()
    if is_canonical and format_counts(runs) == counts:
        assert parse_canonical(counts) == runs.tolist()
    else:
        assert parse_canonical(counts) is None


@given(st.text(st.characters(min_codepoint=40, max_codepoint=120), max_size=30))
def test_whatever_string_passes_decodes_in_pycocotools(counts: str) -> None:
    try:
        accepted = validate_any_rle({"size": [6, 8], "counts": counts}, SIZE)
    except InvalidMaskError:
        return

    assert np.array_equal(decode(accepted), coco_decode(accepted))
    assert encode(decode(accepted)) == accepted


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=8)
    | st.dictionaries(st.sampled_from(["size", "counts", "x"]), inner, max_size=3),
))  # fmt: skip
def test_any_json_is_a_mask_or_an_invalid_mask(value: object) -> None:
    try:
        accepted = rle_from_coco(value, SIZE)
    except InvalidMaskError:
        return
    assert accepted["size"] == [6, 8]


@pytest.mark.parametrize(
    "counts",
    [
        [48.5],
        [-1, 49],
        [math.nan, 48],
        [math.inf],
        [10**400],
        [0, 47],
        ["48"],
        [True, 47],
        [],
        [48],
    ],
)
def test_bad_list_of_counts_is_refused(counts: list[Any]) -> None:
    with pytest.raises(InvalidMaskError):
        rle_from_coco(rle(counts), SIZE)


def test_list_of_counts_is_read() -> None:
    assert decode(rle_from_coco(rle([6, 12.0, 30]), SIZE))[:, 1:3].all()


@pytest.mark.parametrize(
    ("segmentation", "message"),
    [
        ([], "without polygons"),
        ([[]], "polygon 0 has 0 numbers"),
        ([[0, 0, 5, 5]], "polygon 0 has 4 numbers"),
        ([[0, 0, 5, 0, 5, 5], [0, 0, 5, 0, 5, 5, 1]], "polygon 1 has 7 numbers"),
        ([[0, 0, 5, 0, 5, math.inf]], "coordinate inf"),
        ([[0, 0, 5, 0, 5, math.nan]], "coordinate nan"),
        ([[0, 0, 5, 0, 5, 1e9]], "outside -1 to 7"),
        ([[0, 0, 5, 0, 5, 10**5000]], "huge number"),
        ([[0, 0, -1.5, 0, 5, 5]], "outside -1 to 9"),
        ([[0, 0, "5", 0, 5, 5]], "not a number"),
        ([[0, 0, True, 0, 5, 5]], "not a number"),
        ([{"x": 1}], "must be a list"),
        ([0, 0, 5, 0, 5, 5], "must be a list"),
        ([[0, 0] * 300_000], "more than 200000 vertices"),
        ([[1, 1, 1, 1, 1, 1]], "is empty"),
        ("polygon", "not str"),
    ],
)
def test_bad_polygon_is_refused_with_its_reason(segmentation: object, message: str) -> None:
    with pytest.raises(InvalidMaskError, match=message):
        rle_from_coco(segmentation, SIZE)


def test_outline_too_long_for_memory_is_refused_before_it_is_drawn() -> None:
    zigzag = [value for row in range(5000) for value in (0, row % 8000, 8000, row % 8000)]

    with pytest.raises(InvalidMaskError, match="outlines are longer"):
        rle_from_coco([zigzag], (8000, 8000))


def _star(data: st.DataObject, size_hw: tuple[int, int]) -> list[float]:
    """Draw a polygon that does not cross itself: radii around a centre, by rising angle."""
    height, width = size_hw
    count = data.draw(st.integers(3, 9))
    angles = sorted(data.draw(st.lists(st.floats(0, 2 * math.pi), min_size=count, max_size=count)))
    radii = data.draw(st.lists(st.floats(1, 12), min_size=count, max_size=count))
    x, y = data.draw(st.floats(-1, width + 1)), data.draw(st.floats(-1, height + 1))
    corners = [
        (
            min(max(x + r * math.cos(a), -1), width + 1),
            min(max(y + r * math.sin(a), -1), height + 1),
        )
        for a, r in zip(angles, radii, strict=True)
    ]
    if data.draw(st.booleans()):
        corners.reverse()
    return [value for corner in corners for value in corner]


@given(st.data())
def test_polygon_that_does_not_cross_itself_is_drawn_as_pycocotools_draws_it(
    data: st.DataObject,
) -> None:
    size_hw = (19, 23)
    polygon = [round(value) for value in _star(data, size_hw)]
    if _crosses(polygon):
        return
    expected = coco.frPyObjects([polygon], *size_hw)[0]

    try:
        drawn = rle_from_coco([polygon], size_hw)
    except InvalidMaskError:
        assert coco.area(expected) == 0
        return

    assert np.array_equal(decode(drawn), coco_decode(expected))


def _crosses(polygon: list[int]) -> bool:
    corners = list(zip(polygon[::2], polygon[1::2], strict=True))
    edges = list(zip(corners, [*corners[1:], corners[0]], strict=True))

    def side(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> int:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    return len(set(corners)) < len(corners) or any(
        side(a, b, c) * side(a, b, d) <= 0 and side(c, d, a) * side(c, d, b) <= 0
        for i, (a, b) in enumerate(edges)
        for c, d in edges[i + 2 : len(edges) - (i == 0)]
    )


def test_hole_by_an_opposite_outline_stays_open_and_crossings_are_filled() -> None:
    keyhole = [1, 1, 11, 1, 11, 11, 1, 11, 1, 1, 4, 4, 4, 8, 8, 8, 8, 4, 4, 4]
    turns = [math.pi * (0.5 + 0.8 * turn) for turn in range(5)]
    pentagram = [v for a in turns for v in (32 + 28 * math.cos(a), 32 - 28 * math.sin(a))]

    assert not decode(rle_from_coco([keyhole], (12, 12)))[6, 6]
    assert decode(rle_from_coco([pentagram], (64, 64)))[32, 32]
    assert not coco_decode(coco.frPyObjects([pentagram], 64, 64)[0])[32, 32]


def test_polygons_of_one_annotation_are_united() -> None:
    outer, inner, apart = [1, 1, 9, 1, 9, 9, 1, 9], [3, 3, 6, 3, 6, 6, 3, 6], [14, 2, 18, 2, 18, 8]
    expected = coco.merge(coco.frPyObjects([outer, inner, apart], 12, 20))

    drawn = rle_from_coco([outer, inner, apart], (12, 20))

    assert np.array_equal(decode(drawn), coco_decode(expected))
    assert decode(drawn)[4, 4]


def test_the_fill_keeps_to_the_image_when_the_outline_leaves_it() -> None:
    runs = polygons.rasterise([[-1, -1, 9, -1, 9, 7, -1, 7]], SIZE)

    assert runs.tolist() == [0, 48, 0]


@pytest.mark.skipif(not DATA.exists(), reason="needs the shared data")
@pytest.mark.parametrize(
    "file",
    [
        "coco_photos/instances.json",
        "nuclei_dsb2018/instances.json",
        pytest.param("exports_thirdparty/taco/annotations.json", marks=pytest.mark.slow),
    ],
)
def test_real_annotations_are_accepted_and_equal_to_pycocotools(file: str) -> None:
    content = json.loads((DATA / file).read_text())
    sizes = {image["id"]: (image["height"], image["width"]) for image in content["images"]}
    annotations = content["annotations"][:1500]
    differing = 0

    for annotation in annotations:
        size_hw = sizes[annotation["image_id"]]
        drawn = rle_from_coco(annotation["segmentation"], size_hw)
        expected = annotation["segmentation"]
        if isinstance(expected, list):
            expected = coco.merge(coco.frPyObjects(expected, *size_hw))
        elif isinstance(expected["counts"], list):
            expected = coco.frPyObjects(expected, *size_hw)
        differing += drawn != validate_rle(expected, size_hw)

    # Only outlines that cross themselves may differ, and they do on purpose.
    assert differing <= 0.05 * len(annotations)
