"""Memory that is used again rather than given back to the system between steps."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# mallopt's names and glibc's defaults: https://man7.org/linux/man-pages/man3/mallopt.3.html
_TRIM_THRESHOLD: Final = -1
_MMAP_MAX: Final = -4
_DEFAULTS: Final = {_MMAP_MAX: 65_536, _TRIM_THRESHOLD: 128 * 1024}
_REUSE: Final = {_MMAP_MAX: 0, _TRIM_THRESHOLD: 2**31 - 1}


@contextmanager
def freed_memory_kept() -> Iterator[None]:
    """Have the process keep what it frees for as long as this lasts, at most 2 GiB of it.

    glibc maps each large tensor anew, and the system clears it page by page: a seventh of a step
    of training on two cores. Other C libraries have no such switch, and nothing changes there.
    """
    libc = ctypes.CDLL(None)
    if not (hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim")):
        yield
        return
    _set(libc, _REUSE)
    try:
        yield
    finally:
        _set(libc, _DEFAULTS)
        libc.malloc_trim(0)


def _set(libc: ctypes.CDLL, options: dict[int, int]) -> None:
    for option, value in options.items():
        libc.mallopt(option, value)
