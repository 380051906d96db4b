"""Fit a verifier to what people have made of images: a second or two for ten thousand proposals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from engine.masks.rle import RLE, iou_matrix
from engine.segmentation.clicked_objects import GOOD_IOU
from engine.segmentation.proposals import MaskProposal
from engine.verification.additive_model import AdditiveModel, Curve
from engine.verification.cues import CUES, Cues, cues_of
from engine.verification.verifier import Verdicts, Verifier, no_verdicts

Bools: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float64]

WANTED_IOU: Final = 0.5  # with what people drew; what is farther off is no help in drawing it
FEWEST: Final = 20  # proposals of either kind
FOLDS: Final = 5  # of images, to know how a verifier does on those it has not seen
_KNOTS: Final = np.linspace(0.02, 0.98, 8)  # quantiles
_STRENGTH: Final = 0.3  # of the curves against their penalty, by log loss after 12 images and 24


@dataclass(frozen=True, slots=True)
class JudgedProposal:
    """A proposal, and what people made of it or would have."""

    image: str  # proposals of one image are judged alike, so they stay together
    cues: Cues  # as they were when it was proposed
    is_accepted: bool  # as it was
    is_wanted: bool  # as it was, or corrected
    is_named: bool | None = None  # by one of several labels; None: frozen before that was told


def judge_by_masks(
    image: str, proposals: Sequence[MaskProposal], masks: Sequence[RLE], size_hw: tuple[int, int]
) -> list[JudgedProposal]:
    """Judge all that a model proposes on one finished image by the masks that people left there.

    They are taken to accept what is as close to theirs as they are to each other's.
    """
    ious = iou_matrix([each.rle for each in proposals], masks)  # (N, M)
    return [
        JudgedProposal(image, cues, bool(iou >= GOOD_IOU), bool(iou >= WANTED_IOU))
        for cues, iou in zip(cues_of(proposals, size_hw), ious.max(axis=1, initial=0), strict=True)
    ]


def train_verifier(
    own: Sequence[JudgedProposal], verdicts: Sequence[JudgedProposal]
) -> Verifier | None:
    """Fit the curves; None where too few would be accepted or not, or on too few images.

    Args:
        own: proposals of the model whose proposals it shall judge.
        verdicts: what people did decide on, of whichever model. It keeps these, each scored by a
            verifier that had not learned from its image.

    """
    accepted = np.array([each.is_accepted for each in own], np.bool_)
    wanted = np.array([each.is_wanted for each in own], np.bool_)
    names = dict.fromkeys(sorted({each.image for each in own}))
    names |= dict.fromkeys(sorted({each.image for each in verdicts}))  # those of `own` stay first
    fold_of = {image: number % FOLDS for number, image in enumerate(names)}
    folds = np.array([fold_of[each.image] for each in own], np.intp)
    if not _says_enough(accepted) or len(np.unique(folds)) < FOLDS:
        return None
    cues = [each.cues for each in own]
    numbers = {image: number for number, image in enumerate(names)}
    decided: list[JudgedProposal] = []
    scores: list[NDArray[np.float32]] = []
    for fold in range(FOLDS):
        known = np.flatnonzero(folds != fold)
        if len(np.unique(accepted[known])) == 1:  # all others were on one image
            return None
        unknown = [each for each in verdicts if fold_of[each.image] == fold]
        if unknown:
            model = _fitted([cues[index] for index in known], accepted[known])
            scores.append(model.score([each.cues for each in unknown]))
            decided += unknown
    return Verifier(
        _fitted(cues, accepted),
        _fitted(cues, wanted) if _says_enough(wanted) else None,
        _held_out(decided, np.concatenate(scores), numbers) if decided else no_verdicts(),
    )


def _held_out(
    decided: Sequence[JudgedProposal], scores: NDArray[np.float32], numbers: Mapping[str, int]
) -> Verdicts:
    is_told = all(each.is_named is not None for each in decided)
    return Verdicts(
        scores,
        np.array([each.is_accepted for each in decided], np.bool_),
        np.array([numbers[each.image] for each in decided], np.int32),
        np.array([each.is_named for each in decided], np.bool_) if is_told else None,
    )


def _says_enough(said: Bools) -> bool:
    return bool(min(np.count_nonzero(said), np.count_nonzero(~said)) >= FEWEST)


def _fitted(cues: Sequence[Cues], said: Bools) -> AdditiveModel:
    values = {name: np.array([each[name] for each in cues]) for name in CUES}
    knots = {name: np.unique(np.quantile(column, _KNOTS)) for name, column in values.items()}
    shares = np.concatenate([_shares(values[name], knots[name]) for name in CUES], axis=1)
    model = LogisticRegression(C=_STRENGTH, solver="newton-cholesky").fit(shares, said)
    return AdditiveModel(_curves(knots, model.coef_[0]), float(model.intercept_[0]))


def _shares(column: Floats, knots: Floats) -> Floats:
    """Say how near each value is to each knot, (N, K): one at it, none beyond its neighbours."""
    return np.stack([np.interp(column, knots, at) for at in np.eye(len(knots))], axis=1)


def _curves(knots: Mapping[str, Floats], log_odds: Floats) -> dict[str, Curve]:
    ends = np.cumsum([len(each) for each in knots.values()])[:-1]
    parts = np.split(log_odds, ends)
    return {
        name: Curve(own.astype(np.float32), part.astype(np.float32))
        for (name, own), part in zip(knots.items(), parts, strict=True)
    }
