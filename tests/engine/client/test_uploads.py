"""What the client knows of files that it sends, without any server."""

import os
from pathlib import Path
from uuid import UUID

import pytest

from engine.client.errors import AnnealError
from engine.client.transport import Transport
from engine.client.uploads import UnfinishedUploads, files_below, send_files
from engine.client.waiting import nobody_looks


def ids_in(folder: Path, files: list[Path]) -> list[UUID]:
    unfinished = UnfinishedUploads(folder, "http://anneal.test")
    return [unfinished.id_of(1, path) for path in files]


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
