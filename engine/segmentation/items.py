"""An image as its encoder saw it, alone and with its masks. Light."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.masks.rle import QUARTERS, RLE, area, turned
from engine.segmentation.windows import Window, whole_of

Embedding: TypeAlias = NDArray[np.float16] | NDArray[np.float32]  # (256, 64, 64)
LoadEmbedding: TypeAlias = Callable[[], Embedding]
Pixels: TypeAlias = NDArray[np.uint8]  # (H, W, 3) RGB, upright
Encode: TypeAlias = Callable[[Pixels], Embedding]

TURNS: Final = 2 * QUARTERS  # of an image: by quarters, and mirrored
OBJECTS_PER_IMAGE: Final = 5  # that are clicked, where a round is judged
WHOLE_SHARE: Final = 0.5  # of the views that training draws of an image with windows


@dataclass(frozen=True, slots=True)
class SeenImage:
    """One image as its encoder saw it: the whole and, where objects are small, closer."""

    size_hw: tuple[int, int]
    whole: Embedding
    closer: Mapping[Window, LoadEmbedding] = field(default_factory=dict)

    def through(self, window: Window) -> Embedding:
        """Return what was seen through one of `closer`, or through the window that is all."""
        return self.whole if window == whole_of(self.size_hw) else self.closer[window]()


@dataclass(frozen=True, slots=True)
class AnnotatedImage:
    """One image, as training and evaluation take it; embeddings are read when they are needed."""

    key: str
    load_embedding: LoadEmbedding
    masks: Sequence[RLE]  # at image size
    size_hw: tuple[int, int]
    closer: Mapping[Window, LoadEmbedding] = field(default_factory=dict)
    load_pixels: Callable[[], Pixels] | None = None  # to be turned, or seen by another encoder

    @property
    def is_empty(self) -> bool:
        """Whether there is no object on it."""
        return not any(area(mask) for mask in self.masks)

    def looks(self) -> list[LoadEmbedding]:
        """Return what was seen of it: the whole, then windows."""
        return [self.load_embedding, *self.closer.values()]

    def drawn_view(self, rng: np.random.Generator) -> "AnnotatedImage":
        """Return the whole, or half of the time what is seen through one of the windows.

        Of an object that a window cuts off at least half must be there to count.
        """
        if not self.closer or rng.random() < WHOLE_SHARE:
            return self
        windows = sorted(self.closer, key=lambda each: each.name)
        window = windows[int(rng.integers(len(windows)))]
        cut = [(window.crop_mask(mask), mask) for mask in self.masks]
        masks = [own for own, mask in cut if area(own) and 2 * area(own) >= area(mask)]
        key = f"{self.key}/{window.name}"
        load_pixels = self.load_pixels and partial(_cropped, self.load_pixels, window)
        part = AnnotatedImage(
            key, self.closer[window], masks, window.size_hw, load_pixels=load_pixels
        )
        return part if masks else self

    def with_windows(self, windows: Collection[Window]) -> "AnnotatedImage":
        """Return it with some of its windows alone."""
        return replace(self, closer={window: self.closer[window] for window in windows})

    def turned(self, turn: int, encode: Encode) -> "AnnotatedImage":
        """Return the whole of it, turned as its masks are by engine.masks.rle.turned.

        It has no windows, and is seen anew each time that it is read; turn 0 is itself.

        Raises:
            ValueError: there are no pixels to turn.

        """
        if turn == 0:
            return self
        height, width = self.size_hw
        load_pixels = self.load_pixels and partial(_turned, self.load_pixels, turn)
        made = AnnotatedImage(
            f"{self.key}/turn-{turn}",
            self.load_embedding,
            [turned(mask, turn) for mask in self.masks],
            (width, height) if turn % 2 else (height, width),
            load_pixels=load_pixels,
        )
        return made.seen_by(encode)

    def seen_by(self, encode: Encode) -> "AnnotatedImage":
        """Return it as something else sees it, each time that it is read.

        Raises:
            ValueError: there are no pixels to see.

        """
        if self.load_pixels is None:
            raise ValueError(f"of image {self.key} there is an embedding alone")
        look = partial(_encoded, encode, self.load_pixels)
        closer = {window: partial(look, window) for window in self.closer}
        return replace(self, load_embedding=partial(look, None), closer=closer)

    def seen(self) -> SeenImage:
        """Read the embedding of the whole; those of windows are read once, when first needed."""
        closer = {window: cache(load) for window, load in self.closer.items()}
        return SeenImage(self.size_hw, self.load_embedding(), closer)


def _cropped(load_pixels: Callable[[], Pixels], window: Window) -> Pixels:
    return window.crop(load_pixels())


def _turned(load_pixels: Callable[[], Pixels], turn: int) -> Pixels:
    pixels = load_pixels()
    mirrored = pixels[:, ::-1] if turn >= QUARTERS else pixels
    return np.ascontiguousarray(np.rot90(mirrored, turn % QUARTERS))


def _encoded(encode: Encode, load_pixels: Callable[[], Pixels], window: Window | None) -> Embedding:
    pixels = load_pixels()
    return encode(window.crop(pixels) if window else pixels)


def sample_images(images: Sequence[AnnotatedImage], count: int) -> list[AnnotatedImage]:
    """Choose the first images that have objects, and the empty ones among them, up to `count` each.

    Where images come in an order by chance, empty ones have the share that they have of all. Where
    most are empty they have less, as it takes objects to tell what is found.
    """
    room = {True: count, False: count}
    chosen = []
    for image in images:
        if not room[False]:
            break
        is_empty = image.is_empty
        if room[is_empty]:
            room[is_empty] -= 1
            chosen.append(image)
    return chosen
