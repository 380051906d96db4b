"""Prompts that are asked together are answered as they are alone."""

from pathlib import Path

import numpy as np

from engine.segmentation.decoder import SamDecoder
from engine.segmentation.onnx_export import export_decoder
from engine.segmentation.predictor import OnnxPredictor
from tests.engine.segmentation.conftest import DIM

SIZE_HW = (300, 400)


def test_each_point_of_a_batch_goes_on_from_its_own_mask(
    tiny_decoder: SamDecoder, tmp_path: Path
) -> None:
    export_decoder(tiny_decoder, tmp_path / "decoder.onnx")
    predictor = OnnxPredictor(tmp_path / "decoder.onnx")
    random = np.random.default_rng(0)
    embedding = random.normal(size=(DIM, 64, 64)).astype(np.float16)
    points = random.uniform(0, 300, (3, 2)).astype(np.float32)
    masks = random.normal(scale=8, size=(3, 256, 256)).astype(np.float16)

    logits, ious = predictor.predict_batch(embedding, points, SIZE_HW, masks)

    assert np.abs(logits[0] - logits[1]).max() > 0.01
    for at, mask, low_res, iou in zip(points, masks, logits, ious, strict=True):
        alone = predictor.predict(embedding, at, np.ones(1), SIZE_HW, previous_logits=mask)
        np.testing.assert_allclose(low_res, alone.low_res, atol=1e-3)
        np.testing.assert_allclose(iou, alone.iou, atol=1e-4)
