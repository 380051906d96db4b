"""A verifier learns what people accept, and knows how far it can be trusted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from engine.masks.rle import RLE, encode
from engine.segmentation.proposals import MaskProposal
from engine.verification.calibration import reliability
from engine.verification.cues import CUES
from engine.verification.verifier import Verifier
from engine.verification.verifier_training import judge_by_masks, train_verifier
from tests.engine.verification.people import judged

UNREMARKABLE = dict.fromkeys(CUES, 0.5)
SIZE_HW = (20, 60)


def square_of(left: int, width: int) -> RLE:
    mask = np.zeros(SIZE_HW, bool)
    mask[:, left : left + width] = True
    return encode(mask)


def proposal_of(left: int, width: int) -> MaskProposal:
    return MaskProposal(square_of(left, width), (left, 0, width, 20), 0.9, 0.9, (left, 1))


def test_what_people_accept_gets_a_high_score_and_what_they_reject_a_low_one() -> None:
    verifier = train_verifier(judged(600), [])
    assert verifier is not None

    low, middle, high = verifier.accepted.score(
        [UNREMARKABLE | {"predicted_iou": value} for value in (0.1, 0.5, 0.9)]
    )

    assert low < 0.2
    assert 0.35 < middle < 0.65
    assert high > 0.8


def test_what_people_correct_is_wanted_and_what_they_reject_is_not() -> None:
    verifier = train_verifier(judged(1000), [])
    assert verifier is not None
    assert verifier.wanted is not None

    poor = {"predicted_iou": 0.1}
    scores = verifier.wanted.score(
        [UNREMARKABLE | poor | {"stability": value} for value in (0.1, 0.8)]
    )

    assert scores[0] < 0.3
    assert scores[1] > 0.9


def test_where_hardly_anything_was_rejected_everything_counts_as_wanted() -> None:
    people = [replace(each, is_wanted=index >= 19) for index, each in enumerate(judged(300))]

    verifier = train_verifier(people, [])

    assert verifier is not None
    assert verifier.wanted is None


def test_a_cue_without_influence_changes_little() -> None:
    verifier = train_verifier(judged(2000), [])
    assert verifier is not None

    scores = verifier.accepted.score([UNREMARKABLE | {"stretch": value} for value in (0.1, 0.9)])

    assert abs(scores[0] - scores[1]) < 0.1


def test_its_scores_are_probabilities_on_images_it_has_not_seen() -> None:
    verifier = train_verifier(judged(2000), judged(2000, images=30, seed=2))
    assert verifier is not None
    unseen = judged(2000, seed=1)

    scores = verifier.accepted.score([each.cues for each in unseen])

    accepted = np.array([each.is_accepted for each in unseen])
    assert reliability(replace(verifier.held_out, scores=scores, accepted=accepted)).error < 0.05
    assert reliability(verifier.held_out).error < 0.05


def test_the_verdicts_it_keeps_were_not_scored_by_who_had_learned_them() -> None:
    people = [replace(each, is_accepted=int(each.image) % 2 == 0) for each in judged(600)]
    people = [
        replace(each, cues=each.cues | {"company": 10.0 + int(each.image)}) for each in people
    ]
    verifier = train_verifier(people, people)
    assert verifier is not None

    known = verifier.accepted.score([each.cues for each in people])

    assert reliability(replace(verifier.held_out, scores=known)).error < 0.2
    assert reliability(verifier.held_out).error > 0.3  # each image is unlike all others


def test_without_a_verdict_it_keeps_none_and_scores_all_the_same() -> None:
    verifier = train_verifier(judged(300), [])

    assert verifier is not None
    assert len(verifier.held_out.scores) == len(verifier.held_out.accepted) == 0


def test_verdicts_on_images_that_it_did_not_learn_from_are_kept_as_well() -> None:
    elsewhere = [replace(each, image=f"other {each.image}") for each in judged(40, seed=5)]

    verifier = train_verifier(judged(300, images=5), elsewhere)

    assert verifier is not None
    assert len(verifier.held_out.scores) == 40


def test_proposals_are_judged_by_the_masks_that_people_left() -> None:
    proposals = [proposal_of(0, 20), proposal_of(0, 18), proposal_of(0, 14), proposal_of(40, 20)]

    judged_ones = judge_by_masks("a", proposals, [square_of(0, 20)], SIZE_HW)

    said = [(each.is_accepted, each.is_wanted) for each in judged_ones]
    assert said == [(True, True), (True, True), (False, True), (False, False)]  # IoU 1, .9, .7, 0
    assert [each.image for each in judged_ones] == ["a"] * 4
    assert judged_ones[0].cues["company"] == 4


def test_where_people_left_no_mask_nothing_is_wanted() -> None:
    [one] = judge_by_masks("a", [proposal_of(0, 20)], [], SIZE_HW)

    assert not one.is_wanted


def test_the_same_verdicts_make_the_same_verifier() -> None:
    first, second = (train_verifier(judged(300), judged(300)) for _ in range(2))
    assert first is not None
    assert second is not None

    assert first.accepted.score([UNREMARKABLE]) == second.accepted.score([UNREMARKABLE])


@pytest.mark.parametrize(
    ("images", "accepted", "rejected"), [(10, 19, 100), (10, 100, 19), (4, 100, 100), (10, 0, 0)]
)
def test_too_few_verdicts_make_none(images: int, accepted: int, rejected: int) -> None:
    people = [
        replace(each, is_accepted=index < accepted)
        for index, each in enumerate(judged(accepted + rejected, images))
    ]

    assert train_verifier(people, []) is None


def test_acceptance_on_one_image_alone_makes_none() -> None:
    people = [replace(each, is_accepted=each.image == "0") for each in judged(600, images=6)]

    assert train_verifier(people, []) is None  # nobody could know how it does on other images


def test_it_is_the_same_after_it_was_saved(tmp_path: Path) -> None:
    verifier = train_verifier(judged(300), judged(100, seed=3))
    assert verifier is not None
    verifier.save(tmp_path / "verifier.safetensors")

    read = Verifier.load(tmp_path / "verifier.safetensors")

    cues = [each.cues for each in judged(50, seed=2)]
    assert np.allclose(read.accepted.score(cues), verifier.accepted.score(cues), atol=1e-6)
    assert read.wanted is not None
    assert verifier.wanted is not None
    assert np.allclose(read.wanted.score(cues), verifier.wanted.score(cues), atol=1e-6)
    assert np.array_equal(read.held_out.scores, verifier.held_out.scores)
    assert np.array_equal(read.held_out.accepted, verifier.held_out.accepted)
    assert read.held_out.images is not None
    assert len(set(read.held_out.images.tolist())) == 10


def test_it_keeps_which_verdicts_were_on_a_proposal_with_a_name(tmp_path: Path) -> None:
    people = [
        replace(each, is_named=number % 3 == 0)
        for number, each in enumerate(judged(99, images=9, seed=3))
    ]
    verifier = train_verifier(judged(300), people)
    assert verifier is not None
    verifier.save(tmp_path / "verifier.safetensors")

    kept = Verifier.load(tmp_path / "verifier.safetensors").held_out

    named = kept.of_named()
    scores = verifier.held_out.scores
    assert kept.named is not None
    assert np.array_equal(named.scores, scores[kept.named])
    assert len(named.scores) == 33
    assert sum(named.accepted) == sum(each.is_accepted for each in people if each.is_named)
    assert named.images is not None
    assert len(named.images) == 33


def test_verdicts_that_were_frozen_before_names_were_told_make_the_file_that_they_made(
    tmp_path: Path,
) -> None:
    verifier = train_verifier(judged(300), judged(100, seed=3))
    assert verifier is not None
    path = tmp_path / "verifier.safetensors"
    verifier.save(path)

    held_out = {name for name in load_file(path) if name.startswith("held_out")}

    assert held_out == {"held_out_scores", "held_out_accepted", "held_out_images"}
    read = Verifier.load(path).held_out
    assert (len(read.scores), len(read.of_named().scores)) == (100, 0)


def test_a_file_that_is_no_verifier_is_refused(tmp_path: Path) -> None:
    save_file({"weight": np.zeros(3, np.float32)}, tmp_path / "other.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"not safetensors")

    for name in ("other", "broken"):
        with pytest.raises(ValueError, match="no verifier"):
            Verifier.load(tmp_path / f"{name}.safetensors")
