"""What a training changes: the decoder and, where the encoder learns, too, its last stage."""

from typing import Any

from torch import Tensor, nn
from torch.optim import AdamW

from engine.segmentation.decoder import SamDecoder
from engine.segmentation.learning_encoder import LearningStage

ENCODER_RATE = 0.25  # of the decoder's: what the stage knows took far more images to learn


class Learner(nn.Module):
    """A decoder, and the stage that makes the embeddings it reads, if that learns."""

    def __init__(self, decoder: SamDecoder, stage: LearningStage | None) -> None:
        super().__init__()
        self.decoder: SamDecoder = decoder
        self.stage: LearningStage | None = stage

    def embed(self, seen: Tensor) -> Tensor:
        """Return the embedding, (1, C, S, S), of what the encoder gives: that, or features."""
        if self.stage is None:
            return seen
        embedding: Tensor = self.stage(seen)
        return embedding

    def optimizer(self, lr: float, weight_decay: float) -> AdamW:
        """Return one whose groups say in `share` how much of the rate they take."""
        groups: list[dict[str, Any]] = [{"params": [*self.decoder.parameters()], "share": 1.0}]
        if self.stage is not None:
            groups.append({"params": [*self.stage.parameters()], "share": ENCODER_RATE})
        return AdamW(groups, lr=lr, weight_decay=weight_decay)
