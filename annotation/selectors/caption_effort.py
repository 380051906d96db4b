"""What descriptions cost people, with a bundle's proposals in sight and without them."""

from collections.abc import Collection, Mapping
from typing import Any, TypedDict

from django.db.models import Avg, Count, Q, Sum

from annotation.models import CaptionProposal

State = CaptionProposal.State


class ArmEffort(TypedDict):
    """What the first captions cost of images that a bundle had proposed for.

    Edits are words put in, taken out or replaced from the proposal, seen or not, to the caption.
    """

    captions: int
    edits_per_100_words: float | None
    seconds_per_caption: float | None  # None: nobody measured it
    timed: int  # captions that this is of
    accepted_untouched_share: float | None  # None: nobody saw the proposals


class CaptionEffort(TypedDict):
    """Two arms side by side: what proposals save, and how far they sway what people say."""

    shown: ArmEffort
    control: ArmEffort


NO_ARM = ArmEffort(
    captions=0,
    edits_per_100_words=None,
    seconds_per_caption=None,
    timed=0,
    accepted_untouched_share=None,
)
NO_CAPTION_EFFORT = CaptionEffort(shown=NO_ARM, control=NO_ARM)


def caption_efforts_of(
    project_id: int, bundles: Collection[str] | None = None
) -> dict[str, CaptionEffort]:
    """Sum up both arms of each bundle, or of some, in one query."""
    of_bundles = Q() if bundles is None else Q(bundle__in=bundles)
    sums = (
        CaptionProposal.objects.filter(
            of_bundles, image__project_id=project_id, image__deleted_at=None, caption__isnull=False
        )
        .values("bundle_id", "is_shown")
        .annotate(
            captions=Count("pk"),
            all_edits=Sum("edits"),
            all_words=Sum("words"),
            seconds=Avg("caption__seconds"),
            timed=Count("caption__seconds"),
            untouched=Count("pk", filter=Q(state=State.ACCEPTED)),
        )
    )
    efforts: dict[str, CaptionEffort] = {}
    for row in sums:
        effort = efforts.setdefault(row["bundle_id"], NO_CAPTION_EFFORT.copy())
        effort["shown" if row["is_shown"] else "control"] = _arm(row)
    return efforts


def _arm(row: Mapping[str, Any]) -> ArmEffort:
    captions, words = row["captions"], row["all_words"]
    return ArmEffort(
        captions=captions,
        edits_per_100_words=100 * row["all_edits"] / words if words else None,
        seconds_per_caption=row["seconds"],
        timed=row["timed"],
        accepted_untouched_share=row["untouched"] / captions if row["is_shown"] else None,
    )
