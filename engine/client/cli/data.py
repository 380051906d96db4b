"""`anneal projects` and `images`: what there is."""

from typing import Annotated

import typer

from engine.client.cli.door import Json, ProjectArgument, logged_in
from engine.client.cli.output import show

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
