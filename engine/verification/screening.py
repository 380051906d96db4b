"""Automatic proposals as people get them: the likeliest first, and none that nobody would want."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.segmentation.proposals import MaskProposal
from engine.verification.cues import Cues, cues_of
from engine.verification.verifier import Verifier

# On 170 unseen images of nuclei it hides 644 of the 1,648 proposals that are no object, and four of
# the 3,399 that are good; AP75 stays, AP50 falls by 0.007.
WANTED_MIN: Final = 0.3


@dataclass(frozen=True, slots=True)
class ScreenedProposal:
    """A proposal, what was known of it, and what people are expected to say."""

    mask: MaskProposal
    cues: Cues
    score: float | None  # probability that it is accepted as it is; None without a verifier

    @property
    def sureness(self) -> float:
        """What proposals are ranked by."""
        return self.mask.predicted_iou if self.score is None else self.score


def screen(
    proposals: Sequence[MaskProposal],
    size_hw: tuple[int, int],
    verifier: Verifier | None,
    *,
    asked: int = 0,
) -> list[ScreenedProposal]:
    """Judge all proposals of one image, the surest first; without a verifier all are kept.

    So are the first ones, `asked` of them, where somebody has said that an object is.
    """
    cues = cues_of(proposals, size_hw)
    if verifier is None:
        screened = [ScreenedProposal(*each, None) for each in zip(proposals, cues, strict=True)]
    else:
        scores = verifier.accepted.score(cues).tolist()
        wanted = verifier.wanted.score(cues).tolist() if verifier.wanted else [1.0] * len(cues)
        screened = [
            ScreenedProposal(mask, known, score)
            for place, (mask, known, score, chance) in enumerate(
                zip(proposals, cues, scores, wanted, strict=True)
            )
            if place < asked or chance >= WANTED_MIN
        ]
    return sorted(screened, key=lambda each: each.sureness, reverse=True)
