"""Any dataset as PyTorch takes it, its masks decoded when they are asked for.

    import engine.datasets
    dataset = engine.datasets.open("export.zip", split="train")

To train on it: `DataLoader(dataset, batch_size=8, shuffle=True, collate_fn=collate)`.

A folder of JSON lines is open at once, however large: its lines are found by their ends. Of any
other format all is read the first time, see engine.datasets.line_copies.
"""

import warnings
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias, TypedDict

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from engine.datasets.errors import DatasetError
from engine.datasets.files import FileSource
from engine.datasets.formats.label_list import LABELS, read_labels
from engine.datasets.formats.sample_lines import files_in, image_of, read_line, split_of
from engine.datasets.json_lines import parse_object
from engine.datasets.lazy_masks import LazyMasks
from engine.datasets.line_copies import COPY, PLACE, Lines, lines_of
from engine.datasets.places import Place, PlacedBytes
from engine.datasets.sample import Annotation, Sample
from engine.masks.rle import bbox_xywh
from engine.media.errors import MediaError
from engine.media.images import decode_image

Bounds: TypeAlias = NDArray[np.int64]  # (N, 2): where each line begins and ends
Decode: TypeAlias = Callable[[bytes], object]  # of an image's file
_CHUNK_BYTES: Final = 2**24
_NEWLINE: Final = 10
_SHORT_BYTES: Final = 16  # too few for an image


class Item(TypedDict):
    """One image with its M objects."""

    image: Any  # what `decode` returns: uint8 (3, H, W), RGB, upright
    masks: LazyMasks  # M of bool (H, W)
    boxes: Tensor  # float32 (M, 4): left, top, right, bottom in pixels
    labels: Tensor  # int64 (M,): ids as `MaskDataset.labels` has them; 0: none
    has_mask: Tensor  # bool (M,): else a box is all that is known
    is_crowd: Tensor  # bool (M,)
    ids: list[str]  # of the objects; "": it has none
    captions: list[str]
    file_name: str
    sha256: str | None
    split: str | None


def decode_rgb(data: bytes) -> Tensor:
    """Decode an image file to uint8 (3, H, W), RGB, upright. Raise MediaError."""
    return torch.from_numpy(decode_image(data).pixels).permute(2, 0, 1).contiguous()


def open_dataset(
    path: str | Path,
    *,
    split: str | None = None,
    form: str | None = None,
    decode: Decode | None = decode_rgb,
    cache: Path | None = None,
    cache_bytes: float | None = None,
) -> "MaskDataset":
    """Open a folder, a zip or a file of any format in engine.datasets.formats.

    What cannot be used is left out, with a warning that says how much it is, and what first; so is
    what has no place here, with one that counts it.

    Args:
        path: of a dataset, its images beside it as its format wants them.
        split: the one to read; None: all, what is held out as well.
        form: name of the format; told by the files if left out.
        decode: what to make of an image's file; None: images are not read. What is decoded here
            must have the size that its masks have.
        cache: folder for the copies of what is no JSON lines; by default the user's own,
            `$XDG_CACHE_HOME/anneal/datasets` or `~/.cache/anneal/datasets`.
        cache_bytes: how much copies may take there; by default `ANNEAL_DATASET_CACHE_GB`, or 20 GB.
            When one is added, those used longest ago are dropped, but none that is open somewhere.

    Raises:
        DatasetError: it is not there, of no known format, or has no such split.

    """
    lines = lines_of(Path(path), form, cache, cache_bytes)
    if lines.problems.count:
        warnings.warn(
            f"{path}: {lines.problems.count} left out, as it cannot be used. The first: "
            f"{lines.problems.first[0]}",
            stacklevel=2,
        )
    if told := +lines.problems.counts:
        counted = ", ".join(f"{count} {words}" for words, count in sorted(told.items()))
        warnings.warn(f"{path}: {counted}", stacklevel=2)
    return MaskDataset(lines, split, decode)


