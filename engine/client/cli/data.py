"""`anneal projects`, `images` and `import`: what there is, and bringing more in."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from engine.client.cli.door import REFUSED, Json, ProjectArgument, Timeout, logged_in
from engine.client.cli.keys import unfinished_uploads
from engine.client.cli.output import progress, show, tell
from engine.client.models import UPLOAD_REFUSED

projects = typer.Typer(help="List your projects, or create one.", invoke_without_command=True)


@projects.callback()
def list_projects(*, ctx: typer.Context, as_json: Json = False) -> None:
    """List your projects, or create one."""
    if ctx.invoked_subcommand is not None:
        return
    with logged_in() as client:
        found = client.projects()
    heads = ["id", "name", "role", "images", "done"]
    rows = [[each.id, each.name, each.role, each.images, each.done] for each in found]
    show(found, heads, rows, as_json=as_json)


@projects.command()
def create(
    *,
    name: Annotated[str, typer.Argument()],
    description: Annotated[str, typer.Option()] = "",
    as_json: Json = False,
) -> None:
    """Make a project, of which you are the first manager."""
    with logged_in() as client:
        made = client.create_project(name, description)
    show(made, ["id", "name"], [[made.id, made.name]], as_json=as_json)


def images(
    *,
    project: ProjectArgument,
    status: Annotated[str | None, typer.Option(help="Only those of this status.")] = None,
    search: Annotated[str | None, typer.Option(help="Only those with this in their name.")] = None,
    as_json: Json = False,
) -> None:
    """List the images of a project."""
    with logged_in() as client:
        found = list(client.images(project, status=status, search=search))
    heads = ["id", "file", "width", "height", "status", "masks"]
    rows = [
        [each.id, each.file_name, each.width, each.height, each.status, each.masks]
        for each in found
    ]
    show(found, heads, rows, as_json=as_json)


def import_(
    *,
    project: ProjectArgument,
    paths: Annotated[
        list[Path], typer.Argument(help="Images, zips of images, folders of both.", exists=True)
    ],
    timeout: Timeout = None,
    as_json: Json = False,
) -> None:
    """Bring images in. Interrupted, the same command goes on where it was.

    The exit code is 1 if a file was refused; all others are in nonetheless.
    """
    with logged_in() as client, progress() as moved:
        outcomes = client.upload_images(
            project, paths, unfinished=unfinished_uploads(), timeout_s=timeout, progress=moved
        )
    heads = ["file", "outcome", "image", "message"]
    rows = [[each.file_name, each.state, each.image, each.message] for each in outcomes]
    show(outcomes, heads, rows, as_json=as_json)
    counts = Counter(each.state for each in outcomes)
    tell(", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "no files")
    if counts[UPLOAD_REFUSED]:
        raise typer.Exit(REFUSED)
