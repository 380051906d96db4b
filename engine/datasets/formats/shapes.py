"""Shapes as tools draw them, made masks and boxes: polygons with holes, ellipses, bitmaps, corners.

They trust no number. What is wrong raises ValueError that says so for people.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from engine.datasets.sample import Box, rounded_box
from engine.masks.counts import show
from engine.masks.rle import RLE, Mask, area, bbox_xywh, decode, encode, subtracted
from engine.masks.validate import InvalidMaskError, rle_from_coco
from engine.media.opened import MAX_PIXELS, MAX_SIDE_PX

Size = tuple[int, int]  # height, width
MAX_NUMBER: Final = 2**31
TURNS: Final = "turns of boxes left out"  # how many, in people's words
_SMALLEST: Final = 1e-6  # px, of a radius
_SLACK: Final = 0.01  # of a side, and a pixel: strangers' polygons stick out a little


def number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{show(value)} is not a number")  # noqa: TRY004  # one error kind
    if not abs(value) < MAX_NUMBER:  # a NaN compares false
        raise ValueError(f"{show(value)} is no number of this size")
    return float(value)


def whole(value: object) -> int:
    if number(value) != int(number(value)):
        raise ValueError(f"{show(value)} is not a whole number")
    return int(number(value))


def size(height: object, width: object) -> Size:
    """Check what a file says of its image's size."""
    size_hw = whole(height), whole(width)
    if min(size_hw) < 1 or max(size_hw) > MAX_SIDE_PX or math.prod(size_hw) > MAX_PIXELS:
        raise ValueError(f"no image has the size {size_hw[0]} x {size_hw[1]} (height x width)")
    return size_hw


def points(value: object) -> list[tuple[float, float]]:
    """Check a list of pairs x, y."""
    if not isinstance(value, list | tuple):
        raise ValueError("points must be a list of pairs x, y")  # noqa: TRY004  # one error kind
    for each in value:
        if not isinstance(each, list | tuple) or len(each) != len("xy"):
            raise ValueError("points must be a list of pairs x, y")
    return [(number(x), number(y)) for x, y in value]


def polygon(corners: object, size_hw: Size, holes: Iterable[object] = ()) -> RLE:
    """Fill a polygon and cut its holes out. Corners may lie a little outside the image."""
    rle = _filled(corners, size_hw)
    for hole in holes:
        rle = subtracted(rle, _filled(hole, size_hw))
    if not area(rle):
        raise InvalidMaskError("mask is empty: holes leave no pixel")
    return rle


def _filled(corners: object, size_hw: Size) -> RLE:
    height, width = size_hw
    flat = []
    for x, y in points(corners):
        flat += [_inside(x, width), _inside(y, height)]
    return rle_from_coco([flat], size_hw)


def _inside(value: float, side: int) -> float:
    slack = 1 + _SLACK * side
    if not -slack <= value <= side + slack:
        raise ValueError(f"a corner at {value:g} lies outside the image, from 0 to {side}")
    return min(max(value, 0.0), float(side))


def ellipse(centre_xy: object, radii_xy: object, degrees: float, size_hw: Size) -> RLE:
    """Fill an ellipse that is turned about its centre, clockwise on screen.

    The pixels whose centres lie in it; it may stick out of the image.
    """
    (centre_x, centre_y), (radius_x, radius_y) = points([centre_xy, radii_xy])
    if min(radius_x, radius_y) < _SMALLEST:
        raise ValueError("an ellipse is wider and higher than nothing")
    turn = math.radians(number(degrees))
    cos, sin = math.cos(turn), math.sin(turn)
    reach_x, reach_y = (
        math.hypot(radius_x * cos, radius_y * sin),
        math.hypot(radius_x * sin, radius_y * cos),
    )
    left, right = _between(centre_x - reach_x, centre_x + reach_x, size_hw[1])
    top, bottom = _between(centre_y - reach_y, centre_y + reach_y, size_hw[0])
    down = np.arange(top, bottom)[:, None] + 0.5 - centre_y
    # In each row it ends where a * x**2 + 2 * b * x + c is 0, x counted from the centre.
    a = (cos / radius_x) ** 2 + (sin / radius_y) ** 2
    b = down * cos * sin * (1 / radius_x**2 - 1 / radius_y**2)
    with np.errstate(invalid="ignore"):  # in rows beyond it, where no column is equal to anything
        half = np.sqrt(a - (down / (radius_x * radius_y)) ** 2) / a  # of b**2 - a * c
    columns, middle = np.arange(left, right), centre_x - 0.5 - b / a
    within = (columns >= middle - half) & (columns <= middle + half)
    return pasted(within, (left, top), size_hw)


