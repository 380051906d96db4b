"""All files of other tools come in with the counts that they hold, or it is told why not."""

import pytest

from tests.engine.datasets_broken import ROOT
from tests.engine.third_party_readers import COUNTINGS, UNREAD
from tests.engine.third_party_table import DATA, ROWS, Row, differs, lines, read

needs_data = pytest.mark.skipif(not DATA.exists(), reason="needs the shared data")
PAGE = ROOT / "engine" / "datasets" / "THIRD_PARTY.md"


@pytest.mark.slow
@needs_data
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.folder}-{row.form}")
def test_files_hold_as_many_as_are_read_or_a_difference_is_explained(row: Row) -> None:
    """Each is told by its files, or by two formats of which the row names one."""
    found, held = read(row), row.held(DATA / row.folder)

    assert sum(held.values()) > 0
    assert differs(row, found, held) == bool(row.differences)


@pytest.mark.slow
@needs_data
def test_the_page_of_other_tools_says_what_is_read() -> None:
    assert PAGE.read_text() == "\n".join(lines()) + "\n"


def test_all_files_have_a_reader_of_their_own_or_it_is_told_why_not() -> None:
    """The readers themselves are asked by `make strangers`."""
    asked = [*(each.path for each in COUNTINGS), *UNREAD]
    unasked = [
        row.folder
        for row in ROWS
        if not any(path == row.folder or path.startswith(f"{row.folder}/") for path in asked)
    ]

    assert unasked == []


@needs_data
def test_no_file_of_other_tools_is_passed_over() -> None:
    """Only their licence and where they come from are of no data set."""
    folders = [DATA / row.folder for row in ROWS]
    left = [
        path.relative_to(DATA)
        for path in DATA.rglob("*")
        if path.is_file() and not any(folder in path.parents for folder in folders)
    ]

    assert {path.as_posix() for path in left} <= {"LICENCE.txt", "SOURCE.txt"}


def test_the_page_names_no_folder_of_a_machine() -> None:
    assert not [word for word in PAGE.read_text().split() if word.startswith(("/", "~"))]
