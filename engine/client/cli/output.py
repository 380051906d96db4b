"""What commands print: a table for people, lines for pipes, JSON for programs; progress apart."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from engine.client import waiting
from engine.client.models import Model


def show(
    document: Model | Sequence[Model] | dict[str, Any],
    heads: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    as_json: bool,
) -> None:
    """Print rows as a table, to a pipe as lines with tabs; or the document as JSON."""
    if as_json:
        typer.echo(json.dumps(_plain(document), ensure_ascii=False))
    elif sys.stdout.isatty():
        table = Table(*heads, box=None, pad_edge=False)
        for row in rows:
            table.add_row(*(Text(_cell(value)) for value in row))
        Console().print(table)
    else:
        for row in rows:
            typer.echo("\t".join(_cell(value) for value in row))


def show_lines(lines: Iterable[str]) -> None:
    """Print lines that people and programs read alike."""
    for line in lines:
        typer.echo(_cell(line))


def tell(line: str) -> None:
    """Say something to the person, where no program reads it."""
    typer.echo(line, err=True)


@contextmanager
def progress() -> Iterator[waiting.Progress]:
    """Show a bar on the terminal of the errors, if there is one."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        bar = bars.add_task("", total=None)

        def move(done: int, total: int, what: str) -> None:
            bars.update(bar, completed=done, total=total or None, description=_cell(what))

        yield move


def _plain(document: Model | Sequence[Model] | dict[str, Any]) -> object:
    if isinstance(document, Model):
        return document.model_dump(mode="json")
    if isinstance(document, dict):
        return document
    return [each.model_dump(mode="json") for each in document]


def _cell(value: object) -> str:
    """Return text for one cell; names may hold what would move a terminal's cursor."""
    text = "" if value is None else str(value)
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
