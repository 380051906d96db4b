"""The S3 endpoint: nanio with CORS, since browsers read and write objects from another origin.

Served by uvicorn, which imports `app` as a factory; NANIO_* and OBJECTS_* variables configure it.
"""

import os
import sys
from pathlib import Path

from nanio.app import build_app
from nanio.storage.filesystem import FilesystemStorage
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp


def app() -> ASGIApp:
    data = Path(os.environ["NANIO_DATA_DIR"])
    storage, bucket = FilesystemStorage(data), os.environ["OBJECTS_BUCKET"]
    if bucket not in [known.name for known in storage.list_buckets()]:
        storage.create_bucket(bucket)
    return CORSMiddleware(
        build_app(),
        allow_origins=[os.environ["OBJECTS_ALLOWED_ORIGIN"]],
        allow_methods=["GET", "HEAD", "PUT"],
        allow_headers=["*"],
        expose_headers=["ETag", "Content-Length", "Content-Range"],
        max_age=3600,
    )


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
