"""The verifier: how likely people are to accept a proposal as it is, and to want it at all."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from engine.verification.additive_model import AdditiveModel, Floats, Tensors

_ACCEPTED: Final = "accepted/"
_WANTED: Final = "wanted/"
_HELD_OUT_SCORES: Final = "held_out_scores"
_HELD_OUT_ACCEPTED: Final = "held_out_accepted"
_HELD_OUT_IMAGES: Final = "held_out_images"
_HELD_OUT_NAMED: Final = "held_out_named"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """N proposals that people decided on: what was expected of each, and what they said."""

    scores: Floats  # (N,) by a verifier that had not learned from its image
    accepted: NDArray[np.bool_]  # (N,) as it was
    images: NDArray[np.int32] | None = None  # (N,) numbered; None: each of another
    named: NDArray[np.bool_] | None = None  # (N,) by one of several labels; None: untold

    def of_named(self) -> "Verdicts":
        """Keep those whose label could have been wrong; none where it is untold which these are."""
        if self.named is None:
            return no_verdicts()
        images = None if self.images is None else self.images[self.named]
        return Verdicts(
            self.scores[self.named], self.accepted[self.named], images, self.named[self.named]
        )


def no_verdicts() -> Verdicts:
    """Nothing that could tell how far to trust a verifier."""
    return Verdicts(np.zeros(0, np.float32), np.zeros(0, np.bool_))


@dataclass(frozen=True, slots=True)
class Verifier:
    """What people will do with a proposal, and how well that was known before they did it."""

    accepted: AdditiveModel  # they take it as it is
    wanted: AdditiveModel | None = None  # or correct it; None: they have hardly rejected any
    held_out: Verdicts = field(default_factory=no_verdicts)  # on being accepted

    def save(self, path: Path) -> None:
        """Write it as safetensors."""
        parts = {_ACCEPTED: self.accepted, **({_WANTED: self.wanted} if self.wanted else {})}
        curves = {
            prefix + name: tensor
            for prefix, model in parts.items()
            for name, tensor in model.tensors().items()
        }
        held_out: dict[str, NDArray[Any]] = {
            _HELD_OUT_SCORES: self.held_out.scores,
            _HELD_OUT_ACCEPTED: self.held_out.accepted.astype(np.float32),
        }
        if self.held_out.images is not None:
            held_out[_HELD_OUT_IMAGES] = self.held_out.images
        if self.held_out.named is not None:
            held_out[_HELD_OUT_NAMED] = self.held_out.named.astype(np.float32)
        save_file(curves | held_out, path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` has written, now or before it told which proposals were named.

        Raises:
            ValueError: the file is no verifier's.

        """
        try:
            tensors = load_file(path)
            wanted, named = _under(_WANTED, tensors), tensors.get(_HELD_OUT_NAMED)
            return cls(
                AdditiveModel.of(_under(_ACCEPTED, tensors)),
                AdditiveModel.of(wanted) if wanted else None,
                Verdicts(
                    tensors[_HELD_OUT_SCORES],
                    tensors[_HELD_OUT_ACCEPTED] > 0,
                    tensors.get(_HELD_OUT_IMAGES),
                    None if named is None else named > 0,
                ),
            )
        except (SafetensorError, KeyError) as error:
            raise ValueError(f"{path} is no verifier: {error}") from None


def _under(prefix: str, tensors: Tensors) -> Tensors:
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }
