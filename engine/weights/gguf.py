"""Read a GGUF file: its fields, and its tensors with their quantisation undone.

The format is llama.cpp's (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md); of its many
kinds of blocks, the ones that our source holds.
"""

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Field: TypeAlias = int | float | bool | str | list["Field"]
Floats: TypeAlias = NDArray[np.float32]

_NUMBERS: Final = ("B", "b", "H", "h", "I", "i", "f", "?", "", "", "Q", "q", "d")  # by type
_STRING: Final = 8
_ARRAY: Final = 9
_F32, _F16, _Q4_1, _Q8_0 = 0, 1, 3, 8
_BLOCK: Final = 32  # values
_BLOCK_BYTES: Final = {_F32: 4 * _BLOCK, _F16: 2 * _BLOCK, _Q4_1: 4 + 16, _Q8_0: 2 + 32}


@dataclass(frozen=True, slots=True)
class GGUFFile:
    """A file's content."""

    fields: Mapping[str, Field]
    tensors: Mapping[str, Floats]


def read_gguf(path: Path) -> GGUFFile:
    """Read a whole file; values are exact but for the quantisation that they went through.

    Raises:
        ValueError: not GGUF, cut short, or a tensor is of a kind that is not known here.

    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        reader = _Reader(data)
        if reader.take(4) != b"GGUF" or reader.number("I") != 3:  # noqa: PLR2004  # the version
            raise ValueError(f"{path.name} is not a GGUF file of version 3")
        tensors, fields = reader.number("Q"), reader.number("Q")
        content = {reader.string(): reader.field(reader.number("I")) for _ in range(fields)}
        places = [reader.place() for _ in range(tensors)]
        alignment = content.get("general.alignment", 32)
        if not isinstance(alignment, int) or alignment < 1:
            raise ValueError(f"{path.name} has a faulty alignment: {alignment}")
        start = -(-reader.at // alignment) * alignment
        return GGUFFile(content, {place.name: reader.tensor(place, start) for place in places})


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int  # from where tensors begin


class _Reader:
    """A place in the file's bytes, little-endian."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.data):
            raise ValueError(f"the file ends at byte {len(self.data)}, in the middle of a value")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, kind: str) -> int:
        return int(struct.unpack(f"<{kind}", self.take(struct.calcsize(kind)))[0])

    def string(self) -> str:
        return self.take(self.number("Q")).decode()

    def field(self, kind: int) -> Field:
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            inner, count = self.number("I"), self.number("Q")
            return [self.field(inner) for _ in range(count)]
        if kind >= len(_NUMBERS):
            raise ValueError(f"a field is of kind {kind}, which GGUF does not have")
        code = _NUMBERS[kind]
        value: int | float | bool = struct.unpack(f"<{code}", self.take(struct.calcsize(code)))[0]
        return value

    def place(self) -> _Place:
        name = self.string()
        sides = [self.number("Q") for _ in range(self.number("I"))]
        return _Place(name, tuple(reversed(sides)), self.number("I"), self.number("Q"))

    def tensor(self, place: _Place, start: int) -> Floats:
        if place.kind not in _BLOCK_BYTES:
            raise ValueError(f"{place.name} is of kind {place.kind}, which is not known here")
        count = int(np.prod(place.shape))
        self.at = start + place.offset
        blocks = np.frombuffer(self.take(count // _BLOCK * _BLOCK_BYTES[place.kind]), np.uint8)
        values = _values(blocks.reshape(count // _BLOCK, -1), place.kind)
        return values.reshape(place.shape)


def _values(blocks: NDArray[np.uint8], kind: int) -> Floats:
    """Undo a quantisation: (N, bytes of a block) to (N, 32)."""
    if kind == _F32:
        return np.array(blocks.view(np.float32))
    if kind == _F16:
        return blocks.view(np.float16).astype(np.float32)
    scale = np.ascontiguousarray(blocks[:, :2]).view(np.float16).astype(np.float32)
    if kind == _Q8_0:
        return np.asarray(scale * blocks[:, 2:].view(np.int8), np.float32)
    least = np.ascontiguousarray(blocks[:, 2:4]).view(np.float16).astype(np.float32)
    packed = blocks[:, 4:]  # two values a byte: the block's first half, and its second
    whole = np.concatenate([packed & 15, packed >> 4], axis=1)
    return np.asarray(scale * whole + least, np.float32)
