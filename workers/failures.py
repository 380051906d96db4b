"""What a round's candidate fails on, to look at: the worst on the holdout, whatever served did."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from annotation.models import Bundle
from engine.segmentation.clicked_objects import GOOD_IOU, ObjectClicks, iou_at_one_click
from engine.segmentation.failures import Failure, one_an_image, worst
from engine.segmentation.frame import size_of
from engine.segmentation.items import AnnotatedImage
from workers.evaluation import Evaluation, clicked_masks
from workers.examples import first_answer
from workers.networks import predictor_of

MOST: Final = 12  # objects, each of another image


def failures_of(
    after: Evaluation, images: Sequence[AnnotatedImage], *, candidate: Bundle
) -> list[dict[str, Any]]:
    """Show the objects that one click does worst on, then what proposals missed and made up.

    Returns:
        For each: `image` (its sha256), `kind`, `iou`, `size`, and `truth` and `answer`, of which
        one may be None.

    """
    by_key = {image.key: image for image in images}
    predictor = predictor_of(candidate)

    def shown(one: ObjectClicks) -> Failure:
        image, truth = by_key[one.key], clicked_masks(by_key[one.key])[one.index]
        answer = first_answer(image, truth, predictor)
        iou, size = iou_at_one_click(one), size_of(one.size_px)
        return Failure(one.key, "click", iou, size, truth, answer)

    poor = (one for one in after.objects if iou_at_one_click(one) < GOOD_IOU)
    clicked = map(shown, one_an_image(sorted(poor, key=iou_at_one_click)))
    return [_kept(each) for each in (*worst(clicked, MOST), *after.failures)]


def _kept(failure: Failure) -> dict[str, Any]:
    kept = asdict(failure)
    return {"image": kept.pop("key"), **kept}
