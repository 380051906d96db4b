"""Local copies of objects that never change, each proved by its sha256 before it is used.

What was altered on this machine's disk is fetched anew; what was altered in the store is refused.
A copy takes its name in one step, once it is proved: processes that fetch it at the same time do
not disturb each other, nor those that read it.
"""

from functools import lru_cache
from pathlib import Path

import structlog

from annotation import storage
from annotation.errors import DomainError
from annotation.scratch_folders import scratch_folder
from engine.canonical import sha256_of_path

log = structlog.get_logger(__name__)


class ObjectAlteredError(DomainError):
    """The store has other bytes under the key than were put there; a person has to mend that."""

    status = 503
    code = "object_altered"


def proved_copy(key: str, path: Path, *, sha256: str) -> Path:
    """Return `path` as a copy of the object, hashed at each call; fetched where it is not one.

    Raises:
        ObjectAlteredError: the object in the store has another sha256, too.

    """
    if not path.is_file() or sha256_of_path(path) != sha256:
        _fetch(key, path, sha256)
    return path


def proved_copy_to_serve(key: str, path: Path, *, sha256: str) -> Path:
    """Do the same for requests: a process hashes a file once, and again if time or size changed."""
    if not path.is_file() or _sha256_since(path, *_looks(path)) != sha256:
        _fetch(key, path, sha256)
    return path


@lru_cache(maxsize=100)
def _sha256_since(path: Path, mtime_ns: int, size_bytes: int) -> str:  # noqa: ARG001  # parts of the cache's key
    return sha256_of_path(path)


def _looks(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size


def _fetch(key: str, path: Path, sha256: str) -> None:
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
