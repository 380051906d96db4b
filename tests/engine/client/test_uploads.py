"""What the client knows of files that it sends, without any server."""

import os
from pathlib import Path
from uuid import UUID

import pytest

from engine.client.errors import AnnealError
from engine.client.transport import Transport
from engine.client.uploads import UnfinishedUploads, files_below, files_of_folders, send_files
from engine.client.waiting import nobody_looks


def ids_in(folder: Path, files: list[Path]) -> list[UUID]:
    unfinished = UnfinishedUploads(folder, "http://anneal.test")
    return [unfinished.id_of(1, path) for path in files]


def test_what_lies_in_a_folder_that_is_named_is_of_that_folder(tmp_path: Path) -> None:
    for name in ("a/1.png", "a/b/2.png", "3.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")

    found = files_of_folders([tmp_path / "a", tmp_path / "3.png"])

    assert [name for _, name in found] == ["a/1.png", "a/b/2.png", "3.png"]


def test_a_file_that_is_sent_grouped_otherwise_is_another_upload(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"x")
    unfinished = UnfinishedUploads(tmp_path / "ids", "http://anneal.test")

    found = [unfinished.id_of(1, tmp_path / "1.png", group_by) for group_by in ("", "folder", "")]

    assert found[0] == found[2] != found[1]


def break_off(folder: Path, files: list[Path], code: str) -> None:
    """Send files of which the first one's import ends with an error."""
    with UnfinishedUploads(folder, "http://anneal.test") as unfinished:
        first, *_ = [unfinished.id_of(1, path) for path in files]
        with unfinished.until_over(first):
            raise AnnealError(409, code, "It was refused.")


@pytest.mark.parametrize(
    ("code", "kept"), [("import_state", [False, True]), ("import_running", [True, True])]
)
def test_an_import_that_is_over_takes_its_own_id_away_and_no_other_files(
    code: str, kept: list[bool], tmp_path: Path
) -> None:
    files = [tmp_path / name for name in ("first.zip", "second.zip")]
    for path in files:
        path.write_bytes(b"x")
    known = ids_in(tmp_path / "ids", files)

    with pytest.raises(AnnealError):
        break_off(tmp_path / "ids", files, code)

    now = ids_in(tmp_path / "ids", files)
    assert [old == new for old, new in zip(known, now, strict=True)] == kept


def test_a_file_whose_name_is_no_text_is_refused_alone(tmp_path: Path) -> None:
    for name, data in (b"\xff.png", b"x"), (b"\xfe.png", b""):
        Path(os.fsdecode(bytes(tmp_path) + b"/" + name)).write_bytes(data)
    nowhere = Transport("http://anneal.test", None)

    sent, refused = send_files(
        nowhere,
        1,
        files_below([tmp_path]),
        unfinished=UnfinishedUploads(None, nowhere.url),
        progress=nobody_looks,
    )

    assert sent == []
    assert {each.file_name for each in refused} == {"?.png"}
    empty, named = (each.message for each in refused)
    assert "is empty" in empty
    assert named == "Its name is no text: rename it."
