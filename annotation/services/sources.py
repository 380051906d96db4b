"""Reading folders, archives and files for an import: names and bytes, or why not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from annotation.services.imports import TARS
from engine.media.archives import iter_archive
from engine.media.errors import MediaError
from engine.media.opened import check_length

ARCHIVES: Final = {".zip", *TARS}
# What lies beside images without being one: passed over in silence.
BESIDE: Final = {".json", ".txt", ".csv", ".md", ".xml", ".yaml", ".yml", ".html"}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file: its bytes, or the reason why it was refused."""

    name: str  # below the path that was given, with "/" between folders
    data: bytes | None
    reason: str = ""
    place: str = ""  # its name in the folder that was given, or in the archive that holds it


def list_files(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Return (name, path) of every file at or below the paths, sorted, but hidden ones."""
    found: list[tuple[str, Path]] = []
    for path in paths:
        if path.is_dir():
            below = (p for p in sorted(path.rglob("*")) if _is_candidate(p, path))
            found.extend((p.relative_to(path).as_posix(), p) for p in below)
        else:
            found.append((path.name, path))
    return found


def read_files(files: Sequence[tuple[str, Path]]) -> Iterator[SourceFile]:
    """Yield each file, and for an archive each of its files."""
    for name, path in files:
        if path.suffix.lower() in ARCHIVES:
            yield from _read_archive(name, path)
        else:
            yield _read_file(name, path)


def _read_archive(name: str, path: Path) -> Iterator[SourceFile]:
    try:
        for entry in iter_archive(path):
            if entry.data is None:
                yield SourceFile(f"{name}/{entry.name}", None, str(entry.error))
            elif Path(entry.name).suffix.lower() not in BESIDE:
                yield SourceFile(f"{name}/{entry.name}", entry.data, place=entry.name)
    except (MediaError, OSError) as error:
        yield SourceFile(name, None, str(error))


def _read_file(name: str, path: Path) -> SourceFile:
    try:
        check_length(path.stat().st_size)
        return SourceFile(name, path.read_bytes(), place=name)
    except MediaError as error:
        return SourceFile(name, None, str(error))
    except OSError as error:
        return SourceFile(name, None, error.strerror or str(error))


def _is_candidate(path: Path, top: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(top).parts)
    return path.is_file() and not hidden and path.suffix.lower() not in BESIDE
