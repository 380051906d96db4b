"""What a size of an image and a box in it may be: one rule for every reader and for our lines."""

from collections.abc import Mapping
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.sample import Box, rounded_box

FAR: Final = 2**31  # no coordinate, side or depth is
_BOX_NUMBERS: Final = 4
_SLACK_PX: Final = 0.001  # what sums and shares of sides leave of a box beyond the edge


def size_hw_of(
    told: Mapping[str, object], height: str = "height", width: str = "width"
) -> tuple[int, int]:
    """Return the size of an image.

    Raises:
        DatasetError: it is not told, or is none.

    """
    sides = told.get(height), told.get(width)
    if not all(type(side) is int and side > 0 for side in sides):
        raise DatasetError(f"{height} and {width} must be whole numbers above zero")
    if not all(side < FAR for side in sides):  # type: ignore[operator]  # just told
        raise DatasetError(f"{height} and {width} are no image's: one is not below {FAR}")
    return sides  # type: ignore[return-value]  # just told


def box_of(value: object) -> Box:
    """Return a box of four numbers: x, y, width, height.

    Raises:
        DatasetError: it is none.

    """
    numbers = value if isinstance(value, list | tuple) else []
    are_numbers = all(type(each) in (int, float) and abs(each) < FAR for each in numbers)
    if len(numbers) != _BOX_NUMBERS or not are_numbers:
        raise DatasetError("a box must be four numbers: x, y, width, height")
    x, y, width, height = map(float, numbers)
    if min(width, height) < 0:
        raise DatasetError("a box must be no less than nothing wide and high")
    return x, y, width, height


def clipped(box: Box, size_hw: tuple[int, int]) -> Box:
    """Return the part of a box that lies on the image: the same where all of it does.

    Raises:
        DatasetError: none does, or the box covers nothing.

    """
    x, y, width, height = box
    left, right = max(x, 0.0), min(x + width, float(size_hw[1]))
    top, bottom = max(y, 0.0), min(y + height, float(size_hw[0]))
    if min(right - left, bottom - top) <= _SLACK_PX:
        raise DatasetError(
            f"a box of {width:g} x {height:g} pixels at {x:g}, {y:g} (width x height at x, y) "
            f"covers nothing of the image, which is {size_hw[1]} x {size_hw[0]}"
        )
    beyond_px = max(left - x, top - y, x + width - right, y + height - bottom)
    return box if beyond_px <= _SLACK_PX else rounded_box(left, top, right - left, bottom - top)
