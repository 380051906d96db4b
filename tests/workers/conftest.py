"""Workers without Celery around them: tasks are called, models are small and real."""

import zlib
from functools import lru_cache, partial
from pathlib import Path
from unittest.mock import Mock
from uuid import uuid4

import numpy as np
import pytest
import torch
from django.conf import LazySettings
from pytest_django.live_server_helper import LiveServer

from annotation import jobs, storage
from annotation.import_sources import import_sources
from annotation.models import Image
from annotation.services.assignments import claim_image, finish_image
from annotation.services.bundles import ensure_pretrained
from annotation.services.gate import Verdict
from annotation.services.seeds import Seed, seed_masks
from annotation.services.tokens import create_token
from engine.segmentation.decoder import build_decoder
from engine.segmentation.trainer import Chain, TrainConfig
from tests.annotation.world import Api, World, make_image, make_world, square
from tests.random_bundle import write_random_bundle
from tests.workers.commanding import Anneal, run_anneal, working
from tests.workers.moving import Moving, make_moving
from workers import mask_training, networks, run_round
from workers.app import app

ENCODER_DIGEST = "e" * 64


class QuickEncoder:
    """Stands for the loaded encoder: the embedding follows from the pixels, in no time."""

    digest = ENCODER_DIGEST

    def __init__(self, dim: int = 256) -> None:
        self.dim = dim
        self.calls = 0
        self.shown: set[bytes] = set()

    def encode(self, pixels: np.ndarray) -> np.ndarray:
        self.calls += 1
        self.shown.add(pixels.tobytes())
        seed = zlib.crc32(pixels.tobytes())
        return np.random.default_rng(seed).normal(size=(self.dim, 64, 64)).astype(np.float16)


@pytest.fixture(scope="session", autouse=True)
def tasks() -> None:
    app.loader.import_default_modules()


@pytest.fixture
def moving(world: World) -> Moving:
    return make_moving(world)


@pytest.fixture
def promoting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the gate promote whatever a round has trained."""
    passed = Verdict(is_promoted=True, reason="Promoted: a test says so.")
    monkeypatch.setattr(run_round, "judge", lambda **_: passed)


@pytest.fixture(scope="session")
def bundle_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with random weights and a grid of four points, which keeps whatever it finds."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("bundle")
    return write_random_bundle(folder, build_decoder(), ENCODER_DIGEST)


@pytest.fixture(scope="session")
def bucket(embedded: object) -> None:
    storage.ensure_bucket()


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> QuickEncoder:
    encoder = QuickEncoder()
    monkeypatch.setattr(networks, "_encoder", lru_cache(lambda _: encoder))
    return encoder


@pytest.fixture
def world(
    transactional_db: None,  # the lease's heartbeat has a connection of its own
    bucket: None,
    bundle_folder: Path,
    encoder: QuickEncoder,
    settings: LazySettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    settings.PRETRAINED_BUNDLE = bundle_folder
    settings.SCRATCH_DIR = tmp_path / "scratch"
    settings.TRAIN_STEPS = 3
    settings.TRAIN_HEAD_STEPS = 2
    short = partial(TrainConfig, chains=(Chain(2), Chain(1)))  # chains of clicks
    monkeypatch.setattr(mask_training, "TrainConfig", short)
    monkeypatch.setattr(jobs, "send", Mock())
    monkeypatch.setattr(mask_training, "load_photos", lambda *_: [])  # a minute's work to make
    return make_world()


@pytest.fixture
def manager(world: World) -> Api:
    return Api(world.manager)


@pytest.fixture
def token(world: World) -> str:
    return create_token(user=world.manager, name="test", scope="write", expires_in_days=1)[1]


@pytest.fixture
def anneal(token: str, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Anneal:
    """Run commands of the manager's, with the server at work whenever one pauses."""
    monkeypatch.setenv("ANNEAL_URL", live_server.url)
    monkeypatch.setenv("ANNEAL_TOKEN", token)
    monkeypatch.setattr("time.sleep", working)
    return run_anneal


@pytest.fixture
def image(world: World) -> Image:
    return make_image(world.project)


@pytest.fixture
def prepared(world: World, image: Image) -> Image:
    """An image of a project that serves a bundle."""
    ensure_pretrained(project=world.project)
    return image


TWO_MASKS = (Seed(square(3, 3, 8)), Seed(square(18, 10, 9)))


def finish(world: World, image: Image, *seeds: Seed) -> None:
    """Let the annotator finish an image with these masks, or with two."""
    seed_masks(image=image, seeds=seeds or TWO_MASKS, author=world.manager)
    finish_as_it_is(world, image)


def finish_as_it_is(world: World, image: Image) -> None:
    """Let the annotator finish an image with the masks that it has, if any."""
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    finish_image(assignment=place, user=world.annotator, active_s=5)


@pytest.fixture
def lab(settings: LazySettings) -> str:
    """Where a source called "lab" begins in the store that the tests have."""
    prefix = f"lab-{uuid4()}"
    told = {
        "bucket": settings.S3_BUCKET,
        "prefix": prefix,
        "endpoint_url": settings.S3_ENDPOINT_URL,
        "access_key_id": settings.S3_ACCESS_KEY_ID,
        "secret_access_key": settings.S3_SECRET_ACCESS_KEY,
    }
    settings.IMPORT_SOURCES = import_sources({"lab": told})
    return prefix
