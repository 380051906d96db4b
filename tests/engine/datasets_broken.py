"""Files of a dataset in memory, as a format writes them and with something broken in them.

For formats of many small files, of which any may be gone or another; see also
tests.engine.datasets_odd.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from hypothesis import strategies as st
from PIL import Image

from engine.datasets.errors import DatasetError
from engine.datasets.formats import FORMATS, Format, Reader, export
from engine.datasets.sample import Annotation, Dataset, Label, Sample
from engine.masks.rle import decode, encode
from tests.engine.datasets_corpus import box, dataset_of, with_picture
from tests.engine.datasets_sound import check_sound

ROOT = Path(__file__).parents[2]
THIRD_PARTY = ROOT.parent / "shared" / "data" / "exports_thirdparty" / "datumaro_assets"
HOSTILE = ["-1", "0", "1e999", "true", "null", '"x"', "[]", "{}", "9" * 30, "", "NaN", '"\\ud800"']
TOKEN = re.compile(rb'-?\d+|"[^"]*"|\btrue\b|(?<=>)[^<>]*(?=<)|\n')


class MemorySource:
    """A folder whose files are known by now."""

    refused: Sequence[DatasetError] = ()

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self.names: Sequence[str] = sorted(files)

    def read(self, name: str, limit_bytes: int = 2**26) -> bytes:
        if name not in self._files:
            raise DatasetError("is not there", file=name)
        return self._files[name][:limit_bytes]

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        yield io.BytesIO(self.read(name))


class MemoryOut:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        if name in self.files:
            raise FileExistsError(name)
        out = io.BytesIO()
        yield out
        self.files[name] = out.getvalue()


def small_sample() -> Sample:
    """One image with two masks side by side, of which one tells all that there is to tell."""
    size_hw = (6, 8)
    left, right = (box(size_hw, slice(1, 5), slice(x, x + 3)) for x in (0, 4))
    told = Annotation(
        encode(left),
        "cell",
        id="m1",
        z=1,
        caption="A\rcell.",
        attributes={"round": True, "size": 2.5, "kind": "2.5", "truncated": True},
        predicted_iou=0.0,
        extra={"made": {"by": "sam"}},
    )
    part = Annotation(encode(right), "Zellkern, groß", id="m2", parent="m1", is_crowd=True)
    return with_picture(
        Sample("a/1.png", size_hw, (told, part), captions=("Ä <b>",), split="train", group="g")
    )


def written(form: Format, samples: list[Sample] | None = None) -> dict[str, bytes]:
    out = MemoryOut()
    export(dataset_of(samples or [small_sample()]), form, out)
    return out.files


def written_of(form: Format, samples: list[Sample], labels: tuple[Label, ...]) -> dict[str, bytes]:
    out = MemoryOut()
    export(dataset_of(samples, labels), form, out)
    return out.files


def read_files(
    form: Format | Reader, files: Mapping[str, bytes]
) -> tuple[list[Sample], Dataset, list[str]]:
    """Return what is read of files, and what is reported."""
    problems: list[str] = []
    dataset = form.read(MemorySource(files), lambda problem: problems.append(str(problem)))
    return list(dataset.samples()), dataset, problems


def files_in(folder: Path) -> dict[str, bytes]:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def read_folder(form: Format | Reader, folder: Path) -> tuple[list[Sample], Dataset, list[str]]:
    return read_files(form, files_in(folder))


def counts(samples: list[Sample]) -> tuple[int, int, int]:
    """Count images, masks and boxes."""
    found = [each for sample in samples for each in sample.annotations]
    masks = sum(each.rle is not None for each in found)
    return len(samples), masks, len(found) - masks


def areas(sample: Sample) -> list[tuple[str | None, int]]:
    pairs = [(each.label, each.rle) for each in sample.annotations]
    return [(label, int(decode(rle).sum())) for label, rle in pairs if rle]


def png(rows: Any, kind: Any = np.uint8) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.array(rows, kind)).save(out, "PNG")
    return out.getvalue()


@st.composite
def broken(draw: st.DrawFn, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Take a file away or change it: anywhere, at its end, or a word of its text."""
    changed = dict(files)
    name = draw(st.sampled_from(sorted(files)))
    data = changed.pop(name)
    how = draw(st.sampled_from(["gone", "cut", "bytes", "word", "word"]))
    at = draw(st.integers(0, max(len(data) - 1, 0)))
    if how == "cut":
        changed[name] = data[:at]
    elif how == "bytes":
        changed[name] = data[:at] + draw(st.binary(max_size=4)) + data[at + 1 :]
    elif how == "word":
        words = list(TOKEN.finditer(data))
        word = draw(st.sampled_from(words)).span() if words else (0, 0)
        changed[name] = data[: word[0]] + draw(st.sampled_from(HOSTILE)).encode() + data[word[1] :]
    return changed


def check_reading(form: Format | Reader, files: Mapping[str, bytes]) -> None:
    """See that what is read is sound, and can be written again; faults are DatasetErrors."""
    try:
        samples, dataset, _ = read_files(form, files)
    except DatasetError:
        return
    check_sound(samples, dataset)
    written_as = form if isinstance(form, Format) else FORMATS["datumaro"]
    loaded = [_with_its_picture(each) for each in samples]
    export(dataset_of(loaded, dataset.labels), written_as, MemoryOut())


def _with_its_picture(sample: Sample) -> Sample:
    """Leave out a picture whose bytes are broken, which is told when somebody asks for them."""
    try:
        if sample.load_bytes is not None:
            sample.load_bytes()
    except DatasetError:
        return replace(sample, load_bytes=None)
    return sample
