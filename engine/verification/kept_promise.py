"""Whether a verifier keeps on unseen images what it promises by the verdicts that it knows."""

from dataclasses import dataclass

import numpy as np

from engine.verification.promise import Precision, precision_over_images, threshold_for
from engine.verification.verifier import Verdicts


@dataclass(frozen=True, slots=True)
class KeptPromise:
    """What a promise came to."""

    promise: float
    threshold: float | None  # None: by what it knows nothing can be promised, and nothing is taken
    proposals: int
    taken: int  # of these, at the threshold or above
    right: int  # of these again
    precision: Precision | None  # of what is taken, over images; None: it is nothing


def keep_promise(known: Verdicts, unseen: Verdicts, promise: float) -> KeptPromise:
    """Choose the threshold by the verdicts that are known, and count what it takes of the unseen.

    Raises:
        ValueError: the promise is none.

    """
    threshold = threshold_for(known.scores, known.accepted, promise, known.images)
    taken = unseen.scores >= (np.inf if threshold is None else threshold)
    right, count = unseen.accepted[taken], len(unseen.scores)
    images = np.arange(count) if unseen.images is None else unseen.images
    return KeptPromise(
        promise,
        threshold,
        proposals=count,
        taken=len(right),
        right=int(np.count_nonzero(right)),
        precision=precision_over_images(right, images[taken], unseen.scores[taken]),
    )
