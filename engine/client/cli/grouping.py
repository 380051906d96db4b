"""`anneal group`: which images that are there belong together."""

from typing import Annotated, Final

import typer

from engine.client.cli.door import REFUSED, Json, ProjectArgument, logged_in
from engine.client.cli.output import show, tell
from engine.client.models import GivenGroups

HEADS: Final = ("group", "images", "")
GroupBy = Annotated[
    str,
    typer.Argument(
        metavar="folder|PATTERN",
        help="Images of one folder, or with the same {group} in a name such as {group}_{}.png, as "
        "for import --group-by.",
    ),
]


def group(
    *,
    project: ProjectArgument,
    group_by: GroupBy,
    regroup: Annotated[
        bool, typer.Option("--regroup", help="Images that have a group, too.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would be done.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Keep images that are there together, by their names; later imports join their groups.

    Each stays on its side of the holdout. The exit code is 1 if that divides a group: it is told,
    and none of its images gets it; all else is done nonetheless.
    """
    with logged_in() as client:
        told = client.give_groups(project, group_by, regroup=regroup, dry_run=dry_run)
    rows = [
        [each.name, each.images, why]
        for groups, why in ((told.given, ""), (told.divided, "on both sides of the holdout"))
        for each in groups.largest
    ]
    show(told, HEADS, rows, as_json=as_json)
    _tell(told, "would get" if dry_run else "got")
    if told.divided.groups:
        raise typer.Exit(REFUSED)


def _tell(told: GivenGroups, get: str) -> None:
    tell(f"{_images(told.given.images)} {get} {told.given.groups} groups")
    if told.divided.groups:
        tell(
            f"{_images(told.divided.images)} left as they are, of {told.divided.groups} groups "
            "that would lie on both sides of the holdout"
        )
    if told.kept:
        keep = "keeps" if told.kept == 1 else "keep"
        tell(f"{_images(told.kept)} {keep} another group, but for --regroup")
    if told.nameless:
        tell(f"{_images(told.nameless)} without a group, whose names tell none")


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count} images"
