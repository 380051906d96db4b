"""A round from a person's Retrain to its verdict, and what a killed one leaves behind."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.conf import LazySettings
from django.db.models.functions import Now

from annotation import jobs, storage
from annotation.models import Alias, AliasMove, Bundle, Image, Job, Round
from annotation.selectors.version_criteria import Criteria
from annotation.services.also import set_also
from annotation.services.bundles import (
    ensure_pretrained,
    fetch_bundle,
    promote_bundle,
    register_bundle,
)
from annotation.services.jobs import MAX_ATTEMPTS, cancel_job, claim_job, retry_job, sweep_jobs
from annotation.services.projects import create_project
from annotation.services.rounds import start_round
from annotation.services.versions import cut_version
from engine.segmentation.clicked_objects import ObjectClicks, compare, read_objects
from engine.segmentation.trainer import Chain, TrainConfig
from engine.segmentation.training import StepReport
from tests.altered import alter_file, alter_object
from tests.annotation.world import World, make_image
from tests.full_disk import files_up_to
from tests.quick_bundle import write_again
from tests.workers.conftest import QuickEncoder, finish, finish_as_it_is
from workers import bundling, evaluation, mask_training, training, verifiers
from workers import run_round as module
from workers.annotated_images import annotated_images
from workers.bundling import compose
from workers.curve import Curve
from workers.networks import finder_of
from workers.round_folders import folder_of
from workers.tasks import run_job
from workers.watch import Onlooker


@pytest.fixture
def started(world: World, monkeypatch: pytest.MonkeyPatch) -> Round:
    """A round on two finished images, beside a finished one of the holdout."""
    monkeypatch.setattr(evaluation, "MAX_CLICKS", 2)
    for seed in range(2):
        make_image(world.project, seed)
    make_image(world.project, 2, is_holdout=True)
    job = Job.objects.create(
        kind=jobs.PREPARE_IMAGES, project=world.project, args={"project_id": world.project.pk}
    )
    run_job(job_id=job.pk)
    for image in Image.objects.order_by("pk"):
        finish(world, image)
    return start_round(project=world.project, trigger="manual", created_by=world.manager)


def job_of(current: Round) -> int:
    assert current.job_id is not None
    return current.job_id


def run(current: Round) -> Round:
    """Deliver the round's job, as the broker or the sweeper would."""
    Job.objects.filter(pk=job_of(current)).update(lease_until=Now())
    run_job(job_id=job_of(current))
    return Round.objects.get(pk=current.pk)


def kill(current: Round) -> None:
    """Let a worker that takes the round die over it."""
    with pytest.raises(SystemExit):
        run(current)


def given_up(current: Round) -> bool:
    """Tell whether the sweeper gives the round's job up, once its lease has run out."""
    Job.objects.filter(pk=job_of(current)).update(lease_until=Now())
    sweep_jobs()
    job = Job.objects.get(pk=job_of(current))
    return job.state == Job.State.FAILED and "vanished" in job.error


def objects_kept(ended: Round) -> Iterator[tuple[ObjectClicks, ...]]:
    """Read what each object of the holdout came to: beside what served, and with the candidate."""
    for bundle in ("against", "measured"):
        key = storage.evaluation_key(ended.metrics[bundle], ended.metrics["holdout"])
        yield read_objects(json.loads(storage.get_bytes(key))["objects"])


