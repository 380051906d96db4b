"""`anneal rounds` and `bundles`: retraining, and which model serves."""

from collections.abc import Sequence
from typing import Annotated, Final

import typer

from engine.client.choosing import one_bundle
from engine.client.cli.door import REFUSED, Json, ProjectArgument, Timeout, group, logged_in
from engine.client.cli.output import progress, show, tell
from engine.client.client import Client
from engine.client.errors import AnnealError
from engine.client.models import (
    JOB_UNFINISHED,
    GateOutlook,
    NowServing,
    RebuiltFile,
    RoundWithoutEffort,
)

SHORT: Final = 12  # digits of an id that people are shown
ROUND_HEADS: Final = ("round", "state", "parts", "bundle", "decision")
REBUILD_HEADS: Final = ("file", "verdict", "recorded", "made", "note")
rounds = group("Rounds of retraining: list, start, watch, cancel.")
bundles = group("Bundles of models: list them, promote one, roll back, make one again.")
BundleArgument = Annotated[str, typer.Argument(metavar="BUNDLE", help="How its id starts.")]
Wait = Annotated[bool, typer.Option("--wait", help="Until the round has ended.")]


@rounds.command("list")
def list_rounds(*, project: ProjectArgument, as_json: Json = False) -> None:
    """List a project's rounds, the newest first."""
    with logged_in() as client:
        found = list(client.rounds(project))
    show(found, ROUND_HEADS, [_row(each) for each in found], as_json=as_json)


@rounds.command()
def start(
    *,
    project: ProjectArgument,
    part: Annotated[
        list[str] | None,
        typer.Option(help="masks or captions; else what has something new to learn from."),
    ] = None,
    wait: Wait = False,
    timeout: Timeout = None,
    as_json: Json = False,
) -> None:
    """Start a round, and say so first where the holdout has too little to judge it by."""
    with logged_in() as client:
        gate = [each for each in client.gate(project) if _is_wanted(each, part)]
        for each in gate:
            if each.words:
                tell(each.words)
        begun = client.start_round(project, part)
        _end(client, begun, wait=wait, timeout=timeout, as_json=as_json, gate=gate)


@rounds.command()
def watch(
    *,
    project: ProjectArgument,
    number: Annotated[int | None, typer.Argument(help="Of the round; else the newest.")] = None,
    timeout: Timeout = None,
    as_json: Json = False,
) -> None:
    """Wait until a round has ended. The exit code is 1 if it failed or was cancelled."""
    with logged_in() as client:
        found = client.rounds(project)
        wanted = next((each for each in found if number in {None, each.number}), None)
        if wanted is None:
            raise AnnealError(0, "no_such_round", f"The project has no round {number}.")
        _end(client, wanted, wait=True, timeout=timeout, as_json=as_json)


@rounds.command()
def cancel(*, project: ProjectArgument, as_json: Json = False) -> None:
    """Stop the round that runs or waits to, at its next step. Nothing of it is promoted."""
    with logged_in() as client:
        newest = next(client.rounds(project), None)
        if newest is None or newest.id is None or not _is_going(newest):
            raise AnnealError(0, "no_round_runs", "No round of the project is running.")
        found = client.cancel_round(newest.id)
    show(found, ROUND_HEADS, [_row(found)], as_json=as_json)


@bundles.command("list")
def list_bundles(*, project: ProjectArgument, as_json: Json = False) -> None:
    """List every bundle that served a project or may serve it, the newest first."""
    with logged_in() as client:
        found = list(client.bundles(project))
    heads = ["bundle", "round", "alias", "made at", "trained on version"]
    rows = [
        [
            *(each.bundle[:SHORT], each.round, each.alias),
            each.made_at.strftime("%Y-%m-%d %H:%M"),
            each.learned_from and each.learned_from.version[:SHORT],
        ]
        for each in found
    ]
    show(found, heads, rows, as_json=as_json)


@bundles.command()
def promote(
    *,
    project: ProjectArgument,
    bundle: BundleArgument,
    reason: Annotated[str, typer.Option(help="Kept in the history of what served.")],
    as_json: Json = False,
) -> None:
    """Let a bundle serve, on your own judgement."""
    with logged_in() as client:
        found = one_bundle(bundle, list(client.bundles(project)))
        _show_serving(client.promote(project, found.bundle, reason=reason), as_json=as_json)


@bundles.command()
def rebuild(
    *,
    project: ProjectArgument,
    bundle: BundleArgument,
    timeout: Timeout = None,
    as_json: Json = False,
) -> None:
    """Train a bundle again by its recipe, which takes as long as it took, and compare every file.

    The exit code is 0 only if all came out the same. What did not, as on another machine, is
    measured beside the bundle on the holdout.
    """
    with logged_in() as client, progress() as moved:
        found = one_bundle(bundle, list(client.bundles(project)))
        ended = client.rebuild(project, found.bundle, timeout_s=timeout, progress=moved)
    show(ended, REBUILD_HEADS, [_compared(each) for each in ended.files], as_json=as_json)
    for change in ended.changes:
        tell(f"not as it was: {change}")
    if ended.verdict:
        tell(ended.verdict)
    if not ended.is_equal:
        raise typer.Exit(REFUSED)


@bundles.command()
def rollback(*, project: ProjectArgument, as_json: Json = False) -> None:
    """Let the bundle serve again that served before."""
    with logged_in() as client:
        _show_serving(client.roll_back(project), as_json=as_json)


def _is_wanted(outlook: GateOutlook, parts: Sequence[str] | None) -> bool:
    return outlook.part in parts if parts else outlook.has_news


def _end(
    client: Client,
    found: RoundWithoutEffort,
    *,
    wait: bool,
    timeout: float | None,
    as_json: bool,
    gate: Sequence[GateOutlook] | None = None,
) -> None:
    if wait and found.id is not None:
        with progress() as moved:
            found = client.wait_for_round(found.id, timeout_s=timeout, progress=moved)
    document = found.model_dump(mode="json")
    if gate is not None:
        document["gate"] = [each.model_dump(mode="json") for each in gate]
    show(document, ROUND_HEADS, [_row(found)], as_json=as_json)
    if found.state in {"failed", "cancelled"}:
        raise typer.Exit(REFUSED)


def _is_going(found: RoundWithoutEffort) -> bool:
    """Tell whether it runs, or waits to be taken up again."""
    is_waiting = found.job is not None and found.job.state in JOB_UNFINISHED
    return found.finished_at is None or is_waiting


def _row(found: RoundWithoutEffort) -> list[object]:
    bundle = (found.bundle or "")[:SHORT]
    return [found.number, found.state, "+".join(found.parts), bundle, found.decision]


def _compared(file: RebuiltFile) -> list[object]:
    verdict = "equal" if file.recorded == file.made else "differs"
    recorded, made = ((digest or "none")[:SHORT] for digest in (file.recorded, file.made))
    return [file.name, verdict, recorded, made, file.note]


def _show_serving(now: NowServing, *, as_json: bool) -> None:
    show(now, ["serving", "round"], [[now.bundle[:SHORT], now.round]], as_json=as_json)
