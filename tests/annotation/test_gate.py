"""The gate: what is better is promoted, unless something pays for it."""

from typing import Any

import pytest

from annotation.services.gate import judge

FIGURES = {"miou_1": 0.6, "miou_3": 0.7, "miou_5": 0.8, "objects": 100}
SURE = {"mean": 0.05, "low": 0.02, "high": 0.08}
UNSURE = {"mean": -0.005, "low": -0.03, "high": 0.02}
FEWER = {"mean": -0.8, "low": -1.1, "high": -0.4}
MORE = {"mean": 0.4, "low": 0.1, "high": 0.7}
Difference = dict[str, Any]


def differing(
    at_one_click: Difference, *, clicks: Difference = UNSURE, by_size: Difference | None = None
) -> Difference:
    """What a candidate does better or worse than what serves."""
    return {**at_one_click, "clicks": clicks, "by_size": by_size or {}}


@pytest.mark.parametrize(
    ("candidate", "difference", "is_promoted"),
    [
        (FIGURES, {"mean": 0.05, "low": 0.02, "high": 0.08}, True),
        (FIGURES, {"mean": 0.02, "low": -0.005, "high": 0.05}, True),
        (FIGURES, {"mean": 0.02, "low": -0.03, "high": 0.07}, False),
        (FIGURES, {"mean": -0.01, "low": -0.02, "high": 0.0}, False),
        (FIGURES | {"miou_5": 0.7}, {"mean": 0.05, "low": 0.02, "high": 0.08}, False),
        (FIGURES | {"objects": 3}, {"mean": 0.05, "low": 0.02, "high": 0.08}, False),
    ],
)
def test_the_gate_wants_better_at_one_click_and_no_worse_later(
    candidate: dict[str, float],
    difference: Difference,
    is_promoted: bool,  # noqa: FBT001
) -> None:
    verdict = judge(serving=FIGURES, candidate=candidate, difference=differing(difference))

    assert verdict.is_promoted is is_promoted
    assert verdict.reason


def test_a_gate_with_too_few_objects_says_how_many_it_wants() -> None:
    few = FIGURES | {"objects": 3}

    verdict = judge(serving=few, candidate=few, difference=differing(SURE))

    assert "3 holdout objects are too few to judge by" in verdict.reason
    assert "until at least 20 are there" in verdict.reason


def test_a_candidate_that_surely_saves_clicks_and_loses_nothing_is_promoted() -> None:
    lost = {"mean": -0.02, "low": -0.04, "high": 0.0}

    saving = judge(serving=FIGURES, candidate=FIGURES, difference=differing(UNSURE, clicks=FEWER))
    losing = judge(serving=FIGURES, candidate=FIGURES, difference=differing(lost, clicks=FEWER))

    assert saving.is_promoted
    assert "0.80 clicks fewer to IoU 0.85" in saving.reason
    assert not losing.is_promoted


def test_better_at_one_click_is_not_enough_where_more_clicks_are_needed() -> None:
    perhaps = {"mean": 0.4, "low": -0.1, "high": 0.9}

    worse = judge(serving=FIGURES, candidate=FIGURES, difference=differing(SURE, clicks=MORE))
    unsure = judge(serving=FIGURES, candidate=FIGURES, difference=differing(SURE, clicks=perhaps))

    assert not worse.is_promoted
    assert "0.40 clicks more to IoU 0.85" in worse.reason
    assert unsure.is_promoted


@pytest.mark.parametrize(
    ("small", "is_promoted"),
    [
        ({"mean": -0.03, "low": -0.05, "high": -0.01, "objects": 40}, False),
        ({"mean": -0.06, "low": -0.15, "high": 0.03, "objects": 40}, False),
        ({"mean": -0.03, "low": -0.09, "high": 0.03, "objects": 40}, True),
        ({"mean": -0.019, "low": -0.03, "high": -0.009, "objects": 81}, True),
        ({**SURE, "objects": 40, "clicks": MORE}, False),
        ({**SURE, "objects": 3, "clicks": MORE}, True),
        ({"mean": -0.30, "low": -0.50, "high": -0.1, "objects": 3}, True),
    ],
)
def test_better_on_average_is_not_enough_where_small_objects_pay_for_it(
    small: Difference,
    is_promoted: bool,  # noqa: FBT001
) -> None:
    sizes = {
        "small": {"clicks": UNSURE, **small},
        "large": {**SURE, "clicks": FEWER, "objects": 60},
    }
    difference = differing(SURE, by_size=sizes)

    verdict = judge(serving=FIGURES, candidate=FIGURES, difference=difference)

    assert verdict.is_promoted is is_promoted
    assert ("small objects pay for the others" in verdict.reason) is not is_promoted


