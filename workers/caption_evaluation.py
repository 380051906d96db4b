"""How well a bundle describes a version's blind holdout, beside what serves now.

What a captioner wrote is kept in the object store under the bundle and the digest of what it was
shown: the serving bundle does not write twice about the same images.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any, Final, Literal

import torch
from django.conf import settings

from annotation import storage
from annotation.models import Bundle, DatasetVersion
from annotation.services.caption_gate import judge_captions
from annotation.services.gate import Verdict
from engine.bootstrap import bootstrap_mean
from engine.captioning.items import Caption, DescribedImage
from engine.captioning.metrics import ImageScores, score_images
from engine.captioning.proposals import propose_captions
from engine.captioning.reading import Reader
from engine.captioning.stored import StoredCaptioner
from engine.masks.rle import digest
from workers.captioning import captioner_of, described_images, look_at
from workers.watch import Watch

VERSION: Final = 1  # of this protocol: figures of another are measured anew
WHAT: Final = "Describing the holdout"


@dataclass(frozen=True, slots=True)
class CaptionEvaluation:
    """The scores of one bundle on the described images of a holdout."""

    by: Literal["captioner", "neighbours"]
    scores: ImageScores

    @property
    def figures(self) -> dict[str, Any]:
        images = len(self.scores.cider)
        return {
            "cider": sum(self.scores.cider) / images,
            "f1": sum(self.scores.f1) / images,
            "images": images,
            "by": self.by,
        }


def judge_on_holdout(
    watch: Watch, version: DatasetVersion, serving: Bundle, candidate: Bundle
) -> tuple[dict[str, Any], Verdict]:
    """Measure the candidate and what serves now on the same images; return figures and verdict."""
    images = holdout_of(version)
    if not images:
        return {}, judge_captions(serving=None, candidate=None, difference=None)
    torch.set_num_threads(settings.TORCH_THREADS)
    look_at(watch, images)
    before = evaluate(watch, version, serving, images)
    after = evaluate(watch, version, candidate, images)
    metrics = {
        "serving": before.figures,
        "candidate": after.figures,
        "difference": compare(before, after),
    }
    verdict = judge_captions(**metrics)
    return metrics | {"peak_mib": getrusage(RUSAGE_SELF).ru_maxrss / 1024}, verdict


def holdout_of(version: DatasetVersion) -> list[DescribedImage]:
    """Return the finished holdout images that have a caption, in the order of their digests."""
    return [image for image in described_images(version, "holdout") if _references(image)]


def evaluate(
    watch: Watch, version: DatasetVersion, bundle: Bundle, images: Sequence[DescribedImage]
) -> CaptionEvaluation:
    """Score a bundle's captions; for one without captioner, what the nearest images' agree on."""
    captioner = captioner_of(bundle)
    if captioner is None:
        by: Literal["captioner", "neighbours"] = "neighbours"
        texts = by_consensus(described_images(version, "train"), images)
    else:
        by, texts = "captioner", _written(watch, bundle, captioner, images)
    return CaptionEvaluation(by, score_images(texts, [_references(image) for image in images]))


def compare(serving: CaptionEvaluation, candidate: CaptionEvaluation) -> dict[str, float]:
    """Paired bootstrap of CIDEr over images: candidate minus serving, with a 95 % interval."""
    pairs = zip(serving.scores.cider, candidate.scores.cider, strict=True)
    gained = [after - before for before, after in pairs]
    return bootstrap_mean(gained, [1] * len(gained), seed=0).as_json()


def by_consensus(
    described: Sequence[DescribedImage], images: Sequence[DescribedImage]
) -> list[str]:
    """Return, for each image, the caption that its five nearest described ones agree on."""
    bank = [replace(image, captions=_clean(image)) for image in described if _clean(image)]
    if not bank:
        return [""] * len(images)
    reader = Reader.of(bank, grid_side=1, most_masks=0)
    return [reader.consensus(image) for image in images]


def _written(
    watch: Watch, bundle: Bundle, captioner: StoredCaptioner, images: Sequence[DescribedImage]
) -> list[str]:
    key = f"evaluations/{bundle.pk}/captions-{_digest_of(images)}.json"
    if storage.exists(key):
        known: list[str] = json.loads(storage.get_bytes(key))
        return known
    found = propose_captions(images, captioner=captioner, base=Path(settings.CAPTION_BASE))
    texts = []
    for proposal in found:
        texts.append(proposal.text)
        watch.report(len(texts), len(images), WHAT)
    storage.put_bytes(key, json.dumps(texts).encode(), "application/json")
    watch.count_anew()
    return texts


def _references(image: DescribedImage) -> list[str]:
    return [caption.text for caption in _clean(image)]


def _clean(image: DescribedImage) -> list[Caption]:
    """Return what people wrote; what they spoke is of another style and length."""
    return [caption for caption in image.captions if caption.style == "clean"]


def _digest_of(images: Sequence[DescribedImage]) -> str:
    """Digest all that a captioner is shown of the images."""
    sha256 = hashlib.sha256(f"{VERSION}".encode())
    for image in images:
        masks = sorted(f"{digest(mask.rle)} {mask.label}" for mask in image.masks)
        sha256.update(f"\n{image.key} {masks}".encode())
    return sha256.hexdigest()
