"""Hostile zips: nothing escapes, nothing swells, one bad entry never stops the others."""

import io
import stat
import struct
import tracemalloc
import zipfile
from functools import partial
from pathlib import Path

import pytest

from engine.media import entries
from engine.media.archive import DEFAULT_LIMITS, ArchiveLimits, ZipFiles, iter_zip_images
from engine.media.entries import ArchiveEntry
from engine.media.errors import MediaError


def make_zip(path: Path, files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def make_listing(path: Path, count: int) -> Path:
    """Write a zip64 of empty files, all but the bytes of these."""
    with path.open("wb") as file:
        file.truncate(count * 31)
        start = file.seek(count * 31)
        for number in range(count):
            name = b"train2017/%012d.jpg" % number
            sizes = (0, 0, 0, len(name), 0, 0, 0, 0, 0, number * 31)
            file.write(struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, *sizes) + name)
        end = file.tell()
        counts = (count, count, end - start, start)
        file.write(struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, *counts))
        file.write(struct.pack("<4sLQL", b"PK\6\7", 0, end, 1))
        most = (2**16 - 1, 2**16 - 1, 2**32 - 1, 2**32 - 1)
        file.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *most, 0))
    return path


def codes(found: list[ArchiveEntry]) -> dict[str, str]:
    return {each.name: each.error.code if each.error else "" for each in found}


def test_files_come_in_order_with_their_bytes_and_hidden_ones_do_not(tmp_path: Path) -> None:
    files = {
        "Icon\r": b"",
        "b/one.png": b"1",
        "a.jpg": b"22",
        "__MACOSX/a.jpg": b"x",
        "b/.DS_Store": b"y",
    }

    found = list(iter_zip_images(make_zip(tmp_path / "a.zip", files)))

    assert found == [ArchiveEntry("b/one.png", b"1"), ArchiveEntry("a.jpg", b"22")]


@pytest.mark.parametrize(
    "name",
    ["../evil.png", "a/../../evil.png", "/etc/passwd", "C:evil.png", "..\\evil.png", "a/..",
     "gnp.\u202elive.png", "new\nline.png"],
)  # fmt: skip
def test_name_that_leads_astray_is_refused_and_the_next_file_read(
    tmp_path: Path, name: str
) -> None:
    path = make_zip(tmp_path / "a.zip", {name: b"x", "good.png": b"y"})

    bad, good = iter_zip_images(path)

    assert bad.error is not None
    assert bad.error.code == "name"
    assert bad.data is None
    assert bad.name.isprintable()
    assert good.data == b"y"


def test_nul_in_a_name_does_not_hide_its_end(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"a.pngX../b": b"x"})
    path.write_bytes(path.read_bytes().replace(b"a.pngX../b", b"a.png\0../b"))

    assert codes(list(iter_zip_images(path))) == {"a.png": "name"}


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("link.png")
        info.create_system = 3
        info.external_attr = (kind | 0o777) << 16
        archive.writestr(info, "/etc/passwd")

    assert codes(list(iter_zip_images(path))) == {"link.png": "link"}


def test_archives_inside_are_refused_by_name_and_by_content(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x", "y")
    files = {"a.zip": b"", "b.tar.gz": b"", "c.png": inner.getvalue()}

    found = list(iter_zip_images(make_zip(tmp_path / "a.zip", files)))

    assert set(codes(found).values()) == {"nested"}


def test_entry_packed_a_thousand_times_is_refused_unread(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"bomb.bmp": bytes(20_000_000), "good.png": b"y"})

    assert codes(list(iter_zip_images(path))) == {"bomb.bmp": "bomb", "good.png": ""}


def test_limits_hold_for_an_entry_and_for_all_together(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {f"{n}.png": bytes(600) for n in range(4)})

    assert set(codes(list(iter_zip_images(path, ArchiveLimits(entry_bytes=599)))).values()) == {
        "too_large"
    }
    read: list[ArchiveEntry] = []
    with pytest.raises(MediaError, match="over 1300 bytes"):
        read.extend(iter_zip_images(path, ArchiveLimits(total_bytes=1300)))
    with pytest.raises(MediaError, match="4 entries"):
        list(iter_zip_images(path, ArchiveLimits(entries=3)))


