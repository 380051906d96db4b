"""One round: freeze a version, train, make a bundle, judge it, promote it or not.

Each step leaves something that the next run finds: the version, the checkpoints, the bundle's
folder, the figures. So a round that is killed anywhere goes on from there (DESIGN P7).
"""

import shutil
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings

from annotation.models import Bundle, DatasetVersion, Round
from annotation.services.bundles import ensure_pretrained
from annotation.services.gate import judge
from annotation.services.jobs import fenced
from annotation.services.rounds import finish_round, freeze_version, record_bundle, reopen_round
from annotation.services.versions import cut_version
from workers.evaluation import compare, evaluate_bundle, holdout_of
from workers.lease import Lease
from workers.training import train_bundle

log = structlog.get_logger(__name__)
OPEN = (Round.State.TRAINING, Round.State.EVALUATING)


def run_round(lease: Lease) -> None:
    """Take a round from wherever it stands to its end."""
    current = reopen_round(round_id=int(lease.claim.args["round_id"]))
    if current.state not in OPEN:
        return
    version = _frozen(lease, current)
    bundle = current.bundle or _trained(lease, current, version)
    _judge(lease, current, version, bundle)
    shutil.rmtree(_folder(current), ignore_errors=True)


def _frozen(lease: Lease, current: Round) -> DatasetVersion:
    if current.dataset_version is not None:
        return current.dataset_version
    lease.report(0, 0, "Freezing the dataset")
    version = cut_version(project=current.project, created_by=current.created_by)
    with fenced(lease.claim):
        freeze_version(round_id=current.pk, version=version)
    return version


def _trained(lease: Lease, current: Round, version: DatasetVersion) -> Bundle:
    bundle = train_bundle(lease, current, version, _folder(current))
    with fenced(lease.claim):
        record_bundle(round_id=current.pk, bundle=bundle)
    return bundle


def _judge(lease: Lease, current: Round, version: DatasetVersion, candidate: Bundle) -> None:
    """Measure the candidate and what serves now on the same holdout, and do as the gate says."""
    serving = ensure_pretrained(project=current.project)
    holdout = holdout_of(version, candidate.encoder_digest)
    metrics: dict[str, dict[str, Any]] = {}
    if holdout:
        evaluate = partial(
            evaluate_bundle, images=holdout, show=lease.report, should_stop=lease.should_stop
        )
        before, after = evaluate(serving), evaluate(candidate)
        metrics = {
            "serving": before.figures,
            "candidate": after.figures,
            "difference": compare(before, after),
        }
    with fenced(lease.claim):
        finish_round(
            round_id=current.pk,
            serving=serving.pk,
            metrics=metrics,
            verdict=judge(
                serving=metrics.get("serving"),
                candidate=metrics.get("candidate"),
                difference=metrics.get("difference"),
            ),
        )


def _folder(current: Round) -> Path:
    return Path(settings.SCRATCH_DIR) / "rounds" / str(current.pk)
