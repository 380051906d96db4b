"""What another round is expected to save people, and to take, by the rounds before it.

It needs two judged rounds of masks whose worth people's work has shown; until then it says what
it waits for.
"""

from collections.abc import Mapping, Sequence
from typing import Final, TypedDict

from django.db.models import Q

from annotation.models import Image, Round
from annotation.selectors.effort_table import (
    FEWEST_MASKS,
    By,
    Figure,
    Measures,
    effort_sums,
    known_seconds,
    with_alike,
    written,
)
from annotation.selectors.images import begun
from annotation.selectors.round_cost import seconds_of
from annotation.selectors.to_learn import finished_to_learn
from engine.returns import Judged, expected_saving, gain_per_doubling

LAST: Final = 4  # judged rounds that tell what a doubling of the images saves
FEWEST_ROUNDS: Final = 2
State = Round.State
Sums = Mapping[tuple[str, str], Measures]
SERVING: Final = Image.Arm.SERVING.value
# Why nothing is expected after a round that was not judged.
NOT_JUDGED: Final = {
    State.TRAINING: "Round {} runs: what another would save is told once it is judged.",
    State.EVALUATING: "Round {} runs: what another would save is told once it is judged.",
    State.FAILED: "Round {} failed: the next one is started by hand.",
    State.CANCELLED: "Round {} was cancelled: the next one is started by hand.",
}
TOO_FEW: Final = (
    f"What another round would save is told after {FEWEST_ROUNDS} judged rounds, each followed by "
    f"{FEWEST_MASKS} masks finished with the proposals of what served then. So far there are {{}}."
)
NO_MORE_IMAGES: Final = "The last rounds learned from no more images than those before them."
NO_COST: Final = "No round has run in one go, so that what one takes is not known."


class Expectation(TypedDict):
    """What is expected of a round now, or in words what is waited for."""

    waiting: str
    saving: Figure | None  # people's seconds in all, on `n` masks that are still to come
    rounds: int  # judged ones whose worth is known, by the last of which a saving is expected
    round_s: float | None  # that the newest round took which ran in one go


def expectation_of(project_id: int) -> Expectation:
    """Expect what a round saves on the images that nobody has begun, in five queries.

    Those that no model proposes for are left out, and what a second person does.
    """
    rounds = list(
        Round.objects.filter(project_id=project_id, parts__contains=[Round.Part.MASKS])
        .select_related("dataset_version", "job")
        .defer("curve", "caption_curve", "examples")
        .order_by("-number")
    )
    judged = [each for each in rounds if each.state in Round.JUDGED and _images(each)]
    round_s = next((took for each in judged if (took := _seconds_in_one_go(each))), None)
    sums = effort_sums(project_id, By.ROUND)
    alike = with_alike(sums, [_served(each) for each in judged])
    known = [told for each in judged if (told := _told(each, alike))][:LAST]
    waiting = _waits_for(rounds, known, round_s)
    saving = None if waiting else _saving(project_id, known, _images(judged[0]), sums)
    return Expectation(waiting=waiting, saving=saving, rounds=len(known), round_s=round_s)


def _waits_for(rounds: Sequence[Round], known: Sequence[Judged], round_s: float | None) -> str:
    if rounds and rounds[0].state in NOT_JUDGED:
        return NOT_JUDGED[State(rounds[0].state)].format(rounds[0].number)
    if len(known) < FEWEST_ROUNDS:
        return TOO_FEW.format(len(known))
    if known[0].images <= known[-1].images:
        return NO_MORE_IMAGES
    return "" if round_s else NO_COST


def _saving(project_id: int, known: Sequence[Judged], learned: int, sums: Sums) -> Figure:
    masks = _masks_left(project_id, sums)
    saving = expected_saving(
        gain_per_doubling(known[-1], known[0]),
        learned=learned,
        # Not those since the round: what was returned and mended since was learned from before.
        finished=finished_to_learn(project_id).count(),
        masks_left=masks,
    )
    return written(saving, masks)


def _masks_left(project_id: int, sums: Sums) -> float:
    """Expect as many masks an image as people made with what served."""
    served = [measures for (_, arm), measures in sums.items() if arm == SERVING]
    images_left = Image.objects.filter(
        ~Q(begun()),  # these keep what was proposed there
        project_id=project_id,
        deleted_at=None,
        is_holdout=False,
        status=Image.Status.TODO,
    ).exclude(arm=Image.Arm.NONE)
    masks, images = (
        sum(each["masks"].y for each in served),
        sum(each["images"].clusters for each in served),
    )
    return images_left.count() * masks / images


def _told(each: Round, sums: Sums) -> Judged | None:
    """Tell what a mask cost with what served after a round; None: of too few masks."""
    seconds = known_seconds(sums.get((_served(each), SERVING)))
    return None if seconds is None else Judged(_images(each), _served(each), seconds)


def _served(each: Round) -> str:
    """Return the bundle that served after a round."""
    return (each.bundle_id if each.state == State.PROMOTED else each.judged_against) or ""


def _images(each: Round) -> int:
    """Count the images that a round learned from."""
    return int(each.dataset_version.counts["train"]) if each.dataset_version else 0


def _seconds_in_one_go(each: Round) -> float | None:
    return seconds_of(each.job) if each.job and each.job.runs == 1 else None
