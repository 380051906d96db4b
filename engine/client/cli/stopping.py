"""`anneal cancel`, and what is said to whoever no longer waits for the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final
from uuid import UUID

import typer

from engine.client.cli.door import Json, logged_in
from engine.client.cli.output import show, tell
from engine.client.errors import WaitedTooLongError
from engine.client.models import DatasetImport, Export, VersionCut

WAITS_AGAIN: Final = "The same command waits for it again."


@contextmanager
def telling_of_cancel(begun: UUID, what: str, again: str = WAITS_AGAIN) -> Iterator[None]:
    """Say, where nobody waits any longer, that the server goes on, and how to stop that.

    `again` says how to come back to it.
    """
    try:
        yield
    except (KeyboardInterrupt, WaitedTooLongError):
        tell(f"The server goes on with {what}. That is stopped by: anneal cancel {begun}")
        tell(again)
        raise


def cancel(
    *,
    begun: Annotated[
        UUID, typer.Argument(metavar="ID", help="Of an import, export or cut, as it was told.")
    ],
    as_json: Json = False,
) -> None:
    """Stop an import, the look before it, its undo, an export or a cut, at the server's next step.

    What is in by then of an import stays: the command that began it goes on, `anneal undo` takes it
    out. An export is begun again by the same command.
    """
    with logged_in() as client:
        found = client.cancel(begun)
    row = [_name(found), _state(found), found.job and found.job.state]
    show(found, ["what", "state", "job"], [row], as_json=as_json)


def _name(found: DatasetImport | Export | VersionCut) -> str:
    if isinstance(found, DatasetImport):
        return found.file_name
    return found.title if isinstance(found, Export) else "version"


def _state(found: DatasetImport | Export | VersionCut) -> str:
    return found.job.state if isinstance(found, VersionCut) else found.state
