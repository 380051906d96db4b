"""Fixtures of the web side's tests."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from annotation import storage
from annotation.api.throttles import Buckets, LoginThrottle
from annotation.models import Image, Project
from annotation.services.projects import update_project
from tests.annotation.world import Api, World, make_image, make_world


@pytest.fixture(scope="session")
def bucket(embedded: object) -> None:
    storage.ensure_bucket()


@pytest.fixture(autouse=True)
def no_built_pages(settings: LazySettings) -> None:
    """A client of each test would read all that is built, or miss what is being built just now."""
    settings.WHITENOISE_USE_FINDERS = False


@pytest.fixture(autouse=True)
def scratch(settings: LazySettings, tmp_path: Path) -> None:
    """Let no test find the files that another left."""
    settings.SCRATCH_DIR = tmp_path / "scratch"
    settings.SCRATCH_DIR.mkdir()


@pytest.fixture(autouse=True)
def own_logins(monkeypatch: pytest.MonkeyPatch) -> None:
    """All tests come from one address."""
    monkeypatch.setattr(LoginThrottle, "buckets", Buckets())


@pytest.fixture
def world(db: None, bucket: None) -> World:
    return make_world()


@pytest.fixture
def image(world: World) -> Image:
    return make_image(world.project)


@pytest.fixture
def promised(world: World) -> Project:
    """Let auto-accept promise something, so that audits are measured against it."""
    return update_project(project=world.project, changes={"auto_accept_precision": 0.95})


@pytest.fixture
def annotator(world: World) -> Api:
    return Api(world.annotator)


@pytest.fixture
def manager(world: World) -> Api:
    return Api(world.manager)


@pytest.fixture
def reviewer(world: World) -> Api:
    return Api(world.reviewer)


@pytest.fixture
def stranger(world: World) -> Api:
    return Api(world.stranger)
