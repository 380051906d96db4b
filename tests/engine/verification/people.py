"""People who accept a proposal the more often, the surer the decoder was of it.

What they do not accept they correct, unless its edges are not firm.
"""

import numpy as np

from engine.verification.cues import CUES
from engine.verification.verifier_training import JudgedProposal

HARDLY_AN_OBJECT = 0.3  # stability


def judged(count: int, images: int = 10, seed: int = 0) -> list[JudgedProposal]:
    """Draw proposals and verdicts."""
    rng = np.random.default_rng(seed)
    verdicts = []
    for number in range(count):
        cues = dict(zip(CUES, rng.uniform(0, 1, len(CUES)).tolist(), strict=True))
        likely = 1 / (1 + np.exp(-10 * (cues["predicted_iou"] - 0.5)))
        is_accepted = bool(rng.random() < likely)
        is_wanted = is_accepted or cues["stability"] > HARDLY_AN_OBJECT
        verdicts.append(JudgedProposal(str(number % images), cues, is_accepted, is_wanted))
    return verdicts
