"""What it takes to learn from many verdicts, and from what as many masks were called."""

import time
from typing import Final

import numpy as np

from engine.verification.label_head import train_label_head
from engine.verification.verifier_training import train_verifier
from tests.bench.memory import measured_alone
from tests.bench.rows import Row
from tests.engine.verification.people import judged

VERDICTS: Final = 10_000
IMAGES: Final = 250
FEATURES: Final = 1280  # of a mask, as those of the eye that rounds look with
LABELS: Final = 73
MOST_S: Final = 10.0


def measure_verdicts() -> list[Row]:
    return [
        Row(what, found, f"{MOST_S:.0f} s", float(str(found["seconds"])) <= MOST_S)
        for what, found in (
            (f"a verifier's training on {VERDICTS:,} verdicts", measured_alone(_verifier)),
            (f"a label head's training on {VERDICTS:,} masks", measured_alone(_label_head)),
        )
    ]


def _verifier() -> dict[str, object]:
    people = judged(VERDICTS, IMAGES)
    began = time.perf_counter()
    train_verifier(people, people)
    return {"verdicts": VERDICTS, "seconds": round(time.perf_counter() - began, 2)}


def _label_head() -> dict[str, object]:
    """Train on features that lie around a middle for each label."""
    rng = np.random.default_rng(0)
    which = rng.integers(LABELS, size=VERDICTS)
    middles = rng.normal(size=(LABELS, FEATURES)).astype(np.float32)
    features = middles[which] + rng.normal(size=(VERDICTS, FEATURES)).astype(np.float32)
    images = [str(number % IMAGES) for number in range(VERDICTS)]
    began = time.perf_counter()
    train_label_head(features, [str(each) for each in which], images)
    return {
        "masks": VERDICTS,
        "features": FEATURES,
        "labels": LABELS,
        "seconds": round(time.perf_counter() - began, 2),
    }
