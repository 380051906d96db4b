"""Labels are judged by themselves: what names surely better serves, whatever the masks are."""

from typing import Any

import pytest

from annotation.services.gate import Verdict
from annotation.services.label_gate import judge_labels


def metrics(low: float, high: float, masks: int = 40, images: int = 4) -> dict[str, Any]:
    difference = {"mean": (low + high) / 2, "low": low, "high": high, "images": images}
    return {
        "candidate": {"labels": {"masks": masks}},
        "difference": {"mean": 0.0, "labels": difference},
    }


def test_what_names_surely_better_or_worse_is_promoted_or_refused_with_the_reason() -> None:
    assert judge_labels(metrics(0.1, 0.3)) == Verdict(
        is_promoted=True,
        reason="Promoted: +0.200 right labels less wrong ones a mask [+0.100, +0.300] "
        "on 40 holdout masks.",
    )
    worse = judge_labels(metrics(-0.3, -0.1))
    assert worse is not None
    assert not worse.is_promoted
    assert worse.reason.startswith("Not promoted: -0.200 right labels")


@pytest.mark.parametrize(
    "untold",
    [
        metrics(-0.1, 0.3),
        metrics(0.0, 0.0),  # the same labels
        metrics(0.1, 0.3, masks=19),
        metrics(0.2, 0.2, images=1),  # which does not vary
        {"candidate": {}, "difference": {"mean": 0.0}},  # nothing to tell apart
        {},  # no holdout
    ],
)
def test_where_the_holdout_does_not_tell_labels_go_with_the_masks(untold: dict[str, Any]) -> None:
    assert judge_labels(untold) is None
