"""Where to prompt for automatic proposals: what a prompt head sees. Light: onnxruntime."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from engine.segmentation.frame import SIDE, scaled_size, to_image
from engine.segmentation.items import Embedding

Floats: TypeAlias = NDArray[np.float32]

HEAT_SIDE: Final = 128
STRIDE: Final = SIDE // HEAT_SIDE  # 1024-frame px a cell


@dataclass(frozen=True, slots=True)
class FoundObjects:
    """Prompts for N objects, the likeliest first, in image pixels."""

    points_xy: Floats  # (N, 2)
    boxes_xyxy: Floats  # (N, 4), rough
    heat: Floats  # (N,), 0 to 1


class ObjectFinder:
    """A prompt head in use; threads may share it.

    Raises:
        ValueError: the file is no prompt head's.

    """

    def __init__(self, path: Path) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        names = {each.name for each in self._session.get_outputs()}
        if names != {"heat", "sides"}:
            raise ValueError(f"{path} is no prompt head: it gives {', '.join(sorted(names))}")

    def find(
        self, embedding: Embedding, size_hw: tuple[int, int], *, heat_min: float, most: int
    ) -> FoundObjects:
        """Return the peaks of the heat inside the image."""
        inputs = {"image_embeddings": np.asarray(embedding, np.float32)[None]}
        heat, sides = (each[0] for each in self._session.run(["heat", "sides"], inputs))
        height, width = (-(-side // STRIDE) for side in scaled_size(size_hw))
        heat = heat[:height, :width]
        is_peak = maximum_filter(heat, size=3, mode="nearest") == heat
        rows, columns = np.nonzero(is_peak & (heat >= heat_min))
        order = np.argsort(-heat[rows, columns], kind="stable")[:most]
        rows, columns = rows[order], columns[order]

        middle = np.stack([columns, rows], axis=1) + 0.5  # (N, 2), in cells
        away = np.exp(sides[:, rows, columns].T)  # (N, 4)
        boxes = np.concatenate([middle - away[:, :2], middle + away[:, 2:]], axis=1)
        most_xy = np.array(size_hw[::-1], np.float32)
        return FoundObjects(
            np.minimum(to_image(middle * STRIDE, size_hw), most_xy - 1),
            np.clip(to_image(boxes * STRIDE, size_hw), 0, np.tile(most_xy, 2)),
            heat[rows, columns],
        )