class MaskDataset(Dataset[Item]):
    """Images by number, in the order of the splits' names and then of the files.

    It holds no file of the dataset open and may be pickled and forked, as workers of a DataLoader
    are. The copy that it reads is not dropped while it lives.
    """

    def __init__(self, lines: Lines, split: str | None, decode: Decode | None) -> None:
        """See `open_dataset`."""
        names = files_in(sorted(path.name for path in lines.folder.glob("*.jsonl")))
        splits = {split_of(name) for name in names}
        if split is not None and split not in splits:
            known = ", ".join(sorted(each for each in splits if each)) or "none"
            raise DatasetError(f"there is no split {split!r}; known are: {known}")
        self.labels = read_labels(FileSource(lines.folder / LABELS), LABELS)
        self._ids = {each.name: each.id for each in self.labels}
        self._lines = lines
        self._decode = decode
        self._bytes = PlacedBytes(lines.root)
        wanted = [name for name in names if split in {None, split_of(name)}]
        self._paths = [lines.folder / name for name in wanted]
        self._bounds = [line_bounds(path) for path in self._paths]
        self._ends = list(accumulate(map(len, self._bounds)))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, index: int) -> Item:
        """Read an image.

        Raises:
            DatasetError: its line or its file is not what it must be.

        """
        sample = self.sample(index)
        objects = sample.annotations
        return Item(
            image=self._decode and self._image(sample, self._decode),
            masks=LazyMasks([each.rle for each in objects], sample.size_hw),
            boxes=torch.tensor([_box_xyxy(each) for each in objects]).reshape(-1, 4),
            labels=torch.tensor(
                [self._ids.get(each.label or "", 0) for each in objects], dtype=torch.int64
            ),
            has_mask=torch.tensor([each.rle is not None for each in objects], dtype=torch.bool),
            is_crowd=torch.tensor([each.is_crowd for each in objects], dtype=torch.bool),
            ids=[each.id for each in objects],
            captions=list(sample.captions),
            file_name=sample.file_name,
            sha256=sample.sha256,
            split=sample.split,
        )

    def sample(self, index: int) -> Sample:
        """Return an image as the readers of formats do, its masks as RLE.

        Raises:
            DatasetError: its line is not what it must be.

        """
        if not -len(self) <= index < len(self):
            raise IndexError(f"image {index} of {len(self)}")
        place = index % len(self)
        file = bisect_right(self._ends, place)
        number = place - self._ends[file] + len(self._bounds[file])
        path = self._paths[file]
        start, end = self._bounds[file][number].tolist()
        with path.open("rb") as opened:
            opened.seek(start)
            line = parse_object(opened.read(end - start), path.name, number + 1)
        try:
            sample = read_line(line, self._ids, split_of(path.name), _refuse)
            return replace(sample, load_bytes=self._loader(line, sample))
        except DatasetError as error:
            raise DatasetError(str(error), file=path.name, index=number + 1) from None

    def _loader(self, line: Mapping[str, Any], sample: Sample) -> Callable[[], bytes] | None:
        if not self._lines.has_places:
            return partial(self._bytes.read, Place(image_of(self._lines.inside, sample)))
        if COPY in line:
            return Path(self._lines.folder, line[COPY]).read_bytes
        place = line[PLACE]
        return None if place is None else partial(self._bytes.read, Place(*place))

    def _image(self, sample: Sample, decode: Decode) -> object:
        if sample.load_bytes is None:
            raise DatasetError("the image is not there", file=sample.file_name)
        try:
            image = decode(sample.load_bytes())
        except MediaError as error:
            raise DatasetError(str(error), file=sample.file_name) from None
        if decode is decode_rgb and isinstance(image, Tensor) and image.shape[1:] != sample.size_hw:
            (_, height, width), told = image.shape, "{} x {}".format(*sample.size_hw)
            fault = f"the image has {height} x {width} pixels, its masks have {told}"
            raise DatasetError(fault, file=sample.file_name)
        return image


def collate(items: Sequence[Item]) -> dict[str, list[Any]]:
    """Make a batch of images whose sizes and numbers of objects differ: a list of each field."""
    return {name: [item[name] for item in items] for name in Item.__annotations__}  # type: ignore[literal-required]  # from Item


def line_bounds(path: Path) -> Bounds:
    """Find a file's lines by their ends alone, a gigabyte in a second; blank ones are none.

    Only short lines are looked at: one of many spaces is told as a broken one when it is read.
    """
    ends = [np.zeros(1, np.int64)]
    size = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            ends.append(np.flatnonzero(np.frombuffer(chunk, np.uint8) == _NEWLINE) + size + 1)
            size += len(chunk)
        bounds = np.unique(np.concatenate([*ends, [size]]))  # with or without an end of the last
        lines: Bounds = np.stack([bounds[:-1], bounds[1:]], axis=1)
        lines = lines[np.diff(lines)[:, 0] > 1]
        short = np.flatnonzero(np.diff(lines)[:, 0] <= _SHORT_BYTES)
        blank = [place for place in short if _is_blank(file, *lines[place].tolist())]
    return np.delete(lines, blank, axis=0)


def _is_blank(file: BinaryIO, start: int, end: int) -> bool:
    file.seek(start)
    return not file.read(end - start).strip()


def _box_xyxy(each: Annotation) -> tuple[float, float, float, float]:
    x, y, width, height = bbox_xywh(each.rle) if each.rle else each.box_xywh or (0, 0, 0, 0)
    return x, y, x + width, y + height


def _refuse(problem: DatasetError) -> None:
    raise problem
