"""Maps of numbers as PNGs: which object or class each pixel belongs to, and the masks in them.

A pixel has one number, so masks that overlap do not fit; 0 belongs to nothing.
"""

from collections.abc import Container, Iterable, Iterator
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image

from engine.datasets.errors import DatasetError
from engine.datasets.files import Out, Source
from engine.datasets.formats.format import Report
from engine.datasets.places import MAX_BYTES
from engine.masks.counts import format_counts, parse_counts
from engine.masks.rle import RLE, Mask, encode
from engine.media.errors import MediaError
from engine.media.label_maps import Numbers, read_numbers

MAX_8_BIT: Final = 2**8 - 1
MAX_16_BIT: Final = 2**16 - 1  # more objects than that no image has
_COLOUR_TYPE: Final = 25  # where a PNG's header tells it


def painted(masks: Iterable[tuple[int, RLE]], size_hw: tuple[int, int]) -> Numbers:
    """Return a map (H, W) with each mask's number where it lies; later ones lie on top."""
    height, width = size_hw
    flat = np.zeros(height * width, np.int64)
    for number, rle in masks:
        flat[pixels_of(rle)] = number
    return flat.reshape(size_hw, order="F")


def pixels_of(rle: RLE) -> Numbers:
    """Return where a mask's pixels are, counted column by column. Cost: its area."""
    runs = parse_counts(rle["counts"])
    lengths = runs[1::2]
    starts = np.cumsum(runs)[::2][: len(lengths)]
    before = np.cumsum(lengths) - lengths
    pixels: Numbers = np.arange(lengths.sum()) + np.repeat(starts - before, lengths)
    return pixels


def masks_in(numbers: Numbers, file: str) -> Iterator[tuple[int, RLE]]:
    """Yield each number but 0, from the lowest, with its mask.

    Cost: one pass over the pixels and a sort of the runs, however many masks there are.

    Raises:
        DatasetError: these are too many to be numbers of objects.

    """
    flat = numbers.ravel(order="F")
    starts = np.concatenate(([0], np.flatnonzero(np.diff(flat)) + 1))
    ends = np.append(starts[1:], flat.size)
    values = flat[starts]
    order = np.argsort(values, kind="stable")
    cuts = np.flatnonzero(np.diff(values[order])) + 1
    if len(cuts) > MAX_16_BIT:
        raise DatasetError(f"has {len(cuts) + 1} numbers: this is no map of objects", file=file)
    for own in np.split(order, cuts):
        number = int(values[own[0]])
        if number:
            edges = np.stack([starts[own], ends[own]], axis=1).ravel()
            runs = np.diff(np.concatenate(([0], edges, [flat.size])))
            counts = format_counts(runs if runs[-1] else runs[:-1])
            yield number, RLE(size=[*numbers.shape], counts=counts)


def write_map(out: Out, name: str, numbers: Numbers, palette: bytes | None = None) -> None:
    """Write a PNG of 8 bits, coloured if there is a palette, or of 16 where numbers need them."""
    top = int(numbers.max())
    if top > MAX_16_BIT:
        raise DatasetError(f"number {top} is more than 16 bits hold", file=name)
    image = Image.fromarray(numbers.astype(np.uint8 if top <= MAX_8_BIT else np.uint16))
    if palette is not None and top <= MAX_8_BIT:
        image.putpalette(palette)
    _write(out, name, image)


def write_bits(out: Out, name: str, mask: Mask) -> None:
    """Write a PNG of one bit a pixel: white is the object."""
    _write(out, name, Image.fromarray(mask))


def write_colours(out: Out, name: str, numbers: Numbers) -> None:
    """Write a PNG whose colours are the numbers: R + 256 G + 65536 B."""
    colours = np.stack([numbers & 255, numbers >> 8 & 255, numbers >> 16], axis=2)
    _write(out, name, Image.fromarray(colours.astype(np.uint8)))


def read_map(source: Source, name: str, size_hw: tuple[int, int] | None = None) -> Numbers:
    """Read a map (H, W).

    Raises:
        DatasetError: it is not there, is none, or has not the image's size.

    """
    return map_of(source.read(name, MAX_BYTES), name, size_hw)


def read_bits(source: Source, name: str, size_hw: tuple[int, int]) -> RLE:
    """Read the mask of one object: all that is not black. Raise DatasetError if nothing is."""
    mask = read_map(source, name, size_hw) != 0
    if not mask.any():
        raise DatasetError("mask is empty: it covers no pixel", file=name)
    return encode(mask)


def map_of(data: bytes, name: str, size_hw: tuple[int, int] | None = None) -> Numbers:
    """Read a map (H, W) of bytes. Raise DatasetError as `read_map` does."""
    try:
        numbers = read_numbers(data)
    except MediaError as error:
        raise DatasetError(str(error), file=name) from None
    height, width = numbers.shape
    if size_hw is not None and (height, width) != size_hw:
        fault = f"has {height} x {width} pixels, but the image {size_hw[0]} x {size_hw[1]}"
        raise DatasetError(fault, file=name)
    if numbers.min() < 0:
        raise DatasetError("has numbers below zero", file=name)
    return numbers


def tell_unused(maps: Iterable[str], used: Container[str | None], report: Report) -> None:
    """Tell of maps that go by their images, which are not there."""
    for file in maps:
        if file not in used:
            report(DatasetError("the image of this map is not there", file=file))


def has_colours(data: bytes) -> bool:
    """Tell whether a PNG's pixels are colours, not indices or shades."""
    colour_type = data[_COLOUR_TYPE : _COLOUR_TYPE + 1]
    return data.startswith(b"\x89PNG") and colour_type in {b"\x02", b"\x06"}


def palette() -> bytes:
    """Return VOC's 256 colours, as RGB: bits 0, 3, 6 of an index are red's highest, and so on."""
    index = np.arange(256)
    channels = [
        sum((index >> (3 * step + channel) & 1) << (7 - step) for step in range(8))
        for channel in range(3)
    ]
    return np.stack(channels, axis=1).astype(np.uint8).tobytes()


def _write(out: Out, name: str, image: Image.Image) -> None:
    data = BytesIO()
    image.save(data, "PNG")
    with out.file(name) as file:
        file.write(data.getvalue())
