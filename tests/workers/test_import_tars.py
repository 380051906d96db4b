"""What is uploaded as a tar comes in as from a zip: a dataset, or images one by one."""

import io
import tarfile
import zipfile

import pytest

from annotation.models import Image, Upload
from tests.annotation.world import Api, World, png
from tests.workers.bringing import THREE, send, start


def tarred(files: dict[str, bytes], name: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w" if name.endswith(".tar") else "w:gz") as tar:
        for file_name, data in files.items():
            info = tarfile.TarInfo(file_name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", ["cells.tar", "cells.tar.gz", "cells.tgz"])
def test_dataset_in_a_tar_comes_in_as_from_a_zip(world: World, manager: Api, name: str) -> None:
    import_id = send(world, tarred(unzipped(THREE), name), name)

    assert start(manager, import_id)["brought"] == {"images accepted": 3, "masks": 6, "captions": 3}
    names = Image.objects.filter(project=world.project).order_by("file_name")
    assert [each.file_name for each in names] == [f"deep/{number}.png" for number in (1, 2, 3)]


def test_tar_of_images_is_imported_one_by_one_and_a_hostile_one_refused(world: World) -> None:
    images = {"a.png": png(1), "b.png": png(2), "c.png": b"no image", "d.txt": b"no image"}

    told = Upload.objects.get(pk=send(world, tarred(images, "a.tgz"), "a.tgz"))
    refused = Upload.objects.get(pk=send(world, b"\x1f\x8b" + bytes(100), "b.tar.gz"))

    assert (told.state, told.message) == ("accepted", "4 files: 2 accepted, 2 refused.")
    assert Image.objects.filter(project=world.project).count() == 2
    assert (refused.state, refused.message) == (
        "refused",
        "b.tar.gz: It cannot be unpacked: make it or upload it again. "
        "Nothing of it came in: mend or leave out what is odd, and send it again.",
    )
