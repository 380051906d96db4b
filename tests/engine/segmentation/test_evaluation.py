"""Click evaluation counts as the protocol says, and the pretrained decoder does well on coins."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from engine.masks.rle import encode
from engine.segmentation.clicked_objects import ObjectClicks, paired_bootstrap, summarise
from engine.segmentation.evaluation import click_images
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.predictor import OnnxPredictor
from engine.segmentation.proposals import ProposalConfig, ProposingCancelled, propose
from engine.weights.paths import ModelPaths


def clicks(key: str, *ious: float, index: int = 0, size_px: float = 50) -> ObjectClicks:
    return ObjectClicks(key, index, size_px, ious)


def test_summary_follows_the_protocol() -> None:
    objects = [
        clicks("a", 0.5, 0.7, 0.86, 0.91),  # 0.85 at click 3, 0.90 at 4, then left alone
        clicks("b", 0.95, size_px=300),  # good at once
        clicks("c", *[0.3] * 20, size_px=300),  # never good: counts as 20
    ]

    metrics = summarise(objects)

    assert metrics.overall.miou_1 == pytest.approx((0.5 + 0.95 + 0.3) / 3)
    assert metrics.overall.miou_5 == pytest.approx((0.91 + 0.95 + 0.3) / 3)
    assert metrics.overall.noc_85 == pytest.approx((3 + 1 + 20) / 3)
    assert metrics.overall.noc_90 == pytest.approx((4 + 1 + 20) / 3)
    assert metrics.by_size["small"].objects == 1
    assert metrics.by_size["large"].objects == 2
    assert "medium" not in metrics.by_size


def test_nothing_to_evaluate_is_an_error() -> None:
    with pytest.raises(ValueError, match="no object"):
        summarise([])


def test_bootstrap_sees_a_gain_and_is_not_sure_of_noise() -> None:
    rng = np.random.default_rng(1)
    before = [clicks(f"{n // 3}", float(v), index=n) for n, v in enumerate(rng.random(90) * 0.8)]

    def changed(by: Sequence[float]) -> list[ObjectClicks]:
        pairs = zip(before, by, strict=True)
        return [clicks(one.key, one.ious[0] + d, index=one.index) for one, d in pairs]

    mean, low, high = paired_bootstrap(before, changed([0.1] * 90), seed=0)
    _, noise_low, noise_high = paired_bootstrap(
        before, changed(rng.normal(size=90).tolist()), seed=0
    )

    assert (mean, low, high) == pytest.approx((0.1, 0.1, 0.1))
    assert noise_low < 0 < noise_high


def test_bootstrap_compares_any_measure_of_an_object() -> None:
    before = [clicks(f"{n}", 0.5) for n in range(30)]
    after = [clicks(f"{n}", 0.5, 0.9) for n in range(30)]

    mean, _, high = paired_bootstrap(
        before, after, seed=0, measure=lambda one: one.clicks_to(0.85, 20)
    )

    assert mean == high == 2 - 20


def test_bootstrap_refuses_other_objects() -> None:
    with pytest.raises(ValueError, match="same objects"):
        paired_bootstrap([clicks("a", 0.5)], [clicks("b", 0.5)], seed=0)


@pytest.fixture(scope="module")
def coin_image(
    coins_image: NDArray[np.uint8], coins_embedding: NDArray[np.float16]
) -> AnnotatedImage:
    """The coins of three rows, by threshold: what anyone would draw."""
    smooth = ndimage.median_filter(coins_image[..., 0], 5)
    labels, _ = ndimage.label(ndimage.binary_fill_holes(smooth > 130))
    masks = [encode(labels == n) for n in range(1, labels.max() + 1) if (labels == n).sum() > 900]
    return AnnotatedImage("coins", lambda: coins_embedding, masks[:4], (303, 384))


@pytest.mark.slow
def test_the_pretrained_decoder_cuts_a_coin_in_a_click_or_two(
    models: ModelPaths, coin_image: AnnotatedImage
) -> None:
    predictor = OnnxPredictor(models.pretrained / "decoder.onnx")

    [clicked] = click_images([coin_image], predictor, max_clicks=5)

    overall = summarise(clicked, max_clicks=5).overall
    assert overall.objects == 4
    assert overall.miou_3 > 0.8
    assert [*click_images([coin_image], predictor, max_clicks=5, threads=1)] == [clicked]


@pytest.mark.slow
def test_the_grid_finds_coins_once_each_and_can_be_stopped(
    models: ModelPaths, coin_image: AnnotatedImage
) -> None:
    predictor = OnnxPredictor(models.pretrained / "decoder.onnx")
    config = ProposalConfig(points_per_side=6)

    seen = coin_image.seen()
    found = propose(seen, predictor, config)
    with pytest.raises(ProposingCancelled):
        propose(seen, predictor, config, should_stop=lambda: True)

    assert len(found) >= 8
    assert all(0 <= one.predicted_iou <= 1 and 0 <= one.stability <= 1 for one in found)
    assert [one.predicted_iou for one in found] == sorted(
        (one.predicted_iou for one in found), reverse=True
    )
    assert len({one.rle["counts"] for one in found}) == len(found)
    assert all(one.rle["size"] == [303, 384] for one in found)
