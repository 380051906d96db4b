"""Clicks on a small object are answered through a window, and on all others in the whole image."""

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.segmentation.clicking import Answer, answer_clicks, answer_of
from engine.segmentation.items import SeenImage
from engine.segmentation.predictor import OnnxPredictor
from engine.segmentation.windows import Window, whole_of, windows_of

Floats = NDArray[np.float32]
SIZE_HW = (256, 256)  # a pixel is a cell of the logits
WINDOWS = windows_of(SIZE_HW)
WHOLE = np.zeros((1, 1, 1), np.float16)
CLOSER = np.ones((1, 1, 1), np.float16)


@dataclass
class Decoder:
    """Stands for a decoder that answers with a square around the first point."""

    side_px: dict[bool, int]  # by whether it is seen closer
    asked: list[tuple[bool, Floats, Floats | None]] = field(default_factory=list)

    def best_mask(
        self,
        embedding: NDArray[Any],
        points: Floats,
        _labels: object,
        size_hw: tuple[int, int],
        previous_logits: Floats | None = None,
    ) -> tuple[NDArray[np.bool_], Floats, float]:
        is_closer = bool(embedding.any())
        self.asked.append((is_closer, points, previous_logits))
        half = self.side_px[is_closer] / 2
        rows, columns = np.ogrid[: size_hw[0], : size_hw[1]]
        x, y = points[0]
        mask = (abs(rows + 0.5 - y) <= half) & (abs(columns + 0.5 - x) <= half)
        return mask, np.zeros((256, 256), np.float32), 0.9


def click(
    decoder: Decoder,
    *points: tuple[float, float],
    outside: tuple[float, float] | None = None,
    previous: Answer | None = None,
) -> Answer:
    """Click on the object, and then perhaps once on what is not of it."""
    labels = [1] * len(points) + [0] * (outside is not None)
    every = [*points, *([outside] if outside else [])]
    seen = SeenImage(SIZE_HW, WHOLE, {window: lambda: CLOSER for window in WINDOWS})
    predictor = cast("OnnxPredictor", decoder)
    return answer_clicks(seen, predictor, every, labels, previous)


def test_a_small_object_is_decoded_once_more_through_its_window() -> None:
    decoder = Decoder({False: 12, True: 8})

    answer = click(decoder, (200, 60))

    assert [is_closer for is_closer, *_ in decoder.asked] == [False, True]
    assert answer.window == WINDOWS[1]
    assert answer.mask.sum() == 64
    assert answer.mask[60, 200]


def test_the_next_click_goes_to_the_window_at_once_with_its_logits() -> None:
    decoder = Decoder({False: 12, True: 8})
    first = click(decoder, (200, 60))
    decoder.asked.clear()

    click(decoder, (200, 60), (202, 61), previous=first)

    ((is_closer, points, previous),) = decoder.asked
    assert is_closer
    np.testing.assert_allclose(points, WINDOWS[1].inside(np.array([(200, 60), (202, 61)])))
    assert previous is first.logits


def test_a_large_object_is_decoded_in_the_whole_alone() -> None:
    decoder = Decoder({False: 120, True: 8})

    answer = click(decoder, (128, 128))

    assert [is_closer for is_closer, *_ in decoder.asked] == [False]
    assert answer.window == whole_of(SIZE_HW)


def test_what_a_window_would_cut_off_stays_as_the_whole_has_it() -> None:
    decoder = Decoder({False: 12, True: 1000})

    answer = click(decoder, (200, 60))

    assert answer.window == whole_of(SIZE_HW)
    assert answer.mask.sum() == 144


def test_a_point_outside_the_window_is_answered_in_the_whole() -> None:
    decoder = Decoder({False: 12, True: 8})
    first = click(decoder, (250, 10))

    answer = click(decoder, (250, 10), (5, 250), previous=first)

    assert answer.window == whole_of(SIZE_HW)


def test_a_click_beside_an_object_tells_that_it_is_small_whatever_was_answered_first() -> None:
    decoder = Decoder({False: 120, True: 8})
    first = click(decoder, (200, 60))
    decoder.asked.clear()

    answer = click(decoder, (200, 60), outside=(214, 60), previous=first)

    ((is_closer, points, previous),) = decoder.asked
    assert is_closer
    np.testing.assert_allclose(points, WINDOWS[1].inside(np.array([(200, 60), (214, 60)])))
    assert previous is not first.logits  # but the same over that window
    assert answer.window == WINDOWS[1]


def test_a_click_far_from_an_object_tells_nothing_of_its_size() -> None:
    decoder = Decoder({False: 120, True: 8})
    first = click(decoder, (200, 60))

    answer = click(decoder, (200, 60), outside=(200, 200), previous=first)

    assert answer.window == whole_of(SIZE_HW)
    assert not any(is_closer for is_closer, *_ in decoder.asked)


def test_what_such_a_window_would_cut_off_stays_as_the_whole_has_it() -> None:
    decoder = Decoder({False: 120, True: 1000})
    first = click(decoder, (200, 60))

    answer = click(decoder, (200, 60), outside=(214, 60), previous=first)

    assert (answer.window, answer.mask.sum()) == (whole_of(SIZE_HW), 120 * 116)  # at the border


def test_a_finished_mask_is_gone_on_from_where_it_lies() -> None:
    decoder = Decoder({False: 12, True: 12})
    mask = np.zeros(SIZE_HW, bool)
    mask[54:66, 194:206] = True

    click(decoder, (200, 60), previous=answer_of(mask))

    closer = decoder.asked[-1][2]
    assert closer is not None
    rows, columns = np.nonzero(closer > 0)
    window: Window = WINDOWS[1]
    side = max(window.size_hw)
    middle = (np.array([columns.mean(), rows.mean()]) + 0.5) * side / 256
    assert middle == pytest.approx(window.inside(np.array([200.0, 60.0])), abs=1)
    assert len(rows) == pytest.approx(144 * (256 / side) ** 2, rel=0.2)
