"""The object store: the only module that knows S3.

Keys are built by the functions at the top, so that nobody spells one twice. An unreachable store
raises StorageUnavailableError, which callers let through: it is answered with 503 or retried.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from time import time
from typing import IO, TYPE_CHECKING, Final
from uuid import UUID

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils import timezone

from annotation.errors import DomainError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PART_BYTES: Final = 16 * 1024**2  # of a multipart upload; S3 allows 10,000 of them
IMPORTING: Final = timedelta(days=1)  # more than an import takes from bytes to their rows
PRESIGNED_S: Final = 3600  # a presigned address lives at least so long
UPLOADS: Final = "uploads/"  # what keys of files on their way in begin with
REFUSED: Final = "refused/"  # what keys of refused rows begin with
MISSING: Final = {"404", "NoSuchKey", "NotFound", "NoSuchUpload", "NoSuchBucket"}


class StorageUnavailableError(DomainError):
    """The object store does not answer; the same request may work later.

    The message is for anyone to read; `reason`, which names keys and hosts, is for the log alone.
    """

    status = 503
    code = "storage_unavailable"

    def __init__(self, message: str, *, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason or message


class ObjectMissingError(DomainError):
    """There is no object under that key."""

    status = 404
    code = "object_missing"


@dataclass(frozen=True, slots=True)
class Multipart:
    """An upload in parts that was begun, and neither joined nor aborted."""

    key: str
    multipart_id: str
    begun_at: datetime


def upload_key(upload_id: UUID | str) -> str:
    return f"{UPLOADS}{upload_id}"


def refused_key(import_id: UUID | str) -> str:
    return f"{REFUSED}{import_id}.zip"


def original_key(sha256: str) -> str:
    return f"images/{sha256}/original"


def original_address(sha256: str) -> str:
    """Return where an image lies, for whoever has keys to the bucket; it is the same for ever."""
    return f"s3://{settings.S3_BUCKET}/{original_key(sha256)}"


def rendition_key(sha256: str) -> str:
    return f"images/{sha256}/rendition.png"


def thumbnail_key(sha256: str) -> str:
    return f"images/{sha256}/thumbnail.webp"


def embedding_key(encoder_digest: str, image_sha256: str, window: str = "") -> str:
    """Return the key of a whole image's embedding, or of a named window's."""
    part = f"/{window}" if window else ""
    return f"embeddings/{encoder_digest}/{image_sha256}{part}.f16"


def bundle_key(bundle_id: str, name: str) -> str:
    return f"bundles/{bundle_id}/{name}"


def evaluation_key(bundle_id: str, measured_on: str) -> str:
    """Return the key of what a bundle came to on images of that digest."""
    return f"evaluations/{bundle_id}/{measured_on}.json"


def version_key(version_id: str) -> str:
    return f"versions/{version_id}.jsonl"


def put_bytes(key: str, data: bytes, content_type: str = "application/octet-stream") -> None:
    with translated(key):
        _client().put_object(
            Bucket=settings.S3_BUCKET, Key=key, Body=data, ContentType=content_type
        )


def put_private(key: str, file: IO[bytes], content_type: str) -> None:
    """Store what no browser or proxy may keep a copy of: it has to be gone once it is deleted."""
    file.seek(0)
    with translated(key):
        _client().put_object(
            Bucket=settings.S3_BUCKET,
            Key=key,
            Body=file,
            ContentType=content_type,
            CacheControl="no-store",
        )


def put_file(key: str, path: Path, content_type: str = "application/octet-stream") -> None:
    """Send a file of any size, in parts when it is large."""
    with translated(key):
        _client().upload_file(
            Filename=str(path),
            Bucket=settings.S3_BUCKET,
            Key=key,
            ExtraArgs={"ContentType": content_type},
            Config=TransferConfig(multipart_chunksize=PART_BYTES, max_concurrency=2),
        )


def get_bytes(key: str) -> bytes:
    with translated(key):
        return _client().get_object(Bucket=settings.S3_BUCKET, Key=key)["Body"].read()


def get_file(key: str, path: Path) -> None:
    """Fetch into a file that appears only when it is complete."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not boto's download_file: it asks for ranges beyond the end, which nanio refuses.
    with open_stream(key) as stream, part.open("wb") as file:
        shutil.copyfileobj(stream, file, 1024**2)
    part.replace(path)


