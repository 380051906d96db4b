"""Images that are not sent yet: what of them would come in, told by the files alone."""

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from engine.client.models import (
    IMPORT_READY,
    IMPORT_UNREADABLE,
    ImportProblem,
    Model,
)
from engine.client.packing import is_dataset, refusals_of
from engine.client.uploads import BAD_NAME, File, files_below, shown
from engine.client.waiting import Progress
from engine.media.archives import is_archive, iter_archive
from engine.media.entries import ArchiveEntry
from engine.media.errors import MediaError
from engine.media.opened import check_length, opened


class FoundImages(Model):
    """What a file, a folder or an archive has of images that are no dataset's."""

    file_name: str
    state: str  # ready, or unreadable if there is no image in it
    message: str
    image: None = None  # none came in, as an upload's outcome has it
    images: int
    formats: dict[str, int]
    alike: int  # files with the bytes of one before: each image comes in once
    problems: list[ImportProblem]


def datasets_in(path: Path) -> list[Path]:
    """Return the datasets among a path and the files below it."""
    if is_dataset(path):
        return [path]
    return [file for file, _ in files_below([path]) if is_dataset(file)] if path.is_dir() else []


def look_at_images(path: Path, datasets: Iterable[Path], *, progress: Progress) -> FoundImages:
    """Read the headers of all images that a path brings, but for those of datasets in it."""
    left_out = set(datasets)
    files = [each for each in files_below([path]) if each[0] not in left_out]
    formats: Counter[str] = Counter()
    digests: set[bytes] = set()
    problems: list[ImportProblem] = []
    alike = 0
    for done, entry in enumerate(_entries(files), start=1):
        progress(done, 0, f"Looking at {entry.name}")
        try:
            name, digest = _format_and_digest(entry)
        except MediaError as error:
            problems.append(ImportProblem(file=entry.name, field="", row=None, fault=str(error)))
            continue
        if digest in digests:
            alike += 1
        else:
            digests.add(digest)
            formats[name] += 1
    return FoundImages(
        file_name=shown(path.name),
        state=IMPORT_READY if digests else IMPORT_UNREADABLE,
        message=_words(formats, alike, len(problems)),
        images=len(digests),
        formats=dict(sorted(formats.items())),
        alike=alike,
        problems=problems,
    )


def _entries(files: Iterable[File]) -> Iterator[ArchiveEntry]:
    """Yield the files, in place of each archive those in it, or why it would be refused."""
    for path, name in files:
        if shown(name) != name:
            yield ArchiveEntry(shown(name), None, MediaError("name", BAD_NAME))
            continue
        if not is_archive(path):
            yield _read(path, name)
            continue
        for fault in (refusals := refusals_of(path)):
            place = f"{name}/{fault.file}" if fault.file != path.name else name
            yield ArchiveEntry(place, None, MediaError("refused", fault.fault))
        if not refusals:
            for entry in iter_archive(path):
                yield ArchiveEntry(f"{name}/{entry.name}", entry.data, entry.error)


def _read(path: Path, name: str) -> ArchiveEntry:
    """Read a file that may be an image; one that is longer than any is refused unread."""
    try:
        check_length(path.stat().st_size)
    except MediaError as error:
        return ArchiveEntry(name, None, error)
    return ArchiveEntry(name, path.read_bytes())


def _format_and_digest(entry: ArchiveEntry) -> tuple[str, bytes]:
    """Return the format of an image, by its header, and its sha256. Raise MediaError."""
    if entry.error is not None:
        raise entry.error
    data = entry.data or b""
    with opened(data) as (_, name):
        return name, sha256(data).digest()


def _words(formats: Counter[str], alike: int, unreadable: int) -> str:
    count = formats.total()
    said = [f"{count} image{'' if count == 1 else 's'}"]
    said += [f"{n} {name}" for name, n in sorted(formats.items())] if len(formats) > 1 else formats
    said += [f"{alike} more of the same bytes"] if alike else []
    said += [f"{unreadable} that cannot be read"] if unreadable else []
    return ", ".join(said)
