"""Prove each conversion against the network it came from, on a real image."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
import whisper
from numpy.typing import NDArray
from skimage.data import astronaut
from whisper.model import sinusoids

from engine.segmentation.decoder import SamDecoder
from engine.segmentation.encoder import OnnxEncoder
from engine.segmentation.frame import to_frame
from engine.segmentation.onnx_export import ANSWER
from engine.segmentation.onnx_kernels import for_workers
from engine.segmentation.predictor import no_look
from engine.weights.fetch import WeightsError

TOLERANCES = {
    "low_res_masks": 1e-3,  # logits up to 150
    "iou_predictions": 1e-5,
    "low_res_masks_in_browsers": 0.05,  # whose GELU is an approximation
}


def embed_astronaut(encoder: Path) -> NDArray[np.float32]:
    """Embed scikit-image's 512 x 512 portrait: (1, 256, 64, 64)."""
    embedding = OnnxEncoder(encoder).encode(astronaut())  # type: ignore[no-untyped-call]  # scikit-image's loaders have no types
    if embedding.shape != (256, 64, 64) or not np.isfinite(embedding).all():
        raise WeightsError(f"{encoder} gives no usable embedding, shape {embedding.shape}")
    return embedding[None].astype(np.float32)


def verify_decoder(
    decoder: SamDecoder, exported: Path, source: Path, embedding: NDArray[np.float32]
) -> dict[str, float]:
    """Compare torch, our ONNX and the source ONNX for one, two and three points and a mask.

    Ours twice: as workers run it and as browsers do. Returns the largest differences seen. Raises
    WeightsError above the tolerances.
    """
    ours = _session(for_workers(onnx.load(exported)))
    browsers, theirs = _session(onnx.load(exported)), _session(onnx.load(source))
    logits = np.zeros((1, 1, 256, 256), np.float32)
    has_mask = np.zeros(1, np.float32)
    worst = dict.fromkeys(TOLERANCES, 0.0)
    clicks = [(230, 130, 1), (300, 420, 1), (60, 60, 0)]  # image pixels and label
    for count in (1, 2, 3):
        points = to_frame(np.array([click[:2] for click in clicks[:count]]), (512, 512))
        labels = np.array([[*(click[2] for click in clicks[:count]), -1]], np.float32)
        points = np.concatenate([points, np.zeros((1, 2), np.float32)])[None]
        feed = {
            "image_embeddings": embedding,
            "point_coords": points,
            "point_labels": labels,
            "mask_input": logits,
            "has_mask_input": has_mask,
        }
        size = {"orig_im_size": np.array([512, 512], np.float32)}
        _, iou, low_res = theirs.run(None, feed | size)
        our_low_res, our_iou = ours.run(ANSWER, feed | no_look(ours))
        with torch.inference_mode():
            mask = torch.from_numpy(logits) if has_mask[0] else None
            tensors = [torch.from_numpy(array) for array in (embedding, points, labels)]
            torch_low_res, torch_iou = decoder(*tensors, mask)
        # The source gives one mask: the single-mask token once there are several points.
        token = 0 if points.shape[1] > 2 else 1 + int(np.argmax(our_iou[0, 1:]))  # noqa: PLR2004
        for low, predicted in ((our_low_res, our_iou), (torch_low_res.numpy(), torch_iou.numpy())):
            gap = float(np.abs(low[0, token] - low_res[0, 0]).max())
            worst["low_res_masks"] = max(worst["low_res_masks"], gap)
            gap = abs(float(predicted[0, token] - iou.reshape(-1)[0]))
            worst["iou_predictions"] = max(worst["iou_predictions"], gap)
        gap = float(np.abs(our_low_res - torch_low_res.numpy()).max())
        worst["low_res_masks"] = max(worst["low_res_masks"], gap)
        browser_low_res, _ = browsers.run(ANSWER, feed | no_look(browsers))
        gap = float(np.abs(browser_low_res - torch_low_res.numpy()).max())
        worst["low_res_masks_in_browsers"] = max(worst["low_res_masks_in_browsers"], gap)
        logits, has_mask = low_res, np.ones(1, np.float32)
    if any(gap > TOLERANCES[what] for what, gap in worst.items()):
        raise WeightsError(f"the converted decoder differs from its source: {worst}")
    return worst


def verify_whisper(checkpoint: Path) -> None:
    """Load strictly, and check the one tensor whose values OpenAI's code computes itself."""
    model = whisper.load_model(str(checkpoint), device="cpu")
    table = model.encoder.positional_embedding
    gap = float((table - sinusoids(*table.shape)).abs().max())
    if gap > 1e-3:  # noqa: PLR2004  # the source is float16
        raise WeightsError(f"{checkpoint} has a positional embedding {gap} off Whisper's")
    bad = [name for name, tensor in model.named_parameters() if not tensor.isfinite().all()]
    if bad:
        raise WeightsError(f"{checkpoint} has tensors that are not finite: {bad}")


def _session(model: onnx.ModelProto) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    graph = model.SerializeToString()
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