def _between(low: float, high: float, side: int) -> tuple[int, int]:
    """Return which rows or columns of an image lie between two places, the end left out."""
    first = min(max(0, math.floor(low)), side)
    return first, max(first, min(side, math.ceil(high)))


def box_around(corners: object) -> Box:
    """Return the box around two corners or more, in any order."""
    checked = points(corners)
    if not checked:
        raise ValueError("a box has corners")
    (left, right), (top, bottom) = ((min(each), max(each)) for each in zip(*checked, strict=True))
    if left == right or top == bottom:
        raise ValueError("a box is wider and higher than nothing")
    return rounded_box(left, top, right - left, bottom - top)


def turned(box: Box, degrees: float, pivot_xy: tuple[float, float]) -> Box:
    """Return the box around one that is turned about a point, clockwise on screen."""
    x, y, width, height = box
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    offsets = [
        (corner_x - pivot_xy[0], corner_y - pivot_xy[1])
        for corner_x in (x, x + width)
        for corner_y in (y, y + height)
    ]
    return box_around(
        [
            (pivot_xy[0] + dx * cos - dy * sin, pivot_xy[1] + dx * sin + dy * cos)
            for dx, dy in offsets
        ]
    )


def grows(degrees: float) -> bool:
    """Say whether the box around a turned one is larger: one turned by a right angle lies in it."""
    return degrees % 90 != 0


def cut(rle: RLE) -> tuple[Mask, tuple[int, int]]:
    """Return what lies in a mask's box, and x, y of its upper left corner."""
    x, y, width, height = map(int, bbox_xywh(rle))
    return decode(rle)[y : y + height, x : x + width], (x, y)


def pasted(part: Mask, corner_xy: tuple[int, int], size_hw: Size) -> RLE:
    """Do the reverse: put a piece of a mask into an image, without what sticks out."""
    x, y = corner_xy
    within = part[max(0, -y) : max(0, size_hw[0] - y), max(0, -x) : max(0, size_hw[1] - x)]
    if not within.any():
        raise InvalidMaskError("mask is empty: it covers no pixel of the image")
    height, width = within.shape
    whole_mask = np.zeros(size_hw, bool)
    whole_mask[max(0, y) : max(0, y) + height, max(0, x) : max(0, x) + width] = within
    return encode(whole_mask)


def check_piece(piece_hw: Sequence[int], corner_xy: tuple[int, int], size_hw: Size) -> None:
    """Refuse a piece of a mask that does not lie within the image."""
    (x, y), (height, width) = corner_xy, piece_hw
    if min(height, width) < 1 or not (
        0 <= x <= size_hw[1] - width and 0 <= y <= size_hw[0] - height
    ):
        raise InvalidMaskError(
            f"a mask of {height} x {width} pixels at {x}, {y} does not lie within the image of "
            f"{size_hw[0]} x {size_hw[1]} (height x width)"
        )


def row_runs(mask: Mask) -> list[int]:
    """Return run lengths along the rows, background first, which may be 0."""
    flat = mask.ravel()
    ends = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs: list[int] = np.diff(np.concatenate(([0], ends, [flat.size]))).tolist()
    return [0, *runs] if flat[0] else runs


def from_row_runs(counts: Sequence[int], piece_hw: Size) -> Mask:
    """Do the reverse of `row_runs`."""
    if min(counts, default=0) < 0 or sum(counts) != math.prod(piece_hw):
        raise InvalidMaskError(f"runs must add up to {math.prod(piece_hw)} pixels, none below 0")
    is_object = np.arange(len(counts)) % 2 == 1
    return np.repeat(is_object, counts).reshape(piece_hw)
