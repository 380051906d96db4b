"""Any dataset as a folder of JSON lines, so that one image is read without the others.

A folder of engine.datasets.formats.sample_lines is one already. Of all else a copy is made when it
is first opened, of what is told and not of the images, and kept for as long as no file changes, nor
the code that read it, and there is room: see engine.datasets.copies.
"""

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import astuple, dataclass, field
from functools import cache, partial
from pathlib import Path, PurePosixPath
from typing import Final

from tqdm import tqdm

from engine.canonical import canonical_json
from engine.datasets.copies import ABOUT, HeldCopy, held_copy, limit_of_cache
from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, FolderSource, Source, open_source
from engine.datasets.formats import FORMATS
from engine.datasets.formats.checked import NO_TEXT
from engine.datasets.formats.detect import detect_format
from engine.datasets.formats.label_list import LABELS, write_labels
from engine.datasets.formats.sample_lines import (
    SAMPLE_LINES,
    are_lines,
    files_in,
    folder_of,
    folders_of,
    lines_by_split,
)
from engine.datasets.places import Placed
from engine.datasets.sample import Sample
from engine.media.archive import OWN_LIMITS

# What decides how a copy comes out: those of other code are made anew.
READERS: Final = tuple(Path(__file__).parents[1] / name for name in ("datasets", "masks", "media"))
PLACE: Final = "place"  # in a line: where its image lies
COPY: Final = "copy"  # in a line: what its image is called beside the lines
_PATIENCE_S: Final = 5.0  # before somebody wants to see how far it is
_MOST_PROBLEMS: Final = 100  # that are kept in words


@dataclass(slots=True)
class Problems:
    """What could not be used of a dataset, and was left out."""

    count: int = 0
    first: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)  # of what has no place, in people's words

    def add(self, problem: DatasetError) -> None:
        self.count += 1
        if len(self.first) < _MOST_PROBLEMS:
            self.first.append(str(problem))


@dataclass(frozen=True, slots=True)
class Lines:
    """Where a dataset's lines are, and what its images are found in."""

    folder: Path
    root: Path  # a folder, a zip or a file
    inside: str = ""  # what names begin with there
    has_places: bool = False  # its lines tell where images lie; a stranger's are not asked
    problems: Problems = field(default_factory=Problems)
    held: HeldCopy | None = None  # the folder stays for as long as these are used


def lines_of(
    path: Path,
    form: str | None = None,
    cache: Path | None = None,
    limit_bytes: float | None = None,
) -> Lines:
    """Return a dataset's lines, or those of a copy of it.

    Args:
        form: name of its format; told by the files if left out.
        cache: folder of the copies; by default the user's own for such things.
        limit_bytes: how much copies may take there; by default what the environment says. After
            one is made, those that nobody holds are dropped until the rest fit.

    Raises:
        DatasetError: it is not there, of no known format, or refused as a whole.

    """
    if not path.exists():
        raise DatasetError("there is no such file or folder", file=str(path))
    if form is not None and form not in FORMATS:
        raise DatasetError(f"there is no format {form!r}; known are {', '.join(FORMATS)}")
    may_be_lines = form in {None, SAMPLE_LINES.name}
    # Where they lie at the top, not all of the images beside them need be listed.
    if may_be_lines and path.is_dir() and are_lines([each.name for each in path.iterdir()]):
        return Lines(path, path)
    source = open_source(path, OWN_LIMITS)
    folders = folders_of(files_in(source.names))
    is_lines = may_be_lines and len(folders) == 1 and are_lines(source.names)
    inside = folders[0] if is_lines else ""
    if is_lines and isinstance(source, FolderSource):
        return Lines(path / inside, path / inside)
    limit_bytes = limit_of_cache() if limit_bytes is None else limit_bytes
    folder = (cache or _user_cache()) / _state_of(path, source, form)
    write = partial(_copy, source) if is_lines else partial(_write, source, form)
    held = held_copy(folder, partial(_written, write), limit_bytes)
    about = json.loads((folder / ABOUT).read_text())
    problems = Problems(about["left_out"], about["problems"], Counter(about["counts"]))
    return Lines(folder, path, inside, has_places=not is_lines, problems=problems, held=held)


def _written(write: Callable[[Path], Problems], folder: Path) -> bytes:
    problems = write(folder)
    return canonical_json(
        {"problems": problems.first, "left_out": problems.count, "counts": problems.counts}
    )


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "anneal" / "datasets"


def _state_of(path: Path, source: Source, form: str | None) -> str:
    """Hash what a copy is made of: names, sizes and times, as contents would take too long.

    Our zips date all files alike, as equal exports are to have equal bytes, and unzip restores that
    date. So what tells another version at the same place is when the system last changed a file,
    which nobody can set back, and which file it is.
    """
    files = (path / name for name in source.names) if path.is_dir() else iter([path])
    at = ascii(path.resolve())  # names on a disk need not be text
    told = [ascii(str(each)) for each in source.refused]
    digest = hashlib.sha256(canonical_json([_code_digest(READERS), at, form, told]))
    for name, file in zip(source.names, files, strict=False):
        state = file.stat()
        times = (state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
        digest.update(canonical_json([ascii(name), state.st_size, *times]))
    return digest.hexdigest()


@cache
def _code_digest(folders: tuple[Path, ...]) -> str:
    """Hash the readers' code, a few milliseconds: what they mend is to be seen in old datasets."""
    sha256 = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            sha256.update(canonical_json([path.relative_to(folder).as_posix(), path.read_text()]))
    return sha256.hexdigest()


def _copy(source: Source, folder: Path) -> Problems:
    """Copy lines as they are; faults in them are told when they are read."""
    problems = Problems()
    for problem in source.refused:
        problems.add(problem)
    names = files_in(source.names)
    for name in [*names, folder_of(names[0]) + LABELS]:
        with source.file(name) as file, (folder / PurePosixPath(name).name).open("xb") as out:
            shutil.copyfileobj(file, out)
    return problems


def _write(source: Source, form: str | None, folder: Path) -> Problems:
    """Write lines of what a reader reads, in one pass over it."""
    problems = Problems()
    dataset = (FORMATS[form] if form else detect_format(source)).read(source, problems.add)
    out = FolderOut(folder)
    write_labels(dataset, out)
    samples = tqdm(dataset.samples(), "Reading it once", unit=" images", delay=_PATIENCE_S)
    with lines_by_split(out) as write_line:
        for number, sample in enumerate(samples):
            try:
                write_line(sample, **_place_of(sample, number, folder))
            except DatasetError as problem:
                problems.add(problem)
            else:
                problems.counts.update(sample.left_out)
    return problems


def _place_of(sample: Sample, number: int, folder: Path) -> dict[str, object]:
    """Tell where an image's bytes lie.

    Those inside of a file of another kind are copied, and those of a file whose name is no text.
    """
    load = sample.load_bytes
    if load is None:
        return {PLACE: None}
    if isinstance(load, Placed) and not NO_TEXT.search(load.place.name):
        return {PLACE: astuple(load.place)}
    name = f"{number:09}"
    (folder / name).write_bytes(load())
    return {COPY: name}
