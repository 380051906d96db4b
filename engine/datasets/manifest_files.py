"""A manifest's file in either form: its JSON lines, or the Parquet that was made of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Final, cast

MAGIC: Final = b"PAR1"
_PARQUET: Final = "engine.datasets.manifest_parquet"  # its library is slow to load


@contextmanager
def open_manifest(path: Path) -> Iterator[BinaryIO]:
    """Open a manifest's lines; those of Parquet are made again, in a file of their own.

    Raises:
        DatasetError: it is Parquet, but no manifest, or not the one that it says it is.

    """
    with path.open("rb") as file:
        is_parquet = file.read(len(MAGIC)) == MAGIC
        file.seek(0)
        if not is_parquet:
            yield file
            return
        with TemporaryFile() as lines:
            read: Callable[[BinaryIO, str], Iterator[bytes]] = import_module(
                _PARQUET
            ).lines_of_parquet
            for line in read(file, path.name):
                lines.write(line)
            lines.seek(0)
            yield cast("BinaryIO", lines)


def write_parquet(
    manifest: BinaryIO, out: BinaryIO, *, report: Callable[[int], None] = lambda _: None
) -> str:
    """Write a manifest's lines as Parquet and return its id. Memory: one group of rows.

    Raises:
        DatasetError: it is no manifest, or holds what does not fit in the columns.

    """
    write: Callable[..., str] = import_module(_PARQUET).write_parquet
    return write(manifest, out, report=report)
