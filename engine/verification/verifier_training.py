"""Fit a verifier to people's verdicts: a second or two for ten thousand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from engine.verification.additive_model import AdditiveModel, Curve
from engine.verification.cues import CUES, Cues
from engine.verification.verifier import Verdicts, Verifier

Bools: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float64]

FEWEST: Final = 20  # verdicts of either kind
FOLDS: Final = 5  # of images, to know how a verifier does on those it has not seen
_KNOTS: Final = np.linspace(0.02, 0.98, 8)  # quantiles
_STRENGTH: Final = 0.3  # of the curves against their penalty, by log loss after 12 images and 24


@dataclass(frozen=True, slots=True)
class JudgedProposal:
    """A proposal that a person has decided on."""

    image: str  # proposals of one image are judged alike, so they stay together
    cues: Cues  # as they were when it was proposed
    is_accepted: bool  # as it was
    is_wanted: bool  # as it was, or corrected


def train_verifier(judged: Sequence[JudgedProposal]) -> Verifier | None:
    """Fit the curves; None where too few were accepted or not, or on too few images.

    The verdicts that it keeps were scored by other verifiers, each fitted to other images.
    """
    cues = [each.cues for each in judged]
    accepted = np.array([each.is_accepted for each in judged], np.bool_)
    wanted = np.array([each.is_wanted for each in judged], np.bool_)
    images = np.unique([each.image for each in judged], return_inverse=True)[1]
    if not _says_enough(accepted) or images.max() + 1 < FOLDS:
        return None
    scores = np.zeros(len(judged), np.float32)
    for known, unknown in GroupKFold(FOLDS).split(cues, groups=images):
        if len(np.unique(accepted[known])) == 1:  # all others were on one image
            return None
        model = _fitted([cues[index] for index in known], accepted[known])
        scores[unknown] = model.score([cues[index] for index in unknown])
    return Verifier(
        _fitted(cues, accepted),
        _fitted(cues, wanted) if _says_enough(wanted) else None,
        Verdicts(scores, accepted),
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
