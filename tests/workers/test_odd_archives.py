"""Datasets in archives with odd entries: these are told and the rest comes in, images not alone."""

import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Mapping

import pytest
from PIL import Image as Picture

from annotation.models import DatasetImport, Image, Mask, Upload
from tests.annotation.world import Api, World, png
from tests.workers.bringing import THREE, read, send, start

Put = Callable[[zipfile.ZipFile], None]
SIZE = (1200, 1200)


def with_entry(put: Put, data: bytes = THREE) -> bytes:
    """Add an entry to a zip."""
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        put(archive)
    return out.getvalue()


def link(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("link.txt")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(info, "/etc/passwd")


def encrypted(archive: zipfile.ZipFile) -> None:
    archive.writestr("secret.txt", "x")
    archive.getinfo("secret.txt").flag_bits |= 1  # in the table of contents, which is written last


ODD: Mapping[str, tuple[Put, str]] = {
    "link": (link, "link.txt: It is a link or a device"),
    "archive": (lambda zip_: zip_.writestr("notes.zip", "x"), "notes.zip: It is an archive"),
    "encrypted": (encrypted, "secret.txt: It is encrypted"),
    "compression": (
        lambda zip_: zip_.writestr("a.txt", "x", zipfile.ZIP_LZMA),
        "a.txt: Its compression is unusual",
    ),
    "backslash": (lambda zip_: zip_.writestr("a\\b.txt", "x"), "a\\b.txt: Its name holds a back"),
    "blank": (
        lambda zip_: zip_.writestr("a.raw", bytes(4 * 2**20)),
        "a.raw: It is packed over 200",
    ),
}


@pytest.mark.parametrize(("put", "told"), ODD.values(), ids=ODD)
def test_odd_entry_is_told_by_its_name_and_the_dataset_around_it_comes_in(
    world: World, manager: Api, put: Put, told: str
) -> None:
    import_id = send(world, with_entry(put))

    looked_at = read(manager, import_id)
    brought = start(manager, import_id)

    assert (looked_at["state"], looked_at["problems_count"]) == ("ready", 1)
    assert brought["brought"] == {"images accepted": 3, "masks": 6, "captions": 3}
    [problem] = manager.get(f"dataset-imports/{import_id}/problems").json()["results"]
    assert f"{problem['file']}: {problem['fault']}".startswith(told)


def test_image_that_is_a_link_is_told_once(world: World, manager: Api) -> None:
    def put(archive: zipfile.ZipFile) -> None:
        archive.getinfo("images/deep/1.png").external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr("notes.txt", "x")  # or else the table of contents stays as it is

    import_id = send(world, with_entry(put))
    brought = start(manager, import_id)

    assert (brought["brought"]["images accepted"], brought["problems_count"]) == (2, 1)
    [problem] = manager.get(f"dataset-imports/{import_id}/problems").json()["results"]
    assert problem["file"] == "images/deep/1.png"


def test_link_in_a_tar_is_told_and_the_dataset_around_it_comes_in(
    world: World, manager: Api
) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar, zipfile.ZipFile(io.BytesIO(THREE)) as archive:
        for name in archive.namelist():
            info = tarfile.TarInfo(name)
            info.size = archive.getinfo(name).file_size
            tar.addfile(info, io.BytesIO(archive.read(name)))
        info = tarfile.TarInfo("link.txt")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(info)

    import_id = send(world, out.getvalue(), "cells.tar")

    assert start(manager, import_id)["brought"]["masks"] == 6
    [problem] = manager.get(f"dataset-imports/{import_id}/problems").json()["results"]
    assert problem["file"] == "link.txt"


def test_masks_that_are_packed_too_well_are_told_and_none_comes_in_as_a_photograph(
    world: World, manager: Api
) -> None:
    blank = Picture.new("L", SIZE)
    drawn = Picture.linear_gradient("L").resize(SIZE).point(lambda grey: int(grey > 99))
    rows = Picture.effect_noise(SIZE, 60).point(lambda grey: int(grey > 128))
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, mask in enumerate([blank, drawn, rows]):
            photo, bits = io.BytesIO(), io.BytesIO()
            Picture.new("RGB", SIZE, (number, 0, 0)).save(photo, "PNG")
            mask.save(bits, "BMP")
            archive.writestr(f"images/{number}.png", photo.getvalue())
            archive.writestr(f"masks/{number}.bmp", bits.getvalue())

    import_id = send(world, data.getvalue())
    start(manager, import_id)

    problems = manager.get(f"dataset-imports/{import_id}/problems").json()["results"]
    assert {each["file"] for each in problems} >= {"masks/0.bmp"}
    assert Mask.objects.exists()
    names = Image.objects.values_list("file_name", flat=True)
    assert "2.png" in names
    assert not [name for name in names if name.endswith(".bmp")]


def swelling(archive: zipfile.ZipFile) -> None:
    for number in range(17):
        archive.writestr(f"{number}.png", "x")
        archive.getinfo(f"{number}.png").file_size = 2**32 - 2  # as above


HOSTILE: Mapping[str, tuple[Put, str]] = {
    "climbs out": (lambda zip_: zip_.writestr("../a.png", png(9)), "../a.png: Its name points"),
    "absolute": (lambda zip_: zip_.writestr("/etc/a", "x"), "/etc/a: Its name points outside"),
    "swells": (swelling, "This zip unpacks to over 68719476736 bytes"),
}


@pytest.mark.parametrize(("put", "told"), HOSTILE.values(), ids=HOSTILE)
def test_archive_that_cannot_be_trusted_is_refused_and_no_image_of_it_comes_in(
    world: World, put: Put, told: str
) -> None:
    upload = Upload.objects.get(pk=send(world, with_entry(put)))

    assert upload.state == "refused"
    assert upload.message.startswith(f"cells.zip: {told}")
    assert "Nothing of it came in" in upload.message
    assert not DatasetImport.objects.exists()
    assert not Image.objects.exists()


@pytest.mark.parametrize("name", ["annotations.json", "annotations.zip"])
def test_images_do_not_come_in_without_annotations_that_cannot_be_read(
    world: World, name: str
) -> None:
    def put(archive: zipfile.ZipFile) -> None:
        archive.writestr(name, "{}")
        archive.getinfo(name).flag_bits |= 1

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("images/a.png", png(1))

    upload = Upload.objects.get(pk=send(world, with_entry(put, out.getvalue())))

    assert upload.state == "refused"
    assert upload.message.startswith(f"{name}: It is ")
    assert not Image.objects.exists()


def test_archive_of_images_alone_comes_in_without_an_image_that_is_odd(world: World) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", png(1))
        archive.writestr("b.bmp", bytes(4 * 2**20))

    upload = Upload.objects.get(pk=send(world, out.getvalue()))

    assert (upload.state, upload.message) == ("accepted", "2 files: 1 accepted, 1 refused.")
    assert Image.objects.count() == 1
