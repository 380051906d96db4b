"""What a verifier is told of a proposal: how sure the decoder was, its shape, and its company."""

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np

from engine.masks.rle import area, iou_matrix
from engine.segmentation.frame import scale_of
from engine.segmentation.proposals import MaskProposal

Cues: TypeAlias = dict[str, float]  # by the names below

CUES: Final = (
    "predicted_iou",
    "iou_lead",  # over the median of the image's proposals
    "stability",
    "size",  # logarithm of the square root of the area, in the 1024 frame
    "size_lead",  # over the median of the image's proposals
    "stretch",  # logarithm of the box's longer side over its shorter one
    "overlap",  # IoU with the nearest other proposal
    "company",  # proposals on the image
)


def cues_of(proposals: Sequence[MaskProposal], size_hw: tuple[int, int]) -> list[Cues]:
    """Describe all proposals of one image, in their order; each is judged beside the others."""
    if not proposals:
        return []
    masks = [each.rle for each in proposals]
    overlaps = iou_matrix(masks, masks)
    np.fill_diagonal(overlaps, 0)
    predicted_iou = np.array([each.predicted_iou for each in proposals])
    size = np.log(np.sqrt([area(mask) for mask in masks]) * scale_of(size_hw))
    sides = np.array([each.bbox_xywh[2:] for each in proposals])
    columns = {
        "predicted_iou": predicted_iou,
        "iou_lead": predicted_iou - np.median(predicted_iou),
        "stability": np.array([each.stability for each in proposals]),
        "size": size,
        "size_lead": size - np.median(size),
        "stretch": np.abs(np.log(sides[:, 0] / sides[:, 1])),
        "overlap": overlaps.max(axis=1),
        "company": np.full(len(masks), len(masks)),
    }
    return [{name: float(columns[name][index]) for name in CUES} for index in range(len(proposals))]