@pytest.mark.slow
def test_a_round_trains_makes_a_bundle_judges_it_and_cleans_up(
    started: Round, tmp_path: Path
) -> None:
    ended = run(started)

    assert ended.state == "refused", ended.decision
    assert ended.decision.startswith("Not promoted: 2 holdout objects are too few to judge by: ")
    assert [point["step"] for point in ended.curve] == [1, 2, 3]
    assert ended.dataset_version is not None
    assert ended.dataset_version.counts["train"] == 2
    assert ended.bundle is not None
    assert ended.bundle.dataset_version == ended.dataset_version
    assert finder_of(ended.base_bundle) is None
    assert finder_of(ended.bundle) is not None
    assert ended.metrics["against"] == ended.base_bundle_id
    assert ended.metrics["judging_s"] >= 0
    assert ended.metrics["serving"]["objects"] == ended.metrics["candidate"]["objects"] == 2
    difference = ended.metrics["difference"]
    assert set(difference) == {"mean", "low", "high", "clicks", "by_size"}
    assert sum(group["objects"] for group in difference["by_size"].values()) == 2
    assert difference == compare(*objects_kept(ended))  # as two rounds' bundles are compared
    failures = ended.examples["failures"]
    assert [each["kind"] for each in failures] == ["click", "missed", "false"]
    assert {each["image"] for each in failures} == {Image.objects.get(is_holdout=True).sha256}
    assert not (tmp_path / "scratch" / "rounds" / str(started.pk)).exists()


@pytest.mark.slow
@pytest.mark.parametrize("is_turning", [True, False])
def test_a_round_shows_the_encoder_images_turned_unless_it_is_not_to(
    started: Round, encoder: QuickEncoder, settings: LazySettings, *, is_turning: bool
) -> None:
    settings.TRAIN_TURNS = is_turning
    prepared = set(encoder.shown)

    run(started)

    assert bool(encoder.shown - prepared) == is_turning


@pytest.mark.slow
def test_a_round_is_measured_on_what_it_must_not_forget(world: World, started: Round) -> None:
    other = create_project(name="Nuclei", created_by=world.manager)
    Alias.objects.create(project=other, name="serving", bundle=started.base_bundle)
    image = make_image(other, 2, is_holdout=True)  # the same picture, so that it is embedded
    learned_here = make_image(other, 0, is_holdout=True)  # so that it tells of no forgetting
    for held in (image, learned_here):
        finish(replace(world, project=other, annotator=world.manager), held)
    version = cut_version(project=other, created_by=world.manager)
    finish(replace(world, project=other, annotator=world.manager), make_image(other, 4))
    cut_version(
        project=other, created_by=None, criteria=Criteria(splits=frozenset({"train"}))
    )  # the newest, and nothing to be measured on
    make_image(other, 3, is_holdout=True)
    empty = create_project(name="Nothing yet", created_by=world.manager)
    Alias.objects.create(project=empty, name="serving", bundle=started.base_bundle)
    set_also(project=world.project, ids=[other.pk, empty.pk], by=world.manager)
    image = make_image(empty, 2, is_holdout=True)
    finish_as_it_is(replace(world, project=empty, annotator=world.manager), image)
    cut_version(project=empty, created_by=world.manager)

    ended = run(started)

    row, of_empty = ended.metrics["also"]
    assert (of_empty["name"], of_empty["objects"]) == ("Nothing yet", 0)
    assert "Nothing yet cannot judge it, with 0 of the 20" in ended.decision
    assert (row["name"], row["version"]) == ("Nuclei", version.pk)
    assert (row["objects"], row["shared"]) == (2, 1)
    here = ended.metrics["candidate"]["miou_1"] - ended.metrics["serving"]["miou_1"]
    assert row["candidate"] - row["serving"] == pytest.approx(row["difference"]["mean"])
    assert row["difference"]["mean"] == pytest.approx(here)


