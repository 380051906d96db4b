"""Writing down how far people agree, at the moment when all of them have finished an image."""

from collections.abc import Sequence

from annotation.models import Agreement, Image, Stint
from annotation.selectors.agreement import Pair, pairs_on

FIGURES = ("matched", "same_label", "iou_sum", "only_first", "only_other")


def record_agreement(*, image: Image, slots: Sequence[int]) -> None:
    """Compare the first person's masks with those of the other slots. Safe to repeat.

    Once a reviewer has judged the image nobody mends theirs alone: what was written before stays.
    """
    pairs = pairs_on(image, list(slots))
    rows = [
        _agreement(image, slot, [each for each in pairs if each.slot == slot]) for slot in slots
    ]
    if Stint.objects.filter(image=image, ended_as=Stint.End.REVIEWED).exists():
        Agreement.objects.bulk_create(rows, ignore_conflicts=True)
        return
    Agreement.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["image", "slot"], update_fields=FIGURES
    )


def _agreement(image: Image, slot: int, pairs: Sequence[Pair]) -> Agreement:
    matched = [pair for pair in pairs if pair.iou is not None]
    return Agreement(
        image=image,
        slot=slot,
        matched=len(matched),
        same_label=sum(pair.is_same_label is True for pair in matched),
        iou_sum=sum(pair.iou or 0 for pair in matched),
        only_first=sum(pair.other is None for pair in pairs),
        only_other=sum(pair.first is None for pair in pairs),
    )
