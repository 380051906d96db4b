"""`anneal import-bucket`: what lies in a bucket that the server may read."""

from typing import Annotated

import typer

from engine.client.cli.door import REFUSED, Json, ProjectArgument, Timeout, logged_in
from engine.client.cli.incoming import (
    GroupBy,
    Outcome,
    ProposalsBy,
    is_faulty,
    show_outcomes,
)
from engine.client.cli.output import progress, tell
from engine.client.cli.stopping import telling_of_cancel
from engine.datasets.formats.images_alone import IMAGES_ALONE


def import_bucket(  # noqa: PLR0913  # one for each option
    *,
    project: ProjectArgument,
    bucket: Annotated[str, typer.Argument(help="One of the names that the server has for them.")],
    folder: Annotated[str, typer.Argument(help="A folder in it, or a file; else all of it.")] = "",
    form: Annotated[
        str | None, typer.Option("--format", help="Told by the files if left out.")
    ] = None,
    finished: Annotated[
        bool, typer.Option("--finished", help="Images with masks count as annotated.")
    ] = False,
    proposals_by: ProposalsBy = "",
    group_by: GroupBy = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what it would bring.")
    ] = False,
    timeout: Timeout = None,
    as_json: Json = False,
) -> None:
    """Bring in a dataset, or images alone, that lie in a bucket.

    Again it brings what is new there; interrupted, the same command goes on where it was. The exit
    code is 1 if a part cannot be used, or annotations beside images are of no known format unless
    `--format images` is said, which is told; all else is in nonetheless.
    """
    with logged_in() as client, progress() as moved:
        begun = client.unfinished_bucket(
            project,
            bucket,
            folder,
            format=form,
            finished=finished,
            proposals_by=proposals_by,
            group_by=group_by,
            dry_run=dry_run,
        )
        if begun is not None:
            since = begun.created_at.strftime("%Y-%m-%d %H:%M")
            tell(f"Going on with the import of {begun.file_name} that began on {since}.")
        offered = begun or client.offer_bucket(project, bucket, folder, group_by=group_by)
        with telling_of_cancel(offered.id, offered.file_name):
            brought = client.bring_in(
                offered.id,
                format=form,
                finished=finished,
                proposals_by=proposals_by,
                dry_run=dry_run,
                timeout_s=timeout,
                progress=moved,
            )
    outcome = Outcome(
        id=brought.id,
        file_name=brought.file_name,
        state=brought.state,
        message=brought.message,
        image=None,
        images_import=brought.id,
        dataset=brought,
    )
    show_outcomes([outcome], as_json=as_json)
    if is_faulty(brought) or (brought.is_in_part and form != IMAGES_ALONE.name):
        raise typer.Exit(REFUSED)
