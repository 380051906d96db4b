"""Prompts in image pixels to masks, through the ONNX decoder: what the browser does, in Python."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

from engine.segmentation.frame import LOGITS_SIDE, to_frame, upscale_logits
from engine.segmentation.items import Embedding
from engine.segmentation.onnx_kernels import for_workers

Floats: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]
Point: TypeAlias = tuple[float, float]

# By how much a hypothesis must be surer than the single answer to be shown instead. On nuclei the
# single answer is the better first one, on photographs the surest hypothesis is (mIoU at one click,
# pretrained: 0.633 against 0.617, and 0.631 against 0.655); with this margin neither loses.
CLEARLY_SURER: Final = 0.15
_NO_MASK = np.zeros((1, 1, LOGITS_SIDE, LOGITS_SIDE), np.float32)


@dataclass(frozen=True, slots=True)
class Prediction:
    """The decoder's answer to one prompt; `iou` is its bare regression, outside [0, 1] at times."""

    low_res: Floats  # (4, 256, 256) logits
    iou: Floats  # (4,)

    def best(self, *, is_one_point: bool) -> int:
        """Which token answers: 0, the single one, unless a point has a clearly surer hypothesis.

        Segment Anything shows a lone point's surest hypothesis (section 3, "Resolving ambiguity").
        """
        surest = 1 + int(self.iou[1:].argmax())
        return surest if is_one_point and self.iou[surest] > self.iou[0] + CLEARLY_SURER else 0


class OnnxPredictor:
    """A decoder of one bundle; threads may share it."""

    def __init__(self, decoder: Path, threads: int = 1) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        graph = for_workers(onnx.load(decoder)).SerializeToString()
        self._session = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._no_look = no_look(self._session)

    def predict(
        self,
        embedding: Embedding,
        points_xy: NDArray[np.floating],
        labels: NDArray[np.number],
        size_hw: tuple[int, int],
        box_xyxy: tuple[float, float, float, float] | None = None,
        previous_logits: NDArray[np.floating] | None = None,
    ) -> Prediction:
        """Decode the prompts of one object: clicks in image pixels and perhaps a box.

        Shapes:
            points_xy: (N, 2); labels: (N,), 1 object, 0 background.
            previous_logits: (256, 256) or None.
        """
        points = to_frame(np.asarray(points_xy, np.float32).reshape(-1, 2), size_hw)
        if box_xyxy is None:
            last, last_labels = np.zeros((1, 2), np.float32), [-1]
        else:
            last, last_labels = to_frame(np.reshape(box_xyxy, (2, 2)), size_hw), [2, 3]
        low_res, iou = self._run(
            embedding,
            np.concatenate([points, last])[None],
            np.concatenate([np.asarray(labels, np.float32), last_labels])[None],
            previous_logits,
        )
        return Prediction(low_res[0], iou[0])

    def best_mask(
        self,
        embedding: Embedding,
        points_xy: NDArray[np.floating],
        labels: NDArray[np.number],
        size_hw: tuple[int, int],
        box_xyxy: tuple[float, float, float, float] | None = None,
        previous_logits: NDArray[np.floating] | None = None,
    ) -> tuple[Mask, Floats, float]:
        """Decode and choose: the mask (H, W), its logits (256, 256) and its predicted IoU."""
        answer = self.predict(embedding, points_xy, labels, size_hw, box_xyxy, previous_logits)
        is_first = box_xyxy is None and previous_logits is None
        index = answer.best(is_one_point=is_first and len(points_xy) == 1)
        low_res = answer.low_res[index]
        return upscale_logits(low_res, size_hw) > 0, low_res, float(answer.iou[index])

    def predict_batch(
        self,
        embedding: Embedding,
        points_xy: NDArray[np.floating],
        size_hw: tuple[int, int],
        previous_logits: NDArray[np.floating] | None = None,
    ) -> tuple[Floats, Floats]:
        """Decode B single points at once, each perhaps upon the mask that it goes on from.

        Without masks they share the first layer's work on the image.

        Shapes:
            points_xy: (B, 2) in image pixels.
            previous_logits: (B, 256, 256) or None.
            returns: logits (B, 4, 256, 256) and predicted IoU (B, 4).
        """
        points = to_frame(points_xy, size_hw)[:, None]  # (B, 1, 2)
        points = np.concatenate([points, np.zeros_like(points)], axis=1)
        labels = np.tile(np.array([[1, -1]], np.float32), (len(points), 1))
        return self._run(embedding, points, labels, previous_logits)

    def predict_boxes(
        self, embedding: Embedding, boxes_xyxy: NDArray[np.floating], size_hw: tuple[int, int]
    ) -> tuple[Floats, Floats]:
        """Decode B boxes at once: (B, 4) in image pixels; returns as predict_batch does."""
        corners = to_frame(np.reshape(boxes_xyxy, (-1, 2, 2)), size_hw)
        labels = np.tile(np.array([[2, 3]], np.float32), (len(corners), 1))
        return self._run(embedding, corners, labels, None)

    def _run(
        self,
        embedding: Embedding,
        points: Floats,
        labels: NDArray[np.floating],
        previous_logits: NDArray[np.floating] | None,
    ) -> tuple[Floats, Floats]:
        mask = _NO_MASK
        if previous_logits is not None:
            mask = np.asarray(previous_logits, np.float32).reshape(-1, *_NO_MASK.shape[1:])
        low_res, iou = self._session.run(
            ["low_res_masks", "iou_predictions"],
            {
                "image_embeddings": np.asarray(embedding, np.float32)[None],
                "point_coords": points,
                "point_labels": labels.astype(np.float32),
                "mask_input": mask,
                "has_mask_input": np.array([previous_logits is not None], np.float32),
                **self._no_look,
            },
        )
        return low_res, iou


def no_look(session: ort.InferenceSession) -> dict[str, Floats]:
    """Return the inputs that say that the image is yet to be looked at: see onnx_export."""
    return {
        each.name: np.zeros((0, *each.shape[1:]), np.float32)
        for each in session.get_inputs()
        if each.name.startswith("known_look")
    }