def test_the_reason_names_each_size_that_is_too_rare_to_be_judged_by_itself() -> None:
    sizes = {
        "small": {**SURE, "clicks": UNSURE, "objects": 19},
        "medium": {**SURE, "clicks": UNSURE, "objects": 20},
        "large": {**SURE, "clicks": MORE, "objects": 3},
    }
    difference = differing(SURE, by_size=sizes)

    verdict = judge(serving=FIGURES, candidate=FIGURES, difference=difference)

    assert verdict.is_promoted
    assert verdict.reason == (
        "Promoted: +0.050 IoU at one click [+0.020, +0.080] on 100 holdout objects. "
        "Small objects cannot judge it by themselves, with 19 of the 20 on finished held-out "
        "images that this takes. "
        "Large objects cannot judge it by themselves, with 3 of the 20 on finished held-out "
        "images that this takes."
    )


def test_where_all_objects_are_too_few_their_sizes_are_not_told_as_well() -> None:
    few = FIGURES | {"objects": 3}
    sizes = {"small": {**SURE, "clicks": UNSURE, "objects": 3}}

    verdict = judge(serving=few, candidate=few, difference=differing(SURE, by_size=sizes))

    assert "Small" not in verdict.reason


@pytest.mark.parametrize(
    ("elsewhere", "objects", "is_promoted"),
    [
        ({"mean": -0.034, "low": -0.05, "high": -0.01}, 120, False),
        ({"mean": -0.06, "low": -0.15, "high": 0.03}, 120, False),
        ({"mean": -0.034, "low": -0.09, "high": 0.02}, 120, True),
        ({"mean": -0.015, "low": -0.02, "high": -0.01}, 120, True),
        ({"mean": -0.30, "low": -0.50, "high": -0.1}, 3, True),
    ],
)
def test_better_here_is_not_enough_where_another_project_is_forgotten(
    elsewhere: Difference,
    objects: int,
    is_promoted: bool,  # noqa: FBT001
) -> None:
    also = [
        {"name": "Nuclei", "version": "a", "objects": 50, "difference": SURE},
        {"name": "Cells", "version": "b", "objects": objects, "difference": elsewhere},
    ]

    verdict = judge(serving=FIGURES, candidate=FIGURES, difference=differing(SURE), also=also)

    assert verdict.is_promoted is is_promoted
    lost = f"{-elsewhere['mean']:.3f} IoU lost at one click on {objects} objects of Cells"
    assert (f"{lost}, which it must not forget" in verdict.reason) is not is_promoted


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        pytest.param(
            {"objects": 0, "version": None},
            ": no version of that project was cut.",
            id="no version",
        ),
        pytest.param(
            {"objects": 3, "version": "b", "difference": SURE},
            ", with 3 of the 20 objects on finished held-out images that this takes.",
            id="few objects",
        ),
        pytest.param(
            {"objects": 0, "version": "b"},
            ", with 0 of the 20 objects on finished held-out images that this takes.",
            id="no objects",
        ),
    ],
)
def test_the_reason_names_another_project_that_could_not_judge_and_what_it_lacks(
    cells: dict[str, Any], why: str
) -> None:
    nuclei = {"name": "Nuclei", "version": "a", "objects": 50, "difference": SURE}
    also = [nuclei, {"name": "Cells", **cells}]

    verdict = judge(serving=FIGURES, candidate=FIGURES, difference=differing(SURE), also=also)

    assert verdict.is_promoted
    assert verdict.reason.endswith(f". Cells cannot judge it{why}")
    assert "Nuclei" not in verdict.reason


@pytest.mark.parametrize(
    ("ap_50", "images", "is_promoted"),
    [
        (0.01, 16, False),
        (0.31, 16, False),
        (0.33, 16, True),
        (0.5, 16, True),
        (0.01, 7, False),
        (0.18, 1, False),
        (0.19, 7, True),
    ],
)
def test_better_at_one_click_is_not_enough_where_proposals_are_worse(
    ap_50: float,
    images: int,
    is_promoted: bool,  # noqa: FBT001
) -> None:
    """Trained on masks of other images, a round was promoted that proposed next to nothing."""
    serving = FIGURES | {"ap_50": 0.37, "ap_images": images}
    candidate = FIGURES | {"ap_50": ap_50, "ap_images": images}

    verdict = judge(serving=serving, candidate=candidate, difference=differing(SURE))

    assert verdict.is_promoted is is_promoted
    assert (f"AP50 0.370 to {ap_50:.3f}" in verdict.reason) is not is_promoted


def test_without_a_holdout_the_gate_promotes_nothing() -> None:
    verdict = judge(serving=None, candidate=None, difference=None)

    assert not verdict.is_promoted
    assert "holdout" in verdict.reason
