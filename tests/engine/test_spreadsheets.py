"""Text of a stranger's file stays text in a spreadsheet."""

import pytest

from engine.datasets.spreadsheets import plain_cell


@pytest.mark.parametrize(
    "first",
    [*"=+-@\t\r\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"],
    ids=lambda each: f"{ord(each):x}",
)
def test_a_cell_that_begins_as_a_formula_does_is_told_to_be_text(first: str) -> None:
    assert plain_cell(f"{first}1+1") == f"'{first}1+1"


@pytest.mark.parametrize("text", ["", "a=1", "cell.png", "3 - 2", " =1"])
def test_any_other_cell_stays_as_it_is(text: str) -> None:
    assert plain_cell(text) == text
