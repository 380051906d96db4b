"""Local copies of objects that never change, each proved by its sha256 before it is used.

What was altered on this machine's disk is fetched anew; what was altered in the store is refused.
A copy takes its name in one step, once it is proved: processes that fetch it at the same time do
not disturb each other, nor those that read it. Copies that nobody has used for a week make room for
those that come: each round leaves a bundle and a version.
"""

import os
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from time import time
from typing import Final, Literal, get_args

import structlog
from django.conf import settings

from annotation import storage
from annotation.errors import DomainError
from annotation.scratch_folders import scratch_folder
from engine.canonical import sha256_of_path

Copies = Literal["bundles", "decoders", "versions"]
UNUSED: Final = timedelta(days=7)
log = structlog.get_logger(__name__)


class ObjectAlteredError(DomainError):
    """The store has other bytes under the key than were put there; a person has to mend that."""

    status = 503
    code = "object_altered"


def copies_of(what: Copies) -> Path:
    """Return the folder of all copies of one kind, on this machine."""
    return Path(settings.SCRATCH_DIR) / what


def proved_copy(key: str, path: Path, *, sha256: str) -> Path:
    """Return `path` as a copy of the object, hashed at each call; fetched where it is not one.

    Raises:
        ObjectAlteredError: the object in the store has another sha256, too.

    """
    if not path.is_file() or sha256_of_path(path) != sha256:
        _fetch(key, path, sha256)
    _note_use(path)
    return path


def proved_copy_to_serve(key: str, path: Path, *, sha256: str) -> Path:
    """Do the same for requests: a process hashes a file once, and again if time or size changed."""
    if not path.is_file() or _sha256_since(path, *_looks(path)) != sha256:
        _fetch(key, path, sha256)
    _note_use(path)
    return path


@lru_cache(maxsize=100)
def _sha256_since(path: Path, mtime_ns: int, size_bytes: int) -> str:  # noqa: ARG001  # parts of the cache's key
    return sha256_of_path(path)


def _looks(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size


def _note_use(path: Path) -> None:
    """Set when it was read last, which many disks are told not to keep."""
    with suppress(OSError):  # another user's copy, or it was dropped in this moment
        os.utime(path, ns=(int(time() * 1e9), path.stat().st_mtime_ns))


def _drop_unused() -> None:
    oldest = time() - UNUSED.total_seconds()
    for what in get_args(Copies):
        # Unlike pathlib it minds no folder that another process, which does the same, took away.
        for folder, _, names in os.walk(copies_of(what), topdown=False):
            for path in (Path(folder, name) for name in names):
                _drop(path, unless_used_since=oldest)


def _drop(path: Path, *, unless_used_since: float) -> None:
    with suppress(OSError):
        if path.stat().st_atime < unless_used_since:
            path.unlink()
            log.info("unused_copy_dropped", path=str(path))
            path.parent.rmdir()  # a bundle's last file; fails where there are others


def _fetch(key: str, path: Path, sha256: str) -> None:
    _drop_unused()
    with scratch_folder(path.parent, "fetching-") as folder:  # for each caller its own
        fetched = folder / path.name
        storage.get_file(key, fetched)
        if sha256_of_path(fetched) != sha256:
            raise ObjectAlteredError(
                f"{key} in the object store is not what was put there: it was altered or is "
                "damaged. Restore it from a backup of the store; until then only another model or "
                "version can be used."
            )
        if path.is_file():
            log.warning("altered_copy_replaced", path=str(path))
        fetched.replace(path)
