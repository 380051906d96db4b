"""What a stranger says of a folder: `python -m tests.strangers.readers.by_NAME FORMAT FOLDER`.

More formats and folders may follow. The readers run where nothing is installed but strangers, so
they import nothing else of ours. Masks are told by their digests, of their sides and of their
pixels row by row.
"""

import hashlib
import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias, TypedDict

import numpy as np
import numpy.typing as npt


class Object(TypedDict):
    """One object: with a mask, or a box alone; or what is said of the whole image."""

    label: str | None
    mask: str | None
    box_xywh: list[float] | None
    caption: str | None


Images: TypeAlias = dict[str, list[Object]]  # by the names that the stranger has for them


def masked(label: str | None, mask: npt.ArrayLike) -> Object:
    """Tell an object by its mask (H, W), whatever its numbers are."""
    pixels = np.asarray(mask) != 0
    head = f"{pixels.shape[0]} {pixels.shape[1]} ".encode()
    digest = hashlib.sha256(head + np.packbits(pixels).tobytes()).hexdigest()
    return Object(label=label, mask=digest, box_xywh=None, caption=None)


def boxed(label: str | None, x: float, y: float, width: float, height: float) -> Object:
    """Tell an object by its box, in pixels; a thousandth is as much as 32 bits tell."""
    box = [round(float(each), 3) + 0.0 for each in (x, y, width, height)]  # no -0.0
    return Object(label=label, mask=None, box_xywh=box, caption=None)


def labelled(label: str | None) -> Object:
    """Tell an object by its label alone, where objects are counted."""
    return Object(label=label, mask=None, box_xywh=None, caption=None)


def other(kind: str) -> Object:
    """Tell what is no object, where objects are counted: a point, the label of an image."""
    return labelled(f"({kind})")


def captioned(text: str) -> Object:
    """Tell what is said of an image."""
    return Object(label=None, mask=None, box_xywh=None, caption=text)


def say(distribution: str, readings: dict[str, Callable[[Path], Images]]) -> None:
    """Read all that the command line names, and print it as the last line."""
    asked = zip(sys.argv[1::2], sys.argv[2::2], strict=True)
    told = [readings[form](Path(folder)) for form, folder in asked]
    sys.stdout.write("\n" + json.dumps({"version": version(distribution), "told": told}) + "\n")