@pytest.mark.slow
def test_what_is_proposed_on_images_that_people_left_empty_is_wrong(
    world: World, started: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_verifier = Mock(return_value=None)
    monkeypatch.setattr(verifiers, "train_verifier", train_verifier)
    learned, held_out = make_image(world.project, 3), make_image(world.project, 4, is_holdout=True)
    for image in (learned, held_out):
        finish_as_it_is(world, image)

    ended = run(started)

    own, _ = train_verifier.call_args.args
    there = [each for each in own if each.image == learned.sha256]
    assert there
    assert not any(each.is_accepted or each.is_wanted for each in there)
    figures = ended.metrics["candidate"]
    assert (figures["objects"], figures["ap_images"]) == (2, 1)
    false = [each["image"] for each in ended.examples["failures"] if each["kind"] == "false"]
    assert held_out.sha256 in false
    version = ended.dataset_version
    assert version is not None
    holdout = annotated_images(version, "holdout", started.base_bundle.encoder_digest)
    with_masks = [image for image in holdout if image.masks]
    assert ended.metrics["holdout"] == evaluation.digest_of(holdout)
    assert ended.metrics["holdout"] != evaluation.digest_of(with_masks)  # not to be compared


@pytest.mark.slow
def test_a_holdout_without_any_mask_judges_nothing(world: World, started: Round) -> None:
    Image.objects.filter(is_holdout=True).update(is_holdout=False)
    finish_as_it_is(world, make_image(world.project, 3, is_holdout=True))

    ended = run(started)

    assert (ended.state, "candidate" in ended.metrics) == ("refused", False)
    assert "no finished holdout image has a mask yet" in ended.decision


@pytest.mark.slow
def test_the_serving_bundle_is_measured_once_on_the_same_holdout(
    started: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = run(started)
    click = Mock()
    monkeypatch.setattr(evaluation, "click_object", click)

    version = ended.dataset_version
    assert version is not None
    holdout = annotated_images(version, "holdout", started.base_bundle.encoder_digest)
    assert ended.metrics["holdout"] == evaluation.digest_of(holdout)
    known = evaluation.evaluate_bundle(Onlooker(lambda *_: None), started.base_bundle, holdout)

    click.assert_not_called()
    assert {failure.kind for failure in known.failures} == {"missed", "false"}


STEPS = ("freeze_version", "train_bundle", "record_bundle", "evaluate_pair", "finish_round")


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_a_worker_that_dies_after_any_step_loses_nothing(
    started: Round, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module, step, _dying_after(getattr(module, step)))
        kill(started)

    ended = run(started)

    assert ended.state in {"promoted", "refused"}, ended.decision
    assert Bundle.objects.filter(round__isnull=False).count() == 1
    assert Job.objects.get(pk=job_of(started)).state == "succeeded"
    assert not folder_of(started).exists()


@pytest.fixture
def every_step_kept(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A training of more steps than a job has attempts, with a checkpoint after each."""
    settings.TRAIN_STEPS = MAX_ATTEMPTS + 2
    every_step = partial(TrainConfig, chains=(Chain(1),), checkpoint_every=1)
    monkeypatch.setattr(mask_training, "TrainConfig", every_step)


@pytest.mark.slow
def test_a_training_that_gets_further_between_kills_ends_after_any_number_of_them(
    started: Round, every_step_kept: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Curve, "add", _dying_after(Curve.add))
        for _ in range(MAX_ATTEMPTS + 1):
            kill(started)

    ended = run(started)

    assert ended.state in {"promoted", "refused"}, ended.decision
    assert [point["step"] for point in ended.curve] == [1, 2, 3, 4, 5]


@pytest.mark.slow
def test_a_training_that_dies_at_the_same_step_is_given_up(
    started: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Curve, "add", _dying_after(Curve.add))

    for _ in range(MAX_ATTEMPTS):
        kill(started)

    assert given_up(started)


@pytest.mark.slow
def test_a_training_whose_checkpoints_are_lost_gets_no_further_by_writing_them_again(
    started: Round, every_step_kept: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Curve.add

    def die_at_the_third(curve: Curve, report: StepReport) -> None:
        honest(curve, report)
        if report.step == 3:
            raise SystemExit

    monkeypatch.setattr(Curve, "add", die_at_the_third)

    for _ in range(MAX_ATTEMPTS):
        kill(started)
        shutil.rmtree(folder_of(started))  # as with the disk of a machine that is gone

    assert given_up(started)


def test_a_worker_that_lost_its_lease_writes_nothing(
    started: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*_: Any, **__: Any) -> None:
        Job.objects.filter(pk=job_of(started)).update(lease_until=Now())
        assert claim_job(job_id=job_of(started)) is not None

    monkeypatch.setattr(module, "freeze_version", overtaken)

    current = run(started)

    assert (current.state, current.bundle) == ("training", None)
    assert Job.objects.get(pk=job_of(started)).state == "running"


@pytest.mark.parametrize(
    ("loss", "place"),
    [
        ("trainer.decoder_loss", "step 1 of 3"),
        pytest.param(
            "prompt_head_training.heat_loss",
            "step 1 of 2 of the prompt head",
            marks=pytest.mark.slow,  # the decoder has been trained by then
        ),
    ],
)
def test_a_diverged_training_fails_the_round_and_keeps_what_serves(
    world: World, started: Round, monkeypatch: pytest.MonkeyPatch, loss: str, place: str
) -> None:
    monkeypatch.setattr(
        f"engine.segmentation.{loss}", lambda logits, *_: logits.sum() * float("nan")
    )

    ended = run(started)

    assert ended.state == "failed"
    assert f"The loss is nan at {place}. Start a new round" in ended.decision
    serving = Alias.objects.get(project=world.project, name="serving")
    assert serving.bundle == started.base_bundle


def test_a_round_whose_base_was_altered_fails_with_what_to_do_and_keeps_what_serves(
    world: World, started: Round
) -> None:
    base = started.base_bundle
    alter_file(fetch_bundle(base) / "decoder.safetensors")
    alter_object(storage.bundle_key(base.pk, "decoder.safetensors"))

    ended = run(started)

    assert ended.state == "failed"
    assert f"{base.pk}/decoder.safetensors in the object store" in ended.decision
    assert "Restore it from a backup" in ended.decision
    assert Job.objects.get(pk=job_of(started)).state == "failed"
    serving = Alias.objects.get(project=world.project, name="serving")
    assert serving.bundle == base


@pytest.mark.slow
def test_what_a_killed_round_had_made_is_made_anew_if_it_was_altered_since(
    started: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module, "train_bundle", _dying_after(training.train_bundle))
        kill(started)
    made = folder_of(started) / "bundle"
    alter_file(made / "decoder.safetensors")

    failed = run(started)

    assert failed.state == "failed"
    assert f"{made}/decoder.safetensors is not the file of the manifest" in failed.decision
    assert failed.decision.endswith(bundling.MAKE_ANEW)
    retry_job(job_id=job_of(started))
    ended = run(started)
    assert ended.state in {"promoted", "refused"}, ended.decision
    assert [point["step"] for point in ended.curve] == [1, 2, 3]  # no step was taken again


@pytest.mark.slow
def test_a_round_without_room_for_a_checkpoint_says_so_and_goes_on_once_there_is(
    world: World, started: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_step = partial(TrainConfig, chains=(Chain(1),), checkpoint_every=1)
    monkeypatch.setattr(mask_training, "TrainConfig", every_step)

    with files_up_to(50 * 2**20):  # a bundle, but no checkpoint
        failed = run(started)

    assert failed.state == "failed"
    assert f"the disk of {folder_of(started)}" in failed.decision
    assert failed.decision.endswith(training.MAKE_ROOM)
    assert list((folder_of(started) / "checkpoints").iterdir()) == []
    serving = Alias.objects.get(project=world.project, name="serving")
    assert serving.bundle == started.base_bundle
    retry_job(job_id=job_of(started))
    ended = run(started)
    assert ended.state in {"promoted", "refused"}, ended.decision


def test_a_cancelled_round_ends_and_another_can_start(
    world: World, started: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = training.train_bundle

    def cancelled_meanwhile(*args: Any) -> Bundle:
        cancel_job(job_id=job_of(started))
        return honest(*args)

    monkeypatch.setattr(module, "train_bundle", cancelled_meanwhile)

    assert run(started).state == "cancelled"

    finish(world, make_image(world.project, 9))
    again = start_round(project=world.project, trigger="manual", created_by=world.manager)
    assert again.number == 2


@pytest.mark.slow
def test_a_round_that_is_cancelled_at_its_gate_promotes_nothing(
    world: World, started: Round, promoting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancelled_meanwhile(*args: Any, **rest: Any) -> Bundle | None:
        cancel_job(job_id=job_of(started))  # and no heartbeat has noticed yet
        return compose(*args, **rest)

    monkeypatch.setattr(module, "compose", cancelled_meanwhile)

    ended = run(started)

    serving = Alias.objects.get(project=world.project, name="serving").bundle_id
    assert (ended.state, serving) == ("cancelled", started.base_bundle_id)
    assert ended.job is not None
    assert ended.job.state == "cancelled"


@pytest.mark.slow
def test_a_round_is_judged_anew_beside_what_came_to_serve_meanwhile(
    world: World,
    started: Round,
    promoting: None,
    tmp_path: Path,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = Path(settings.PRETRAINED_BUNDLE)
    other = register_bundle(write_again(tmp_path / "other", source, points_per_side=3))
    against: list[str] = []

    def moved_meanwhile(*args: Any, serving: Bundle, **rest: Any) -> Bundle:
        against.append(serving.pk)
        if len(against) == 1:
            promote_bundle(
                project=world.project, expected=serving.pk, to=other, reason="", by=world.manager
            )
        return compose(*args, serving=serving, **rest)

    monkeypatch.setattr(module, "compose", moved_meanwhile)

    ended = run(started)

    assert against == [started.base_bundle_id, other.pk]
    assert (ended.state, ended.metrics["against"]) == ("promoted", other.pk)
    aliases = dict(Alias.objects.filter(project=world.project).values_list("name", "bundle_id"))
    assert aliases == {"serving": ended.bundle_id, "previous": other.pk}


@pytest.mark.slow
def test_a_better_bundle_is_promoted_and_the_old_one_kept(
    world: World, started: Round, promoting: None
) -> None:
    ended = run(started)

    aliases = dict(Alias.objects.filter(project=world.project).values_list("name", "bundle_id"))
    assert ended.state == "promoted"
    assert aliases == {"serving": ended.bundle_id, "previous": started.base_bundle_id}
    assert AliasMove.objects.filter(project=world.project, name="serving").count() == 2
    waiting = Job.objects.filter(kind=jobs.PREPARE_IMAGES, state="queued")
    assert waiting.count() == 1


@pytest.mark.slow
def test_a_round_keeps_a_part_of_what_it_began_from_and_half_of_what_a_round_made(
    world: World, started: Round, promoting: None
) -> None:
    first = run(started).bundle
    make_image(world.project, 3)
    job = Job.objects.filter(kind=jobs.PREPARE_IMAGES, state="queued").get()
    run_job(job_id=job.pk)
    finish(world, Image.objects.get(status="todo"))

    again = start_round(project=world.project, trigger="manual", created_by=world.manager)
    second = run(again).bundle

    assert first is not None
    assert second is not None
    assert first.recipes["masks"]["decoder"]["served_share"] == 0.3
    assert second.recipes["masks"]["parent"] == first.pk
    assert second.recipes["masks"]["decoder"]["served_share"] == 0.5


def test_a_project_keeps_serving_what_it_serves(world: World, prepared: Image) -> None:
    assert ensure_pretrained(project=world.project) == ensure_pretrained(project=world.project)


def _dying_after(honest: Callable[..., Any]) -> Callable[..., Any]:
    """Die as a process does on kill -9: nothing after it runs, not even the end of the job."""

    def die(*args: Any, **kwargs: Any) -> Any:
        honest(*args, **kwargs)
        raise SystemExit

    return die
