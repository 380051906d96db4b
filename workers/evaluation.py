"""How a bundle does on a version's blind holdout, and on sets that were never trained on.

A result is kept in the object store under the bundle and the digest of what it was measured on:
the serving bundle is not measured twice on the same holdout.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import numpy as np
from django.conf import settings

from annotation import storage
from annotation.models import Bundle
from annotation.services.auto_accept import AUDITED_SHARE
from engine.map_in_order import map_in_order
from engine.masks.rle import RLE, digest, iou_matrix
from engine.segmentation.clicked_objects import (
    GOOD_IOU,
    MAX_CLICKS,
    ObjectClicks,
    read_objects,
    summarise,
)
from engine.segmentation.evaluation import click_object, sample_masks
from engine.segmentation.failures import Failure, false_proposals, missed_objects
from engine.segmentation.items import OBJECTS_PER_IMAGE, AnnotatedImage, sample_images
from engine.segmentation.precision import ScoredImage, average_precision, precision_by_size
from engine.segmentation.proposals import propose
from engine.verification.calibration import reliability
from engine.verification.kept_promise import keep_promise
from engine.verification.screening import screen
from engine.verification.verifier import Verdicts
from workers.annotated_images import look_as_in_use
from workers.networks import finder_of, predictor_of, proposal_config_of, verifier_of
from workers.watch import Watch

MOST_FAILURES: Final = 6  # of proposals, of either kind
PROPOSAL_IMAGES: Final = 16  # with objects: a grid costs a quarter of a minute an image
PROMISES: Final = (0.99, 0.98, 0.95, 0.9, 0.85, 0.8)  # that a manager may choose, in the settings
VERSION: Final = 8  # of this protocol: figures of another are measured anew


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of one bundle on one set, and each object for paired comparisons."""

    figures: dict[str, Any]
    objects: tuple[ObjectClicks, ...]
    failures: tuple[Failure, ...] = ()  # of proposals; none where it was measured before these
    windows: Mapping[str, Sequence[str]] = field(
        default_factory=dict
    )  # by image, that it asked for


def evaluate_bundle(
    watch: Watch,
    bundle: Bundle,
    images: Sequence[AnnotatedImage],
    *,
    proposal_images: int = PROPOSAL_IMAGES,
) -> Evaluation:
    """Click up to 5 objects of each image and propose on the first few; or read what is known.

    It sees them as in use, closer where it asks for that itself. Images without pixels, which are
    no project's, it sees as they come. All that is proposed on an empty image is wrong. The result
    is stored, as are the looks that it takes.

    Raises:
        ValueError: every image is empty.

    """
    key = storage.evaluation_key(bundle.pk, digest_of(images, proposal_images))
    if storage.exists(key):
        return _from_json(json.loads(storage.get_bytes(key)))
    if all(image.load_pixels for image in images):
        images = look_as_in_use(watch, images, bundle)
    objects = tuple(_clicked(bundle, [each for each in images if not each.is_empty], watch))
    metrics = summarise(objects, MAX_CLICKS)
    scored = _proposed(bundle, sample_images(images, proposal_images), watch)
    figures: dict[str, Any] = {
        **asdict(metrics.overall),
        "by_size": {name: asdict(summary) for name, summary in metrics.by_size.items()},
        **_precision(list(scored.values())),
        **_trust(bundle, list(scored.values())),
    }
    missed, false = (choose(scored, MOST_FAILURES) for choose in (missed_objects, false_proposals))
    windows = {image.key: [each.name for each in image.closer] for image in images}
    evaluation = Evaluation(figures, objects, (*missed, *false), windows)
    storage.put_bytes(key, json.dumps(asdict(evaluation)).encode(), "application/json")
    watch.count_anew()
    return evaluation


def digest_of(images: Sequence[AnnotatedImage], proposal_images: int = PROPOSAL_IMAGES) -> str:
    """Name what bundles are measured on: figures of the same name are of the same images."""
    sha256 = hashlib.sha256(
        f"{VERSION} {OBJECTS_PER_IMAGE} {MAX_CLICKS} {proposal_images}".encode()
    )
    for image in images:
        masks = sorted(map(digest, image.masks))
        sha256.update(f"\n{' '.join([image.key, *masks])}".encode())
    return sha256.hexdigest()


