"""What it takes to learn from many verdicts."""

import time
from typing import Final

from engine.verification.verifier_training import train_verifier
from tests.bench.memory import measured_alone
from tests.bench.rows import Row
from tests.engine.verification.people import judged

VERDICTS: Final = 10_000
IMAGES: Final = 250
MOST_S: Final = 10.0


def measure_verdicts() -> list[Row]:
    found = measured_alone(_train)
    return [
        Row(
            f"a verifier's training on {VERDICTS:,} verdicts",
            found,
            f"{MOST_S:.0f} s",
            float(str(found["seconds"])) <= MOST_S,
        )
    ]


def _train() -> dict[str, object]:
    people = judged(VERDICTS, IMAGES)
    began = time.perf_counter()
    train_verifier(people, people)
    return {"verdicts": VERDICTS, "seconds": round(time.perf_counter() - began, 2)}
