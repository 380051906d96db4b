"""Sending files: in parts, only those that the server lacks, so that a broken upload goes on."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, Self
from uuid import UUID, uuid4

import requests

from engine.canonical import sha256_of_path
from engine.client.errors import AnnealError
from engine.client.models import (
    UPLOAD_REFUSED,
    UPLOAD_UNFINISHED,
    CompletedUpload,
    CompleteUpload,
    SentPart,
    Upload,
    UploadInput,
    UploadPart,
)
from engine.client.operations import BEGIN_UPLOAD, CANCEL_UPLOAD, COMPLETE_UPLOAD, UPLOADS
from engine.client.transport import Transport, pages
from engine.client.waiting import Progress
from engine.whole_file import whole_file

File = tuple[Path, str]  # where it lies, and its name on the server
OnBytes = Callable[[int], None]  # how many more bytes the server has
_OF_FILE: Final = ("bytes", "file_name")  # what a refusal names that is of one file alone
BAD_NAME: Final = "Its name is no text: rename it."
_NAME_LENGTH: Final = 500
_ASKED: Final = 50  # ids, as many as the server takes in one address
_OVER: Final = "import_state"  # as of one that was discarded or undone meanwhile


class UnfinishedUploads:
    """Ids of uploads that have no outcome yet, in a folder, so that the next run resumes them.

    A file is known by server, project, place, size and time of its last change; a folder that goes
    as a zip by its own place and the zip's bytes, which are the same for the same files.

    The ids are dropped at the end of the block; whatever breaks it off keeps them. That of an
    import is dropped at once when the server says that it is at a point from which it does not go
    on: see `until_over`.
    """

    def __init__(
        self,
        folder: Path | None,
        url: str,
        origins: Mapping[Path, Path] = MappingProxyType({}),
    ) -> None:
        """Keep them in `folder`; `origins` tells of files what they were made of: see `packed`."""
        self.are_kept = folder is not None
        self._folder = folder
        self._url = url
        self._origins = origins
        self._places: dict[UUID, Path] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: object, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            for place in self._places.values():
                place.unlink(missing_ok=True)

    @contextmanager
    def until_over(self, upload_id: UUID) -> Iterator[None]:
        """Work on what one file brought, and drop its id alone if the server says it is over."""
        try:
            yield
        except AnnealError as error:
            if error.code == _OVER and upload_id in self._places:
                self._places.pop(upload_id).unlink(missing_ok=True)
            raise

    def id_of(self, project_id: int, path: Path, group_by: str = "") -> UUID:
        """Return the id under which the file's upload was begun so, or a new one."""
        if self._folder is None:
            return uuid4()
        place = self._folder / self._name_of(project_id, path, group_by.strip())
        if place.is_file():
            upload_id = UUID(place.read_text())
        else:
            upload_id = uuid4()
            with whole_file(place) as scratch:
                scratch.write_text(str(upload_id))
        self._places[upload_id] = place
        return upload_id

    def _name_of(self, project_id: int, path: Path, group_by: str) -> str:
        stat = path.stat()
        origin = self._origins.get(path, path).resolve()
        state = sha256_of_path(path) if origin.is_dir() else stat.st_mtime_ns
        grouped = (
            (group_by,) if group_by else ()
        )  # one whose bytes are there keeps what it was sent with
        facts = (self._url, project_id, origin, stat.st_size, state, *grouped)
        return hashlib.sha256(repr(facts).encode()).hexdigest()


def send_files(
    transport: Transport,
    project_id: int,
    files: Sequence[File],
    *,
    unfinished: UnfinishedUploads,
    group_by: str = "",
    progress: Progress,
) -> tuple[list[UUID], list[Upload]]:
    """Send each file, all as one batch; return the ids of the uploads, and what was refused.

    A file that cannot be sent as it is, as it is empty, too large or badly named, stops no other.
    One whose sending breaks off is cancelled on the server unless the next run resumes it.
    """
    batch = uuid4()
    total = sum(path.stat().st_size for path, _ in files)
    done = 0
    sent: list[UUID] = []
    refused: list[Upload] = []
    for path, name in files:

        def count(more: int, name: str = name) -> None:
            nonlocal done
            done += more
            progress(done, total, f"Sending {name}")

        upload_id = unfinished.id_of(project_id, path, group_by)
        try:
            check_file(path, name)
            with _cancelled_unless_resumed(transport, project_id, upload_id, unfinished):
                send_file(
                    transport,
                    project_id,
                    path,
                    upload_id=upload_id,
                    file_name=name,
                    batch=batch,
                    group_by=group_by,
                    on_bytes=count,
                )
        except AnnealError as error:
            if error.field not in _OF_FILE:
                raise
            refused.append(_refused(upload_id, name, error))
        else:
            sent.append(upload_id)
    return [*dict.fromkeys(sent)], refused  # a file may be named twice


