"""Windows cover an image, and each small object is whole in the one that it is seen through."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.masks.rle import decode, encode
from engine.segmentation.frame import SIDE, scale_of
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.windows import (
    LEAST_PX,
    LEVELS,
    SMALL_PX,
    Window,
    choose_windows,
    whole_of,
    windows_for,
    windows_of,
)

SIZE_HW = (300, 400)
SIZES = st.tuples(st.integers(1, 900), st.integers(1, 900))


def box(x: float, y: float, side: float) -> np.ndarray:
    return np.array([x, y, x + side, y + side], np.float32)


@given(SIZES)
def test_the_windows_of_each_level_lie_in_the_image_and_leave_nothing_out(
    size_hw: tuple[int, int],
) -> None:
    covered: dict[tuple[int, int], np.ndarray] = {}

    for window in windows_of(size_hw):
        seen = covered.setdefault(window.size_hw, np.zeros(size_hw, bool))
        seen |= window.paste(np.ones(window.size_hw, bool), size_hw)

    assert all(seen.all() for seen in covered.values())
    assert len(covered) == sum(round(share * max(size_hw)) >= LEAST_PX for share, _ in LEVELS)


@given(SIZES, st.floats(0.005, 0.09), st.data())
def test_a_small_object_is_whole_in_its_window_and_small_there(
    size_hw: tuple[int, int], share: float, data: st.DataObject
) -> None:
    side = share * min(size_hw)
    x = data.draw(st.floats(0, size_hw[1] - side))
    y = data.draw(st.floats(0, size_hw[0] - side))

    (window,) = choose_windows(box(x, y, side), size_hw, windows_of(size_hw))

    if window == whole_of(size_hw):
        is_small = side * SIDE / max(size_hw) < 0.9 * LEVELS[0][0] * SMALL_PX
        assert not is_small or not windows_of(size_hw)
    else:
        assert window.margins(box(x, y, side)[None], size_hw)[0] > 0
        assert side * scale_of(window.size_hw) < SMALL_PX


def test_the_smallest_objects_are_seen_through_the_smallest_windows() -> None:
    size_hw = (1000, 1000)

    windows = choose_windows(
        np.stack([box(500, 500, side) for side in (12, 40, 80)]), size_hw, windows_of(size_hw)
    )

    assert [window.width for window in windows] == [300, 600, 1000]


def test_large_objects_are_seen_in_the_whole_and_ask_for_no_window() -> None:
    large = box(10, 10, 200)

    assert choose_windows(large, SIZE_HW, windows_of(SIZE_HW)) == [whole_of(SIZE_HW)]
    assert windows_for(large, SIZE_HW) == []


def test_small_objects_ask_for_the_windows_they_lie_in_and_no_others() -> None:
    corner = np.stack([box(5, 5, 10), box(30, 12, 8)])

    assert windows_for(corner, SIZE_HW) == [windows_of(SIZE_HW)[0]]


def test_without_windows_everything_is_seen_in_the_whole() -> None:
    assert choose_windows(box(5, 5, 10), SIZE_HW, ()) == [whole_of(SIZE_HW)]


def test_a_point_comes_back_from_a_window_as_it_went_in() -> None:
    window = Window(40, 60, 100, 80)
    points = np.array([[45.5, 70.25], [139.0, 139.0]], np.float32)

    np.testing.assert_allclose(window.outside(window.inside(points)), points)
    assert window.has(points)
    assert not window.has(points + 1)


def test_a_mask_cut_out_and_put_back_is_the_part_that_lay_inside() -> None:
    mask = np.random.default_rng(0).random(SIZE_HW) > 0.5
    window = Window(40, 60, 100, 80)

    back = window.paste(decode(window.crop_mask(encode(mask))), SIZE_HW)

    inside = window.paste(np.ones(window.size_hw, bool), SIZE_HW)
    np.testing.assert_array_equal(back, mask & inside)


def test_a_window_is_found_by_its_name() -> None:
    window = Window(1, 2, 30, 40)

    assert Window.named(window.name) == window
    with pytest.raises(ValueError, match="no window"):
        Window.named("whole")


def test_half_of_the_views_are_closer_and_hold_the_objects_that_lie_there() -> None:
    window = Window(0, 0, 200, 150)
    masks = []
    for left in (20, 195, 300):  # inside, mostly cut off, elsewhere
        mask = np.zeros(SIZE_HW, bool)
        mask[20:40, left : left + 20] = True
        masks.append(encode(mask))
    embedding = np.zeros((256, 64, 64), np.float16)
    image = AnnotatedImage("a", lambda: embedding, masks, SIZE_HW, {window: lambda: embedding})

    rng = np.random.default_rng(0)
    views = [image.drawn_view(rng) for _ in range(200)]

    parts = [view for view in views if view is not image]
    assert 70 < len(parts) < 130
    assert {part.key for part in parts} == {f"a/{window.name}"}
    assert parts[0].size_hw == (150, 200)
    assert [mask["counts"] for mask in parts[0].masks] == [window.crop_mask(masks[0])["counts"]]


def test_a_window_without_objects_is_not_drawn() -> None:
    mask = np.zeros(SIZE_HW, bool)
    mask[:20, :20] = True
    elsewhere = Window(200, 150, 200, 150)
    embedding = np.zeros((256, 64, 64), np.float16)
    image = AnnotatedImage(
        "a", lambda: embedding, [encode(mask)], SIZE_HW, {elsewhere: lambda: embedding}
    )
    rng = np.random.default_rng(0)

    assert all(image.drawn_view(rng) is image for _ in range(20))
