"""The gate for captions: what a captioner must show on the blind holdout before it proposes."""

from collections.abc import Mapping
from typing import Any, Final

from annotation.services.gate import Verdict

FEWEST_IMAGES: Final = 10  # described ones of the holdout
# What may be lost by chance: 28 images tell about 0.2, and a person reads what is proposed anyway.
CIDER_TOLERANCE: Final = 0.1
F1_TOLERANCE: Final = 0.02


def judge_captions(
    *,
    serving: Mapping[str, Any] | None,
    candidate: Mapping[str, Any] | None,
    difference: Mapping[str, float] | None,
) -> Verdict:
    """Promote what has a better CIDEr and names as much.

    Where CIDEr might well be worse by chance, F1 has to be better, too: two measures that agree.
    On few images CIDEr alone is so unsure that twice as much to learn from does not show.
    `difference` is the paired bootstrap of CIDEr over images: mean, low and high (95 %).
    """
    if serving is None or candidate is None or difference is None:
        return _refused("no holdout image is described yet, so nothing can judge it.")
    images = int(candidate["images"])
    mean, low, high = (difference[name] for name in ("mean", "low", "high"))
    lost = serving["f1"] - candidate["f1"]
    change = (
        f"{mean:+.3f} CIDEr [{low:+.3f}, {high:+.3f}] and {-lost:+.3f} F1 of content words "
        f"on {images} described holdout images"
    )
    if images < FEWEST_IMAGES:
        few = f"{images} described holdout images are too few to judge by"
        return _refused(f"{few}: describe at least {FEWEST_IMAGES} of them ({change}).")
    if lost > F1_TOLERANCE:
        return _refused(f"it finds fewer content words ({change}).")
    if mean <= 0 or (low < -CIDER_TOLERANCE and lost >= 0):
        return _refused(f"not surely better ({change}).")
    return Verdict(is_promoted=True, reason=f"Promoted: {change}.")


def _refused(reason: str) -> Verdict:
    return Verdict(is_promoted=False, reason=f"Not promoted: {reason}")