def test_size_that_lies_does_not_pass_more_bytes(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"lie.png": bytes(5000)})
    data = path.read_bytes().replace(struct.pack("<I", 5000), struct.pack("<I", 10))
    path.write_bytes(data)

    assert codes(list(iter_zip_images(path))) == {"lie.png": "broken"}


def test_entries_that_share_bytes_are_refused(tmp_path: Path) -> None:
    path = make_zip(
        tmp_path / "a.zip", {"a.png": b"1" * 50, "b.png": b"2" * 50}, zipfile.ZIP_STORED
    )
    data = bytearray(path.read_bytes())
    second = data.rfind(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    path.write_bytes(data)

    with pytest.raises(MediaError, match="overlap"):
        list(iter_zip_images(path))


def test_second_file_of_a_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.png", "1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.png", "2")

    assert [e.error.code if e.error else "" for e in iter_zip_images(path)] == ["", "duplicate"]


def test_unusual_compression_and_encryption_are_refused(tmp_path: Path) -> None:
    lzma = make_zip(tmp_path / "a.zip", {"a.png": b"1"}, zipfile.ZIP_LZMA)
    locked = make_zip(tmp_path / "b.zip", {"a.png": b"1"})
    data = bytearray(locked.read_bytes())
    data[data.find(b"PK\x01\x02") + 8] |= 1
    locked.write_bytes(data)

    assert codes(list(iter_zip_images(lzma))) == {"a.png": "compression"}
    assert codes(list(iter_zip_images(locked))) == {"a.png": "encrypted"}


@pytest.mark.parametrize("cut", [0, 1, 10, 40, 70, 100])
def test_broken_zip_is_refused_as_a_whole(tmp_path: Path, cut: int) -> None:
    path = make_zip(tmp_path / "a.zip", {"a.png": b"1" * 30})
    path.write_bytes(path.read_bytes()[:cut])

    with pytest.raises(MediaError) as refusal:
        list(iter_zip_images(path))
    assert refusal.value.code == "broken"


def test_table_of_contents_is_bounded_before_it_is_read(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"a.png": b"1"})
    data = bytearray(path.read_bytes())
    data[-10:-6] = struct.pack("<I", 2**30)
    path.write_bytes(data)

    with pytest.raises(MediaError, match="This zip is broken"):
        list(iter_zip_images(path))


def test_table_of_contents_is_bounded_wherever_it_says_it_lies(tmp_path: Path) -> None:
    path = make_listing(tmp_path / "a.zip", 5)
    data = bytearray(path.read_bytes())
    elsewhere = data.rfind(b"PK\6\7")
    data[elsewhere + 8 : elsewhere + 16] = struct.pack("<Q", 0)  # where nothing of it is
    path.write_bytes(data)

    with pytest.raises(MediaError, match="has 5 entries"):
        ZipFiles(path, ArchiveLimits(entries=4))
    with pytest.raises(MediaError, match="too many entries"):
        ZipFiles(path, ArchiveLimits(directory_bytes=100))


def test_a_million_entries_are_refused_without_making_objects_of_them(tmp_path: Path) -> None:
    """Their table of contents, which zipfile reads in one piece, is 69 MiB: objects are 600."""
    path = make_listing(tmp_path / "a.zip", 1_000_000)

    tracemalloc.start()
    with pytest.raises(MediaError, match="has 1000000 entries; at most 500000 are accepted"):
        ZipFiles(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < DEFAULT_LIMITS.directory_bytes


def test_as_many_images_as_large_datasets_have_are_listed(tmp_path: Path) -> None:
    path = make_listing(tmp_path / "train2017.zip", 118_287)  # COCO's

    assert len(list(ZipFiles(path).names)) == 118_287


def test_damaged_entry_is_refused_and_the_next_read(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"a.png": b"123456", "b.png": b"7"}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"123456", b"123x56"))

    assert codes(list(iter_zip_images(path))) == {"a.png": "broken", "b.png": ""}


