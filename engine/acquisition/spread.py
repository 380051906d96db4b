"""Images spread over all that there are: what is unlike comes first, near-duplicates far apart."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.segmentation.frame import scaled_size
from engine.segmentation.items import Embedding

CELL_PX: Final = 16  # of the frame, by cell of an embedding
BLOCK: Final = 256  # centres at a time

Floats = NDArray[np.floating]


def pooled(embedding: Embedding, size_hw: tuple[int, int]) -> NDArray[np.float16]:
    """Describe an image by the mean of its embedding, the frame's padding left out.

    Shapes:
        embedding: (C, 64, 64).
        returns: (C,), 512 bytes an image where the embedding has 2 MiB.
    """
    height, width = (max(1, -(-side // CELL_PX)) for side in scaled_size(size_hw))
    inside = embedding[:, :height, :width].astype(np.float32)
    mean: NDArray[np.float32] = inside.mean(axis=(1, 2))
    return mean.astype(np.float16)


def standardised(points: Floats) -> NDArray[np.float32]:
    """Bring each channel of (N, C) points to mean 0 and deviation 1; a constant one to 0."""
    standard = points.astype(np.float32)
    standard -= standard.mean(axis=0)
    deviation = standard.std(axis=0)
    standard /= np.where(deviation > 0, deviation, 1)
    return standard


def distances(points: Floats, others: Floats) -> Floats:
    """Return Euclidean distances (N, M) between two sets of points, (N, C) and (M, C)."""
    squares: Floats = (points**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)  # (N, M)
    squares -= 2 * points @ others.T
    return np.sqrt(np.maximum(squares, 0), out=squares)


def nearest(points: Floats, centres: Floats) -> Floats:
    """Return how far each point is from the nearest centre, (N,); infinite without any."""
    least = np.full(len(points), np.inf, np.float32)
    for start in range(0, len(centres), BLOCK):
        away = distances(points, centres[start : start + BLOCK])
        least = np.minimum(least, away.min(axis=1))
    return least


def farthest_first(points: Floats, centres: Floats, weights: Floats, count: int) -> list[int]:
    """Choose points one by one, each time the one farthest from all centres and those chosen.

    The greedy k-centre of Gonzalez 1985 (Theoretical Computer Science 38, 293-306), which Sener and
    Savarese 2018 (arXiv:1708.00489, algorithm 1) choose images by. Distances are multiplied by
    weights: of points equally far the heaviest is chosen, and a copy of a chosen point comes after
    all that is no copy, whatever its weight. It is fond of outliers: choose some by chance as well.

    Takes time in O(N (M + count) C) and memory in O(N).

    Args:
        points: (N, C).
        centres: (M, C), what is covered already; without any the first choice is the first point.
        weights: (N,), positive.
        count: how many to choose, at most all.

    Returns:
        Their places, in the order of choice.

    """
    left, squares = nearest(points, centres), (points**2).sum(axis=1)  # (N,)
    chosen: list[int] = []
    for _ in range(min(count, len(points))):
        at = int(np.argmax(left * weights))
        chosen.append(at)
        away = squares + squares[at] - 2 * points @ points[at]  # (N,), squared
        left = np.minimum(left, np.sqrt(np.maximum(away, 0)))
        left[at] = -1  # never again
    return chosen
