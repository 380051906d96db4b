"""The gate: what a candidate must show on the blind holdout before people work with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

NAMES: Final = {"masks": "Masks", "captions": "Descriptions"}  # of a round's parts, on screen
FEWEST_OBJECTS: Final = 20
TOLERANCE: Final = 0.01  # IoU; what may be lost by chance, or at more clicks


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to promote, and the reason in words."""

    is_promoted: bool
    reason: str


def together(verdicts: Mapping[str, Verdict]) -> Verdict:
    """Promote the parts that passed, if any; the reason has a sentence for each part."""
    is_promoted = any(verdict.is_promoted for verdict in verdicts.values())
    if len(verdicts) == 1:
        return next(iter(verdicts.values()))
    sentences = [
        f"{NAMES[part]} {verdict.reason[0].lower()}{verdict.reason[1:]}"
        for part, verdict in verdicts.items()
    ]
    return Verdict(is_promoted=is_promoted, reason=" ".join(sentences))


def judge(
    *,
    serving: Mapping[str, float] | None,
    candidate: Mapping[str, float] | None,
    difference: Mapping[str, float] | None,
) -> Verdict:
    """Promote what is better at one click, surely not worse, and no worse at three and five.

    `difference` is the paired bootstrap of IoU at one click: mean, low and high (95 %).
    """
    if serving is None or candidate is None or difference is None:
        return Verdict(
            is_promoted=False,
            reason="Not promoted: no holdout image is finished yet, so nothing can judge it.",
        )
    objects = int(candidate["objects"])
    mean, low, high = (difference[name] for name in ("mean", "low", "high"))
    change = f"{mean:+.3f} IoU at one click [{low:+.3f}, {high:+.3f}] on {objects} holdout objects"
    if objects < FEWEST_OBJECTS:
        reason = f"Not promoted: {objects} holdout objects are too few to judge by ({change})."
        return Verdict(is_promoted=False, reason=reason)
    for name, clicks in (("miou_3", "three"), ("miou_5", "five")):
        lost = serving[name] - candidate[name]
        if lost > TOLERANCE:
            reason = f"Not promoted: {lost:.3f} IoU lost at {clicks} clicks ({change})."
            return Verdict(is_promoted=False, reason=reason)
    if mean <= 0 or low < -TOLERANCE:
        return Verdict(is_promoted=False, reason=f"Not promoted: not surely better ({change}).")
    return Verdict(is_promoted=True, reason=f"Promoted: {change}.")
