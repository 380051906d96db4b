"""Losses of the mask decoder, after Segment Anything (Kirillov et al. 2023, appendix A)."""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  # as everyone calls it

FOCAL_WEIGHT = 20.0  # focal : dice is 20 : 1, Segment Anything, appendix A
_ALPHA, _GAMMA = 0.25, 2.0  # of RetinaNet, as in segment_anything's paper


def decoder_loss(
    logits: Tensor,
    iou: Tensor,
    targets: Tensor,
    surest_weight: float = 0.0,
    iou_weight: float = 1.0,
) -> Tensor:
    """Loss of one answer: the best hypothesis and the surest, the single-mask token, the IoU.

    The defaults are the paper's. More weight on the surest hypothesis, and on the IoU that makes it
    that, gives more at one click and costs later ones.

    Shapes:
        logits: (B, 4, H, W); iou: (B, 4); targets: (B, H, W), the share of a cell covered.
    """
    logits, wide = logits.float(), targets.unsqueeze(1).expand(-1, logits.shape[1], -1, -1)
    mask_loss = FOCAL_WEIGHT * focal(logits, wide) + dice(logits, wide)  # (B, 4)
    reached = overlap(logits, wide)  # (B, 4)
    best = mask_loss[:, 1:].min(dim=1).values
    chosen = iou[:, 1:].argmax(dim=1, keepdim=True)
    surest = mask_loss[:, 1:].gather(1, chosen)[:, 0]
    masks = best + surest_weight * surest + mask_loss[:, 0]
    return masks.mean() + iou_weight * F.mse_loss(iou.float(), reached)


def focal(logits: Tensor, targets: Tensor) -> Tensor:
    """Focal loss over the last two dimensions (Lin et al. 2017, arXiv:1708.02002)."""
    chance = logits.sigmoid()
    right = chance * targets + (1 - chance) * (1 - targets)
    weight = _ALPHA * targets + (1 - _ALPHA) * (1 - targets)
    entropy = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return (weight * (1 - right) ** _GAMMA * entropy).mean(dim=(-2, -1))


def dice(logits: Tensor, targets: Tensor) -> Tensor:
    """Soft Dice loss over the last two dimensions; one cell of smoothing for tiny objects."""
    chance = logits.sigmoid()
    shared = (chance * targets).sum(dim=(-2, -1))
    total = chance.sum(dim=(-2, -1)) + targets.sum(dim=(-2, -1))
    return 1 - (2 * shared + 1) / (total + 1)


@torch.no_grad()
def overlap(logits: Tensor, targets: Tensor) -> Tensor:
    """IoU of the thresholded masks over the last two dimensions."""
    predicted, truth = logits > 0, targets > 0.5  # noqa: PLR2004
    union = (predicted | truth).sum(dim=(-2, -1))
    return (predicted & truth).sum(dim=(-2, -1)) / union.clamp(min=1)
