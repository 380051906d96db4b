"""Two bundles on a version's blind holdout, object by object."""

from dataclasses import dataclass
from typing import Any

from annotation.models import Bundle, DatasetVersion
from workers.annotated_images import annotated_images, embed_missing
from workers.evaluation import Evaluation, compare, digest_of, evaluate_bundle
from workers.examples import BundleView
from workers.labels import measure_labels
from workers.lease import Watch
from workers.networks import sight_of


@dataclass(frozen=True, slots=True)
class Pair:
    """What both come to; `serving` stands for the one that the other is compared with."""

    before: Evaluation
    after: Evaluation
    serving: BundleView
    candidate: BundleView

    def metrics(self, version: DatasetVersion) -> dict[str, Any]:
        """Return the figures of both and their difference, as `Round.metrics` has them."""
        return {
            "holdout": digest_of(self.candidate.images),
            "serving": self.before.figures | measure_labels(version, self.serving.bundle),
            "candidate": self.after.figures | measure_labels(version, self.candidate.bundle),
            "difference": compare(self.before, self.after),
        }


def evaluate_pair(
    watch: Watch, version: DatasetVersion, serving: Bundle, candidate: Bundle
) -> Pair | None:
    """Click and propose with each as its own encoder sees the images; None: there is no object."""
    if all(each.is_empty for each in annotated_images(version, "holdout", serving.encoder_digest)):
        return None
    (old, before), (new, after) = (_measured(watch, version, each) for each in (serving, candidate))
    return Pair(before, after, serving=old, candidate=new)


def _measured(
    watch: Watch, version: DatasetVersion, bundle: Bundle
) -> tuple[BundleView, Evaluation]:
    seen = annotated_images(version, "holdout", bundle.encoder_digest)
    view = BundleView(bundle, embed_missing(watch.report, seen, sight_of(bundle)))
    return view, evaluate_bundle(*view, show=watch.report, should_stop=watch.should_stop)
