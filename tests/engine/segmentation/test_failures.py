"""What a bundle fails on is chosen as AP50 counts it: the worst first, at most one an image."""

import numpy as np

from engine.masks.rle import RLE, encode
from engine.segmentation.failures import LONGEST, Failure, false_proposals, missed_objects, worst
from engine.segmentation.precision import ScoredImage


def rectangle(y: int, x: int, height: int, width: int) -> RLE:
    mask = np.zeros((100, 100), bool)
    mask[y : y + height, x : x + width] = True
    return encode(mask)


FOUND, HALF, LARGE, SMALL = (
    rectangle(0, 0, 10, 10),
    rectangle(20, 0, 10, 10),
    rectangle(40, 0, 20, 20),
    rectangle(80, 0, 4, 4),
)
OFF = rectangle(20, 0, 10, 4)  # IoU 0.4 with HALF
NOTHING = rectangle(60, 60, 8, 8)


def image(proposals: list[tuple[RLE, float]], truth: list[RLE]) -> ScoredImage:
    masks, scores = zip(*proposals, strict=True) if proposals else ((), ())
    return ScoredImage(masks, scores, truth)


def test_what_no_proposal_overlaps_comes_first_the_largest_of_it_once_an_image() -> None:
    images = {
        "a": image([(FOUND, 0.9), (OFF, 0.8)], [FOUND, HALF]),
        "b": image([], [SMALL, LARGE]),
        "c": image([(FOUND, 0.9)], [FOUND]),
        "d": image([(NOTHING, 0.9)], [SMALL]),
    }

    found = missed_objects(images, 12)

    assert [(each.key, each.truth, each.answer) for each in found] == [
        ("b", LARGE, None),
        ("d", SMALL, None),
        ("a", HALF, OFF),
    ]
    assert [each.iou for each in found] == [0, 0, 0.4]
    assert [each.size for each in found] == ["large", "small", "medium"]
    assert {each.kind for each in found} == {"missed"}


def test_proposals_that_find_nothing_come_the_surest_first_once_an_image() -> None:
    images = {
        "a": image([(FOUND, 0.95), (OFF, 0.6), (NOTHING, 0.7)], [FOUND, HALF]),
        "b": image([(OFF, 0.8)], [HALF]),
        "c": image([(NOTHING, 0.9)], []),
        "d": image([(FOUND, 1.0)], [FOUND]),
    }

    found = false_proposals(images, 12)

    assert [(each.key, each.truth, each.answer) for each in found] == [
        ("c", None, NOTHING),
        ("b", HALF, OFF),
        ("a", None, NOTHING),
    ]
    assert {each.kind for each in found} == {"false"}


def test_only_a_few_are_kept_and_none_whose_outline_is_long() -> None:
    lace = RLE(size=[100, 100], counts="1" * (LONGEST + 1))
    failures = [
        Failure(key, "click", 0.1, "large", truth, None)
        for key, truth in (("a", lace), ("b", LARGE), ("b", SMALL), ("c", LARGE), ("d", LARGE))
    ]

    kept = worst(failures, 2)

    assert [(each.key, each.truth) for each in kept] == [("b", LARGE), ("c", LARGE)]
