"""A probability as a sum of curves, one for each cue (Hastie and Tibshirani 1986, Statistical
Science 1(3), generalized additive models).

Each cue has a curve of log-odds, straight between a few knots. Curves can be drawn and read, and
need no torch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.verification.cues import Cues

Floats: TypeAlias = NDArray[np.float32]
Tensors: TypeAlias = Mapping[str, NDArray[np.float32]]

_BIAS: Final = "bias"
_KNOTS: Final = ".knots"
_LOG_ODDS: Final = ".log_odds"


@dataclass(frozen=True, slots=True)
class Curve:
    """Log-odds of one cue: straight between the knots, level beyond them."""

    knots: Floats  # (K,) ascending
    log_odds: Floats  # (K,)


@dataclass(frozen=True, slots=True)
class AdditiveModel:
    """A curve for each cue that counts, and what they are added to."""

    curves: Mapping[str, Curve]
    bias: float

    def score(self, cues: Sequence[Cues]) -> Floats:
        """Return the probability for each of N: (N,)."""
        log_odds = np.full(len(cues), self.bias)
        for name, curve in self.curves.items():
            log_odds += np.interp([each[name] for each in cues], curve.knots, curve.log_odds)
        return np.asarray(1 / (1 + np.exp(-log_odds)), np.float32)

    def tensors(self) -> dict[str, NDArray[np.float32]]:
        """Return what it is made of, by name."""
        parts = {_BIAS: np.array([self.bias], np.float32)}
        for name, curve in self.curves.items():
            parts |= {name + _KNOTS: curve.knots, name + _LOG_ODDS: curve.log_odds}
        return parts

    @classmethod
    def of(cls, tensors: Tensors) -> Self:
        """Make it of what `tensors` returned.

        Raises:
            KeyError: a part is missing.

        """
        names = [key.removesuffix(_KNOTS) for key in tensors if key.endswith(_KNOTS)]
        curves = {name: Curve(tensors[name + _KNOTS], tensors[name + _LOG_ODDS]) for name in names}
        return cls(curves, float(tensors[_BIAS][0]))
