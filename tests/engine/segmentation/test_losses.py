"""Losses reward what evaluation measures."""

import torch

from engine.segmentation.losses import decoder_loss, overlap


def square(side: int) -> torch.Tensor:
    target = torch.zeros(1, 32, 32)
    target[0, 4 : 4 + side, 4 : 4 + side] = 1
    return target


def logits_of(*sides: int) -> torch.Tensor:
    return torch.stack([square(side)[0] * 20 - 10 for side in sides])[None]


def test_a_perfect_answer_costs_next_to_nothing() -> None:
    target = square(16)

    loss = decoder_loss(logits_of(16, 16, 16, 16), torch.ones(1, 4), target)

    assert loss < 1e-3


def test_one_good_hypothesis_of_three_is_enough() -> None:
    target, reached = square(16), overlap(logits_of(16, 2, 16, 28), square(16)[:, None])

    good = decoder_loss(logits_of(16, 2, 16, 28), reached, target)
    bad = decoder_loss(logits_of(16, 2, 2, 28), reached, target)

    assert good < 1e-2
    assert bad > 0.1


def test_a_wrong_promise_of_iou_costs() -> None:
    target, logits = square(16), logits_of(16, 16, 16, 16)

    assert decoder_loss(logits, torch.full((1, 4), 0.5), target) > 0.2
