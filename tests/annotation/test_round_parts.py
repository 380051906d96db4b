"""What a round trains: masks, captions, or both."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.utils import timezone

from annotation.models import Alias, Bundle, Image, Project, Round
from annotation.selectors.to_learn import finished_since_round, new_to_learn
from annotation.services.caption_gate import judge_captions
from annotation.services.captions import save_caption
from annotation.services.gate import Verdict, together
from annotation.services.retrain_policies import apply_retrain_policies
from annotation.services.rounds import (
    NothingNewError,
    finish_round,
    record_bundle,
    record_curve,
    start_round,
)
from annotation.services.seeds import Seed, seed_masks
from annotation.services.versions import cut_version
from tests.annotation.world import Api, World, make_bundle, make_image, square


@pytest.fixture
def models(settings: LazySettings, tmp_path: Path) -> Path:
    """Say that captions can be learned here."""
    settings.MODELS_DIR, settings.CAPTION_BASE = tmp_path, tmp_path
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "efficientnet-lite0").mkdir()
    return tmp_path


@pytest.fixture
def done(world: World) -> Image:
    """A finished image, of a project that serves a bundle."""
    Alias.objects.create(project=world.project, name="serving", bundle=make_bundle())
    return make_image(world.project, status="done", finished_at="2026-01-01T00:00Z")


def draw(world: World, image: Image) -> None:
    seed_masks(image=image, seeds=[Seed(square(2, 2))], author=world.manager)


def describe(world: World, image: Image) -> None:
    save_caption(caption_id=uuid4(), image=image, author=world.annotator, text="A cell.")


def start(world: World, parts: list[str] | None = None) -> Round:
    return start_round(
        project=world.project, trigger="manual", created_by=world.manager, parts=parts
    )


def end(current: Round, state: str = "refused") -> None:
    Round.objects.filter(pk=current.pk).update(state=state)


def test_a_round_trains_what_has_something_new(world: World, done: Image, models: Path) -> None:
    draw(world, done)
    first = start(world)
    end(first)
    describe(world, done)
    second = start(world)

    assert (first.parts, second.parts) == (["masks"], ["captions"])


def test_both_parts_come_in_their_usual_order(world: World, done: Image, models: Path) -> None:
    draw(world, done)
    describe(world, done)

    assert start(world, ["captions", "masks"]).parts == ["masks", "captions"]


def test_a_round_of_captions_leaves_masks_as_new_as_they_were(
    world: World, done: Image, models: Path
) -> None:
    draw(world, done)
    describe(world, done)
    end(start(world, ["captions"]))

    assert new_to_learn(world.project.pk) == {"masks": 1, "captions": 0}
    assert finished_since_round(world.project.pk) == 1
    assert start(world).parts == ["masks"]


def test_what_a_person_chooses_learns_once_more_from_what_there_is(
    world: World, done: Image, models: Path, manager: Api
) -> None:
    """The holdout may have grown since, or a reviewer corrected what it learned from."""
    draw(world, done)
    end(start(world))
    with pytest.raises(NothingNewError, match="since the last round"):
        start(world)
    with pytest.raises(NothingNewError, match="described"):
        start(world, ["masks", "captions"])

    assert start(world, ["masks"]).parts == ["masks"]

    news = manager.get(f"projects/{world.project.pk}").json()["news"]
    assert (news["masks"], news["all_masks"], news["all_captions"]) == (0, 1, 0)


def test_a_round_of_captions_does_not_let_a_policy_wait_longer_for_masks(
    world: World, done: Image, models: Path
) -> None:
    Project.objects.filter(pk=world.project.pk).update(retrain_after_images=2)
    draw(world, done)
    describe(world, done)
    end(start(world, ["captions"]))
    waiting = apply_retrain_policies()

    make_image(world.project, 1, status="done", finished_at=timezone.now())
    [started] = apply_retrain_policies()

    assert waiting == []
    assert started.parts == ["masks"]


def test_what_cannot_be_trained_here_starts_no_round_of_masks(
    world: World, done: Image, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MODELS_DIR = settings.CAPTION_BASE = tmp_path
    Project.objects.filter(pk=world.project.pk).update(retrain_after_images=2)
    images = [make_image(world.project, at, status="done") for at in range(1, 4)]
    Image.objects.update(finished_at="2026-01-01T00:00Z")
    for image in images:
        describe(world, image)
    draw(world, done)
    Round.objects.filter(pk=start(world).pk).update(state="refused", parts=["masks"])

    make_image(world.project, 5, status="done", finished_at=timezone.now())
    for image in images:  # new to captions, if any were trained
        describe(world, image)

    assert apply_retrain_policies() == []  # one image is new to masks


def test_the_holdouts_descriptions_are_nothing_to_learn(world: World, done: Image) -> None:
    Image.objects.filter(pk=done.pk).update(is_holdout=True)
    describe(world, done)

    assert new_to_learn(world.project.pk) == {"masks": 0, "captions": 0}


def test_without_models_no_round_starts_by_itself_for_descriptions_alone(
    world: World, done: Image, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MODELS_DIR = settings.CAPTION_BASE = tmp_path
    describe(world, done)

    with pytest.raises(NothingNewError, match=r"python -m engine\.weights --captions"):
        start(world)


def test_a_manager_chooses_the_parts(world: World, done: Image, manager: Api) -> None:
    describe(world, done)
    path = f"projects/{world.project.pk}/rounds"

    refused = manager.post(path, {"id": str(uuid4()), "parts": ["words"]})
    empty = manager.post(path, {"id": str(uuid4()), "parts": []})
    nothing = manager.post(path, {"id": str(uuid4()), "parts": ["masks"]})
    started = manager.post(path, {"id": str(uuid4()), "parts": ["captions"]})

    assert (refused.status_code, empty.status_code) == (400, 400)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_new")
    assert (started.status_code, started.json()["parts"]) == (201, ["captions"])


def test_each_part_has_a_curve_of_its_own(world: World, done: Image, manager: Api) -> None:
    describe(world, done)
    current = start(world, ["captions"])

    record_curve(round_id=current.pk, part="captions", curve=[{"step": 1, "loss": 3.5}])

    row = manager.get(f"rounds/{current.pk}").json()
    assert (row["curve"], row["caption_curve"]) == ([], [{"step": 1, "loss": 3.5}])


def test_figures_of_captions_are_in_the_row_and_those_before_in_the_pretrained_ones(
    world: World, done: Image, manager: Api
) -> None:
    describe(world, done)
    current, composed = start(world, ["captions"]), make_bundle("c")
    version = cut_version(project=world.project, created_by=None)
    Bundle.objects.filter(pk=composed.pk).update(dataset_version=version)
    record_bundle(round_id=current.pk, bundle=make_bundle("b"))
    figures = {"serving": SERVING, "candidate": BETTER, "difference": SURE}
    serving = Alias.objects.get(project=world.project, name="serving").bundle_id

    finish_round(
        round_id=current.pk, serving=serving, metrics={"captions": figures},
        verdict=Verdict(is_promoted=True, reason="Promoted: better."), composed=composed,
    )  # fmt: skip

    first, pretrained = manager.get(f"projects/{world.project.pk}/rounds").json()["results"]
    assert (first["bundle"], first["state"]) == (composed.pk, "promoted")
    assert first["metrics"]["captions"] == figures
    assert pretrained["metrics"]["captions"] == {"candidate": SERVING}
    assert Alias.objects.get(project=world.project, name="serving").bundle == composed


SERVING = {"cider": 0.4, "f1": 0.2, "images": 20, "by": "neighbours"}
BETTER = {"cider": 0.7, "f1": 0.25, "images": 20, "by": "captioner"}
SURE = {"mean": 0.3, "low": 0.1, "high": 0.5}


@pytest.mark.parametrize(
    ("candidate", "difference", "is_promoted"),
    [
        (BETTER, SURE, True),
        (BETTER, SURE | {"low": -0.09}, True),
        (BETTER, SURE | {"low": -0.11}, True),
        (BETTER | {"f1": 0.2}, SURE | {"low": -0.09}, True),
        (BETTER | {"f1": 0.2}, SURE | {"low": -0.11}, False),
        (BETTER, {"mean": 0.0, "low": 0.0, "high": 0.0}, False),
        (BETTER | {"f1": 0.17}, SURE, False),
        (BETTER | {"images": 9}, SURE, False),
    ],
)
def test_the_gate_wants_a_better_cider_surely_or_with_more_content_words(
    candidate: dict[str, object],
    difference: dict[str, float],
    is_promoted: bool,  # noqa: FBT001
) -> None:
    verdict = judge_captions(serving=SERVING, candidate=candidate, difference=difference)

    assert verdict.is_promoted is is_promoted
    assert verdict.reason


def test_without_descriptions_on_the_holdout_nothing_is_promoted() -> None:
    verdict = judge_captions(serving=None, candidate=None, difference=None)

    assert not verdict.is_promoted
    assert "holdout" in verdict.reason


def test_a_decision_on_both_parts_has_a_sentence_for_each() -> None:
    yes = Verdict(is_promoted=True, reason="Promoted: more.")
    no = Verdict(is_promoted=False, reason="Not promoted: less.")

    assert together({"captions": no}) == no
    assert together({"masks": yes, "captions": no}) == Verdict(
        is_promoted=True, reason="Masks promoted: more. Descriptions not promoted: less."
    )
