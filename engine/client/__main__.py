"""`anneal`, or `python -m engine.client`: the commands in one place."""

import sys
import warnings

import typer

from engine.client.cli import (
    account,
    buckets,
    cutting,
    data,
    grouping,
    incoming,
    learning,
    stopping,
    versions,
)
from engine.client.cli.door import EXIT_CODES, REFUSED, advice, code_of
from engine.client.cli.output import tell
from engine.client.errors import AnnealError
from engine.datasets.errors import DatasetError

app = typer.Typer(
    name="anneal",
    help="A door to Anneal from the command line.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for name, command in (
    ("login", account.login),
    ("logout", account.logout),
    ("images", data.images),
    ("import", incoming.import_),
    ("group", grouping.group),
    ("import-bucket", buckets.import_bucket),
    ("cancel", stopping.cancel),
    ("refused", incoming.refused),
    ("undo", incoming.undo),
    ("export", versions.export),
    ("diff", versions.diff),
    ("verify", versions.verify),
):
    app.command(name)(command)
versions.version.command("cut")(cutting.cut)
versions.version.command("queries")(cutting.queries)
versions.version.command("drop-query")(cutting.drop_query)
app.add_typer(data.projects, name="projects")
app.add_typer(versions.version, name="version")
app.add_typer(learning.rounds, name="rounds")
app.add_typer(learning.bundles, name="bundles")


def main(arguments: list[str] | None = None) -> None:
    """Run a command and exit with its code, having said what went wrong."""
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _tell_warning
            app(arguments, prog_name="anneal")
    except AnnealError as error:
        tell(f"anneal: {advice(error)}")
        sys.exit(code_of(error))
    except (DatasetError, OSError) as error:
        tell(f"anneal: {error}")
        sys.exit(REFUSED)


def _tell_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Say it as all else is said: where in the code it was raised helps no person."""
    tell(f"anneal: {message}")


if __name__ == "__main__":
    main()
