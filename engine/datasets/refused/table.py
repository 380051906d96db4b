"""The table beside refused rows: what is wrong where, and where that is found here."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, count
from typing import Final

from engine.datasets.files import Out
from engine.datasets.refused.problems import Refused
from engine.datasets.refused.wanted import LINES
from engine.datasets.refused.written import Written
from engine.datasets.spreadsheets import plain_cell

_HEAD: Final = ("file", "place", "place here", "what is wrong", "what is here")


def write_table(
    out: Out, names: Collection[str], refused: Sequence[Refused], *, total: int, here: Written
) -> None:
    """Write `problems.csv`, or under another name where a file of the dataset is called so."""
    tables = chain(["problems.csv"], (f"problems-{number}.csv" for number in count(2)))
    name = next(each for each in tables if each not in names)
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(_HEAD)
    for each in refused:
        table.writerow(map(plain_cell, _row(each, here)))
    if total > len(refused):
        more = f"and {total - len(refused)} more problems, of which the places were not kept"
        due = "mend and send these, then send the whole again: nothing of it is doubled"
        table.writerow(["", "", "", more, due])
    with out.file(name) as file:
        file.write(text.getvalue().encode(errors="replace"))


def _row(each: Refused, here: Written) -> Iterator[str]:
    yield each.problem.file
    yield place_words(each.problem.field, each.problem.index)
    kept = here.kept.get(each.file)
    at = None if kept is None or each.place is None else kept.places.get((each.key, each.place))
    yield "" if at is None else _moved(each, at)
    yield each.problem.fault
    yield _what_is_here(each, here, is_cut=at is not None)


def _what_is_here(each: Refused, here: Written, *, is_cut: bool) -> str:
    if each.file in here.left:
        return here.left[each.file]
    if is_cut:
        return "the row"
    if each.image in here.images:
        return "all that is told of the image"
    if each.file in here.names and each.file not in here.kept:
        return "the file as a whole"
    return "nothing: it could not be told which row this is"


def place_words(field: str, place: int | None) -> str:
    """Say "annotations[3]", or "line 3" where it is no list."""
    if place is None:
        return field
    return f"{field}[{place}]" if field else f"line {place}"


def _moved(each: Refused, at: int) -> str:
    """Return the place of a row in what is left of its file."""
    if at == each.place:
        return place_words(each.problem.field, each.problem.index)
    if each.key == LINES:
        return place_words("", at)
    field, numbered = re.subn(r"\[\d+\]", f"[{at}]", each.problem.field, count=1)
    return place_words(field, each.problem.index) if numbered else place_words(field, at)