@contextmanager
def _cancelled_unless_resumed(
    transport: Transport, project_id: int, upload_id: UUID, unfinished: UnfinishedUploads
) -> Iterator[None]:
    """Send a file, and where that breaks off let the server forget it if nobody will go on with it.

    It would count towards what may be on its way into the project.
    """
    try:
        yield
    except BaseException as error:
        is_of_file = isinstance(error, AnnealError) and error.field in _OF_FILE
        if is_of_file or not unfinished.are_kept:
            ask = transport.call if is_of_file else transport.mention  # others go on: worth tries
            with suppress(AnnealError):  # what it has of the file goes with time
                ask(CANCEL_UPLOAD, project_id=project_id, upload_id=upload_id)
        raise


def _refused(upload_id: UUID, name: str, error: AnnealError) -> Upload:
    """Tell of a file that was not sent as the server tells of one that was."""
    return Upload(
        id=upload_id,
        file_name=shown(name),
        state=UPLOAD_REFUSED,
        message=shown(error.message),
        image=None,
        images_import=upload_id,
    )


def shown(name: str) -> str:
    """Return a name as text: Python tells bytes on the disk that are none by halves of pairs."""
    return name.encode(errors="replace").decode()


def check_file(path: Path, file_name: str) -> None:
    """See that a file can be sent under that name.

    Raises:
        AnnealError: it is empty, or its name is no text.

    """
    if not path.stat().st_size:
        raise AnnealError(0, "empty_file", f"{path} is empty.", "bytes")
    if shown(file_name) != file_name:
        raise AnnealError(0, "bad_name", BAD_NAME, "file_name")


def send_file(
    transport: Transport,
    project_id: int,
    path: Path,
    *,
    upload_id: UUID,
    file_name: str,
    batch: UUID,
    group_by: str = "",
    on_bytes: OnBytes,
) -> CompletedUpload:
    """Send what the server lacks of a file, and have it looked at. Safe to repeat.

    Raises:
        AnnealError: the file changed meanwhile, or the server refused it.

    """
    size_bytes = path.stat().st_size
    upload = UploadInput(
        id=upload_id,
        file_name=file_name[-_NAME_LENGTH:],
        bytes=size_bytes,
        batch=batch,
        group_by=group_by,
    )
    begun = transport.call(BEGIN_UPLOAD, upload, project_id=project_id)
    on_bytes(size_bytes - sum(part.to_byte - part.from_byte for part in begun.parts))
    sent: list[SentPart] = []
    while begun.parts:
        taken = _send_parts(transport, path, begun.parts, on_bytes)
        sent += taken
        if len(taken) == len(begun.parts):
            break
        begun = transport.call(BEGIN_UPLOAD, upload, project_id=project_id)
    if begun.state not in UPLOAD_UNFINISHED:
        return CompletedUpload(id=begun.id, state=begun.state)
    told = [each for each in sent if each.etag]
    return transport.call(COMPLETE_UPLOAD, CompleteUpload(parts=told), upload_id=upload_id)


def _send_parts(
    transport: Transport, path: Path, parts: Sequence[UploadPart], on_bytes: OnBytes
) -> list[SentPart]:
    """Send parts up to one whose address the store takes no more: they live for an hour.

    Raises:
        AnnealError: the store refused the first of them, or anything else went wrong.

    """
    sent: list[SentPart] = []
    with path.open("rb") as file:
        for part in parts:
            file.seek(part.from_byte)
            data = file.read(part.to_byte - part.from_byte)
            if len(data) < part.to_byte - part.from_byte:
                told = f"{path} became shorter while it was sent."
                raise AnnealError(0, "file_changed", told, "bytes")
            try:
                etag = transport.put(part.url, data)
            except AnnealError as error:
                if error.status == requests.codes.forbidden and sent:
                    break
                raise
            sent.append(SentPart(number=part.number, etag=etag))
            on_bytes(len(data))
    return sent


def ended_uploads(transport: Transport, project_id: int, ids: Sequence[UUID]) -> list[Upload]:
    """Return those of the uploads that the server has looked at."""
    found: list[Upload] = []
    for start in range(0, len(ids), _ASKED):
        asked = {"id": [str(each) for each in ids[start : start + _ASKED]]}
        found += pages(transport, UPLOADS, asked, project_id=project_id)
    return [each for each in found if each.state not in UPLOAD_UNFINISHED]


def files_below(paths: Iterable[Path]) -> list[File]:
    """Return each file with the name that it is to have: a folder's keep their place in it.

    Raises:
        AnnealError: there is no such file or folder.

    """
    found: list[File] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.is_file())
            found += [
                (each, each.relative_to(path).as_posix())
                for each in inside
                if not any(part.startswith(".") for part in each.relative_to(path).parts)
            ]
        elif path.is_file():
            found.append((path, path.name))
        else:
            raise AnnealError(0, "no_such_file", f"There is no file or folder {path}.")
    return found


def files_of_folders(paths: Iterable[Path]) -> list[File]:
    """Do the same, with the name of each folder before those of what is in it."""
    return [
        (file, f"{path.resolve().name}/{name}" if path.is_dir() else name)
        for path in paths
        for file, name in files_below([path])
    ]
