"""Written exports go where nobody asks for them; their rows stay, with their digests."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.utils import timezone

from annotation import storage
from annotation.models import DatasetVersion, Export, Image, Job
from annotation.services.exports import request_export, write_export
from annotation.services.kept_exports import (
    drop_closed_exports,
    expire_exports,
    keep_export,
)
from annotation.services.versions import cut_version
from tests.annotation.world import Api, World, make_image

DAYS = 30


@pytest.fixture
def version(world: World) -> DatasetVersion:
    make_image(world.project, status=Image.Status.DONE)
    return cut_version(project=world.project, created_by=world.manager)


@pytest.fixture
def written(version: DatasetVersion, world: World, tmp_path: Path) -> Export:
    return write(version, world, tmp_path)


def ask(version: DatasetVersion, world: World) -> Export:
    return request_export(
        version=version, export_id=uuid4(), export_format="coco", created_by=world.manager
    )


def write(version: DatasetVersion, world: World, folder: Path) -> Export:
    """Ask for an export, and do what a worker would."""
    export = ask(version, world)
    write_export(version, folder / "a.zip")
    Job.objects.filter(pk=export.job_id).update(state="succeeded", finished_at=timezone.now())
    return keep_export(export=export, path=folder / "a.zip")


def age(*, days: int) -> None:
    """Let days pass since exports were used."""
    Export.objects.update(used_at=timezone.now() - timedelta(days=days, minutes=1))


def read(manager: Api, export: Export) -> dict[str, Any]:
    found: dict[str, Any] = manager.get(f"exports/{export.pk}").json()
    return found


def test_an_export_that_nobody_asks_for_expires_and_says_so(written: Export, manager: Api) -> None:
    kept = read(manager, written)
    age(days=DAYS)

    counts = (expire_exports(), expire_exports())

    told = read(manager, written)
    assert counts == (1, 0)
    assert (kept["is_expired"], told["is_expired"]) == (False, True)
    assert kept["expires_at"] == (written.used_at + timedelta(days=DAYS)).isoformat().replace(
        "+00:00", "Z"
    )
    assert (told["expires_at"], told["download_url"], told["is_closed"]) == (None, None, False)
    assert (told["state"], told["sha256"]) == ("succeeded", written.sha256)


def test_one_that_is_asked_for_again_is_kept_for_as_long_again(
    written: Export, version: DatasetVersion, world: World
) -> None:
    age(days=DAYS - 1)
    assert ask(version, world) == written

    assert expire_exports() == 0


def test_a_download_that_began_before_is_not_cut_off(written: Export, manager: Api) -> None:
    address = read(manager, written)["download_url"]
    age(days=DAYS)

    expire_exports()
    drop_closed_exports()

    with urlopen(address, timeout=30) as answer:  # noqa: S310  # our own store
        assert hashlib.sha256(answer.read()).hexdigest() == written.sha256


def test_its_file_goes_a_day_later_and_its_row_stays(written: Export, manager: Api) -> None:
    age(days=DAYS)
    expire_exports()
    Export.objects.update(expired_at=timezone.now() - timedelta(days=1, minutes=1))

    expire_exports()
    dropped = drop_closed_exports()

    told = read(manager, written)
    assert (dropped, storage.exists(written.key)) == (1, False)
    assert (told["is_expired"], told["is_closed"], told["sha256"]) == (True, False, written.sha256)


def test_p6_asked_for_again_it_has_the_same_bytes(
    written: Export, version: DatasetVersion, world: World, tmp_path: Path
) -> None:
    age(days=DAYS)
    expire_exports()

    again = write(version, world, tmp_path)

    assert again != written
    assert again.sha256 == written.sha256


def test_what_is_being_written_does_not_expire(version: DatasetVersion, world: World) -> None:
    ask(version, world)
    age(days=DAYS)

    assert expire_exports() == 0


def test_a_deployment_may_keep_exports_for_ever(
    written: Export, manager: Api, settings: LazySettings
) -> None:
    settings.EXPORT_DAYS = 0
    age(days=10 * 365)

    assert expire_exports() == 0
    assert read(manager, written)["expires_at"] is None


def test_one_with_a_voice_that_went_meanwhile_is_told_as_closed(
    written: Export, manager: Api, world: World
) -> None:
    age(days=DAYS)
    expire_exports()
    Export.objects.update(format="voices", key="", sha256="", bytes=0)  # as who withdraws has it

    assert read(manager, written)["is_closed"]
