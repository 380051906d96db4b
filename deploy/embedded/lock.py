"""One supervisor for each data folder, by flock: the kernel releases it however we end."""

import fcntl
import os
import time
from pathlib import Path

LEFTOVERS_END_WITHIN_S = 30


class AlreadyRunningError(RuntimeError):
    """Another supervisor owns the data folder."""


def _try_lock(path: Path) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def lock_folder(data: Path) -> int:
    """Own the data folder; return a descriptor for every child to inherit.

    Two locks. The supervisor alone holds the first, and it refuses a second supervisor at once.
    The children of a killed supervisor hold the other until the last of them is gone.
    """
    data.mkdir(parents=True, exist_ok=True)
    own = _try_lock(data / "supervisor.lock")
    if own is None:
        owner = (data / "supervisor.lock").read_text().strip() or "unknown"
        raise AlreadyRunningError(
            f"Anneal already runs on {data} (process {owner}). Stop it first, "
            "or choose another folder with --data."
        )
    os.ftruncate(own, 0)
    os.write(own, str(os.getpid()).encode())
    deadline = time.monotonic() + LEFTOVERS_END_WITHIN_S
    while (shared := _try_lock(data / "processes.lock")) is None:
        if time.monotonic() > deadline:
            os.close(own)
            raise AlreadyRunningError(f"processes of an earlier run still use {data}")
        time.sleep(0.1)
    return shared


def is_running(data: Path) -> bool:
    if not (data / "supervisor.lock").exists():
        return False
    descriptor = _try_lock(data / "supervisor.lock")
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is None
