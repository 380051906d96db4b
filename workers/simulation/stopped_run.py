"""A simulated run that was stopped: its file says how far it came, the database has the rest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotation.models import Image, Project, Proposal
from workers.simulation.loop import RoundReport
from workers.simulation.work import Effort


@dataclass(frozen=True, slots=True)
class StoppedRun:
    """What was known of a run when it was stopped."""

    project_id: int
    reports: list[RoundReport]  # of the rounds that were worked through
    seconds: float  # that they took


def read_stopped(path: Path, protocol: Mapping[str, Any]) -> StoppedRun:
    """Read the file of a run with the same protocol.

    Raises:
        ValueError: the file is no such run's, or of one with another protocol.
        OSError: it is not there.

    """
    try:
        content = json.loads(path.read_bytes())
        reports = [_report(each) for each in content["rounds"]]
        found = StoppedRun(content["project"], reports, content["seconds"])
        told = content["protocol"]
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} is of no run that can go on ({error!r}).") from None
    for name, value in protocol.items():
        if told.get(name) != value:
            raise ValueError(f"{path} is of a run with {name} {told.get(name)}, and not {value}.")
    return found


def project_of(stopped: StoppedRun) -> Project:
    """Return the project of a run that was stopped while no simulated person was at work.

    Raises:
        ValueError: it is not in this database, or what its people did is only partly told.

    """
    project = Project.objects.filter(pk=stopped.project_id).first()
    if project is None:
        raise ValueError(f"Its project {stopped.project_id} is not here. Was `var` emptied?")
    images = Image.objects.filter(project=project, is_holdout=False)
    done = images.filter(status=Image.Status.DONE).count()
    begun = Proposal.objects.filter(
        image__in=images.exclude(status=Image.Status.DONE), decided_by__isnull=False
    )
    if done != sum(report.images_finished for report in stopped.reports) or begun.exists():
        raise ValueError(
            "It was stopped while its people were at work, and what a part of that took is not "
            "known: begin anew."
        )
    return project


def _report(told: dict[str, Any]) -> RoundReport:
    by_queue = {
        name: {queue: Effort(**effort) for queue, effort in told.get(name, {}).items()}
        for name in ("effort", "rehearsed_by_queue")  # the latter is not in older files
    }
    return RoundReport(**(told | by_queue | {"rehearsed": Effort(**told["rehearsed"])}))
