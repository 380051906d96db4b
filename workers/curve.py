"""The loss curve of a part that trains: shown while it grows, and kept with the round."""

from time import monotonic
from typing import Any, Final

import structlog

from annotation.models import Round
from annotation.services.jobs import fenced
from annotation.services.rounds import CURVES, record_curve
from engine.segmentation.training import StepReport
from workers.lease import Lease

SHOW_S: Final = 1.0  # between two writes
log = structlog.get_logger(__name__)


class Curve:
    """One part's losses, of all runs of a training that was killed and went on."""

    def __init__(self, lease: Lease, current: Round, part: Round.Part, what: str) -> None:
        self._lease, self._round_id, self._part, self._what = lease, current.pk, part, what
        self._points: list[dict[str, Any]] = list(getattr(current, CURVES[part]))
        self._was_at: int = self._points[-1]["step"] if self._points else 0
        self._has_begun = False
        self._shown = 0.0

    def add(self, report: StepReport) -> None:
        """Take a step's loss; raise if the job should not go on.

        A kept step that is further than the last attempt had come counts the job's attempts anew.
        Where kept steps are lost each time, with the machine's disk, none of them is further.
        """
        if self._was_at and not self._has_begun:
            log.info("training_resumed", at_step=report.step, was_at_step=self._was_at)
        self._has_begun = True
        # A killed run had come further, or was killed between a checkpoint and its place here.
        first = report.step + 1 - len(report.losses)
        before = [point for point in self._points if point["step"] < first]
        known = ({"step": step, "loss": loss} for step, loss in enumerate(report.losses, first))
        self._points = [*before, *known]
        is_due = monotonic() - self._shown >= SHOW_S or report.step == report.steps
        if is_due or report.is_kept:
            self._shown = monotonic()
            with fenced(self._lease.claim):
                record_curve(round_id=self._round_id, part=self._part, curve=self._points)
                if report.is_kept and report.step > self._was_at:
                    self._lease.count_anew()
        message = f"{self._what}, {report.seconds_left:.0f} s left"
        self._lease.report(report.step, report.steps, message)
