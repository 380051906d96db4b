"""RLE of 1024 x 1024 masks: ours beside rlemasklib and pycocotools, in one run."""

import time
import warnings
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from pycocotools import mask as coco
from rlemasklib import RLEMask

from engine.masks.rle import decode, encode
from tests.bench.datasets.discs import discs
from tests.bench.rows import Row

SIZE_HW: Final = (1024, 1024)
MASKS: Final = 100
TIMES: Final = 5  # the best of them counts
MOST: Final = 1.2  # x rlemasklib's time


def measure_coding() -> list[Row]:
    masks = discs(MASKS, SIZE_HW)
    rles = [encode(mask) for mask in masks]
    columns = [np.asfortranarray(mask, np.uint8) for mask in masks]
    theirs = [coco.encode(each) for each in columns]
    is_same = all(a["counts"] == b["counts"].decode() for a, b in zip(rles, theirs, strict=True))
    with warnings.catch_warnings():  # pycocotools predates NumPy's __array__(copy=...)
        warnings.simplefilter("ignore", DeprecationWarning)
        encoded = _per_cpu_s(
            (encode, masks),
            (lambda mask: RLEMask.from_array(mask).to_dict(), masks),
            (coco.encode, columns),
        )
        decoded = _per_cpu_s(
            (decode, rles),
            (lambda rle: RLEMask.from_dict(rle).to_array(order="C"), rles),
            (coco.decode, theirs),
        )
    return [
        _row("encode", *encoded, is_same=is_same),
        _row("decode", *decoded, is_same=is_same),
    ]


def _row(what: str, ours: float, rlemasklib: float, pycocotools: float, *, is_same: bool) -> Row:
    ratio = rlemasklib / ours
    figures = {
        "per_cpu_s": round(ours),
        "rlemasklib_per_cpu_s": round(rlemasklib),
        "pycocotools_per_cpu_s": round(pycocotools),
        "x_rlemasklib": round(ratio, 2),
        "bytes_as_pycocotools": is_same,
    }
    allowed = f"{MOST} x rlemasklib, the same bytes"
    return Row(f"{what} 1024 x 1024", figures, allowed, ratio <= MOST and is_same)


def _per_cpu_s(*codes: tuple[Callable[..., object], Sequence[object]]) -> list[float]:
    """Return how many values each code does; they take turns, as what comes first warms up."""
    best = [float("inf")] * len(codes)
    for _ in range(TIMES):
        for place, (code, values) in enumerate(codes):
            began = time.process_time()
            for value in values:
                code(value)
            best[place] = min(best[place], time.process_time() - began)
    return [len(values) / each for (_, values), each in zip(codes, best, strict=True)]
