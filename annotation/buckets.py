"""Files in buckets of others, read by name and by ranges: nothing is fetched that is not asked for.

A bucket may change meanwhile. Each file is what the listing said it was, or an error.
"""

import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from annotation.errors import InvalidInputError
from annotation.import_sources import ImportSource
from annotation.storage import ObjectMissingError, client_for, translated
from engine.canonical import canonical_json
from engine.datasets.errors import DatasetError
from engine.datasets.files import MAX_TEXT_BYTES
from engine.media.ranges import open_ranges

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAX_OBJECTS: Final = 500_000  # of one listing: some 200 MiB
_AHEAD_BYTES: Final = 2**20
UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f\\\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class _Object(NamedTuple):
    size_bytes: int
    etag: str


class BucketSource:
    """The files below a folder of a bucket, without hidden ones.

    Raises:
        InvalidInputError: there are too many.
        DatasetError: a name leads astray.

    """

    refused: Sequence[DatasetError] = ()

    def __init__(self, source: ImportSource, folder: str) -> None:
        self._source = source
        self._folder = _folder(source, folder)
        self._objects = dict(self._listed())
        self.names: Sequence[str] = sorted(self._objects)

    @property
    def listing(self) -> str:
        """The sha256 of all names with what their contents are known by."""
        return _digest((name, self._objects[name]) for name in self.names)

    def read(self, name: str, limit_bytes: int = MAX_TEXT_BYTES) -> bytes:
        found = self._object(name)
        if found.size_bytes > limit_bytes:
            raise DatasetError(f"is longer than {limit_bytes} bytes", file=name)
        return self._fetch(name, 0, found.size_bytes) if found.size_bytes else b""

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        found = self._object(name)
        fetch = partial(self._fetch, name)
        with open_ranges(found.size_bytes, fetch, ahead_bytes=_AHEAD_BYTES) as file:
            yield file

    def _object(self, name: str) -> _Object:
        if name not in self._objects:
            raise DatasetError("is not there", file=name)
        return self._objects[name]

    def _fetch(self, name: str, start: int, size: int) -> bytes:
        key = f"{self._folder}{name}"
        try:
            with translated(key):
                answer = _client(self._source).get_object(
                    Bucket=self._source.bucket, Key=key, Range=f"bytes={start}-{start + size - 1}"
                )
                with answer["Body"] as body:
                    data = body.read(size)
        except ObjectMissingError:
            raise DatasetError("is not there any more", file=name) from None
        if answer["ETag"] != self._objects[name].etag or len(data) != size:
            raise DatasetError("has changed since it was listed", file=name)
        return data

    def _listed(self) -> Iterator[tuple[str, _Object]]:
        pages = _client(self._source).get_paginator("list_objects_v2")
        count = 0
        with translated(self._folder):
            for page in pages.paginate(Bucket=self._source.bucket, Prefix=self._folder):
                for found in page.get("Contents", []):
                    name = found["Key"].removeprefix(self._folder)
                    parts = name.split("/")
                    if not parts[-1] or any(re.match(r"\.(?!\.?$)", part) for part in parts):
                        continue  # a folder's mark, or hidden
                    if {"", ".", ".."} & set(parts) or UNSAFE.search(name):
                        raise DatasetError("this name leads out of the folder", file=name)
                    count += 1
                    if count > MAX_OBJECTS:
                        raise InvalidInputError(
                            f"There are over {MAX_OBJECTS} files: choose a folder below.",
                            field="prefix",
                        )
                    yield name, _Object(found["Size"], found["ETag"])


def fetch_object(source: ImportSource, name: str, path: Path, limit_bytes: int) -> str:
    """Fetch one file of a bucket; return the listing that a folder with nothing else would have.

    Raises:
        ObjectMissingError: it is not there.
        InvalidInputError: it is longer than allowed.

    """
    key = _folder(source, name).removesuffix("/")
    if not key:  # all of an empty bucket was meant
        raise ObjectMissingError("There is no file without a name.")
    with translated(key):
        answer = _client(source).get_object(Bucket=source.bucket, Key=key)
        with answer["Body"] as body, path.open("wb") as file:
            if answer["ContentLength"] > limit_bytes:
                fault = f"{name} is longer than {limit_bytes} bytes: unpack it in the bucket."
                raise InvalidInputError(fault, field="prefix")
            shutil.copyfileobj(body, file, _AHEAD_BYTES)
    return _digest([(name, _Object(answer["ContentLength"], answer["ETag"]))])


def _digest(objects: Iterable[tuple[str, _Object]]) -> str:
    digest = hashlib.sha256()
    for name, known in objects:
        digest.update(canonical_json([name, *known]) + b"\n")
    return digest.hexdigest()


def _folder(source: ImportSource, folder: str) -> str:
    """Return the prefix of a folder's keys: what is called alike but longer is not in it."""
    parts = [part for part in (source.prefix.strip("/"), folder.strip("/")) if part]
    return "".join(f"{part}/" for part in parts)


def _client(source: ImportSource) -> "S3Client":
    return client_for(source.endpoint_url or None, source.region, source.keys)
