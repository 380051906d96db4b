"""Automatic proposals look where objects were seen, and a little everywhere else."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.masks.rle import area, encode, iou_matrix
from engine.segmentation.items import SeenImage
from engine.segmentation.object_finder import FoundObjects, ObjectFinder
from engine.segmentation.predictor import OnnxPredictor
from engine.segmentation.proposals import (
    MaskProposal,
    ProposalConfig,
    ProposingCancelled,
    propose,
    propose_in_boxes,
)
from engine.segmentation.windows import Window, whole_of, windows_of

Floats = NDArray[np.float32]
SIZE_HW = (192, 256)
SIDE = 40
CORNERS = ((20, 24), (28, 150), (120, 60))
EMBEDDING = np.zeros((1, 1, 1), np.float16)
CONFIG = ProposalConfig(points_per_side=16, thin_points_per_side=8)  # closer than an object's side


def square(top: int, left: int) -> NDArray[np.bool_]:
    mask = np.zeros((256, 256), bool)
    mask[top : top + SIDE, left : left + SIDE] = True
    return mask


def middles_of(boxes_xyxy: Floats) -> Floats:
    return np.asarray((boxes_xyxy[:, :2] + boxes_xyxy[:, 2:]) / 2, np.float32)


@dataclass
class Decoder:
    """Stands for a decoder that gives the object under a point, and nothing elsewhere."""

    corners: tuple[tuple[int, int], ...] = CORNERS
    asked: list[tuple[float, float]] = field(default_factory=list)  # points and middles of boxes

    def predict_batch(
        self, _embedding: object, points_xy: Floats, _size_hw: object, _previous: object = None
    ) -> tuple[Floats, Floats]:
        logits = np.full((len(points_xy), 4, 256, 256), -10, np.float32)
        iou = np.zeros((len(points_xy), 4), np.float32)
        for row, (x, y) in enumerate(points_xy):
            self.asked.append((float(x), float(y)))
            for mask in (square(*corner) for corner in self.corners):
                if mask[int(y), int(x)]:
                    logits[row, :2, mask], iou[row, :2] = 10, 0.9
        return logits, iou

    def predict_boxes(
        self, embedding: object, boxes_xyxy: Floats, size_hw: object
    ) -> tuple[Floats, Floats]:
        middles = middles_of(boxes_xyxy)
        return self.predict_batch(embedding, middles, size_hw)


@dataclass(frozen=True)
class Finder:
    """Stands for a prompt head that sees some of the objects."""

    corners: tuple[tuple[int, int], ...]

    def find(self, *_: object, **__: object) -> FoundObjects:
        boxes = [(left, top, left + SIDE, top + SIDE) for top, left in self.corners]
        boxes_xyxy = np.array(boxes, np.float32).reshape(-1, 4)
        return FoundObjects(middles_of(boxes_xyxy), boxes_xyxy, np.ones(len(boxes), np.float32))


def proposed(decoder: Decoder, finder: Finder | None) -> list[MaskProposal]:
    return propose(
        SeenImage(SIZE_HW, EMBEDDING),
        cast("OnnxPredictor", decoder),
        CONFIG,
        finder=cast("ObjectFinder | None", finder),
    )


def objects_among(found: list[MaskProposal]) -> int:
    truth = [encode(square(*corner)[: SIZE_HW[0]]) for corner in CORNERS]
    ious = iou_matrix([each.rle for each in found], truth)
    return int((ious.max(axis=0) > 0.8).sum())


def test_where_all_objects_are_seen_a_third_of_the_grid_is_asked_for() -> None:
    whole, seen = Decoder(), Decoder()

    by_grid, by_finder = proposed(whole, None), proposed(seen, Finder(CORNERS))

    assert objects_among(by_grid) == objects_among(by_finder) == len(by_finder) == len(CORNERS)
    assert len(seen.asked) < len(whole.asked) / 3


def test_what_the_head_misses_is_still_found() -> None:
    found = proposed(Decoder(), Finder(CORNERS[:1]))

    assert objects_among(found) == len(CORNERS)


def test_no_point_of_the_thin_grid_is_asked_for_in_what_was_found() -> None:
    decoder = Decoder()
    proposed(decoder, Finder(CORNERS))

    of_grid = decoder.asked[2 * len(CORNERS) :]  # after each box, and the click in it

    covered = np.any([square(*corner) for corner in CORNERS], axis=0)
    assert of_grid
    assert not any(covered[int(y), int(x)] for x, y in of_grid)


def test_a_head_that_sees_nothing_leaves_the_thin_grid() -> None:
    found = proposed(Decoder(), Finder(()))

    assert objects_among(found) == len(CORNERS)
    assert all(area(each.rle) > 0 for each in found)


@dataclass
class Rough(Decoder):
    """A decoder that finds rather too little in a box, and more by a click upon that."""

    touching: tuple[tuple[int, int], ...] = ()  # a click on one is answered with all

    def predict_boxes(
        self, embedding: object, boxes_xyxy: Floats, size_hw: object
    ) -> tuple[Floats, Floats]:
        logits, iou = super().predict_boxes(embedding, boxes_xyxy, size_hw)
        return np.minimum(logits, np.roll(logits, 4, axis=3)), iou - 0.05

    def predict_batch(
        self, embedding: object, points_xy: Floats, size_hw: object, previous: object = None
    ) -> tuple[Floats, Floats]:
        logits, iou = super().predict_batch(embedding, points_xy, size_hw)
        all_of_it = np.any([square(*corner) for corner in self.touching], axis=0)
        if previous is not None and self.touching:
            logits[:, 0, all_of_it] = 10
        return logits, iou


def test_what_a_box_gives_is_proposed_as_a_click_upon_it_makes_it() -> None:
    found = proposed(Rough(), Finder(CORNERS))

    assert [each.bbox_xywh[2] for each in found] == [SIDE] * len(CORNERS)


def test_what_a_click_takes_for_one_is_proposed_as_its_boxes_tell_it_apart_too() -> None:
    touching = ((20, 24), (20, 24 + SIDE))
    decoder = Rough(corners=touching, touching=touching)

    found = proposed(decoder, Finder(touching))

    assert sorted(each.bbox_xywh[2] for each in found) == [SIDE - 4, SIDE - 4, 2 * SIDE]


@dataclass
class Boxes:
    """Stands for a decoder that fills the boxes it is given, and answers no point."""

    asked: list[tuple[tuple[int, int], int]] = field(default_factory=list)  # size, boxes

    def predict_batch(
        self, _embedding: object, points_xy: Floats, _size_hw: object, _previous: object = None
    ) -> tuple[Floats, Floats]:
        shape = (len(points_xy), 4)
        return np.full((*shape, 256, 256), -10, np.float32), np.zeros(shape, np.float32)

    def predict_boxes(
        self, _embedding: object, boxes_xyxy: Floats, size_hw: tuple[int, int]
    ) -> tuple[Floats, Floats]:
        self.asked.append((size_hw, len(boxes_xyxy)))
        scale = 256 / max(size_hw)
        at = (np.arange(256) + 0.5) / scale
        x0, y0, x1, y1 = boxes_xyxy.T[:, :, None]
        rows, columns = (at >= y0) & (at < y1), (at >= x0) & (at < x1)
        logits = np.full((len(boxes_xyxy), 4, 256, 256), -10, np.float32)
        logits[:, 0][rows[:, :, None] & columns[:, None]] = 10
        return logits, np.full((len(boxes_xyxy), 4), 0.9, np.float32)


@dataclass(frozen=True)
class Everywhere:
    """Stands for a prompt head that sees all objects of whatever part it is shown."""

    objects_xyxy: Floats
    size_hw: tuple[int, int]

    def find(self, embedding: Floats, size_hw: tuple[int, int], **_: object) -> FoundObjects:
        x, y = embedding.ravel()[:2]  # where the part lies
        boxes = self.objects_xyxy - np.array([x, y, x, y], np.float32)
        middles = middles_of(boxes)
        is_inside = np.all((middles >= 0) & (middles < size_hw[::-1]), axis=1)
        boxes = np.clip(boxes[is_inside], 0, np.tile(size_hw[::-1], 2)).astype(np.float32)
        return FoundObjects(middles_of(boxes), boxes, np.ones(len(boxes), np.float32))


def seen_closely(size_hw: tuple[int, int]) -> SeenImage:
    def at(window: Window) -> Floats:
        return np.array([[[window.x]], [[window.y]]], np.float32)

    closer = {window: partial(at, window) for window in windows_of(size_hw)}
    return SeenImage(size_hw, at(whole_of(size_hw)), closer)


def closely(objects: list[tuple[int, int, int, int]]) -> tuple[list[MaskProposal], Boxes]:
    size_hw = (300, 400)
    seen = seen_closely(size_hw)
    decoder, finder = Boxes(), Everywhere(np.array(objects, np.float32), size_hw)
    found = propose(
        seen,
        cast("OnnxPredictor", decoder),
        CONFIG,
        finder=cast("ObjectFinder", finder),
    )
    return found, decoder


def boxes_of(found: list[MaskProposal]) -> list[tuple[float, ...]]:
    return sorted(each.bbox_xywh for each in found)


def approx(*box_xywh: float) -> object:
    return pytest.approx(box_xywh, abs=1.6)  # a cell of the whole image


SMALL, MIDDLE, LARGE = (20, 20, 32, 30), (190, 140, 202, 152), (210, 30, 330, 100)


def test_small_objects_are_decoded_through_windows_and_large_ones_in_the_whole() -> None:
    found, decoder = closely([SMALL, LARGE])

    assert sorted(decoder.asked) == [((180, 240), 1), ((300, 400), 1)]
    assert boxes_of(found) == [approx(20, 20, 12, 10), approx(210, 30, 120, 70)]


def test_an_object_that_lies_in_several_windows_is_proposed_once() -> None:
    found, decoder = closely([MIDDLE, SMALL, (370, 20, 382, 32), (20, 270, 32, 282)])

    assert sum(count for _, count in decoder.asked) == len(found) == 4


def test_what_a_window_cuts_off_is_not_proposed_through_it() -> None:
    found, _ = closely([SMALL, (200, 20, 280, 60)])

    assert boxes_of(found) == [approx(20, 20, 12, 10), approx(200, 20, 80, 40)]


def in_boxes(
    decoder: object, boxes: list[tuple[int, int, int, int]], **options: Any
) -> list[MaskProposal | None]:
    return propose_in_boxes(
        seen_closely((300, 400)),
        cast("OnnxPredictor", decoder),
        CONFIG,
        np.array(boxes, np.float32),
        **options,
    )


def test_each_box_gets_a_mask_in_its_place_through_the_window_that_shows_it_best() -> None:
    decoder = Boxes()

    found = in_boxes(decoder, [LARGE, SMALL, MIDDLE])

    assert sorted(decoder.asked) == [((180, 240), 2), ((300, 400), 1)]
    assert [each.bbox_xywh if each else None for each in found] == [
        approx(210, 30, 120, 70),
        approx(20, 20, 12, 10),
        approx(190, 140, 12, 12),
    ]


def test_a_box_that_reaches_beyond_the_image_is_asked_for_as_far_as_it_goes() -> None:
    [found] = in_boxes(Boxes(), [(330, 240, 460, 380)])

    assert found is not None
    assert found.bbox_xywh == approx(330, 240, 70, 60)


def test_what_is_in_a_box_is_proposed_however_unsure_the_decoder_is() -> None:
    class Unsure(Boxes):
        def predict_boxes(self, *asked: Any) -> tuple[Floats, Floats]:
            logits, iou = super().predict_boxes(*asked)
            return np.asarray(logits / 20, np.float32), iou - 2  # on edges that are not firm

    [found] = in_boxes(Unsure(), [LARGE])

    assert found is not None
    assert (found.predicted_iou, found.stability) == (0, 0)


def test_a_box_with_next_to_nothing_in_it_has_no_mask_and_the_others_keep_theirs() -> None:
    nothing, *others = in_boxes(Boxes(), [(5, 5, 5, 5), SMALL, LARGE])

    assert nothing is None
    assert all(others)
    assert in_boxes(Boxes(), []) == []


def test_who_stops_waits_for_no_more_boxes() -> None:
    with pytest.raises(ProposingCancelled):
        in_boxes(Boxes(), [LARGE], should_stop=lambda: True)
