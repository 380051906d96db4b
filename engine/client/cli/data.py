"""`anneal projects` and `images`: what there is."""

from collections.abc import Sequence
from typing import Annotated

import typer

from engine.client.cli.door import Json, ProjectArgument, Timeout, logged_in
from engine.client.cli.learning import SHORT
from engine.client.cli.output import progress, show

projects = typer.Typer(
    help="List your projects, show one, or create one.", invoke_without_command=True
)


@projects.callback()
def list_projects(*, ctx: typer.Context, as_json: Json = False) -> None:
    """List your projects, show one, or create one."""
    if ctx.invoked_subcommand is not None:
        return
    with logged_in() as client:
        found = list(client.projects())
    heads = ["id", "name", "role", "images", "done"]
    rows = [[each.id, each.name, each.role, each.images, each.done] for each in found]
    show(found, heads, rows, as_json=as_json)


@projects.command()
def create(
    *,
    name: Annotated[str, typer.Argument()],
    description: Annotated[str, typer.Option()] = "",
    holdout: Annotated[
        float | None,
        typer.Option(help="Share of the images that judge each round.", min=0, max=0.9),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a project, of which you are the first manager."""
    with logged_in() as client:
        made = client.create_project(name, description, holdout_share=holdout)
    show(made, ["id", "name"], [[made.id, made.name]], as_json=as_json)


@projects.command("show")
def show_project(
    *,
    project: ProjectArgument,
    wait: Annotated[
        bool, typer.Option("--wait", help="Until its images are prepared: a round can start.")
    ] = False,
    timeout: Timeout = None,
    as_json: Json = False,
) -> None:
    """Show one project: what is in it, and which model serves."""
    with logged_in() as client, progress() as moved:
        if wait:
            found = client.wait_until_prepared(project, timeout_s=timeout, progress=moved)
        else:
            found = client.project(project)
    serving = found.serving
    rows: list[Sequence[object]] = [
        *(["id", found.id], ["name", found.name], ["role", found.role]),
        *found.counts.model_dump().items(),
        ["serving", serving and serving.bundle[:SHORT]],
    ]
    show(found, ["", ""], rows, as_json=as_json)


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
