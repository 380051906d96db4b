"""Where to prompt for automatic proposals: what a prompt head sees. Light: onnxruntime."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeAlias

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from engine.masks.geometry import suppress_boxes
from engine.segmentation.frame import SIDE, scaled_size, to_image
from engine.segmentation.items import Embedding, SeenImage
from engine.segmentation.windows import Window, choose_windows, whole_of

Floats: TypeAlias = NDArray[np.float32]

HEAT_SIDE: Final = 128
STRIDE: Final = SIDE // HEAT_SIDE  # 1024-frame px a cell
SAME_OBJECT_IOU: Final = 0.5  # of two boxes, each through another window


@dataclass(frozen=True, slots=True)
class FoundObjects:
    """Prompts for N objects, the likeliest first, in image pixels."""

    points_xy: Floats  # (N, 2)
    boxes_xyxy: Floats  # (N, 4), rough
    heat: Floats  # (N,), 0 to 1

    def __getitem__(self, chosen: NDArray[np.bool_]) -> Self:
        """Return the chosen ones."""
        return type(self)(self.points_xy[chosen], self.boxes_xyxy[chosen], self.heat[chosen])


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


def find_objects(
    seen: SeenImage, finder: ObjectFinder, *, heat_min: float, most: int
) -> dict[Window, FoundObjects]:
    """Look for objects in the whole image, then closer wherever they are small.

    Returns:
        for each window the objects that are best seen through it, in pixels of the image.

    """
    return _each_once(_search(seen, finder, heat_min, most))


def windows_asked(
    seen: SeenImage, finder: ObjectFinder, *, heat_min: float, most: int
) -> list[Window]:
    """Return the windows that `find_objects` looks through."""
    searched = _search(seen, finder, heat_min, most)
    return [window for window in searched if window != whole_of(seen.size_hw)]


def _search(
    seen: SeenImage, finder: ObjectFinder, heat_min: float, most: int
) -> dict[Window, FoundObjects]:
    """Return what was found through each window that was looked through; some things twice."""
    queue, parts = [whole_of(seen.size_hw)], []
    for window in queue:  # grows
        found = finder.find(seen.through(window), window.size_hw, heat_min=heat_min, most=most)
        boxes = window.outside(found.boxes_xyxy)
        chosen = choose_windows(boxes, seen.size_hw, seen.closer)
        queue.extend(each for each in dict.fromkeys(chosen) if each not in queue)
        # What looks larger here than it did before belongs here still: it was not kept there.
        belongs = [each == window or each.area_px > window.area_px for each in chosen]
        is_kept = np.array(belongs, bool) & (window.margins(boxes, seen.size_hw) > 0)
        parts.append(FoundObjects(window.outside(found.points_xy), boxes, found.heat)[is_kept])
    return dict(zip(queue, parts, strict=True))


def _each_once(parts: Mapping[Window, FoundObjects]) -> dict[Window, FoundObjects]:
    """Leave an object that was found in several windows to the one where it is the likeliest."""
    boxes = np.concatenate([part.boxes_xyxy for part in parts.values()])
    heat = np.concatenate([part.heat for part in parts.values()])
    is_kept = np.zeros(len(heat), bool)
    is_kept[suppress_boxes(boxes, heat, SAME_OBJECT_IOU)] = True
    ends = np.cumsum([len(part.heat) for part in parts.values()])[:-1]
    shares = np.split(is_kept, ends)
    return {
        window: part[share]
        for (window, part), share in zip(parts.items(), shares, strict=True)
        if share.any()
    }
