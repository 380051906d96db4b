"""Files that are there whole or not at all, however their writer ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Lend another name to write under; at the end of the block the file gets its own.

    Folders on the way are made. What an error leaves under the other name is overwritten next time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f"{path.name}.writing")
    yield scratch
    scratch.replace(path)
