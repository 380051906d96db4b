"""What the client knows of files that it sends, without any server."""

from pathlib import Path
from uuid import UUID

import pytest

from engine.client.errors import AnnealError
from engine.client.uploads import UnfinishedUploads


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
