"""Where an image's objects are: a small network on the embedding that the encoder made anyway.

Objects as points, with rough boxes (CenterNet: Zhou et al. 2019, arXiv:1904.07850). The point is
not the box's centre but the one deepest inside, where a person would click.
"""

import warnings
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from engine.segmentation.onnx_export import OPSET

EMBEDDING_SIDE: Final = 64
_RARE: Final = -2.19  # a cell without evidence is an object's with probability 0.1
_GROUPS: Final = 8


class PromptHead(nn.Module):
    """Tell for each cell whether an object's middle lies in it, and how far its sides are.

    Args:
        dim: channels of the embedding.
        width: channels within.

    Shapes:
        embedding: (B, dim, 64, 64).
        returns: logits of the heat (B, 128, 128), and logarithms of the distances to the left,
            top, right and bottom in cells (B, 4, 128, 128).

    """

    def __init__(self, dim: int = 256, width: int = 64) -> None:
        super().__init__()
        self.dim = dim
        self.body = nn.Sequential(
            nn.GroupNorm(1, dim),
            nn.Conv2d(dim, width, 3, padding=1),
            nn.GroupNorm(_GROUPS, width),
            nn.GELU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.GroupNorm(_GROUPS, width),
            nn.GELU(),
            nn.ConvTranspose2d(width, width, 2, stride=2),
            nn.GroupNorm(_GROUPS, width),
            nn.GELU(),
        )
        self.heat = nn.Conv2d(width, 1, 3, padding=1)
        self.sides = nn.Conv2d(width, 4, 3, padding=1)
        nn.init.constant_(self.heat.bias, _RARE)  # type: ignore[arg-type]  # there is a bias

    def forward(self, embedding: Tensor) -> tuple[Tensor, Tensor]:
        seen = self.body(embedding)
        return self.heat(seen)[:, 0], self.sides(seen)


class _Finding(nn.Module):
    """The head as it is used: heat from 0 to 1."""

    def __init__(self, head: PromptHead) -> None:
        super().__init__()
        self.head = head

    def forward(self, embedding: Tensor) -> tuple[Tensor, Tensor]:
        logits, sides = self.head(embedding)
        return logits.sigmoid(), sides


def export_prompt_head(head: PromptHead, path: Path) -> None:
    """Write the head as a graph that ObjectFinder reads.

    Raises:
        ValueError: a weight is not finite.

    """
    bad = [name for name, value in head.state_dict().items() if not value.isfinite().all()]
    if bad:
        raise ValueError(f"a prompt head with values that are not finite: {', '.join(bad)}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in onnx_export
        torch.onnx.export(
            _Finding(head).eval(),
            (torch.zeros(1, head.dim, EMBEDDING_SIDE, EMBEDDING_SIDE),),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=["image_embeddings"],
            output_names=["heat", "sides"],
        )
