"""`anneal export`, `version cut` and `cancel`, with the server's work between."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from annotation import jobs
from annotation.models import DatasetVersion, Export, Image, Job, VersionCut
from annotation.services.jobs import fail_job
from annotation.services.tokens import create_token
from annotation.services.versions import cut_version
from tests.annotation.world import World
from tests.workers.commanding import Anneal, interrupting, working
from tests.workers.conftest import finish
from workers.lease import Lease

pytestmark = pytest.mark.django_db(transaction=True)  # the server has connections of its own
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def version(world: World, image: Image) -> DatasetVersion:
    finish(world, image)
    return cut_version(project=world.project, created_by=world.manager)


@pytest.fixture
def interrupted(
    anneal: Anneal, version: DatasetVersion, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Export]:
    """Ask for an export, and press Ctrl-C while it waits."""

    def interrupt(*options: object) -> Export:
        with monkeypatch.context() as keyboard:
            keyboard.setattr("time.sleep", interrupting(jobs.EXPORT_VERSION))
            assert anneal("export", version.project_id, *options) == 130
        return Export.objects.latest("created_at")

    return interrupt


def test_an_export_that_was_interrupted_goes_on_by_the_same_command(
    version: DatasetVersion,
    anneal: Anneal,
    interrupted: Callable[..., Export],
    tmp_path: Path,
    capsys: Capture,
) -> None:
    begun = interrupted()
    told = capsys.readouterr().err

    code = anneal("export", version.project_id, "-o", tmp_path / "a.zip")

    assert f"The server goes on with the export. That is stopped by: anneal cancel {begun.pk}" in (
        told
    )
    assert "The same command waits for it again." in told
    assert "going on with that" in capsys.readouterr().err
    assert (code, Export.objects.get().pk) == (0, begun.pk)
    assert zipfile.is_zipfile(tmp_path / "a.zip")


def test_what_was_exported_before_is_fetched_and_not_written_again(
    version: DatasetVersion, anneal: Anneal, tmp_path: Path, capsys: Capture
) -> None:
    paths = [tmp_path / "a.zip", tmp_path / "b.zip"]

    codes = [anneal("export", version.project_id, "-o", path) for path in paths]

    assert codes == [0, 0]
    assert "The same was exported on" in capsys.readouterr().err
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert Export.objects.count() == Job.objects.filter(kind=jobs.EXPORT_VERSION).count() == 1


def test_an_export_is_cancelled_by_its_id_and_begun_again_by_the_same_command(
    version: DatasetVersion,
    anneal: Anneal,
    interrupted: Callable[..., Export],
    tmp_path: Path,
    capsys: Capture,
) -> None:
    begun = interrupted()
    capsys.readouterr()

    codes = [anneal("cancel", begun.pk, "--json"), anneal("cancel", begun.pk)]
    told = capsys.readouterr()
    working()
    written = Export.objects.get(pk=begun.pk, job__state="cancelled").sha256
    again = anneal("export", version.project_id, "-o", tmp_path / "a.zip")

    assert codes == [0, 1]
    assert json.loads(told.out)["state"] == "cancelled"
    assert "The export has cancelled: there is nothing to cancel." in told.err
    assert (written, again) == ("", 0)
    assert Export.objects.get().sha256


def test_an_export_that_failed_is_begun_again_by_the_same_command(
    version: DatasetVersion,
    anneal: Anneal,
    interrupted: Callable[..., Export],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = interrupted()
    with monkeypatch.context() as fault:
        fault.setattr(Lease, "check", lambda lease: fail_job(lease.claim, error="The disk is full"))
        working()
    failed = Job.objects.get(pk=begun.job_id).state

    again = anneal("export", version.project_id, "-o", tmp_path / "a.zip")

    assert (failed, again, Export.objects.get().pk) == ("failed", 0, begun.pk)


def test_who_no_longer_waits_for_a_cut_is_told_how_to_cancel_it(
    world: World,
    image: Image,
    anneal: Anneal,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    finish(world, image)
    with monkeypatch.context() as keyboard:
        keyboard.setattr("time.sleep", interrupting(jobs.CUT_VERSION))
        interrupted = anneal("version", "cut", world.project.pk)
    cut = VersionCut.objects.get()
    told = capsys.readouterr().err

    cancelled = anneal("cancel", cut.pk)

    assert (interrupted, cancelled) == (130, 0)
    assert f"anneal cancel {cut.pk}" in told
    assert "version\tcancelled\tcancelled" in capsys.readouterr().out
    assert not DatasetVersion.objects.exists()


def test_nothing_is_cancelled_by_an_id_that_nothing_has(anneal: Anneal, capsys: Capture) -> None:
    unknown = uuid4()

    assert anneal("cancel", unknown) == 1

    assert f"No import, export or cut of yours has the id {unknown}." in capsys.readouterr().err


def test_an_expired_export_is_told_and_written_anew(
    version: DatasetVersion, anneal: Anneal, tmp_path: Path, capsys: Capture
) -> None:
    paths = [tmp_path / "a.zip", tmp_path / "b.zip"]
    anneal("export", version.project_id, "-o", paths[0])
    Export.objects.update(expired_at=timezone.now())
    capsys.readouterr()

    shown = anneal("version", "show", version.project_id)
    told = capsys.readouterr().out
    again = anneal("export", version.project_id, "-o", paths[1])

    assert (shown, again) == (0, 0)
    assert "expired: export it again" in told
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert Export.objects.count() == 2


def test_who_may_not_export_is_shown_a_version_and_no_export_of_it(
    world: World,
    version: DatasetVersion,
    anneal: Anneal,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    anneal("export", version.project_id, "-o", tmp_path / "a.zip")
    _, theirs = create_token(user=world.reviewer, name="test", scope="write", expires_in_days=1)
    monkeypatch.setenv("ANNEAL_TOKEN", theirs)
    capsys.readouterr()

    shown = anneal("version", "show", version.project_id)
    asked = anneal("export", version.project_id, "-o", tmp_path / "b.zip")

    told = capsys.readouterr()
    assert shown == 0
    assert version.pk in told.out
    assert asked != 0
    assert "Only a manager of the project may do this." in told.err


def test_a_version_is_named_by_its_tag_or_how_its_id_begins_wherever_it_lies(
    version: DatasetVersion, anneal: Anneal, capsys: Capture
) -> None:
    anneal("version", "tag", version.project_id, version.pk[:8].upper(), "v1.0")
    capsys.readouterr()

    codes = [
        anneal("version", "show", version.project_id, name) for name in ("v1.0", "v2", "a/b?c")
    ]
    told = capsys.readouterr()

    assert codes == [0, 1, 1]
    assert version.pk in told.out
    assert "No version has the tag 'v2' or an id that starts so." in told.err
