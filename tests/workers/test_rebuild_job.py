"""A bundle made again as a job: what is kept of it, and what a killed or cancelled one leaves."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from annotation import storage
from annotation.models import Bundle, Job, Rebuild
from annotation.services.jobs import cancel_job, retry_job
from annotation.services.rebuilds import begin_rebuild, is_within_noise
from engine.bundle import MODEL_CARD, PROMPT_HEAD, VERDICTS, read_bundle
from tests.annotation.world import World, make_bundle
from tests.workers.conftest import ENCODER_DIGEST
from tests.workers.rebuilt import altered, bundle_of_a_round
from workers import evaluation, mask_training, rebuild_job, rebuild_measuring
from workers.periodic import drop_round_folders_daily
from workers.rebuild_folders import folder_of
from workers.round_folders import KEPT
from workers.tasks import run_job
from workers.watch import Watch


@pytest.fixture
def bundle(world: World, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    monkeypatch.setattr(evaluation, "MAX_CLICKS", 1)
    return bundle_of_a_round(world)


def begin(world: World, bundle: Bundle) -> Rebuild:
    return begin_rebuild(project=world.project, bundle=bundle, by=world.manager)


def run(rebuild: Rebuild) -> Rebuild:
    """Deliver its job, as the broker or the sweeper would."""
    Job.objects.filter(pk=rebuild.job_id).update(lease_until=Now())
    run_job(job_id=rebuild.job_id)
    return Rebuild.objects.select_related("job").get(pk=rebuild.pk)


@pytest.mark.slow
def test_files_that_came_out_otherwise_are_kept_as_such_and_nothing_of_other_code_is_gone_on_with(
    world: World, bundle: Bundle, tmp_path: Path
) -> None:
    recipe = bundle.manifest["recipe"]["masks"]
    made_by = recipe["made_by"] | {"torch": "1.0"}
    told = altered(
        bundle, tmp_path / "a", "masks", head={**recipe["head"], "seed": 77}, made_by=made_by
    )
    rebuild = begin(world, told)
    left = folder_of(rebuild.pk) / ENCODER_DIGEST[:16] / PROMPT_HEAD  # it would be taken as it is
    left.parent.mkdir(parents=True)
    left.write_bytes(b"of other code")
    (folder_of(rebuild.pk) / rebuild_job.MADE_BY).write_bytes(b"{}")

    ended = run(rebuild)

    assert ended.job.state == "succeeded"
    assert not ended.is_equal
    differing = [row["name"] for row in ended.files if row["recorded"] != row["made"]]
    assert differing == ["prompt_head.onnx"]
    [change] = ended.changes
    assert change.startswith("torch was 1.0, is ")
    assert ended.metrics["serving"]["miou_1"] == ended.metrics["candidate"]["miou_1"]
    assert ended.metrics["difference"]["mean"] == 0  # the head has no part in clicks
    assert is_within_noise(ended.metrics)
    local = Path(settings.SCRATCH_DIR) / "bundles"
    known = {each.pk for each in Bundle.objects.all()}
    assert {path.name for path in local.iterdir()} <= known  # what was measured is gone


@pytest.mark.slow
def test_every_file_is_made_again_and_compared_though_the_worker_is_killed_on_the_way(
    world: World, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild = begin(world, bundle)
    with monkeypatch.context() as patch:
        patch.setattr(mask_training, "fit_thresholds", _dying)
        with pytest.raises(SystemExit):
            run(rebuild)
    monkeypatch.setattr(mask_training, "train_prompt_head", _dying)  # it has one already

    ended = run(rebuild)

    own = set(bundle.manifest["files"]) - {MODEL_CARD, VERDICTS}
    assert (ended.job.state, ended.job.attempt, ended.job.error) == ("succeeded", 2, "")
    assert {row["name"] for row in ended.files} == own | {"thresholds", "encoder"}
    assert ended.is_equal, ended.files
    assert ended.changes == []
    assert not folder_of(ended.pk).exists()


@pytest.mark.slow
def test_what_differs_is_measured_though_the_worker_is_killed_while_it_measures(
    world: World, bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = bundle.manifest["recipe"]["masks"]
    decoder = {**recipe["decoder"], "seed": 77}
    rebuild = begin(world, altered(bundle, tmp_path / "a", "masks", decoder=decoder))
    with monkeypatch.context() as patch:
        patch.setattr(rebuild_measuring, "evaluate_pair", _dying)
        with pytest.raises(SystemExit):
            run(rebuild)
    made = read_bundle(folder_of(rebuild.pk) / "bundle")

    ended = run(rebuild)

    assert ended.job.state == "succeeded"
    assert ended.is_equal is False
    [key] = storage.list_keys(f"evaluations/{made.id}/")
    clicked = json.loads(storage.get_bytes(key))["figures"]
    assert ended.metrics["candidate"] == clicked
    assert ended.metrics["serving"]["objects"] == clicked["objects"] > 0


def test_a_cancelled_rebuild_ends_without_an_outcome_and_can_be_run_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = make_bundle()
    Bundle.objects.filter(pk=bundle.pk).update(manifest={"recipe": {"masks": {}}})
    bundle.refresh_from_db()
    rebuild = begin(world, bundle)

    def cancelled_meanwhile(_: Bundle, __: Path, watch: Watch) -> None:
        cancel_job(job_id=rebuild.job_id)
        watch.report(0, 0, "Training masks")

    monkeypatch.setattr(rebuild_job, "rebuild", cancelled_meanwhile)

    ended = run(rebuild)

    assert (ended.job.state, ended.is_equal, ended.files) == ("cancelled", None, [])
    assert folder_of(rebuild.pk).is_dir()
    assert retry_job(job_id=rebuild.job_id).state == "queued"


def test_a_recipe_that_cannot_be_read_fails_the_job_with_the_reason(world: World) -> None:
    bundle = make_bundle()
    bundle.manifest["recipe"] = {"masks": {"steps": 3}}
    bundle.save(update_fields=["manifest"])

    ended = run(begin(world, bundle))

    assert ended.job.state == "failed"
    assert "a recipe of other code" in ended.job.error
    assert ended.is_equal is None


def test_folders_of_rebuilds_that_ended_long_ago_are_deleted_and_no_others(world: World) -> None:
    bundle = make_bundle()
    old, just_ended, running = (
        _left(world, bundle, ended)
        for ended in (KEPT + timedelta(hours=1), KEPT - timedelta(hours=1), None)
    )

    drop_round_folders_daily()

    assert [folder.exists() for folder in (old, just_ended, running)] == [False, True, True]


def _left(world: World, bundle: Bundle, ended: timedelta | None) -> Path:
    """Make a rebuild that failed so long ago, or runs, and its folder."""
    now = timezone.now()
    job = Job.objects.create(
        project=world.project,
        kind="workers.rebuild_bundle",
        state="running" if ended is None else "failed",
        lease_until=now + timedelta(minutes=1),
        finished_at=None if ended is None else now - ended,
    )
    made = Rebuild.objects.create(pk=uuid4(), project=world.project, bundle=bundle, job=job)
    folder_of(made.pk).mkdir(parents=True)
    return folder_of(made.pk)


def _dying(*_: Any, **__: Any) -> None:
    """Die as a process does on kill -9: nothing after it runs, not even the end of the job."""
    raise SystemExit
