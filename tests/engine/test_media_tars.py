"""Hostile tars, plain and packed: nothing escapes, nothing swells, one bad entry stops no other."""

import gzip
import io
import tarfile
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest

from engine.media.archive import ArchiveLimits
from engine.media.archives import is_archive, iter_archive
from engine.media.entries import ArchiveEntry
from engine.media.errors import MediaError
from engine.media.tars import TarFiles, iter_tar_images

Pack = Callable[[bytes], bytes]


def zstd(data: bytes) -> bytes:
    packed: bytes = pa.Codec("zstd").compress(data, asbytes=True)
    return packed


PACKS: dict[str, Pack] = {"a.tar": bytes, "a.tgz": gzip.compress, "a.tar.zst": zstd}


def member(name: str, data: bytes = b"", **told: object) -> bytes:
    """A header with its data, of any kind."""
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in told.items():
        setattr(info, key, value)
    return info.tobuf(tarfile.GNU_FORMAT) + data + bytes(-len(data) % tarfile.BLOCKSIZE)


def put(path: Path, *members: bytes, pack: Pack = bytes) -> Path:
    path.write_bytes(pack(b"".join(members) + bytes(2 * tarfile.BLOCKSIZE)))
    return path


def codes(path: Path, limits: ArchiveLimits | None = None) -> dict[str, str]:
    entries = iter_tar_images(path, limits) if limits else iter_tar_images(path)
    return {each.name: each.error.code if each.error else "" for each in entries}


@pytest.mark.parametrize("name", PACKS)
def test_files_come_in_order_with_their_bytes_and_hidden_ones_do_not(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    folder = member("./b", type=tarfile.DIRTYPE)
    files = [member("./b/one.png", b"1"), member("a.jpg", b"22"), member("./b/._a.jpg", b"x")]
    put(path, folder, *files, pack=PACKS[name])

    assert is_archive(path)
    assert list(iter_archive(path)) == [
        ArchiveEntry("b/one.png", b"1"),
        ArchiveEntry("a.jpg", b"22"),
    ]
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    "name",
    ["../evil.png", "a/../../evil.png", "/etc/passwd", "C:evil.png", "..\\evil.png",
     "gnp.\u202elive.png", "new\nline.png"],
)  # fmt: skip
def test_name_that_leads_astray_is_refused_and_the_next_file_read(
    tmp_path: Path, name: str
) -> None:
    path = put(tmp_path / "a.tar", member(name, b"x"), member("good.png", b"y"))

    bad, good = iter_tar_images(path)

    assert bad.error is not None
    assert bad.error.code == "name"
    assert bad.name.isprintable()
    assert good.data == b"y"


@pytest.mark.parametrize("name", ["../evil.txt", "a/../../evil.txt", "/etc/passwd", "..\\evil.txt"])
def test_tar_with_a_name_that_leads_out_of_it_is_not_opened(tmp_path: Path, name: str) -> None:
    path = put(tmp_path / "a.tar", member("a.txt", b"1"), member(name, b"x"))

    with pytest.raises(MediaError, match=r"(evil\.txt|passwd): Its name points outside"):
        TarFiles(path)


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    link = member("link.png", type=kind, linkname="/etc/passwd")
    path = put(tmp_path / "a.tar", link, member("good.png", b"y"))

    assert codes(path) == {"link.png": "link", "good.png": ""}
    files = TarFiles(path)
    assert [each.name for each in files.refused] == ["link.png"]
    assert files.read("good.png", 1) == b"y"
    for read in (partial(files.read, limit_bytes=99), files.opened):
        with pytest.raises(MediaError, match="It is a link or a device"):
            read("link.png")


def test_archives_inside_and_second_files_of_a_name_are_refused(tmp_path: Path) -> None:
    twice = [member("c.png", b"1"), member("./c.png", b"2")]
    path = put(tmp_path / "a.tar", member("a.zip"), member("b.tar"), *twice)

    found = [each.error.code if each.error else "" for each in iter_tar_images(path)]

    assert found == ["nested", "nested", "", "duplicate"]


@pytest.mark.parametrize("name", ["a.tgz", "a.tar.zst"])
def test_tar_packed_a_thousand_times_is_refused_and_leaves_nothing(
    tmp_path: Path, name: str
) -> None:
    path = put(tmp_path / name, member("bomb.bmp", bytes(50_000_000)), pack=PACKS[name])

    with pytest.raises(MediaError, match="packed over 200 times"):
        list(iter_tar_images(path))
    assert list(tmp_path.iterdir()) == [path]


def test_limits_hold_for_an_entry_for_all_together_and_for_how_many(tmp_path: Path) -> None:
    files = [member(f"{number}.png", bytes(600)) for number in range(4)]
    path = put(tmp_path / "a.tar", *files)
    packed = put(tmp_path / "a.tgz", *files, pack=gzip.compress)

    assert set(codes(path, ArchiveLimits(entry_bytes=599)).values()) == {"too_large"}
    with pytest.raises(MediaError, match="over 1300 bytes"):
        codes(packed, ArchiveLimits(total_bytes=1300))
    with pytest.raises(MediaError, match="over 3 entries"):
        codes(path, ArchiveLimits(entries=3))


def test_too_many_entries_are_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(member("a.png") * 21_000)

    tracemalloc.start()
    with pytest.raises(MediaError, match="over 20000 entries"):
        for _ in iter_tar_images(path, ArchiveLimits(entries=20_000)):
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 8 * 2**20


def test_header_that_goes_on_for_gigabytes_is_not_read(tmp_path: Path) -> None:
    header = member("long", type=tarfile.XHDTYPE, size=2**33)
    path = tmp_path / "a.tar"
    with path.open("wb") as file:
        file.write(header)
        file.truncate(2**33)  # sparse: it takes no room

    tracemalloc.start()
    with pytest.raises(MediaError, match="a header of over"):
        TarFiles(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 2**20


def test_broken_header_is_no_silent_end(tmp_path: Path) -> None:
    good, other = member("a.png", b"1"), member("b.png", b"2")
    path = put(tmp_path / "a.tar", good, b"\xff" * 512, other)

    with pytest.raises(MediaError, match="not a whole tar"):
        list(iter_tar_images(path))


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.parametrize("share", [0.3, 0.6])
def test_tar_that_is_cut_short_is_refused(tmp_path: Path, name: str, share: float) -> None:
    noise = bytes(range(256)) * 40
    whole = PACKS[name](member("a.png", noise))
    (tmp_path / name).write_bytes(whole[: int(len(whole) * share)])

    with pytest.raises(MediaError) as refusal:
        TarFiles(tmp_path / name)
    assert refusal.value.code == "broken"


def test_files_are_read_by_name_in_any_order_and_from_any_place(tmp_path: Path) -> None:
    path = put(tmp_path / "a.tgz", member("b", b"12345"), member("a", b"678"), pack=gzip.compress)

    files = TarFiles(path)

    assert files.read("a", 3) == b"678"
    with files.opened("b") as b, files.opened("a") as a:
        assert (b.read(2), a.read(1), b.read(), a.read()) == (b"12", b"6", b"345", b"78")
        b.seek(-2, io.SEEK_END)
        assert b.read() == b"45"
    with pytest.raises(MediaError, match="over 4 bytes"):
        files.read("b", 4)
    with pytest.raises(KeyError):
        files.read("../a", 3)
