"""The one validator for masks that enter: from a client, an import, a model or a file.

Nothing here calls C code on the masks; what comes out is canonical, fits the image, and is safe
for `engine.masks.rle` and for anyone's pycocotools.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from engine.masks import polygons
from engine.masks.counts import (
    Runs,
    canonical_runs,
    format_counts,
    parse_canonical,
    parse_counts,
    show,
)
from engine.masks.rle import RLE

MAX_PIXELS: Final = 2**28  # far above the largest image that import accepts
MAX_RUNS: Final = 4_000_000


class InvalidMaskError(ValueError):
    """A mask that cannot be accepted; the message says why, for people."""


def validate_rle(value: object, size_hw: tuple[int, int]) -> RLE:
    """Return the canonical form of a compressed RLE of an image's size. Refuse an empty mask."""
    return _compressed(_counts_of(value, size_hw), size_hw)


def validate_any_rle(value: object, size_hw: tuple[int, int]) -> RLE:
    """Do what `validate_rle` does, but let an empty mask pass."""
    return _to_rle(_compressed_runs(_counts_of(value, size_hw), size_hw), size_hw)


def _compressed(counts: object, size_hw: tuple[int, int]) -> RLE:
    height, width = size_hw
    if isinstance(counts, str):
        runs = parse_canonical(counts)
        if runs is not None and len(runs) > 1 and sum(runs) == height * width:
            return RLE(size=[height, width], counts=counts)
    return _to_rle(_refuse_empty(_compressed_runs(counts, size_hw)), size_hw)


def _compressed_runs(counts: object, size_hw: tuple[int, int]) -> Runs:
    if isinstance(counts, bytes):
        counts = counts.decode("ascii", errors="replace")
    if not isinstance(counts, str):
        raise InvalidMaskError(f"mask counts must be a string, not {type(counts).__name__}")
    try:
        runs = parse_counts(counts)
    except ValueError as error:
        raise InvalidMaskError(f"mask {error}") from None
    return _canonical(runs, size_hw)


def rle_from_coco(segmentation: object, size_hw: tuple[int, int]) -> RLE:
    """Read any of COCO's three forms: compressed RLE, RLE with a list of counts, polygons.

    Polygons of one annotation are united, as COCO defines them: a polygon inside another is not
    a hole. One that crosses itself is filled by the non-zero rule.
    """
    if isinstance(segmentation, Mapping):
        counts = _counts_of(segmentation, size_hw)
        if isinstance(counts, list | tuple):
            runs = _canonical(_listed_runs(counts, size_hw), size_hw)
            return _to_rle(_refuse_empty(runs), size_hw)
        return _compressed(counts, size_hw)
    if isinstance(segmentation, list | tuple):
        _check_size(size_hw)
        try:
            runs = polygons.rasterise(segmentation, size_hw)
        except ValueError as error:
            raise InvalidMaskError(str(error)) from None
        return _to_rle(_refuse_empty(_canonical(runs, size_hw)), size_hw)
    raise InvalidMaskError(
        f"a segmentation is an RLE object or a list of polygons, not {type(segmentation).__name__}"
    )


def _counts_of(value: object, size_hw: tuple[int, int]) -> object:
    """Check the outside of an RLE object against the image's size and return its counts."""
    _check_size(size_hw)
    if not isinstance(value, Mapping):
        raise InvalidMaskError(f"a mask is an RLE object, not {type(value).__name__}")
    missing = {"size", "counts"} - value.keys()
    if missing:
        raise InvalidMaskError(f"a mask needs {' and '.join(sorted(missing))}")
    size = value["size"]
    if not isinstance(size, list | tuple) or [type(side) for side in size] != [int, int]:
        raise InvalidMaskError("mask size must be two whole numbers, [height, width]")
    if tuple(size) != tuple(size_hw):
        raise InvalidMaskError(
            f"mask size {show(size[0])} x {show(size[1])} is not the image's "
            f"{size_hw[0]} x {size_hw[1]} (height x width)"
        )
    counts: object = value["counts"]
    return counts


def _check_size(size_hw: tuple[int, int]) -> None:
    height, width = size_hw
    if height < 1 or width < 1 or height * width > MAX_PIXELS:
        raise InvalidMaskError(f"no mask can have the size {height} x {width}")


def _listed_runs(counts: Sequence[object], size_hw: tuple[int, int]) -> Runs:
    if len(counts) > MAX_RUNS:
        raise InvalidMaskError(f"mask has {len(counts)} counts; at most {MAX_RUNS} are read")
    pixels = size_hw[0] * size_hw[1]
    for position, count in enumerate(counts):
        if not _is_whole(count, pixels):
            raise InvalidMaskError(
                f"mask count {position} is {show(count)}; a whole number up to {pixels} is due"
            )
    return np.array(counts, np.int64)


def _is_whole(count: object, most: int) -> bool:
    """Compare as Python numbers: a huge one must not reach numpy, and a NaN compares false."""
    if isinstance(count, bool) or not isinstance(count, int | float):
        return False
    return 0 <= count <= most and count == int(count)


def _canonical(runs: Runs, size_hw: tuple[int, int]) -> Runs:
    height, width = size_hw
    if runs.size > MAX_RUNS:
        raise InvalidMaskError(f"mask has {runs.size} runs; at most {MAX_RUNS} are read")
    if runs.size and runs.min() < 0:
        raise InvalidMaskError(f"mask count {int(runs.argmin())} is negative ({runs.min()})")
    total = int(runs.sum())
    if total != height * width:
        raise InvalidMaskError(
            f"mask counts add up to {total}, but the image has {height * width} pixels"
        )
    return canonical_runs(runs)


def _to_rle(runs: Runs, size_hw: tuple[int, int]) -> RLE:
    return RLE(size=[int(size_hw[0]), int(size_hw[1])], counts=format_counts(runs))


def _refuse_empty(runs: Runs) -> Runs:
    if runs.size == 1:  # one run is all background
        raise InvalidMaskError("mask is empty: it covers no pixel")
    return runs
