"""Folders that hold copies of datasets: held while they are used, and dropped when there are many.

Who uses a copy has a shared lock on its `about.json`, in any process; only who gets the lock alone
drops it. Where a file system knows no locks, nothing is ever dropped.
"""

import fcntl
import math
import os
import re
import shutil
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Final
from uuid import uuid4

from engine.datasets.errors import DatasetError

ABOUT: Final = "about.json"  # in each copy that is whole
LIMIT: Final = "ANNEAL_DATASET_CACHE_GB"
DEFAULT_GB: Final = 20.0
_GB: Final = 10**9
_NAME: Final = re.compile(r"[0-9a-f]{64}")  # of a copy; nothing else in its folder is ours
_MAKING: Final = ".making-"
_DROPPED: Final = ".dropped-"
_TRIES: Final = 10  # each fails only where another copy was there, and is gone again
_LEFT_S: Final = 24 * 3600.0  # without a write, after which who was making it is gone


class HeldCopy:
    """A copy that nobody drops for as long as this object, or a copy of it anywhere, lives."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        """See `hold`."""
        self.folder = folder
        weakref.finalize(self, os.close, descriptor)

    def __reduce__(self) -> "tuple[Callable[[Path], HeldCopy | None], tuple[Path]]":
        """Hold it in the process as well that it is sent to."""
        return hold, (self.folder,)


def hold(folder: Path) -> HeldCopy | None:
    """Hold a copy, and note that it was used now; None: there is no whole one."""
    while True:
        try:
            descriptor = os.open(folder / ABOUT, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        with suppress(OSError):  # locks are unknown here
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        if _is_in(descriptor, folder):
            with suppress(OSError):  # somebody else's, and ours to read only
                os.utime(folder / ABOUT)
            return HeldCopy(folder, descriptor)
        os.close(descriptor)  # it was dropped in the meantime


def held_copy(
    folder: Path, write: Callable[[Path], bytes], limit_bytes: float, kept_s: float = math.inf
) -> HeldCopy:
    """Hold a copy, which is made if it is not there; then there may be too many beside it.

    Args:
        write: see `make_copy`.
        limit_bytes: see `drop_copies`, and so for `kept_s`.

    """
    held, is_new = hold(folder), False
    while held is None:
        make_copy(folder, write)
        held, is_new = hold(folder), True
    if is_new:
        drop_copies(folder.parent, limit_bytes, kept_s)
    return held


def make_copy(folder: Path, write: Callable[[Path], bytes]) -> None:
    """Make a copy whole or not at all; of several who make it at once one wins.

    Args:
        write: writes all of it into a folder but what it returns, the text about it.

    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(mkdtemp(prefix=_MAKING, dir=folder.parent))
    try:
        about = write(scratch)
        (scratch / ABOUT).write_bytes(about)
        _put_in_place(scratch, folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _put_in_place(scratch: Path, folder: Path) -> None:
    """Give a copy its name, unless there is a whole one of it; one may come and go meanwhile."""
    for left in reversed(range(_TRIES)):
        try:
            scratch.rename(folder)
        except OSError:
            if (folder / ABOUT).is_file():
                return
            if not left:
                raise
        else:
            return


def drop_copies(folder: Path, limit_bytes: float, kept_s: float = math.inf) -> int:
    """Drop copies until the rest fit, those first that were used longest ago; return how many.

    Those as well that nobody has used for `kept_s`. One that is held stays, and so does what else
    lies there, but for what a process left that ended while it made or dropped a copy.
    """
    for left in [*folder.glob(_MAKING + "*"), *folder.glob(_DROPPED + "*")]:
        if time.time() - _last_write(left) > _LEFT_S:
            shutil.rmtree(left, ignore_errors=True)
    copies = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]
    used = {path: _used_at(path) for path in copies}
    sizes = {path: _bytes_of(path) for path in copies}
    total, dropped = sum(sizes.values()), 0
    for path in sorted(copies, key=used.__getitem__):
        if total <= limit_bytes and time.time() - used[path] <= kept_s:
            break
        if _drop(path):
            total -= sizes[path]
            dropped += 1
    return dropped


def limit_of_cache() -> float:
    """Return how many bytes of copies the environment allows.

    Raises:
        DatasetError: what it says is no number of gigabytes.

    """
    text = os.environ.get(LIMIT) or str(DEFAULT_GB)
    try:
        limit_gb = float(text)
    except ValueError:
        limit_gb = math.nan
    if not limit_gb >= 0:
        raise DatasetError(f"{LIMIT} is a number of gigabytes, such as 20, and not {text!r}")
    return limit_gb * _GB


def _drop(path: Path) -> bool:
    """Drop a copy, unless somebody holds it: it is out of the way at once, and then deleted.

    Another process may be deleting an earlier one of this name, or have left it half deleted.
    """
    out = path.with_name(f"{_DROPPED}{path.name}-{uuid4().hex}")
    try:
        descriptor = os.open(path / ABOUT, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.rename(out)
    except OSError:  # held, or locks are unknown here, or it is somebody else's
        return False
    finally:
        os.close(descriptor)
    shutil.rmtree(out, ignore_errors=True)
    return True


def _is_in(descriptor: int, folder: Path) -> bool:
    """Say whether the open file is still the one that lies in the folder."""
    try:
        return os.path.samestat(os.fstat(descriptor), (folder / ABOUT).stat())
    except FileNotFoundError:
        return False


def _used_at(path: Path) -> float:
    try:
        return (path / ABOUT).stat().st_mtime
    except OSError:  # somebody drops it just now
        return math.inf


def _bytes_of(path: Path) -> int:
    total = 0
    for file in _all_in(path):
        with suppress(OSError):  # somebody drops it just now
            total += file.stat().st_size
    return total


def _last_write(folder: Path) -> float:
    times = [0.0]
    for path in [folder, *_all_in(folder)]:
        with suppress(OSError):  # it is done with just now
            times.append(path.stat().st_mtime)
    return max(times)


def _all_in(folder: Path) -> Iterator[Path]:
    """Yield what is below a folder, none of what somebody drops just now: Path.rglob() trips."""
    for path, folders, files in os.walk(folder):
        yield from (Path(path, name) for name in (*folders, *files))
