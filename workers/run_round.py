"""One round: freeze a version, train, make a bundle, judge its parts, promote those that passed.

Each step leaves something that the next run finds: the version, the checkpoints, the bundle's
folder, the figures. So a round that is killed anywhere goes on from there (DESIGN P7).
"""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from time import monotonic
from typing import Any, Final

import structlog
from django.utils.module_loading import import_string

from annotation.models import Bundle, DatasetVersion, Round
from annotation.services.bundles import ServingMovedError, ensure_pretrained
from annotation.services.gate import Verdict, judge, together
from annotation.services.jobs import fenced
from annotation.services.label_gate import judge_labels
from annotation.services.rounds import (
    begin_version,
    finish_round,
    freeze_version,
    record_bundle,
    record_examples,
    reopen_round,
)
from annotation.services.versions import cut_version
from workers.bundling import compose, has_own
from workers.examples import examples_of
from workers.failures import failures_of
from workers.forgetting import measure_also
from workers.holdout import evaluate_pair
from workers.labels import NOT_LEARNED, labels_left_out
from workers.lease import Lease
from workers.networks import forget_networks
from workers.round_folders import folder_of
from workers.training import train_bundle, trained_parts, why_left_out

Part = Bundle.Part
JUDGE_CAPTIONS: Final = "workers.caption_evaluation.judge_on_holdout"  # slow to import
log = structlog.get_logger(__name__)


def run_round(lease: Lease) -> None:
    """Take a round from wherever it stands to its end."""
    current = reopen_round(round_id=int(lease.claim.args["round_id"]))
    if current.state in Round.RUNNING:
        version = _frozen(lease, current)
        bundle = current.bundle or _trained(lease, current, version)
        is_judged = False
        while not is_judged:
            is_judged = _judge(lease, current, version, bundle)
            forget_networks()
    shutil.rmtree(folder_of(current), ignore_errors=True)


def _frozen(lease: Lease, current: Round) -> DatasetVersion:
    if current.dataset_version is not None:
        return current.dataset_version
    lease.report(0, 0, "Freezing the dataset")
    with fenced(lease.claim):
        begin_version(round_id=current.pk)
    version = cut_version(project=current.project, created_by=current.created_by)
    with fenced(lease.claim):
        freeze_version(round_id=current.pk, version=version)
    return version


def _trained(lease: Lease, current: Round, version: DatasetVersion) -> Bundle:
    bundle = train_bundle(lease, current, version, folder_of(current))
    with fenced(lease.claim):
        record_bundle(round_id=current.pk, bundle=bundle)
        lease.count_anew()
    return bundle


def _judge(lease: Lease, current: Round, version: DatasetVersion, candidate: Bundle) -> bool:
    """Measure the candidate and what serves now on the same holdout, and do as the gate says.

    False if another came to serve meanwhile: it is to be judged beside that.
    """
    began = monotonic()
    serving = ensure_pretrained(project=current.project)
    trained = trained_parts(current, candidate)
    metrics: dict[str, Any] = {"against": serving.pk}
    verdicts: dict[str, Verdict] = {}
    if Part.MASKS in trained:
        metrics |= _measure_masks(lease, current, version, serving, candidate)
        verdicts[Part.MASKS] = _judge_masks(metrics, version)
        labels = judge_labels(metrics) if has_own(current, candidate, Part.LABELS) else None
        verdicts |= {Part.LABELS: labels} if labels else {}
    if Part.CAPTIONS in trained:
        figures, verdicts[Part.CAPTIONS] = import_string(JUDGE_CAPTIONS)(
            lease, version, serving, candidate
        )
        metrics |= {"captions": figures} if figures else {}
    elif Part.CAPTIONS in current.parts:
        verdicts[Part.CAPTIONS] = Verdict(
            is_promoted=False, reason=why_left_out(folder_of(current))
        )
    passed = [part for part, verdict in verdicts.items() if verdict.is_promoted]
    if Part.MASKS in passed and Part.LABELS not in verdicts:
        passed.append(Part.LABELS)
    composed = compose(
        current, version, candidate, serving=serving, passed=passed, folder=folder_of(current)
    )
    try:
        with fenced(lease.claim):
            finish_round(
                round_id=current.pk,
                serving=serving.pk,
                metrics=metrics | {"passed": passed, "judging_s": round(monotonic() - began, 1)},
                verdict=together(verdicts),
                trained=trained,
                composed=composed,
            )
    except ServingMovedError:
        log.info("round_judged_anew", round_id=current.pk, against=serving.pk)
        return False
    return True


def _judge_masks(metrics: Mapping[str, Any], version: DatasetVersion) -> Verdict:
    verdict = judge(
        serving=metrics.get("serving"),
        candidate=metrics.get("candidate"),
        difference=metrics.get("difference"),
        also=metrics.get("also", ()),
    )
    if labels_left_out(version):
        return replace(verdict, reason=f"{verdict.reason} {NOT_LEARNED}")
    return verdict


def _measure_masks(
    lease: Lease,
    current: Round,
    version: DatasetVersion,
    serving: Bundle,
    candidate: Bundle,
) -> dict[str, Any]:
    pair = evaluate_pair(lease, version, serving, candidate)
    if pair is None:
        return {}
    examples = examples_of(pair.before, pair.after, serving=pair.serving, candidate=pair.candidate)
    failures = failures_of(pair.after, pair.candidate.images, candidate=candidate)
    with fenced(lease.claim):
        record_examples(round_id=current.pk, examples=examples | {"failures": failures})
    also = measure_also(lease, current.project, serving, candidate)
    return pair.metrics(lease, version) | {"also": also}
