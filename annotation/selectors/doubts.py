"""Whose verdicts go against everybody else's where the verifier is sure.

Somebody who accepts whatever is shown teaches the next verifier that all is well. Proposals that
hardly anybody would keep, or hardly anybody reject, are honeypots: what one person makes of them is
compared with what all others do. It touches no mask. The queue lays a few of those that nobody
would have to verify (selectors/plan.py); those that nobody would want at all are never shown.

Who corrects what another sent on is taken to have decided on it: a proposal does not keep who did.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any, Final, Literal, TypedDict

from django.db.models import Count, Q

from annotation.models import Project, Proposal
from annotation.selectors.plan import SHOWN_TO_VERIFY
from engine.verification.promise import Precision, measured_precision

State = Proposal.State
Habit = Literal["accepts", "rejects"]
AS_IT_WAS: Final = Q(is_untouched=True)
# On a finished image, whatever the verdict: until then an accepted one may still be corrected, and
# of who verifies far ahead of all else, what they rejected would count alone. So would it of who
# rejects what is wrong and accepts all others at once.
DECIDED_BY_A_PERSON: Final = Q(
    decided_by__isnull=False, is_untouched__isnull=False, is_unseen=False, is_picked_out=False
)
AT_ONCE: Final = Q(is_unseen=True) | Q(is_picked_out=True)
# In queues, what nobody is expected to accept goes to be corrected at once: by others, who hardly
# ever leave it as it is, so that beside them whoever verifies would seem to accept too much.
SAME_WORK: Final = Q(image__project__plan=Project.Plan.WHOLE) | SHOWN_TO_VERIFY
FEWEST: Final = 20  # verdicts of a person, and of the others, before anything is said
FEWEST_IMAGES: Final = 3  # that they are on: of one, its own kind may be what the verifier missed
# How alike verdicts on one image are, beyond what the verifier knows of it: the intraclass
# correlation of 965 proposals on 30 images of nuclei (engine/segmentation/MEASURED.md).
ALIKE: Final = 0.11
HARDLY: Final = 0.2  # chance of the other verdict, by the verifier
# Which proposals tell of a habit, and which verdicts on them it is.
HONEYPOTS: Final[dict[Habit, tuple[Q, Q]]] = {
    "accepts": (Q(verifier_score__lt=HARDLY), AS_IT_WAS),
    "rejects": (Q(verifier_score__gt=1 - HARDLY), Q(state=State.REJECTED)),
}
HABITS: Final[Sequence[Habit]] = tuple(HONEYPOTS)


class Doubt(TypedDict):
    """One person's verdicts that are surely unlike the others', with 95 % intervals.

    Verdicts on one image are alike, and count as fewer there (engine/verification/promise.py).
    """

    user: int
    username: str
    habit: Habit  # they accept as it is what others do not, or reject what others keep
    own: Precision  # share of the verdicts on honeypots that are of the habit
    own_verdicts: int
    others: Precision
    other_verdicts: int


def doubts_of(project_id: int, habits: Collection[Habit] = HABITS) -> list[Doubt]:
    """Compare each person of a project with the others, in one query."""
    looked_for = {habit: HONEYPOTS[habit] for habit in habits}
    counts = {
        f"{habit}_{what}": Count("pk", filter=honeypot & those)
        for habit, (honeypot, verdict) in looked_for.items()
        for what, those in (("all", Q()), ("such", verdict))
    } | {
        f"{habit}_images": Count("image", filter=honeypot, distinct=True)
        for habit, (honeypot, _) in looked_for.items()
    }
    decided = Proposal.objects.filter(
        DECIDED_BY_A_PERSON & SAME_WORK,
        reduce(or_, (honeypot for honeypot, _ in looked_for.values())),
        image__project_id=project_id,
        image__deleted_at=None,
    )
    people = decided.values("decided_by", "decided_by__username").annotate(**counts)
    rows = list(people.order_by("decided_by__username"))
    return [doubt for habit in habits for doubt in _doubts(habit, rows)]


def doubted_people(project_id: int) -> set[int]:
    """Return by whose verdicts no verifier had better learn or be measured: who accepts all.

    Who rejects what others keep is told alone. Where the verifier is surer than it should be, that
    is who looks, and the others are those who accept whatever is shown: nothing here tells which.
    Left out, the model would seem better than it may be, and go on accepting by itself.
    """
    return {doubt["user"] for doubt in doubts_of(project_id, ["accepts"])}


def _doubts(habit: Habit, rows: Sequence[Mapping[str, Any]]) -> Iterator[Doubt]:
    such, verdicts, images = (
        sum(row[f"{habit}_{what}"] for row in rows) for what in ("such", "all", "images")
    )
    for row in rows:
        own_such, own_all, own_images = (
            row[f"{habit}_{what}"] for what in ("such", "all", "images")
        )
        if min(own_all, verdicts - own_all) < FEWEST:
            continue
        if min(own_images, images - own_images) < FEWEST_IMAGES:
            continue
        own = _share(own_such, own_all, own_images)
        others = _share(such - own_such, verdicts - own_all, images - own_images)
        if own and others and own.low > others.high:
            yield Doubt(
                user=row["decided_by"],
                username=row["decided_by__username"],
                habit=habit,
                own=own,
                own_verdicts=own_all,
                others=others,
                other_verdicts=verdicts - own_all,
            )


def _share(such: int, verdicts: int, images: int) -> Precision | None:
    """Say what a share comes to, of verdicts on so many images."""
    effect = 1 + max(0.0, verdicts / images - 1) * ALIKE
    return measured_precision(such / effect, verdicts / effect)
