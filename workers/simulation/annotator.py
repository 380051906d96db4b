"""A simulated annotator: verifies, corrects and completes an image as a person would.

It knows the truth and uses the editor's means alone: verdicts, clicks at the centre of the largest
error (decoded by the serving bundle), and brush strokes, each of which repairs one error region.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from engine.masks.geometry import largest_error_point
from engine.masks.rle import RLE, decode, encode, iou_matrix
from engine.segmentation.clicked_objects import STOP_IOU
from engine.segmentation.clicking import Answer, answer_clicks, answer_of
from engine.segmentation.items import SeenImage
from engine.segmentation.predictor import OnnxPredictor

MAX_PROMPTS: Final = 20
CLICKS_BEFORE_BRUSH: Final = 6
WORTH_CORRECTING_IOU: Final = 0.5
HELPED_IOU: Final = 0.01  # a click that gains less makes the annotator take the brush

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Offer:
    """A proposal as the annotator sees it."""

    id: UUID
    rle: RLE
    label: int | None = None  # that is proposed with it


@dataclass(frozen=True, slots=True)
class Target:
    """An object that is really there, with its label's id."""

    rle: RLE
    label: int


@dataclass(slots=True)
class Draft:
    """A mask in the making, and what it has cost."""

    mask: Mask
    answer: Answer | None = None  # that the next click goes on from
    points: list[tuple[float, float]] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    strokes: int = 0

    @property
    def clicks(self) -> int:
        return len(self.points)

    @property
    def prompts(self) -> int:
        return self.clicks + self.strokes


@dataclass(frozen=True, slots=True)
class Scene:
    """What one image takes to annotate."""

    seen: SeenImage
    predictor: OnnxPredictor
    accept_iou: float


def annotate(scene: Scene, offers: Sequence[Offer], targets: Sequence[Target]) -> list[Any]:
    """Return the operations of one save: a verdict on every proposal, and every missing mask."""
    verdicts = verify(offers, targets, scene.accept_iou)
    good = [
        offer for offer, op in zip(offers, verdicts, strict=True) if op["verdict"] == "accepted"
    ]
    sent_on = [
        offer for offer, op in zip(offers, verdicts, strict=True) if op["verdict"] == "needs_work"
    ]
    corrections = correct(scene, sent_on, targets, [offer.rle for offer in good])
    return [op for op in verdicts if op["verdict"] != "needs_work"] + corrections


def verify(offers: Sequence[Offer], targets: Sequence[Target], accept_iou: float) -> list[Any]:
    """Return a verdict on every proposal, in their order: accepted, rejected or needs work."""
    pairs = match([offer.rle for offer in offers], [target.rle for target in targets])
    verdicts = []
    for index, offer in enumerate(offers):
        target, iou = pairs.get(index, (None, 0.0))
        if target is None:
            verdicts.append(_verdict(offer, "rejected"))
        elif iou < accept_iou:
            verdicts.append(_verdict(offer, "needs_work"))
        else:
            verdicts.append(_accepted(offer, targets[target]))
    return verdicts


def correct(
    scene: Scene, sent_on: Sequence[Offer], targets: Sequence[Target], present: Sequence[RLE]
) -> list[Any]:
    """Return a better mask for what verifying sent on, and one for every object without any.

    Some come here that nobody has verified: those that will do are accepted.
    """
    there = {target for target, _ in match(present, [target.rle for target in targets]).values()}
    missing = [target for index, target in enumerate(targets) if index not in there]
    pairs = match([offer.rle for offer in sent_on], [target.rle for target in missing])
    operations = []
    for index, offer in enumerate(sent_on):
        if index in pairs:
            place, iou = pairs[index]
            target = missing[place]
            if iou >= scene.accept_iou:
                operations.append(_accepted(offer, target))
                continue
            mask = decode(offer.rle)
            draft = _finish(scene, target, Draft(mask, answer_of(mask)))
            operations.append(_create(draft, target, proposal=offer.id))
        else:
            operations.append(_verdict(offer, "rejected"))
    redrawn = {target for target, _ in pairs.values()}
    for index, target in enumerate(missing):
        if index not in redrawn:
            draft = Draft(mask=np.zeros(scene.seen.size_hw, bool))
            operations.append(_create(_finish(scene, target, draft), target))
    return operations


def match(offers: Sequence[RLE], targets: Sequence[RLE]) -> dict[int, tuple[int, float]]:
    """Pair masks with objects, the closest first, each once: offer -> (target, IoU)."""
    if not offers or not targets:
        return {}
    ious = iou_matrix(offers, targets)
    pairs: dict[int, tuple[int, float]] = {}
    while True:
        offer, target = np.unravel_index(int(ious.argmax()), ious.shape)
        iou = float(ious[offer, target])
        if iou < WORTH_CORRECTING_IOU:
            return pairs
        pairs[int(offer)] = int(target), iou
        ious[offer, :] = ious[:, target] = 0


def _finish(scene: Scene, target: Target, draft: Draft) -> Draft:
    """Click while it helps, then brush, until the mask is good.

    Who has taken a mask up leaves it better than what would have passed at a glance: where the
    evaluation, too, takes a person to stop.
    """
    truth = decode(target.rle)
    iou = _iou(truth, draft.mask)
    gain = 1.0
    while iou < max(scene.accept_iou, STOP_IOU) and draft.prompts < MAX_PROMPTS:
        if draft.clicks < CLICKS_BEFORE_BRUSH and gain >= HELPED_IOU and not draft.strokes:
            _click(scene, truth, draft)
        else:
            _stroke(truth, draft)
        gain, iou = _iou(truth, draft.mask) - iou, _iou(truth, draft.mask)
    return draft


def _click(scene: Scene, truth: Mask, draft: Draft) -> None:
    x, y, is_positive = largest_error_point(truth, draft.mask)
    draft.points.append((float(x), float(y)))
    draft.labels.append(int(is_positive))
    draft.answer = answer_clicks(
        scene.seen, scene.predictor, draft.points, draft.labels, draft.answer
    )
    draft.mask = draft.answer.mask


def _stroke(truth: Mask, draft: Draft) -> None:
    """Paint the region that is missed, or erase the one that is too much: the largest of them."""
    x, y, is_positive = largest_error_point(truth, draft.mask)
    wrong = (truth & ~draft.mask) if is_positive else (draft.mask & ~truth)
    regions, _ = ndimage.label(wrong, np.ones((3, 3), bool))
    region = regions == regions[y, x]
    draft.mask = draft.mask | region if is_positive else draft.mask & ~region
    draft.strokes += 1


def _verdict(offer: Offer, verdict: str) -> dict[str, Any]:
    return {"id": uuid4(), "kind": "verdict", "proposal": offer.id, "verdict": verdict}


def _accepted(offer: Offer, target: Target) -> dict[str, Any]:
    return _verdict(offer, "accepted") | {"mask": uuid4(), "label": target.label}


def _create(draft: Draft, target: Target, proposal: UUID | None = None) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "kind": "create",
        "mask": uuid4(),
        "label": target.label,
        "rle": encode(draft.mask),
        **({"proposal": proposal} if proposal else {}),
        "effort": {
            "seconds": 0.0,
            "clicks": draft.clicks,
            "strokes": draft.strokes,
            "prompts": [
                {"kind": "point", "xy": list(point), "label": label}
                for point, label in zip(draft.points, draft.labels, strict=True)
            ],
        },
    }


def _iou(a: Mask, b: Mask) -> float:
    union = np.count_nonzero(a | b)
    return float(np.count_nonzero(a & b) / union) if union else 1.0
