"""Rounds in which the encoder learns, too: the bundle brings its own, and all is embedded anew."""

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import pytest
from django.conf import LazySettings
from django.core.management import CommandError
from django.utils import timezone

from annotation import jobs, storage
from annotation.models import Embedding, Image, Job, Round
from annotation.services.also import set_also
from annotation.services.bundles import ensure_pretrained
from annotation.services.projects import create_project
from annotation.services.rounds import start_round
from annotation.services.versions import cut_version
from engine.bundle import ENCODER, read_bundle, write_bundle
from engine.segmentation.encoder import Encoder, file_digest, load_encoder
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.learning_encoder import LAST_STAGE
from tests.annotation.world import World, make_image
from tests.engine.segmentation.tiny_encoder import write_tiny_encoder
from tests.workers.conftest import finish
from tests.workers.rebuilt import altered, rebuilt
from workers import evaluation, mask_training, networks
from workers.bundling import part_of, write_round_bundle
from workers.embeddings import load_embedding, load_pixels
from workers.networks import encoder_of
from workers.round_folders import folder_of
from workers.tasks import run_job

pytestmark = pytest.mark.slow  # each trains, and embeds with what it has trained


@pytest.fixture
def last_stage() -> str:
    return LAST_STAGE


@pytest.fixture
def installed(
    world: World,
    bundle_folder: Path,
    settings: LazySettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    last_stage: str,
) -> str:
    """Install a small encoder that can learn and a bundle that reads it; return its digest."""
    path = write_tiny_encoder(tmp_path / "encoder.onnx", dim=256, last_stage=last_stage)
    monkeypatch.setattr(networks, "_encoder", lru_cache(load_encoder))
    monkeypatch.setattr(mask_training, "load_photos", lambda _, encoder, __: photos(encoder))
    monkeypatch.setattr(evaluation, "MAX_CLICKS", 2)
    known = read_bundle(bundle_folder)
    write_bundle(
        tmp_path / "pretrained",
        files={name: bundle_folder / name for name in known.files},
        encoder_digest=file_digest(path),
        thresholds=known.thresholds,
        dataset_version=None,
        parent=None,
        metrics={},
        code_version="test",
    )
    settings.SAM_ENCODER = str(path)
    settings.PRETRAINED_BUNDLE = tmp_path / "pretrained"
    settings.TRAIN_ENCODER = True
    return file_digest(path)


def photos(encoder: Encoder) -> list[AnnotatedImage]:
    """Two pictures in one colour each, which noise is told apart from."""
    pixels = [np.full((24, 32, 3), level, np.uint8) for level in (40, 200)]
    return [
        AnnotatedImage(
            f"photo/{number}", partial(encoder.encode, each), [], (24, 32), load_pixels=each.copy
        )
        for number, each in enumerate(pixels)
    ]


@pytest.fixture
def started(world: World, installed: str) -> Round:
    """A round on two finished images, beside one of the holdout and one that nobody has begun."""
    ensure_pretrained(project=world.project)
    for seed in range(2):
        finish(world, make_image(world.project, seed))
    finish(world, make_image(world.project, 2, is_holdout=True))
    make_image(world.project, 3)
    prepare(world)
    return start_round(project=world.project, trigger="manual", created_by=world.manager)


def prepare(world: World) -> None:
    args = {"project_id": world.project.pk}
    job = Job.objects.create(kind=jobs.PREPARE_IMAGES, project=world.project, args=args)
    run_job(job_id=job.pk)


def run(current: Round) -> Round:
    assert current.job_id is not None
    run_job(job_id=current.job_id)
    return Round.objects.select_related("bundle", "dataset_version").get(pk=current.pk)


def seen_by(digest: str) -> int:
    return Embedding.objects.filter(encoder_digest=digest, window="").count()


def test_a_bundle_brings_the_encoder_that_learned_with_it(
    started: Round, installed: str, promoting: None
) -> None:
    ended = run(started)

    assert ended.state == "promoted", ended.decision
    assert ended.bundle is not None
    learned = ended.bundle.encoder_digest
    assert learned == ended.bundle.manifest["files"][ENCODER] != installed
    assert encoder_of(ended.bundle).digest == learned
    [plain] = photos(encoder_of(ended.base_bundle))[:1]
    [seen] = photos(encoder_of(ended.bundle))[:1]
    np.testing.assert_array_equal(seen.load_embedding(), plain.load_embedding())
    assert encoder_of(ended.base_bundle).digest == installed
    assert (seen_by(installed), seen_by(learned)) == (4, 3)  # all; those learned from or judged by
    assert ended.metrics["serving"]["objects"] == ended.metrics["candidate"]["objects"] == 2


