"""Ellipses become the pixels whose centres lie in them, wherever they lie and however turned."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.formats.shapes import ellipse
from engine.masks.rle import area, decode
from engine.masks.validate import InvalidMaskError

RADII = st.floats(0.6, 30)
PLACES = st.floats(-10, 50)
TURNS = st.floats(-720, 720)
SIZE_HW = (40, 30)


@given(centre=st.tuples(PLACES, PLACES), radii=st.tuples(RADII, RADII), degrees=TURNS)
def test_a_pixel_is_in_an_ellipse_where_its_centre_is(
    centre: tuple[float, float], radii: tuple[float, float], degrees: float
) -> None:
    y, x = np.mgrid[: SIZE_HW[0], : SIZE_HW[1]] + 0.5
    turn = math.radians(degrees)
    right, down = x - centre[0], y - centre[1]
    along = (right * math.cos(turn) + down * math.sin(turn)) / radii[0]
    across = (down * math.cos(turn) - right * math.sin(turn)) / radii[1]
    distance = np.hypot(along, across)
    if not (distance <= 1).any():
        return

    found = decode(ellipse(centre, radii, degrees, SIZE_HW))

    clearly = np.abs(distance - 1) > 1e-9  # at the rim itself either may be
    assert (found == (distance <= 1))[clearly].all()


def test_a_quarter_turn_exchanges_its_radii() -> None:
    assert ellipse((15, 20), (9, 4), 90, SIZE_HW) == ellipse((15, 20), (4, 9), 0, SIZE_HW)


def test_it_turns_clockwise_on_screen() -> None:
    mask = decode(ellipse((15, 15), (12, 2), 45, (30, 30)))

    assert mask[20, 20]  # right of the centre and below it
    assert not mask[10, 20]


def test_a_large_one_has_the_area_that_it_has() -> None:
    found = ellipse((500, 400), (300, 150), 30, (800, 1000))

    assert area(found) == pytest.approx(math.pi * 300 * 150, rel=1e-3)


@pytest.mark.parametrize(
    ("centre", "radii", "degrees", "fault"),
    [
        ((99, 99), (3, 3), 0, "covers no pixel"),
        ((5.0, 5.0), (0.2, 0.2), 0, "covers no pixel"),  # between four pixels' centres
        ((5, 5), (1e-300, 3), 0, "wider and higher than nothing"),
        ((5, 5), (-1, 3), 0, "wider and higher than nothing"),
        ((5, 5), (math.nan, 3), 0, "no number of this size"),
        ((5, None), (3, 3), 0, "is not a number"),
        ((5, 5), (3, 3), math.inf, "no number of this size"),
    ],
)
def test_what_is_no_ellipse_of_the_image_is_refused(
    centre: object, radii: object, degrees: float, fault: str
) -> None:
    with pytest.raises((ValueError, InvalidMaskError), match=fault):
        ellipse(centre, radii, degrees, SIZE_HW)
