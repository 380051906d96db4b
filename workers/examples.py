"""What a round learned, to look at: the objects that one click gained and lost the most on."""

from collections.abc import Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

import numpy as np

from annotation.models import Bundle
from engine.masks.geometry import largest_error_point
from engine.masks.rle import RLE, decode, encode
from engine.segmentation.clicked_objects import ObjectClicks, iou_at_one_click
from engine.segmentation.clicking import answer_clicks
from engine.segmentation.failures import one_an_image
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.predictor import OnnxPredictor
from workers.evaluation import Evaluation, clicked_masks
from workers.networks import predictor_of

MOST: Final = 6  # of either kind, each from another image
LEAST_CHANGE: Final = 0.05  # IoU; below it nobody sees a difference


class BundleView(NamedTuple):
    """A bundle, and images as its encoder sees them."""

    bundle: Bundle
    images: Sequence[AnnotatedImage]


def examples_of(
    before: Evaluation, after: Evaluation, *, serving: BundleView, candidate: BundleView
) -> dict[str, list[dict[str, Any]]]:
    """Show what both bundles answer to the first click on such objects, beside the truth.

    Returns:
        `gained` and `lost`, the largest change first: `image` (its sha256), `truth`, and
        `serving` and `candidate` with `iou` and `rle`.

    """
    known = {(one.key, one.index): iou_at_one_click(one) for one in before.objects}
    changes = sorted(
        ((iou_at_one_click(one) - known[one.key, one.index], one) for one in after.objects),
        key=lambda change: change[0],
    )
    views = {
        name: (predictor_of(view.bundle), {image.key: image for image in view.images})
        for name, view in {"serving": serving, "candidate": candidate}.items()
    }
    by_key = views["candidate"][1]

    def shown(one: ObjectClicks) -> dict[str, Any]:
        ious = {"serving": known[one.key, one.index], "candidate": iou_at_one_click(one)}
        truth = clicked_masks(by_key[one.key])[one.index]
        answers = {
            name: {"iou": ious[name], "rle": first_answer(images[one.key], truth, predictor)}
            for name, (predictor, images) in views.items()
        }
        return {"image": one.key, "truth": truth, **answers}

    gained = one_an_image(one for change, one in reversed(changes) if change >= LEAST_CHANGE)
    lost = one_an_image(one for change, one in changes if change <= -LEAST_CHANGE)
    return {
        "gained": [shown(one) for one in islice(gained, MOST)],
        "lost": [shown(one) for one in islice(lost, MOST)],
    }


def first_answer(image: AnnotatedImage, truth: RLE, predictor: OnnxPredictor) -> RLE:
    """Click once, as the evaluation did."""
    mask = decode(truth)
    x, y, _ = largest_error_point(mask, np.zeros_like(mask))
    return encode(answer_clicks(image.seen(), predictor, [(float(x), float(y))], [1]).mask)
