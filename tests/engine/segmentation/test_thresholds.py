"""A trained decoder proposes what it finds, whatever it has come to promise."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.masks.rle import encode
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.predictor import OnnxPredictor
from engine.segmentation.proposals import ProposalConfig
from engine.segmentation.thresholds import fit_thresholds

Floats = NDArray[np.float32]
CONFIG = ProposalConfig(points_per_side=4, batch=16)
SIZE_HW = (256, 256)


@dataclass(frozen=True)
class Answers:
    """Stands for a decoder that is right in some cells of the grid, and promises this and that."""

    right: float  # promised where there is an object
    wrong: float  # promised where there is none
    steepness: float = 10.0  # of the logits at an edge, a pixel

    def predict_batch(
        self, _embedding: object, points_xy: Floats, _size_hw: object
    ) -> tuple[Floats, Floats]:
        logits = np.full((len(points_xy), 4, 256, 256), -10, np.float32)
        iou = np.zeros((len(points_xy), 4), np.float32)
        for row, (x, y) in enumerate(points_xy):
            logits[row, 1] = self.square(float(x), float(y))
            iou[row, 1] = self.right if x < 128 else self.wrong
        return logits, iou

    def square(self, x: float, y: float) -> Floats:
        columns, rows = np.meshgrid(np.arange(256) + 0.5, np.arange(256) + 0.5)
        distance = np.maximum(abs(columns - x), abs(rows - y))
        return np.asarray(self.steepness * (12 - distance), np.float32)


def image(answers: Answers) -> AnnotatedImage:
    """Objects at the points of the grid's left half."""
    centres = [(x, y) for x in (32, 96) for y in (32, 96, 160, 224)]
    masks = [encode(answers.square(x, y) > 0) for x, y in centres]
    return AnnotatedImage("image", lambda: np.zeros((1, 1, 1), np.float16), masks, SIZE_HW)


def fitted(answers: Answers) -> ProposalConfig:
    return fit_thresholds([image(answers)], cast("OnnxPredictor", answers), CONFIG)


def test_a_decoder_that_promises_less_is_asked_for_less() -> None:
    assert 0.3 < fitted(Answers(right=0.62, wrong=0.3)).predicted_iou_min <= 0.62


def test_a_decoder_that_promises_too_much_is_asked_for_more() -> None:
    assert 0.84 < fitted(Answers(right=0.95, wrong=0.84)).predicted_iou_min <= 0.95


def test_soft_edges_are_no_reason_to_drop_what_is_right() -> None:
    soft = Answers(right=0.9, wrong=0.3, steepness=0.5)

    assert fitted(soft).stability_min <= 0.5


def test_thresholds_that_do_well_stay() -> None:
    assert fitted(Answers(right=0.9, wrong=0.3)) == CONFIG


def test_a_decoder_that_finds_nothing_keeps_its_thresholds() -> None:
    assert fitted(Answers(right=0.1, wrong=0.1)) == CONFIG


def test_several_images_at_a_time_fit_the_same_and_tell_how_many_are_seen() -> None:
    answers = Answers(right=0.62, wrong=0.3)
    told: list[tuple[int, int]] = []

    together = fit_thresholds(
        [image(answers)] * 3,
        cast("OnnxPredictor", answers),
        CONFIG,
        threads=2,
        report=lambda done, total: told.append((done, total)),
    )

    assert together == fitted(answers)
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_fitting_ends_where_whoever_hears_of_it_stops_it() -> None:
    answers = Answers(right=0.62, wrong=0.3)

    def stop(done: int, _total: int) -> None:
        if done == 1:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fit_thresholds([image(answers)] * 9, cast("OnnxPredictor", answers), CONFIG, report=stop)