@contextmanager
def open_stream(key: str) -> Iterator[IO[bytes]]:
    """Open an object to read it piece by piece."""
    with translated(key):
        body = _client().get_object(Bucket=settings.S3_BUCKET, Key=key)["Body"]
        try:
            yield body  # type: ignore[misc]  # botocore's StreamingBody reads like a file
        finally:
            body.close()


def exists(key: str) -> bool:
    try:
        size(key)
    except ObjectMissingError:
        return False
    return True


def size(key: str) -> int:
    """Return the object's length in bytes."""
    with translated(key):
        return _client().head_object(Bucket=settings.S3_BUCKET, Key=key)["ContentLength"]


def stored_at(key: str) -> datetime:
    """Return when the object was put there last."""
    with translated(key):
        return _client().head_object(Bucket=settings.S3_BUCKET, Key=key)["LastModified"]


def came_lately(key: str) -> bool:
    """Tell whether an import may have yet to write the row of what it stored there."""
    return stored_at(key) > timezone.now() - IMPORTING


def delete(key: str) -> None:
    """Delete an object; one that is gone already is no error."""
    with translated(key):
        _client().delete_object(Bucket=settings.S3_BUCKET, Key=key)


def list_keys(prefix: str) -> Iterator[str]:
    with translated(prefix):
        pages = _client().get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=settings.S3_BUCKET, Prefix=prefix):
            for found in page.get("Contents", []):
                yield found["Key"]


