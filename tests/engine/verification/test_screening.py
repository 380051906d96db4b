"""People get proposals the likeliest first, and not those that nobody would want."""

import numpy as np
import pytest

from engine.masks.rle import bbox_xywh, encode
from engine.segmentation.proposals import MaskProposal
from engine.verification.additive_model import AdditiveModel, Curve
from engine.verification.cues import CUES, cues_of
from engine.verification.screening import screen
from engine.verification.verifier import Verifier

SIZE_HW = (40, 60)
RISING = Curve(np.array([0, 1], np.float32), np.array([-5, 5], np.float32))
BY_STABILITY = AdditiveModel({"stability": RISING}, 0.0)
BY_IOU = AdditiveModel({"predicted_iou": RISING}, -2.0)


def proposal(x: int, predicted_iou: float, stability: float, side: int = 6) -> MaskProposal:
    mask = np.zeros(SIZE_HW, bool)
    mask[4 : 4 + side, x : x + 2 * side] = True
    rle = encode(mask)
    return MaskProposal(rle, bbox_xywh(rle), predicted_iou, stability, (x + 1.0, 5.0))


PROPOSALS = [
    proposal(0, 0.9, 0.2),
    proposal(14, 0.8, 0.9),
    proposal(28, 0.7, 0.6),
    proposal(30, 0.6, 0.8),
]


def test_what_is_likely_to_be_accepted_comes_first() -> None:
    screened = screen(PROPOSALS, SIZE_HW, Verifier(BY_STABILITY))

    assert [each.mask for each in screened] == [PROPOSALS[place] for place in (1, 3, 2, 0)]
    assert [each.sureness for each in screened] == [each.score for each in screened]


def test_what_nobody_would_want_is_left_out() -> None:
    screened = screen(PROPOSALS, SIZE_HW, Verifier(BY_STABILITY, wanted=BY_IOU))

    assert [each.mask for each in screened] == [PROPOSALS[place] for place in (1, 2, 0)]


def test_what_somebody_has_asked_for_is_kept_whatever_people_would_say() -> None:
    screened = screen(PROPOSALS[::-1], SIZE_HW, Verifier(BY_STABILITY, wanted=BY_IOU), asked=1)

    assert [each.mask for each in screened] == [PROPOSALS[place] for place in (1, 3, 2, 0)]


def test_without_a_verifier_everything_is_kept_as_the_decoder_ranks_it() -> None:
    screened = screen(PROPOSALS[::-1], SIZE_HW, None)

    assert [each.mask for each in screened] == PROPOSALS
    assert [each.score for each in screened] == [None] * 4


def test_the_cues_tell_a_proposal_apart_and_its_place_among_the_others() -> None:
    cues = cues_of(PROPOSALS, SIZE_HW)

    assert [tuple(each) for each in cues] == [CUES] * 4
    assert [each["iou_lead"] for each in cues] == pytest.approx([0.15, 0.05, -0.05, -0.15])
    assert [each["company"] for each in cues] == [4] * 4
    assert cues[0]["stretch"] == pytest.approx(np.log(2))
    assert cues[0]["overlap"] == 0
    assert cues[2]["overlap"] == cues[3]["overlap"] == pytest.approx(60 / 84)
    assert cues[0]["size"] == pytest.approx(np.log(np.sqrt(72) * 1024 / 60))
    assert [each["size_lead"] for each in cues] == pytest.approx([0] * 4)


def test_an_image_without_proposals_has_none() -> None:
    assert screen([], SIZE_HW, Verifier(BY_STABILITY, wanted=BY_IOU)) == []