def test_files_are_read_by_name_in_any_order_up_to_what_all_may_hold(tmp_path: Path) -> None:
    files = ZipFiles(
        make_zip(tmp_path / "a.zip", {"b.txt": b"12345", "a.txt": b"678", ".hidden": b""}),
        ArchiveLimits(total_bytes=9),
    )

    assert sorted(files.names) == ["a.txt", "b.txt"]
    assert files.read("a.txt", 3) == b"678"
    with pytest.raises(MediaError, match="over 4 bytes"):
        files.read("b.txt", 4)
    assert files.read("b.txt", 5) == b"12345"
    with pytest.raises(MediaError, match="over 1 bytes"):
        files.read("a.txt", 3)
    with pytest.raises(KeyError):
        files.read("../a.txt", 3)


@pytest.mark.parametrize("name", ["../evil.txt", "a/../evil.txt", "/evil.txt", "C:\\evil.txt"])
def test_zip_with_a_name_that_leads_out_of_it_is_not_opened(tmp_path: Path, name: str) -> None:
    path = make_zip(tmp_path / "a.zip", {"a.txt": b"1", name: b"2"})

    with pytest.raises(MediaError, match=r"evil\.txt: Its name points outside the zip"):
        ZipFiles(path)


def test_odd_entries_are_refused_by_themselves_and_never_read(tmp_path: Path) -> None:
    odd = {"notes.zip": b"", "a\\b.txt": b"1", "new\nline": b"2", "bomb.bmp": bytes(2_000_000)}
    path = make_zip(tmp_path / "a.zip", {"a.txt": b"1", **odd})

    files = ZipFiles(path)

    assert {each.name: each.error and each.error.code for each in files.refused} == {
        "notes.zip": "nested",
        "a\\b.txt": "name",
        "new\N{REPLACEMENT CHARACTER}line": "name",
        "bomb.bmp": "bomb",
    }
    assert files.read("a.txt", 1) == b"1"
    assert sorted(files.names) == ["a.txt", "bomb.bmp", "notes.zip"]
    for read in (partial(files.read, limit_bytes=2**30), files.opened):
        with pytest.raises(MediaError, match="packed over 200 times"):
            read("bomb.bmp")


def test_archive_of_too_many_odd_entries_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "MAX_REFUSED", 2)
    two = make_zip(tmp_path / "a.zip", {"a.zip": b"", "b.zip": b"", "c.txt": b""})
    three = make_zip(tmp_path / "b.zip", {"a.zip": b"", "b.zip": b"", "c.zip": b""})

    assert len(ZipFiles(two).refused) == 2
    with pytest.raises(MediaError, match=r"c\.zip: It is an archive inside"):
        ZipFiles(three)


def test_zip_that_says_it_unpacks_to_too_much_is_not_opened(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"a": bytes(600), "b": bytes(600)})

    with pytest.raises(MediaError, match="over 1100 bytes"):
        ZipFiles(path, ArchiveLimits(total_bytes=1100))


def test_file_of_any_length_is_read_piece_by_piece_and_from_any_place(tmp_path: Path) -> None:
    data = bytes(range(256)) * 40
    files = ZipFiles(make_zip(tmp_path / "a.zip", {"a": data}))

    with files.opened("a") as file:
        first = file.read(1000)
        file.seek(-10, io.SEEK_END)
        end = file.read()
        file.seek(5)
        again = file.read(20)

    assert (first, end, again) == (data[:1000], data[-10:], data[5:25])
    with pytest.raises(KeyError):
        files.opened("b")


def test_reading_again_and_again_comes_to_an_end(tmp_path: Path) -> None:
    limits = ArchiveLimits(entry_bytes=10, total_bytes=25_000)
    files = ZipFiles(make_zip(tmp_path / "a.zip", {"a": bytes(range(256)) * 40}), limits)

    def read_again() -> int:
        file.seek(0)
        return len(file.read())

    with files.opened("a") as file:
        assert [read_again(), read_again()] == [10_240, 10_240]
        with pytest.raises(MediaError, match="over 25000 bytes"):
            read_again()


def test_piece_that_is_broken_is_told(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"a.png": b"123456"}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"123456", b"123x56"))

    with ZipFiles(path).opened("a.png") as file, pytest.raises(MediaError, match="is broken"):
        file.read()
