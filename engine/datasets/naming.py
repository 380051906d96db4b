"""File names that are safe in any folder, and each once."""

import hashlib
import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

import numpy as np
import numpy.typing as npt

# What some system forbids in names: control characters, and what Windows does not take.
# Halves of pairs of UTF-16 are how Python tells names on disk that are no text.
_FORBIDDEN: Final = re.compile('[\x00-\x1f\x7f<>:"|?*\ud800-\udfff]')
_MAX_PART: Final = 200  # characters; most file systems take 255 bytes
_DIGEST_BYTES: Final = 8
_SHOWN: Final = 8  # of an image's digest

Repeated = npt.NDArray[np.uint64]


def safe_name(name: str) -> str:
    """Return a relative path with "/" that any system takes; what it cannot have becomes "_"."""
    parts = [
        _FORBIDDEN.sub("_", part)[-_MAX_PART:].strip(" .") or "_"
        for part in with_slashes(name).split("/")
        if part not in {"", ".", ".."}
    ]
    return "/".join(parts) or "_"


def with_slashes(name: str) -> str:
    """Return a path with "/" between its parts, also where Windows wrote it."""
    return name.replace("\\", "/")


def number_in(name: str) -> int | None:
    """Return the number that a file's name ends in before its ending; None where it has none."""
    digits = re.search(r"[0-9]{1,18}$", PurePosixPath(name).stem)
    return int(digits[0]) if digits else None


def repeated_stems(names: Iterable[str]) -> Repeated:
    """Find the names, without their endings and whatever their case, that come more than once.

    Eight bytes are kept of each, so a million names take 8 MB.
    """
    digests = np.fromiter((_stem_digest(name) for name in names), np.uint64)
    found, counts = np.unique(digests, return_counts=True)
    return found[counts > 1]


def told_apart(name: str, sha256: str, repeated: Repeated) -> str:
    """Return an image's safe name, with the beginning of its digest where others have the same."""
    safe = safe_name(name)
    if not np.isin(_stem_digest(safe), repeated):
        return safe
    path = PurePosixPath(safe)
    return path.with_name(f"{path.stem}-{sha256[:_SHOWN]}{path.suffix}").as_posix()


class FreeNames:
    """Names in a layout that moves images, so that two may meet: the later gets a number.

    Digests are kept of them, so a million names take 65 MB, however long they are.
    """

    def __init__(self) -> None:
        self._taken: set[int] = set()

    def take(self, name: str) -> str:
        """Return a name, with a number where it is taken, which no other gets from now on.

        Files beside images are named by their stems, so that endings tell none apart.
        """
        path, number = PurePosixPath(name), 1
        while (digest := _digest(_stem(name))) in self._taken:
            number += 1
            name = path.with_stem(f"{path.stem}-{number}").as_posix()
        self._taken.add(digest)
        return name


def without_number(name: str) -> str:
    """Return a file's name without the number that `FreeNames` may have given it."""
    path = PurePosixPath(name)
    return path.with_stem(re.sub(r"(?<=.)-[0-9]+$", "", path.stem)).as_posix()


def _stem(name: str) -> str:
    """Return what must be another for each file: some systems tell no capitals apart."""
    return PurePosixPath(name).with_suffix("").as_posix().casefold()


def _stem_digest(name: str) -> np.uint64:
    return np.uint64(_digest(_stem(safe_name(name))))


def _digest(text: str) -> int:
    # Names on disk that are no text have halves of pairs.
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).digest()
    return int.from_bytes(digest[:_DIGEST_BYTES], "big")