def test_a_bundle_with_an_encoder_that_learned_is_made_again_to_the_bit(
    started: Round, promoting: None, tmp_path: Path
) -> None:
    bundle = run(started).bundle
    assert bundle is not None

    said = rebuilt(bundle)

    assert set(said.values()) == {"equal"}
    assert {ENCODER, "encoder", "decoder.safetensors", "decoder.onnx"} <= said.keys()
    told = bundle.manifest["recipe"]["masks"]["decoder"]
    other = altered(bundle, tmp_path / "other", "masks", decoder={**told, "seed": 77})
    with pytest.raises(CommandError, match=r"differ: .*, encoder\.onnx, .*, encoder\. .* noise"):
        rebuilt(other)


def test_once_it_serves_every_image_is_seen_anew(
    world: World, started: Round, promoting: None
) -> None:
    learned = run(started).bundle
    assert learned is not None

    prepare(world)

    assert seen_by(learned.encoder_digest) == 4
    image = Image.objects.get(status="todo")
    assert image.proposed_by_id == learned.pk
    expected = encoder_of(learned).encode(load_pixels(image.sha256))
    np.testing.assert_array_equal(load_embedding(image.sha256, learned.encoder_digest), expected)


def test_what_served_before_proposes_on_its_arm_as_its_own_encoder_sees_that(
    world: World,
    started: Round,
    installed: str,
    promoting: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learned = run(started).bundle
    assert learned is not None
    monkeypatch.setattr("workers.arms.arm_for", lambda *_, **__: Image.Arm.PREVIOUS)
    image = make_image(world.project, 4)

    prepare(world)

    image.refresh_from_db()
    assert (image.arm, image.proposed_by_id) == ("previous", started.base_bundle_id)
    digests = Embedding.objects.filter(image_sha256=image.sha256)
    assert set(digests.values_list("encoder_digest", flat=True)) == {
        installed,
        learned.encoder_digest,
    }


def test_what_came_into_an_arm_since_its_images_were_seen_waits_for_the_next_time(
    world: World, started: Round, promoting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(started)
    monkeypatch.setattr("workers.arms.arm_for", lambda *_, **__: Image.Arm.PREVIOUS)
    monkeypatch.setattr("workers.prepare_images.look_closer", lambda *_: None)
    image = make_image(world.project, 4)

    prepare(world)

    image.refresh_from_db()
    assert image.proposed_by_id is None
    assert Job.objects.latest("pk").state == "succeeded"


def test_a_later_round_keeps_the_encoder_where_it_does_not_learn_any_more(
    world: World, started: Round, promoting: None, settings: LazySettings
) -> None:
    first = run(started).bundle
    assert first is not None
    prepare(world)
    finish(world, Image.objects.get(status="todo"))
    settings.TRAIN_ENCODER = False

    again = start_round(project=world.project, trigger="manual", created_by=world.manager)
    second = run(again).bundle

    assert second is not None
    assert second.pk != first.pk
    assert second.encoder_digest == first.encoder_digest == second.manifest["files"][ENCODER]
    assert encoder_of(second).digest == first.encoder_digest


def test_a_part_brings_its_encoder_into_whatever_bundle_it_comes(
    started: Round, promoting: None, tmp_path: Path
) -> None:
    ended = run(started)
    version, learned, before = ended.dataset_version, ended.bundle, ended.base_bundle
    assert version is not None
    assert learned is not None
    masks = {"masks": part_of(before, "masks")}

    write_round_bundle(tmp_path / "made", ended, version, trained=masks, others=learned)

    made = read_bundle(tmp_path / "made")
    assert made.encoder_digest == before.encoder_digest
    assert ENCODER not in made.files


def test_what_must_not_be_forgotten_is_seen_by_each_bundles_own_encoder(
    world: World, started: Round, installed: str
) -> None:
    other = create_project(name="Photos", created_by=world.manager)
    image = make_image(other, 7, is_holdout=True)
    finish(replace(world, project=other, annotator=world.manager), image)
    gone = make_image(other, 8, is_holdout=True)
    finish(replace(world, project=other, annotator=world.manager), gone)
    cut_version(project=other, created_by=world.manager)
    Image.objects.filter(pk=gone.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    storage.delete(storage.original_key(gone.sha256))  # as an older release emptied the trash
    set_also(project=world.project, ids=[other.pk], by=world.manager)

    ended = run(started)

    [row] = ended.metrics["also"]
    assert (row["name"], row["objects"]) == ("Photos", 2)
    assert ended.bundle is not None
    digests = Embedding.objects.filter(image_sha256=image.sha256)
    assert set(digests.values_list("encoder_digest", flat=True)) == {
        installed,
        ended.bundle.encoder_digest,
    }


@pytest.mark.parametrize("last_stage", ["elsewhere"])
def test_an_installed_encoder_that_cannot_learn_fails_the_round_with_what_to_do(
    started: Round,
) -> None:
    ended = run(started)

    assert ended.state == "failed"
    assert "leave TRAIN_ENCODER out" in ended.decision
    assert not (folder_of(ended) / "bundle").exists()
