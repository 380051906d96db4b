"""The S3 endpoint: nanio, with what browsers need of S3 and it leaves out.

That is CORS, since they read and write objects from another origin, and names for downloads.

Served by uvicorn, which imports `app` as a factory; NANIO_* and OBJECTS_* variables configure it.
"""

import os
import sys
from pathlib import Path
from urllib.parse import parse_qs

from nanio.app import build_app
from nanio.storage.filesystem import FilesystemStorage
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def app() -> ASGIApp:
    data = Path(os.environ["NANIO_DATA_DIR"])
    forget_half_written(data)
    storage, bucket = FilesystemStorage(data), os.environ["OBJECTS_BUCKET"]
    if bucket not in [known.name for known in storage.list_buckets()]:
        storage.create_bucket(bucket)
    return CORSMiddleware(
        NamedDownloads(build_app()),
        allow_origins=[os.environ["OBJECTS_ALLOWED_ORIGIN"]],
        allow_methods=["GET", "HEAD", "PUT"],
        allow_headers=["*"],
        expose_headers=["ETag", "Content-Length", "Content-Range"],
        max_age=3600,
    )


def forget_half_written(data: Path) -> None:
    """Remove what a killed process was writing of the facts about objects, before any is written.

    nanio gives such a scratch file its object's name, and refuses to write where one is: the object
    could never be stored again, and an import that wants it would fail for ever.
    """
    for scratch in data.glob("*/.nanio-*/**/*.json.tmp"):
        scratch.unlink()


class NamedDownloads:
    """Give an object the file name that its presigned address asks for, as S3 does.

    The address is signed with all of its query, so that nobody else can choose the name.
    """

    def __init__(self, store: ASGIApp) -> None:
        self.store = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        wanted = query.get("response-content-disposition", [""])[0].encode("latin-1", "replace")

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in {200, 206}:
                message["headers"] = [
                    *(pair for pair in message["headers"] if pair[0] != b"content-disposition"),
                    (b"content-disposition", wanted),
                ]
            await send(message)

        await self.store(scope, receive, send_named if wanted else send)


def environment(
    data: Path, *, bucket: str, access_key: str, secret_key: str, allowed_origin: str
) -> dict[str, str]:
    return {
        "NANIO_DATA_DIR": str(data),
        "NANIO_ACCESS_KEY": access_key,
        "NANIO_SECRET_KEY": secret_key,
        "OBJECTS_BUCKET": bucket,
        "OBJECTS_ALLOWED_ORIGIN": allowed_origin,
    }


def command(*, fd: int | None = None, port: int | None = None) -> list[str]:
    """Serve on a loopback port, or on a socket that the parent has bound."""
    where = ["--fd", str(fd)] if fd is not None else ["--host", "127.0.0.1", "--port", str(port)]
    options = ["--factory", "--no-access-log", "--log-level", "warning", "--no-server-header"]
    return [sys.executable, "-m", "uvicorn", "deploy.embedded.objects:app", *where, *options]
