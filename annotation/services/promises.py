"""The precision that a manager wants of auto-accept: promised, measured, and given up if broken."""

from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from annotation.models import Alias, Image, Project, Proposal
from annotation.prepared import Param, Prepared
from annotation.selectors.auto_accept import ALL, Audit, audits_of
from engine.verification.promise import Precision

LEAST_AUDITED: Final = 30  # decided ones; of fewer, one fault more or less would decide
WORDS: Final = {
    ALL: "audited proposals",
    Alias.Name.SERVING: "audited proposals of the serving model",
    Alias.Name.PREVIOUS: "audited proposals of the previous model",
}
_AUDITED = Prepared(
    lambda: Proposal.objects.filter(image_id=Param("image"), audited_at__isnull=False)[:1]
)
log = structlog.get_logger(__name__)


def promise(project: Project, precision: float | None) -> dict[str, Any]:
    """Say what changes as a manager wants that precision, or (None) people to decide all.

    Another precision is measured anew, and so is the same one after auto-accept has stopped.
    Wanting again what is wanted changes nothing: a request may be sent twice.
    """
    if precision == project.auto_accept_precision:
        return {}
    return {
        "auto_accept_precision": precision,
        "auto_accept_since": project.auto_accept_since if precision is None else timezone.now(),
        "auto_accept_stopped_at": None,
        "auto_accept_stop_reason": "",
    }


@transaction.atomic
def stop_if_broken(*, project_id: int) -> bool:
    """Stop auto-accept once audits measure less than was promised; tell whether that was now.

    Of all proposals, or of those of one bundle that proposes: each is to keep the promise. It sums
    up the whole project, so ask as an image is finished, when its verdicts begin to count. What was
    accepted stays, until another bundle proposes where nobody has begun. The UPDATE is the lock:
    another promise made meanwhile stands.
    """
    project = Project.objects.get(pk=project_id)
    wanted = project.auto_accept_precision
    if wanted is None:
        return False
    broken = [
        (of, audit, found)
        for of, audit in audits_of(project).items()
        if audit.decided >= LEAST_AUDITED and (found := audit.measured) and found.share < wanted
    ]
    if not broken:
        return False
    of, audit, found = broken[0]
    same = Project.objects.filter(
        pk=project_id,
        auto_accept_precision=wanted,
        auto_accept_since=project.auto_accept_since,
    )
    stopped = same.update(
        auto_accept_precision=None,
        auto_accept_stopped_at=Now(),
        auto_accept_stop_reason=_reason(of, audit, found, wanted),
    )
    if stopped:
        log.warning(
            "auto_accept_stopped",
            project_id=project_id,
            promised=wanted,
            of=of,
            untouched=audit.untouched,
            decided=audit.decided,
        )
    return bool(stopped)


def stop_if_audits_break_it(image: Image) -> None:
    """Do the same where an image has audits.

    Before jobs are asked for: who changes a project locks its row first, and then a job's.
    """
    if _AUDITED.first(image=image.pk) is not None:
        stop_if_broken(project_id=image.project_id)


def _reason(of: str, audit: Audit, found: Precision, wanted: float) -> str:
    """Say what was measured, and how surely: of few audits chance alone may stop a kept promise."""
    low, share, high = (f"{100 * each:.1f}" for each in (found.low, found.share, found.high))
    return (
        f"People accepted {audit.untouched} of {audit.decided} {WORDS[of]} as they were: {share} % "
        f"(95 % interval {low} to {high}), and {100 * wanted:g} % was promised."
    )
