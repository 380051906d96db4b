"""What people decided on proposals, as a verifier learns from it."""

from collections.abc import Iterator
from typing import Final

from annotation.models import Proposal
from annotation.selectors.doubts import doubted_people
from annotation.selectors.effort_table import UNTOUCHED_IOU

MOST: Final = 10_000  # the newest: the model that they judge is more like the one that serves

# Image, cues, whether it was accepted as it was, and whether as it was or corrected.
Judged = tuple[int, dict[str, float], bool, bool]


def judged_proposals(project_id: int) -> Iterator[Judged]:
    """Yield the verdicts on finished images, of proposals whose cues were kept.

    None of people whose verdicts go against everybody else's, see selectors/doubts.py. None on what
    the pretrained bundle found: of 3,033 proposals of a trained one that were good, a verifier that
    had learned from those would have hidden 733.
    """
    verdicts = Proposal.objects.filter(
        image__project_id=project_id,
        image__deleted_at=None,
        image__is_holdout=False,
        image__status__in=["done", "reviewed"],
        state__in=[Proposal.State.ACCEPTED, Proposal.State.REJECTED],
        decided_by__isnull=False,
        bundle__dataset_version__isnull=False,
    )
    judged = verdicts.exclude(cues={}).exclude(decided_by__in=doubted_people(project_id))
    rows = judged.order_by("-decided_at", "pk").values_list(
        "image_id", "cues", "state", "final_iou"
    )
    for image_id, cues, state, final_iou in rows[:MOST].iterator():
        is_wanted = state == Proposal.State.ACCEPTED
        yield image_id, cues, is_wanted and (final_iou or 0) >= UNTOUCHED_IOU, is_wanted
