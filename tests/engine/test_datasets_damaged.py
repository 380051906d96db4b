"""Archives, formats and frozen manifests, a little of them changed: read, or refused in words."""

import io
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.datasets.errors import DatasetError
from engine.datasets.files import ZipOut, open_source
from engine.datasets.formats import FORMATS, export
from engine.datasets.manifest import verify_manifest
from engine.datasets.manifest_files import open_manifest
from engine.datasets.manifest_parquet import write_parquet
from engine.media.archive import iter_zip_images
from engine.media.errors import MediaError
from engine.media.tars import iter_tar_images
from tests.engine.datasets_broken import broken, check_reading, written
from tests.engine.datasets_corpus import corpus, dataset_of
from tests.engine.manifests import manifest
from tests.engine.test_datasets_manifest_parquet import LABELLED, RICH

COCO = FORMATS["coco"]
Damage: TypeAlias = tuple[list[tuple[float, bytes]], float | None]  # what is put where; its end
DAMAGE = st.tuples(
    st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), max_size=4),
    st.none() | st.floats(0, 1),  # where it breaks off
)


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        export(dataset_of(corpus()), COCO, ZipOut(archive))
    return out.getvalue()


def packed(mode: str) -> bytes:
    """The same as a tar."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(zipped())) as archive, tarfile.open(None, mode, out) as tar:  # type: ignore[call-overload]  # "w" or "w:gz"
        for name in archive.namelist():
            info = tarfile.TarInfo(name)
            info.size = archive.getinfo(name).file_size
            tar.addfile(info, archive.open(name))
    return out.getvalue()


WHOLE = {"a.zip": zipped(), "a.tar": packed("w"), "a.tar.gz": packed("w:gz")}


def damaged(data: bytes, damage: Damage) -> bytes:
    changes, end = damage
    changed = bytearray(data)
    for at, piece in changes:
        place = round(at * (len(data) - 1))
        changed[place : place + len(piece)] = piece
    return bytes(changed if end is None else changed[: round(end * len(changed))])


def read(path: Path) -> None:
    problems: list[DatasetError] = []
    source = open_source(path)
    for sample in COCO.read(source, problems.append).samples():
        if sample.load_bytes is not None:
            sample.load_bytes()
    problems += source.refused


@pytest.mark.parametrize("name", WHOLE)
@given(damage=DAMAGE)
@settings(max_examples=60, deadline=None)
def test_damaged_archive_is_read_as_a_dataset_or_refused(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    damage: Damage,
) -> None:
    path = tmp_path_factory.mktemp("damaged") / name
    path.write_bytes(damaged(WHOLE[name], damage))

    with suppress(DatasetError, MediaError):
        read(path)


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_each_format_is_read_or_refused_with_a_value_or_a_file_of_it_broken(
    name: str, data: st.DataObject
) -> None:
    check_reading(FORMATS[name], data.draw(broken(written(FORMATS[name]))))


@pytest.mark.parametrize(
    ("name", "images"), [("a.zip", iter_zip_images), ("a.tar", iter_tar_images)]
)
@given(damage=DAMAGE)
@settings(max_examples=60, deadline=None)
def test_damaged_archive_gives_its_images_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    images: Callable[[Path], object],
    damage: Damage,
) -> None:
    path = tmp_path_factory.mktemp("damaged") / name
    path.write_bytes(damaged(WHOLE[name], damage))

    with suppress(DatasetError, MediaError):
        list(images(path))  # type: ignore[call-overload]  # either is gone through


def frozen(*, is_parquet: bool) -> bytes:
    content = manifest(RICH, LABELLED)
    if not is_parquet:
        return content.getvalue()
    out = io.BytesIO()
    write_parquet(content, out)
    return out.getvalue()


FROZEN = {"m.jsonl": frozen(is_parquet=False), "m.parquet": frozen(is_parquet=True)}


@pytest.mark.parametrize("name", FROZEN)
@given(damage=DAMAGE)
@settings(max_examples=60, deadline=None)
def test_damaged_manifest_is_never_taken_for_another(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    damage: Damage,
) -> None:
    path = tmp_path_factory.mktemp("damaged") / name
    data = damaged(FROZEN[name], damage)
    path.write_bytes(data)
    version_id = verify_manifest(manifest(RICH, LABELLED)).id

    with suppress(DatasetError), open_manifest(path) as file:
        found = verify_manifest(file, version_id)
        assert found.id == version_id
        assert name == "m.parquet" or data == FROZEN[name]
