"""Open an image of untrusted bytes in Pillow: of a known kind and size, with one kind of error."""

import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Final

from PIL import Image, UnidentifiedImageError

from engine.media.errors import MediaError
from engine.media.sniff import image_format

MAX_PIXELS: Final = 64_000_000
MAX_IMAGE_BYTES: Final = 512 * 2**20
MAX_SIDE_PX: Final = 32_767  # what browsers draw on one canvas
# What Pillow's readers raise on broken files, besides their own errors (all OSError or ValueError).
BROKEN: Final = (
    OSError, ValueError, SyntaxError, EOFError, TypeError, LookupError, OverflowError,
    ArithmeticError, AttributeError, RuntimeError, struct.error, zlib.error,
)  # fmt: skip


def check_length(size_bytes: int) -> None:
    """Raise MediaError for a file that is too long to be an image: none is read into memory."""
    if size_bytes > MAX_IMAGE_BYTES:
        fault = f"An image file may have {MAX_IMAGE_BYTES // 2**20} MiB at most."
        raise MediaError("too_large", fault)


@contextmanager
def opened(data: bytes, *, max_pixels: int = MAX_PIXELS) -> Iterator[tuple[Image.Image, str]]:
    """Give the image and its format for as long as it is worked on, its pixels not read yet.

    Raises:
        MediaError: it is no image, too large, or breaks while it is worked on.

    """
    name = image_format(data)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")  # faults that matter raise
        try:
            with Image.open(BytesIO(data), formats=[name]) as image:
                _check_size(image.size, max_pixels)
                yield image, name
        except MediaError:
            raise
        except (Image.DecompressionBombError, MemoryError) as error:
            pixels = re.search(r"\d+ pixels", str(error))
            raise MediaError(
                "too_large",
                f"This image is too large{f' ({pixels[0]})' if pixels else ''}: "
                f"at most {max_pixels / 1e6:g} megapixels are accepted, reduce it or cut it.",
            ) from None
        except BROKEN as error:
            why = "no header" if isinstance(error, UnidentifiedImageError) else str(error)[:100]
            raise MediaError(
                "broken",
                f"This {name} image is broken or cut short ({why}): export or upload it again.",
            ) from None


def _check_size(size_wh: tuple[int, int], max_pixels: int) -> None:
    width, height = size_wh
    if width < 1 or height < 1:
        raise MediaError("broken", f"This image claims a size of {width} x {height} pixels.")
    if width * height > max_pixels or max(width, height) > MAX_SIDE_PX:
        raise MediaError(
            "too_large",
            f"This image has {width} x {height} pixels; at most {max_pixels / 1e6:g} megapixels "
            f"and {MAX_SIDE_PX} pixels a side are accepted: reduce it or cut it.",
        )
