"""A trained decoder that stands back on images unlike those it was trained on.

A linear classifier on the mean embedding tells the round's images from everyday photos; what it
does not know is left to the old decoder. Learning to answer as that does on a few dozen photos
keeps the photos that are shown: 0.09 of mIoU at one click were lost on others.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from torch import Tensor, nn

from engine.segmentation.decoder import (
    SamDecoder,
    build_like,
    load_weights,
    named_weights,
    save_decoder,
)
from engine.segmentation.items import AnnotatedImage, LoadEmbedding

BASE, FAMILIARITY = "base.", "familiarity."
RIDGE = 0.1  # inverse strength of the classifier's regularisation, on standardised features
# By cross-validation: how much of a project's own looks is to be familiar, and of others not.
OWN_SHARE, OTHERS_SHARE = 0.95, 0.95
_FOLDS = 5


class AdaptedDecoder(nn.Module):
    """Answer as `base` does on unfamiliar images and as `tuned` does on familiar ones.

    Args:
        base: the decoder that knows everything a little.
        tuned: the decoder trained on the project's images.
        familiarity: (C -> 1) logit that an image is like those of the training set.

    Shapes: SamDecoder's, for one image.

    """

    def __init__(self, base: SamDecoder, tuned: SamDecoder, familiarity: nn.Linear) -> None:
        super().__init__()
        self.base: SamDecoder = base
        self.tuned: SamDecoder = tuned
        self.familiarity: nn.Linear = familiarity

    def forward(
        self, embedding: Tensor, points: Tensor, labels: Tensor, mask_input: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        decoder = self.tuned if self.is_familiar(embedding) else self.base
        answer: tuple[Tensor, Tensor] = decoder(embedding, points, labels, mask_input)
        return answer

    def is_familiar(self, embedding: Tensor) -> bool:
        """Whether the image, a (1, C, S, S) embedding, is like those of the training set."""
        return bool(self.familiarity(embedding.float().mean(dim=(2, 3))) > 0)


def base_of(decoder: SamDecoder | AdaptedDecoder) -> SamDecoder:
    """Return the decoder that knows everything a little."""
    return decoder if isinstance(decoder, SamDecoder) else decoder.base


def tuned_of(decoder: SamDecoder | AdaptedDecoder) -> SamDecoder:
    """Return the decoder that knows the project's images best: the only one, before any round."""
    return decoder if isinstance(decoder, SamDecoder) else decoder.tuned


def adapted(
    base: Path,
    tuned: SamDecoder,
    images: Sequence[AnnotatedImage],
    others: Sequence[AnnotatedImage],
) -> SamDecoder | AdaptedDecoder:
    """Return a decoder for images like the given ones alone, if there are others.

    Args:
        base: the weights that training started from, plain or adapted.

    """
    if not others:
        return tuned
    familiarity = fit_familiarity(images, others)
    return AdaptedDecoder(base_of(load_any(base)), tuned, familiarity)


def fit_familiarity(
    images: Sequence[AnnotatedImage], others: Sequence[AnnotatedImage]
) -> nn.Linear:
    """Tell images from others by the mean embedding of a look: ridge logistic regression, balanced.

    A look is an image or a window of it. The bar is lowered as far as looks at others allow that
    are left out, and so far that most of the images' own are familiar: the first images of a
    project show few of the kinds that come. A project of everyday photos looks much like the
    others.
    """
    both = [*images, *others]
    looks = [look for image in both for look in image.looks()]
    features = np.stack([_mean(look) for look in looks])
    counts = [len(image.looks()) for image in both]
    wanted = np.repeat([1] * len(images) + [0] * len(others), counts)
    whose = np.repeat(np.arange(len(both)), counts)
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    features = (features - mean) / spread
    model = LogisticRegression(C=RIDGE, max_iter=2000, class_weight="balanced")
    model.fit(features, wanted)
    weight = model.coef_[0] / spread
    folds = min(_FOLDS, len(images), len(others))
    bar = _lowered_bar(model, features, wanted, whose, folds)
    bias = model.intercept_ - weight @ mean - bar
    linear = nn.Linear(len(weight), 1)
    with torch.no_grad():
        linear.weight.copy_(torch.from_numpy(weight)[None])
        linear.bias.copy_(torch.from_numpy(bias))
    return linear


def _lowered_bar(
    model: LogisticRegression,
    features: NDArray[np.float32],
    wanted: NDArray[np.int64],
    whose: NDArray[np.int64],
    folds: int,
) -> float:
    """Return the logit, 0 or below, that is to be passed; an image is left out with its windows."""
    if folds < 2:  # noqa: PLR2004  # nothing can be left out
        return 0.0
    splits = StratifiedGroupKFold(folds, shuffle=True, random_state=0)
    logits = cross_val_predict(
        model, features, wanted, groups=whose, cv=splits, method="decision_function"
    )
    own, others = logits[wanted == 1], logits[wanted == 0]
    return min(
        0.0, float(np.quantile(own, 1 - OWN_SHARE)), float(np.quantile(others, OTHERS_SHARE))
    )


def save_any(decoder: SamDecoder | AdaptedDecoder, path: Path) -> None:
    """Write a plain decoder, or the trained weights under its names and the rest beside them."""
    if isinstance(decoder, SamDecoder):
        save_decoder(decoder, path)
        return
    tensors = named_weights(decoder.tuned)
    tensors |= {f"{BASE}{name}": tensor for name, tensor in named_weights(decoder.base).items()}
    for name, tensor in decoder.familiarity.named_parameters():
        tensors[f"{FAMILIARITY}{name}"] = tensor.detach().float().contiguous()
    save_file(tensors, path)


def load_any(path: Path) -> SamDecoder | AdaptedDecoder:
    """Load what a bundle holds: a plain decoder, or an adapted one."""
    tensors = load_file(path)
    plain = {name: t for name, t in tensors.items() if not name.startswith((BASE, FAMILIARITY))}
    tuned = build_like(plain, path)
    load_weights(tuned, plain, path)
    if len(plain) == len(tensors):
        return tuned
    old = {name.removeprefix(BASE): t for name, t in tensors.items() if name.startswith(BASE)}
    base = build_like(old, path)
    load_weights(base, old, path)
    weight = tensors[f"{FAMILIARITY}weight"]
    familiarity = nn.Linear(weight.shape[1], 1)
    familiarity.load_state_dict({"weight": weight, "bias": tensors[f"{FAMILIARITY}bias"]})
    return AdaptedDecoder(base, tuned, familiarity).eval()


def _mean(look: LoadEmbedding) -> NDArray[np.float32]:
    mean: NDArray[np.float32] = look().astype(np.float32).mean(axis=(1, 2))
    return mean
