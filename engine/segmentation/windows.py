"""Windows: parts of an image, encoded larger, for objects that are small in the whole of it.

An object of 40 px of SAM's 1024 has ten pixels across in the decoder's masks. Seen through a
window it has more, and the encoder sees more of it as well (Segment Anything, section 5, crops).
A window is encoded as an image of its own, so that all that holds for images holds for windows.
Light: no network.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.masks.rle import RLE, area, bbox_xywh, decode, encode
from engine.segmentation.frame import scale_of

Mask: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float32]

# Of each side of the image, and how many windows there are along it; neighbours overlap by more
# than a small object's side.
LEVELS: Final = ((0.6, 2), (0.3, 4))
SMALL_PX: Final = 100.0  # longer side of a small object as a window shows it, of 1024
LEAST_PX: Final = 128  # longer side of a window: in a smaller one there is nothing more to see
_NAME: Final = re.compile(r"(\d+)-(\d+)-(\d+)x(\d+)")


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of whole pixels of an image."""

    x: int
    y: int
    width: int
    height: int

    @property
    def size_hw(self) -> tuple[int, int]:
        """Its size, as an image has one."""
        return self.height, self.width

    @property
    def area_px(self) -> int:
        return self.width * self.height

    @property
    def name(self) -> str:
        """Name it among the windows of its image."""
        return f"{self.x}-{self.y}-{self.width}x{self.height}"

    @classmethod
    def named(cls, name: str) -> Self:
        """Return the window of a name.

        Raises:
            ValueError: no window is named so.

        """
        found = _NAME.fullmatch(name)
        if found is None:
            raise ValueError(f"{name!r} names no window")
        return cls(*(int(number) for number in found.groups()))

    def crop(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Cut it out of an image (H, W, 3)."""
        cut = pixels[self.y : self.y + self.height, self.x : self.x + self.width]
        return np.ascontiguousarray(cut)

    def crop_mask(self, rle: RLE) -> RLE:
        """Cut it out of a mask, which may leave nothing."""
        cut = decode(rle)[self.y : self.y + self.height, self.x : self.x + self.width]
        return encode(np.ascontiguousarray(cut))

    def paste(self, mask: Mask, size_hw: tuple[int, int]) -> Mask:
        """Put a mask of its own size where it lies in the image (H, W)."""
        whole = np.zeros(size_hw, bool)
        whole[self.y : self.y + self.height, self.x : self.x + self.width] = mask
        return whole

    def inside(self, at: Floats) -> Floats:
        """Image pixels to its own; any shape that ends in x, y or in the x, y, x, y of a box."""
        return np.asarray(at - self._corner(at), np.float32)

    def has(self, points_xy: Floats) -> bool:
        """Tell whether all points of an image lie in it."""
        own = self.inside(points_xy)
        return bool(np.all((own >= 0) & (own < (self.width, self.height))))

    def margins(self, boxes_xyxy: Floats, size_hw: tuple[int, int]) -> Floats:
        """How far each box keeps from the sides that are cut off, in image pixels: (N,)."""
        height, width = size_hw
        right, bottom = self.x + self.width, self.y + self.height
        endless = np.full(len(boxes_xyxy), np.inf, np.float32)
        kept = [
            boxes_xyxy[:, 0] - self.x if self.x else endless,
            boxes_xyxy[:, 1] - self.y if self.y else endless,
            right - boxes_xyxy[:, 2] if right < width else endless,
            bottom - boxes_xyxy[:, 3] if bottom < height else endless,
        ]
        return np.asarray(np.min(kept, axis=0), np.float32)

    def outside(self, at: Floats) -> Floats:
        """Its own pixels to the image's."""
        return np.asarray(at + self._corner(at), np.float32)

    def _corner(self, at: Floats) -> Floats:
        return np.tile(np.array([self.x, self.y], np.float32), at.shape[-1] // 2)


def whole_of(size_hw: tuple[int, int]) -> Window:
    """Return the window that is all of an image."""
    return Window(0, 0, size_hw[1], size_hw[0])


def windows_of(size_hw: tuple[int, int]) -> tuple[Window, ...]:
    """Return all windows of an image, the larger ones first."""
    windows: list[Window] = []
    for share, count in LEVELS:
        height, width = (max(1, round(share * side)) for side in size_hw)
        if max(height, width) < LEAST_PX:
            break
        windows += [
            Window(_start(column, count, width, size_hw[1]), y, width, height)
            for y in (_start(row, count, height, size_hw[0]) for row in range(count))
            for column in range(count)
        ]
    return tuple(windows)


def choose_windows(
    boxes_xyxy: Floats, size_hw: tuple[int, int], windows: Collection[Window]
) -> list[Window]:
    """Choose for each object the window through which it is best seen, or all of the image.

    That is the smallest window that still shows it small; of those of one size the one in which it
    lies farthest from where that is cut off.

    Shapes:
        boxes_xyxy: (N, 4) in image pixels.
    """
    boxes = np.asarray(boxes_xyxy, np.float32).reshape(-1, 4)
    sides = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    best = [whole_of(size_hw)] * len(boxes)
    widest = np.full(len(boxes), np.inf, np.float32)
    for window in sorted(windows, key=lambda each: max(each.size_hw), reverse=True):
        margins = window.margins(boxes, size_hw)
        is_small = sides * scale_of(window.size_hw) < SMALL_PX
        for index in np.flatnonzero(is_small & (margins > 0)):
            if window.size_hw != best[index].size_hw or margins[index] > widest[index]:
                best[index], widest[index] = window, margins[index]
    return best


def _start(index: int, count: int, length: int, side: int) -> int:
    return round(index * (side - length) / (count - 1))


def windows_for(boxes_xyxy: Floats, size_hw: tuple[int, int]) -> list[Window]:
    """Return the windows of an image that some of its small objects are best seen through."""
    chosen = choose_windows(boxes_xyxy, size_hw, windows_of(size_hw))
    return [each for each in dict.fromkeys(chosen) if each != whole_of(size_hw)]


def windows_of_masks(masks: Iterable[RLE], size_hw: tuple[int, int]) -> list[Window]:
    """Return the windows of an image that show some of its small objects best."""
    boxes = np.array([bbox_xywh(mask) for mask in masks if area(mask)], np.float32)
    boxes = boxes.reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    return windows_for(boxes, size_hw)
