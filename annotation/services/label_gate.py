"""The gate for labels: they are judged by themselves, as they are learned beside the masks."""

from collections.abc import Mapping
from typing import Any, Final

from annotation.services.gate import FEWEST_OBJECTS, Verdict

FEWEST_IMAGES: Final = 4  # one alone does not vary, and two or three hardly do: nothing is sure


def judge_labels(metrics: Mapping[str, Any]) -> Verdict | None:
    """Promote or refuse what names surely better or worse than what serves; see `Round.metrics`.

    None where the holdout does not tell: then labels go with the masks that they came with.
    """
    difference = metrics.get("difference", {}).get("labels")
    if difference is None:
        return None
    masks = metrics["candidate"]["labels"]["masks"]
    is_enough = masks >= FEWEST_OBJECTS and difference["images"] >= FEWEST_IMAGES
    if not is_enough or difference["low"] <= 0 <= difference["high"]:
        return None
    mean, low, high = (difference[name] for name in ("mean", "low", "high"))
    change = (
        f"{mean:+.3f} right labels less wrong ones a mask [{low:+.3f}, {high:+.3f}] "
        f"on {masks} holdout masks."
    )
    is_promoted = low > 0
    return Verdict(
        is_promoted=is_promoted,
        reason=f"{'Promoted' if is_promoted else 'Not promoted'}: {change}",
    )
