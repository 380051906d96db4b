"""How every command begins and ends: the client from the keys, exit codes from errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated, Final

import typer

from engine.client.cli.keys import read_keys
from engine.client.client import Client
from engine.client.errors import AnnealError, UnreachableError

REFUSED: Final = 1  # by the server; what was asked for failed, or has faults or differs
FORBIDDEN: Final = 3  # nobody is logged in, or this person may not
UNREACHABLE: Final = 4
NOT_ALLOWED: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)

EXIT_CODES: Final = (
    "Exit codes: 0 done; 1 refused or failed, or what was compared or verified differs; 2 wrong "
    "usage; 3 not logged in or not allowed; 4 the server cannot be reached."
)

Json = Annotated[bool, typer.Option("--json", help="One JSON document, and nothing else.")]
ProjectArgument = Annotated[str, typer.Argument(metavar="PROJECT", help="Its id or its name.")]
Timeout = Annotated[float | None, typer.Option("--timeout", help="Seconds to wait at most.", min=1)]


def code_of(error: AnnealError) -> int:
    """Return the exit code of an error."""
    if isinstance(error, UnreachableError):
        return UNREACHABLE
    return FORBIDDEN if error.status in NOT_ALLOWED else REFUSED


def advice(error: AnnealError) -> str:
    """Say what was wrong, and what can be done where that is not the same."""
    more = error.problem.get("errors", [])[1:]
    said = [error.message, *(f"{each['field']}: {each['message']}" for each in more)]
    if error.status == HTTPStatus.UNAUTHORIZED and error.problem:
        said.append("Run `anneal login` to get a new token.")
    if isinstance(error, UnreachableError):
        said.append("Is the address right, and does the server run?")
    return "\n".join(said)


@contextmanager
def logged_in() -> Iterator[Client]:
    """Open a client with the keys that are there."""
    keys = read_keys()
    with Client(keys.url, keys.token) as client:
        yield client


def group(text: str) -> typer.Typer:
    """Make a group of commands."""
    return typer.Typer(help=text, no_args_is_help=True)
