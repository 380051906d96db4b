"""AP and AR are COCO's own, to the digit."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from engine.masks.rle import RLE, area, bbox_xywh, encode
from engine.segmentation.precision import ScoredImage, average_precision, precision_by_size


def boxes(rng: np.random.Generator, count: int) -> list[tuple[int, int, int, int]]:
    sides = rng.integers(5, 25, size=(count, 2))
    corners = rng.integers(0, 70, size=(count, 2))
    return [(int(y), int(x), int(h), int(w)) for (y, x), (h, w) in zip(corners, sides, strict=True)]


def rectangle(y: int, x: int, h: int, w: int) -> RLE:
    mask = np.zeros((100, 100), bool)
    mask[max(y, 0) : y + h, max(x, 0) : x + w] = True
    return encode(mask)


def images(seed: int) -> list[ScoredImage]:
    """Truth, most of it found a little off, with some inventions."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(6):
        truth = boxes(rng, int(rng.integers(0, 8)))
        shifts = rng.integers(-3, 4, size=(len(truth), 2))
        found = [
            (y + int(dy), x + int(dx), h, w)
            for (y, x, h, w), (dy, dx) in zip(truth, shifts, strict=True)
            if rng.random() < 0.8
        ] + boxes(rng, 2)
        scores = rng.random(len(found)).tolist()
        proposals = [rectangle(*box) for box in found]
        out.append(ScoredImage(proposals, scores, [rectangle(*box) for box in truth]))
    return out


def cocos_judge(scored: list[ScoredImage], folder: Path) -> COCOeval:
    annotations: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for number, image in enumerate(scored, start=1):
        for rle in image.truth:
            annotations.append(
                {"id": len(annotations) + 1, "image_id": number, "category_id": 1, "iscrowd": 0}
                | {"segmentation": rle, "area": area(rle), "bbox": bbox_xywh(rle)}
            )
        for rle, score in zip(image.proposals, image.scores, strict=True):
            one = {"image_id": number, "category_id": 1, "segmentation": rle, "score": score}
            results.append(one)
    content = {
        "images": [{"id": n + 1, "height": 100, "width": 100} for n in range(len(scored))],
        "categories": [{"id": 1, "name": "object"}],
        "annotations": annotations,
    }
    (folder / "truth.json").write_text(json.dumps(content))
    truth = COCO(str(folder / "truth.json"))
    return COCOeval(truth, truth.loadRes(results), "segm")


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_figures_equal_cocoeval(seed: int, tmp_path: Path) -> None:
    scored = images(seed)
    judge = cocos_judge(scored, tmp_path)
    judge.evaluate()
    judge.accumulate()
    judge.summarize()

    ours = average_precision(scored)

    assert ours.objects == sum(len(image.truth) for image in scored)
    assert [ours.ap_50, ours.ap_75, ours.ar] == pytest.approx(judge.stats[[1, 2, 8]], abs=1e-9)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_figures_by_size_equal_cocoeval(seed: int, tmp_path: Path) -> None:
    scored = images(seed)
    judge = cocos_judge(scored, tmp_path)
    px = 100 / 1024  # an image's side in that of the frame
    small, medium = ((upper * px) ** 2 for upper in (64, 192))
    judge.params.areaRng = [[0, 1e10], [0, small], [small, medium], [medium, 1e10]]
    judge.params.areaRngLbl = ["all", "small", "medium", "large"]
    judge.evaluate()
    judge.accumulate()
    precision = judge.eval["precision"][:, :, 0, :, -1].mean(axis=1)  # (thresholds, sizes)

    ours = precision_by_size(scored)

    theirs = dict(zip(judge.params.areaRngLbl, precision[[0, 5]].T, strict=True))
    assert {"medium", "large"} <= ours.keys()
    for name, figures in ours.items():
        assert [figures.ap_50, figures.ap_75] == pytest.approx(theirs[name], abs=1e-9)
    assert sum(figures.objects for figures in ours.values()) == sum(
        len(image.truth) for image in scored
    )


def test_finding_nothing_scores_zero_and_no_truth_has_no_score() -> None:
    nothing = average_precision([ScoredImage([], [], [rectangle(1, 1, 9, 9)])])
    no_truth = average_precision([ScoredImage([], [], [])])

    assert (nothing.ap_50, nothing.ar) == (0, 0)
    assert np.isnan(no_truth.ap_50)


def test_an_image_without_objects_can_be_wrong_and_is_not_among_those_that_tell() -> None:
    mask = rectangle(1, 1, 9, 9)
    right = ScoredImage([mask], [0.5], [mask])

    beside_nothing = average_precision([ScoredImage([mask], [0.9], []), right])

    assert beside_nothing.images == 1
    assert beside_nothing.ap_50 == pytest.approx(0.5)