def presign_get(key: str, *, download_name: str | None = None) -> str:
    """Sign an address for the browser. It stays the same for an hour, so that caches work."""
    return _presign_get(key, download_name, int(time() // PRESIGNED_S))


def presign_put(key: str, length_bytes: int) -> str:
    """Sign an address that takes so many bytes, no more and no fewer."""
    return _public_client().generate_presigned_url(
        "put_object",
        Params={"Bucket": settings.S3_BUCKET, "Key": key, "ContentLength": length_bytes},
        ExpiresIn=PRESIGNED_S,
    )


def create_multipart(key: str) -> str:
    """Begin an upload in parts and return its id."""
    with translated(key):
        begun = _client().create_multipart_upload(Bucket=settings.S3_BUCKET, Key=key)
        return begun["UploadId"]


def presign_part(key: str, multipart_id: str, number: int, length_bytes: int) -> str:
    """Sign an address that takes so many bytes: unsigned, a part may have five gigabytes."""
    return _public_client().generate_presigned_url(
        "upload_part",
        Params={
            "Bucket": settings.S3_BUCKET,
            "Key": key,
            "UploadId": multipart_id,
            "PartNumber": number,
            "ContentLength": length_bytes,
        },
        ExpiresIn=PRESIGNED_S,
    )


def list_parts(key: str, multipart_id: str) -> dict[int, str]:
    """Return the parts that have arrived: number to ETag."""
    with translated(key):
        pages = (
            _client()
            .get_paginator("list_parts")
            .paginate(Bucket=settings.S3_BUCKET, Key=key, UploadId=multipart_id)
        )
        return {
            part["PartNumber"]: part["ETag"] for page in pages for part in page.get("Parts", [])
        }


def complete_multipart(key: str, multipart_id: str, parts: Sequence[tuple[int, str]]) -> None:
    """Join the parts, (number, ETag) each, in their order."""
    with translated(key):
        _client().complete_multipart_upload(
            Bucket=settings.S3_BUCKET,
            Key=key,
            UploadId=multipart_id,
            MultipartUpload={
                "Parts": [{"PartNumber": number, "ETag": etag} for number, etag in sorted(parts)]
            },
        )


def abort_multipart(key: str, multipart_id: str) -> None:
    """Delete the parts of an upload, which takes no more of them; one that is over is no error."""
    with suppress(ObjectMissingError), translated(key):
        _client().abort_multipart_upload(Bucket=settings.S3_BUCKET, Key=key, UploadId=multipart_id)


def list_multiparts(prefix: str) -> Iterator[Multipart]:
    """Yield the uploads in parts that are neither joined nor aborted."""
    with translated(prefix):
        pages = _client().get_paginator("list_multipart_uploads")
        for page in pages.paginate(Bucket=settings.S3_BUCKET, Prefix=prefix):
            for found in page.get("Uploads", []):
                if found["Key"].startswith(prefix):  # nanio tells of all
                    yield Multipart(found["Key"], found["UploadId"], found["Initiated"])


def ensure_bucket() -> None:
    """Make the bucket where it is missing."""
    with translated(settings.S3_BUCKET):
        try:
            _client().head_bucket(Bucket=settings.S3_BUCKET)
        except ClientError as error:
            if _code(error) not in MISSING:
                raise
            _client().create_bucket(Bucket=settings.S3_BUCKET)


def check() -> None:
    """Raise StorageUnavailableError unless the bucket answers."""
    with translated(settings.S3_BUCKET):
        _client().head_bucket(Bucket=settings.S3_BUCKET)


@lru_cache(maxsize=20_000)
def _presign_get(key: str, download_name: str | None, hour: int) -> str:  # noqa: ARG001  # hour is part of the cache's key
    params = {"Bucket": settings.S3_BUCKET, "Key": key}
    if download_name is not None:
        quoted = download_name.replace("\\", "_").replace('"', "_")
        params["ResponseContentDisposition"] = f'attachment; filename="{quoted}"'
    return _public_client().generate_presigned_url(
        "get_object", Params=params, ExpiresIn=2 * PRESIGNED_S
    )


@contextmanager
def translated(key: str) -> Iterator[None]:
    """Turn boto's errors into ours: a missing object, or a store that cannot be used now."""
    try:
        yield
    except ClientError as error:
        if _code(error) in MISSING:
            raise ObjectMissingError(f"There is no object {key}.") from error
        raise StorageUnavailableError(
            f"The object store refused a request ({_code(error)}).",
            reason=f"The object store refused {key}: {error}",
        ) from error
    # The second is of transfers of whole files: it hides what the store answered in its words.
    except (BotoCoreError, Boto3Error) as error:
        raise StorageUnavailableError(
            "The object store is unreachable.",
            reason=f"The object store is unreachable: {error}",
        ) from error


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _client() -> "S3Client":
    return _client_of(settings.S3_ENDPOINT_URL)


def _public_client() -> "S3Client":
    """Sign for the host that browsers see."""
    return _client_of(settings.S3_PUBLIC_URL)


def _client_of(endpoint_url: str | None) -> "S3Client":
    keys = settings.S3_ACCESS_KEY_ID, settings.S3_SECRET_ACCESS_KEY
    return client_for(endpoint_url, settings.S3_REGION, keys)


@cache
def client_for(endpoint_url: str | None, region: str, keys: tuple[str, str] | None) -> "S3Client":
    """Return what asks a store by a key and its secret; None: as one whom nobody knows."""
    make: Callable[..., S3Client] = boto3.client
    key_id, secret = keys or (None, None)
    return make(
        "s3",
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(
            signature_version="s3v4" if keys else UNSIGNED,
            s3={"addressing_style": "path"},
            connect_timeout=5,
            read_timeout=60,
            retries={"mode": "standard", "max_attempts": 3},
            max_pool_connections=16,
            # Checksum trailers are AWS's own; other stores refuse them.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
