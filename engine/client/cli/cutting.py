"""`anneal version cut` and its saved queries: what of a project a version holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from engine.client.choosing import label_ids, one_named
from engine.client.cli.door import Json, ProjectArgument, Timeout, logged_in
from engine.client.cli.output import progress, show, tell
from engine.client.cli.stopping import telling_of_cancel
from engine.client.cli.versions import HEADS, row_of
from engine.client.client import Client
from engine.client.models import Criteria, VersionQuery

DAY = ["%Y-%m-%d"]
LISTED = "Once it is cut, `anneal version list` shows it."
LOOK_HEADS = ("split", "images", "masks")
QUERY_HEADS = ("name", "number", "criteria")
Query = Annotated[str | None, typer.Option(help="A saved query's name, in place of the options.")]
Splits = Annotated[
    list[str] | None, typer.Option("--split", help="train, holdout or unfinished; repeatable.")
]
Labels = Annotated[
    list[str] | None, typer.Option("--label", help="Only masks of this one; repeatable.")
]
Rounds = Annotated[
    list[int] | None,
    typer.Option("--round", help="Whose model proposed; 0 the pretrained; repeatable."),
]
Groups = Annotated[list[str] | None, typer.Option("--group", help="Of images; repeatable.")]
First = Annotated[
    datetime | None, typer.Option("--from", formats=DAY, help="Finished that day or later, UTC.")
]
Last = Annotated[
    datetime | None, typer.Option("--to", formats=DAY, help="Finished that day or before, UTC.")
]


def cut(  # noqa: PLR0913  # one for each option
    *,
    project: ProjectArgument,
    note: Annotated[str, typer.Option(help="What it is for.")] = "",
    query: Query = None,
    split: Splits = None,
    label: Labels = None,
    drop_empty: Annotated[
        bool, typer.Option("--drop-empty", help="Without images that have no such mask.")
    ] = False,
    reviewed: Annotated[bool, typer.Option("--reviewed", help="Only reviewed images.")] = False,
    agreement: Annotated[
        float | None, typer.Option(help="At least, of images that several people did; 0 to 1.")
    ] = None,
    round_: Rounds = None,
    first: First = None,
    last: Last = None,
    group: Groups = None,
    val: Annotated[float | None, typer.Option(help="Share of train to be drawn as val.")] = None,
    save_as: Annotated[str | None, typer.Option(help="Keep the options under a name.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count, cut nothing.")] = False,
    timeout: Timeout = None,
    as_json: Json = False,
) -> None:
    """Freeze what is annotated now, or a part of it. The same content is the same version.

    Without options it is everything that is finished or begun.
    """
    chosen: dict[str, Any] = {
        "splits": split,
        "drop_empty": drop_empty or None,
        "reviewed": reviewed or None,
        "agreement": agreement,
        "rounds": round_,
        "finished_from": first and first.date(),
        "finished_to": last and last.date(),
        "groups": group,
        "val_share": val,
    }
    with logged_in() as client, progress() as moved:
        criteria = _criteria(client, project, chosen, label)
        if query is not None:
            _refuse_both(criteria, save_as)
            criteria = one_named(query, list(client.version_queries(project))).criteria
        if dry_run:
            _look(client, project, criteria, as_json=as_json)
            return
        if save_as is not None:
            query = client.save_version_query(project, save_as, criteria).name
        begun = client.begin_cut(
            project,
            note,
            criteria=criteria if query is None and criteria != Criteria() else None,
            query=query,
        )
        with telling_of_cancel(begun.id, "the cut", LISTED):
            made = client.wait_for_cut(project, begun, timeout_s=timeout, progress=moved)
    show(made, HEADS, [row_of(made)], as_json=as_json)


def queries(*, project: ProjectArgument, as_json: Json = False) -> None:
    """List the saved queries of a project."""
    with logged_in() as client:
        found = list(client.version_queries(project))
    show(found, QUERY_HEADS, [_row_of(each) for each in found], as_json=as_json)


def drop_query(
    *,
    project: ProjectArgument,
    name: Annotated[str, typer.Argument(help="The query's name.")],
    as_json: Json = False,
) -> None:
    """Offer a saved query no longer. Versions go on naming it."""
    with logged_in() as client:
        found = one_named(name, list(client.version_queries(project)))
        client.drop_version_query(found)
    tell(f"{found.name} is offered no longer.")
    show(found, QUERY_HEADS, [_row_of(found)], as_json=as_json)


def _row_of(query: VersionQuery) -> Sequence[object]:
    return query.name, query.number, query.criteria.model_dump_json(exclude_none=True)


def _criteria(
    client: Client, project: str, chosen: dict[str, Any], labels: list[str] | None
) -> Criteria:
    told = {name: value for name, value in chosen.items() if value not in (None, [])}
    if labels:
        told["labels"] = label_ids(labels, client.project(project).labels)
    return Criteria(**told)


def _refuse_both(criteria: Criteria, save_as: str | None) -> None:
    if criteria != Criteria() or save_as is not None:
        why = "a saved query stands in place of the other options"
        raise typer.BadParameter(why, param_hint="--query")


def _look(client: Client, project: str, criteria: Criteria, *, as_json: bool) -> None:
    found = client.look_at_version(project, criteria)
    rows: list[list[object]] = [
        [name, each.images, each.masks] for name, each in found.splits.items()
    ]
    show(found, LOOK_HEADS, [*rows, ["all", found.images, found.masks]], as_json=as_json)
