"""From what an image encoder sees to what a language model reads."""

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # everybody's name for it

from engine.captioning.features import PLACE

_GELU_GAIN = 0.6  # roughly the spread of GELU's output for inputs of spread 1


class Connector(nn.Module):
    """Turn a pooled feature and its place into an embedding, as LLaVA 1.5's two-layer one does.

    Liu et al. 2023, arXiv:2310.03744, section 3.2; the norm before and the place are ours. Cells
    of the grid and masks share it, so a mask's token means what a cell's does.

    Args:
        features: channels C of a token.
        hidden: width D of the language model.
        scale: spread of the language model's own embeddings, which the first tokens shall have.

    Shapes:
        tokens: (T, C). places: (T, 5), see SeenTokens.
        returns: (T, D).

    """

    def __init__(self, features: int, hidden: int, scale: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(features)
        self.inner = nn.Linear(features, hidden)
        self.place = nn.Linear(PLACE, hidden, bias=False)
        self.outer = nn.Linear(hidden, hidden)
        nn.init.normal_(self.outer.weight, std=scale / (_GELU_GAIN * hidden**0.5))
        nn.init.zeros_(self.outer.bias)

    def forward(self, tokens: Tensor, places: Tensor) -> Tensor:
        inner = self.inner(self.norm(tokens)) + self.place(places)  # (T, D)
        out: Tensor = self.outer(F.gelu(inner))
        return out
