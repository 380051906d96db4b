"""Fetching a file: resumed where it broke off, proved by its sha256, there whole or not at all."""

import time
from pathlib import Path
from typing import Final

import requests

from engine.canonical import sha256_of_path
from engine.client.errors import AnnealError, UnreachableError
from engine.client.models import Export
from engine.client.transport import PIECE_BYTES, Transport, problem_of
from engine.client.waiting import Progress

RESUMPTIONS: Final = 5  # in a row that bring nothing
PAUSE_S: Final = 0.5


def address_of(export: Export) -> str:
    """Return where an export can be fetched for about an hour.

    Raises:
        AnnealError: it was closed, has expired, is not written, or is not for this person.

    """
    if export.is_expired and not export.is_closed:
        raise AnnealError(0, "expired", "The export has expired: export it again.")
    if export.download_url is None:
        why = "somebody in it withdrew" if export.is_closed else "it is not written, or not for you"
        raise AnnealError(0, "no_download", f"The export cannot be downloaded: {why}.")
    return export.download_url


def download(
    transport: Transport,
    url: str,
    path: Path,
    *,
    sha256: str,
    size_bytes: int | None,
    progress: Progress,
) -> Path:
    """Fetch a presigned address into `path`.

    What was fetched before lies beside it under the name of the digest, and is gone on from.

    Raises:
        AnnealError: the bytes are not those of the digest; nothing is kept of them.
        UnreachableError: the connection broke again and again; the next call goes on from there.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{sha256[:12]}.part")
    fruitless = 0
    while not _is_whole(part, size_bytes):
        before = _size(part)
        try:
            _fetch(transport, url, part, size_bytes, progress)
            break
        except UnreachableError:
            fruitless = 0 if _size(part) > before else fruitless + 1
            if fruitless > RESUMPTIONS:
                raise
            time.sleep(PAUSE_S * 2**fruitless)
    found = sha256_of_path(part)
    if found != sha256:
        part.unlink()
        raise AnnealError(0, "digest_differs", f"{path.name}: its sha256 is {found}, not {sha256}.")
    return part.replace(path)


def fetch(transport: Transport, url: str, path: Path, *, progress: Progress) -> Path:
    """Fetch a presigned address of whose file no digest is known into `path`, anew each time.

    Raises:
        UnreachableError: the connection broke.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    _fetch(transport, url, part, None, progress)
    return part.replace(path)


def _fetch(
    transport: Transport, url: str, part: Path, size_bytes: int | None, progress: Progress
) -> None:
    """Append what is missing; begin anew where the store sends everything."""
    with transport.get(url, _size(part)) as response:
        if response.status_code == requests.codes.requested_range_not_satisfiable:
            part.unlink()  # it has more than there is: not of this file
            raise UnreachableError("The file is fetched anew.")
        if not response.ok:
            raise problem_of(response)
        goes_on = response.status_code == requests.codes.partial_content
        with part.open("ab" if goes_on else "wb") as out:
            for piece in response.iter_content(PIECE_BYTES):
                out.write(piece)
                out.flush()
                progress(out.tell(), size_bytes or 0, "Downloading")


def _is_whole(part: Path, size_bytes: int | None) -> bool:
    return size_bytes is not None and _size(part) == size_bytes


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
