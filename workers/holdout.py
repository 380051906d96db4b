"""A bundle on a version's blind holdout, object by object, and beside another."""

from dataclasses import dataclass
from typing import Any

from annotation.models import Bundle, DatasetVersion
from engine.segmentation.clicked_objects import compare
from engine.segmentation.windows import Window
from workers.annotated_images import annotated_images, seen_through
from workers.evaluation import Evaluation, digest_of, evaluate_bundle
from workers.examples import BundleView
from workers.labels import label_figures, measure_labels, naming_difference
from workers.watch import Watch


@dataclass(frozen=True, slots=True)
class Pair:
    """What both come to; `serving` stands for the one that the other is compared with."""

    before: Evaluation
    after: Evaluation
    serving: BundleView
    candidate: BundleView

    def metrics(self, watch: Watch, version: DatasetVersion) -> dict[str, Any]:
        """Return the figures of both and their difference, as `Round.metrics` has them."""
        before, after = (
            measure_labels(watch, version, view.bundle) for view in (self.serving, self.candidate)
        )
        compared = compare(self.before.objects, self.after.objects)
        return {
            "holdout": digest_of(self.candidate.images),
            "measured": self.candidate.bundle.pk,
            "serving": self.before.figures | label_figures(before),
            "candidate": self.after.figures | label_figures(after),
            "difference": compared | naming_difference(before, after),
        }


def evaluate_pair(
    watch: Watch, version: DatasetVersion, serving: Bundle, candidate: Bundle
) -> Pair | None:
    """Click and propose with each as its own encoder sees the images; None: there is no object."""
    if all(each.is_empty for each in annotated_images(version, "holdout", serving.encoder_digest)):
        return None
    (old, before), (new, after) = (measure(watch, version, each) for each in (serving, candidate))
    return Pair(before, after, serving=old, candidate=new)


def measure(watch: Watch, version: DatasetVersion, bundle: Bundle) -> tuple[BundleView, Evaluation]:
    """Measure one bundle, and return the images as it saw them.

    Raises:
        ValueError: every image is empty.

    """
    images = annotated_images(version, "holdout", bundle.encoder_digest)
    evaluation = evaluate_bundle(watch, bundle, images)
    windows = {key: list(map(Window.named, names)) for key, names in evaluation.windows.items()}
    return BundleView(bundle, seen_through(images, windows, bundle.encoder_digest)), evaluation