def clicked_masks(image: AnnotatedImage) -> list[RLE]:
    """Choose the objects of an image that are clicked, in the order of their figures."""
    return sample_masks(image.masks, OBJECTS_PER_IMAGE)


def _clicked(
    bundle: Bundle, images: Sequence[AnnotatedImage], watch: Watch
) -> Iterator[ObjectClicks]:
    predictor = predictor_of(bundle)

    def click(image: AnnotatedImage) -> list[ObjectClicks]:
        chosen = replace(image, masks=clicked_masks(image))
        seen = chosen.seen()
        return [
            click_object(chosen, index, seen, predictor, MAX_CLICKS)
            for index in range(len(chosen.masks))
        ]

    clicked = map_in_order(click, images, threads=settings.TORCH_THREADS)
    for done, (_, objects) in enumerate(clicked, start=1):
        yield from objects
        watch.report(done, len(images), "Evaluating clicks")


def _proposed(
    bundle: Bundle,
    images: Sequence[AnnotatedImage],
    watch: Watch,
) -> dict[str, ScoredImage]:
    """Propose on each image, by its key."""
    if not images:
        return {}
    predictor, config = predictor_of(bundle), proposal_config_of(bundle)
    finder, verifier, stop = finder_of(bundle), verifier_of(bundle), watch.should_stop

    def score(image: AnnotatedImage) -> ScoredImage:
        found = propose(image.seen(), predictor, config, finder=finder, should_stop=stop)
        screened = screen(found, image.size_hw, verifier)
        return ScoredImage(
            proposals=[each.mask.rle for each in screened],
            scores=[each.sureness for each in screened],
            truth=image.masks,
        )

    scored = {}
    for image, each in map_in_order(score, images, threads=settings.TORCH_THREADS):
        scored[image.key] = each
        watch.report(len(scored), len(images), "Evaluating proposals")
    return scored


def _precision(scored: Sequence[ScoredImage]) -> dict[str, Any]:
    metrics = average_precision(scored)
    return {
        "ap_50": _or_none(metrics.ap_50),
        "ap_75": _or_none(metrics.ap_75),
        "ap_images": metrics.images,
        "ap_by_size": {name: asdict(size) for name, size in precision_by_size(scored).items()},
    }


def _trust(bundle: Bundle, scored: Sequence[ScoredImage]) -> dict[str, Any]:
    """Compare scores with the truth: people are taken to accept what is about as good as theirs.

    Promises are of masks, whatever they are called: what it would accept is proposed with a label
    that nobody has compared here.
    """
    verifier, count = verifier_of(bundle), sum(len(each.scores) for each in scored)
    if verifier is None or not count:
        return {}
    closest = [iou_matrix(each.proposals, each.truth).max(axis=1, initial=0) for each in scored]
    unseen = Verdicts(
        np.concatenate([np.array(each.scores, np.float32) for each in scored]),
        np.concatenate(closest) >= GOOD_IOU,
        np.repeat(np.arange(len(scored), dtype=np.int32), [len(each.scores) for each in scored]),
    )
    found = reliability(unseen)
    return {
        "calibration_error": found.error,
        "calibration_by_chance": found.by_chance,
        "calibration_bins": [asdict(each) for each in found.bins],
        "promises": [_promise(verifier.held_out, unseen, each) for each in PROMISES],
    }


def _promise(known: Verdicts, unseen: Verdicts, promise: float) -> dict[str, Any]:
    """Tell what it came to, and the share of all proposals that nobody need decide: no audit."""
    kept = keep_promise(known, unseen, promise)
    return asdict(kept) | {"saved": (1 - AUDITED_SHARE) * kept.taken / kept.proposals}


def _from_json(known: Mapping[str, Any]) -> Evaluation:
    failures = (Failure(**each) for each in known.get("failures", []))
    return Evaluation(
        known["figures"], read_objects(known["objects"]), tuple(failures), known["windows"]
    )


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value
