"""The client and `anneal` at imports that take their time, with the server's work between."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from annotation import jobs, storage
from annotation.models import DatasetImport, Image, Job, Mask, OutsideModel, Proposal
from engine.client import Client
from engine.datasets.sample import Annotation
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import World, png, square
from tests.workers.commanding import Anneal, interrupting, working

pytestmark = pytest.mark.django_db(transaction=True)  # the server has connections of its own
PREDICTED = Annotation(square(9, 9, 3), "cell", predicted_iou=0.9)


def put_scored(lab: str) -> None:
    """Put a dataset into the bucket whose only mask has a score."""
    scored = zipped("coco", replace(cell(1), annotations=(PREDICTED,)))
    with zipfile.ZipFile(io.BytesIO(scored)) as archive:
        for name in archive.namelist():
            storage.put_bytes(f"{lab}/cells/{name}", archive.read(name))


def test_masks_with_a_score_come_in_from_a_bucket_as_a_model_s_proposals(
    world: World, lab: str, anneal: Anneal
) -> None:
    put_scored(lab)

    code = anneal("import-bucket", world.project.pk, "lab", "cells", "--proposals-by", "a net")

    assert code == 0
    assert not Mask.objects.exists()
    assert Proposal.objects.get().outside_model == OutsideModel.objects.get(name="a net")


def test_the_client_brings_masks_in_from_a_bucket_as_a_model_s_proposals(
    world: World, lab: str, live_server: LiveServer, token: str
) -> None:
    put_scored(lab)

    with Client(live_server.url, token) as client:
        brought = client.import_bucket(
            world.project.pk, "lab", "cells", proposals_by="a net", progress=working
        )

    assert brought.brought == {"images accepted": 1, "proposals": 1, "captions": 1}


def test_an_import_from_a_bucket_that_was_cancelled_goes_on_by_the_same_command(
    world: World,
    lab: str,
    anneal: Anneal,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    put_scored(lab)
    with monkeypatch.context() as keyboard:
        keyboard.setattr("time.sleep", interrupting(jobs.IMPORT_DATASET))
        interrupted = anneal("import-bucket", world.project.pk, "lab", "cells")
    anneal("cancel", DatasetImport.objects.get().pk)
    capsys.readouterr()

    code = anneal("import-bucket", world.project.pk, "lab", "/cells/")

    assert (interrupted, code) == (130, 0)
    assert "Going on with the import of lab:cells" in capsys.readouterr().err
    assert DatasetImport.objects.get().state == "imported"
    assert Mask.objects.count() == 1


@pytest.mark.parametrize("kind", [jobs.CHECK_DATASET, jobs.IMPORT_DATASET])
def test_an_import_from_a_bucket_that_still_runs_is_waited_for(
    world: World, lab: str, anneal: Anneal, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    put_scored(lab)
    with monkeypatch.context() as keyboard:
        keyboard.setattr("time.sleep", interrupting(kind))
        anneal("import-bucket", world.project.pk, "lab", "cells")

    anneal("import-bucket", world.project.pk, "lab", "cells")

    assert DatasetImport.objects.get().state == "imported"
    assert Job.objects.filter(kind=kind).count() == 1


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        (["--proposals-by", "a net"], {}),
        (["--finished"], {}),
        (["--format", "yolo"], {}),
        ([], {"message": "The files have changed since this import began."}),
        ([], {"state": "imported"}),
        ([], {"prefix": "other"}),
        ([], {"state": "ready", "format": "images_alone"}),
    ],
)
def test_an_import_that_would_bring_something_else_is_not_gone_on_with(
    world: World,
    lab: str,
    anneal: Anneal,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    changed: dict[str, str],
) -> None:
    put_scored(lab)
    with monkeypatch.context() as keyboard:
        keyboard.setattr("time.sleep", interrupting(jobs.IMPORT_DATASET))
        anneal("import-bucket", world.project.pk, "lab", "cells")
    first = DatasetImport.objects.get()
    anneal("cancel", first.pk)
    DatasetImport.objects.update(**changed)

    anneal("import-bucket", world.project.pk, "lab", "cells", *options)

    assert DatasetImport.objects.exclude(pk=first.pk).count() == 1


def test_a_dry_run_leaves_a_look_alone_that_somebody_waits_for(
    world: World, lab: str, anneal: Anneal
) -> None:
    put_scored(lab)
    with_look = DatasetImport.objects.filter(state="ready")
    anneal("import-bucket", world.project.pk, "lab", "cells", "--dry-run")
    DatasetImport.objects.update(state="ready")

    code = anneal("import-bucket", world.project.pk, "lab", "cells", "--dry-run")

    assert (code, with_look.count()) == (0, 1)


@pytest.mark.parametrize(
    ("options", "code"), [(["--dry-run"], 1), ([], 1), (["--format", "images"], 0)]
)
def test_annotations_in_a_bucket_that_no_reader_knows_are_told_and_are_exit_code_1(
    world: World,
    lab: str,
    anneal: Anneal,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    code: int,
) -> None:
    storage.put_bytes(f"{lab}/plain/1.png", png(1))
    storage.put_bytes(f"{lab}/plain/cells.json", b'{"shapes": []}')

    ended = anneal("import-bucket", world.project.pk, "lab", "plain", *options)

    assert ended == code
    told = " ".join(capsys.readouterr().out.split())
    assert "1 image" in told
    assert ". Annotations in no known format: 1 file, cells.json." in told
    assert Image.objects.exists() == ("--dry-run" not in options)


@pytest.fixture
def cells(tmp_path: Path) -> Path:
    (tmp_path / "cells.zip").write_bytes(zipped("coco", cell(1), cell(2)))
    return tmp_path / "cells.zip"


def test_who_presses_ctrl_c_is_told_how_to_cancel_the_import_and_can_undo_it_then(
    world: World,
    cells: Path,
    anneal: Anneal,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with monkeypatch.context() as keyboard:
        keyboard.setattr("time.sleep", interrupting(jobs.IMPORT_DATASET))
        interrupted = anneal("import", world.project.pk, cells)
    found = DatasetImport.objects.get()
    told = capsys.readouterr().err

    cancelled = anneal("cancel", found.pk, "--json")
    shown = json.loads(capsys.readouterr().out)
    working()
    undone = anneal("undo", found.pk)

    assert interrupted == 130
    assert (
        f"The server goes on with cells.zip. That is stopped by: anneal cancel {found.pk}" in told
    )
    assert (cancelled, shown["state"], shown["job"]["state"]) == (0, "importing", "cancelled")
    found.refresh_from_db()
    assert (undone, found.state, Image.objects.count()) == (0, "undone", 0)


def test_a_cancelled_import_goes_on_by_the_same_command(
    world: World, cells: Path, anneal: Anneal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as keyboard:
        keyboard.setattr("time.sleep", interrupting(jobs.IMPORT_DATASET))
        anneal("import", world.project.pk, cells)
    anneal("cancel", DatasetImport.objects.get().pk)

    code = anneal("import", world.project.pk, cells)

    assert (code, DatasetImport.objects.get().state) == (0, "imported")
    assert Mask.objects.count() == 4


def test_who_no_longer_waits_for_an_undo_is_told_how_to_cancel_it(
    world: World,
    cells: Path,
    anneal: Anneal,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    anneal("import", world.project.pk, cells)
    found = DatasetImport.objects.get()
    monkeypatch.setattr("time.sleep", interrupting(jobs.UNDO_IMPORT))

    interrupted = anneal("undo", found.pk)

    assert interrupted == 130
    assert f"anneal cancel {found.pk}" in capsys.readouterr().err


def test_nothing_is_cancelled_of_an_import_that_has_ended(
    world: World, cells: Path, anneal: Anneal, capsys: pytest.CaptureFixture[str]
) -> None:
    anneal("import", world.project.pk, cells)

    code = anneal("cancel", DatasetImport.objects.get().pk)

    assert code == 1
    assert "Nothing is being done to cells.zip" in capsys.readouterr().err


def test_commands_keep_images_of_a_folder_together(
    world: World, lab: str, tmp_path: Path, anneal: Anneal
) -> None:
    for seed, name in enumerate(["slide1/a.png", "slide1/b.png", "c.png"]):
        (tmp_path / "tiles" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tiles" / name).write_bytes(png(seed))
        storage.put_bytes(f"{lab}/scans/bucket-{name}", png(seed + 9))

    sent = anneal("import", world.project.pk, tmp_path / "tiles", "--group-by", "folder")
    fetched = anneal(
        *("import-bucket", world.project.pk, "lab", "scans"), "--group-by", "bucket-{group}/{}"
    )

    assert (sent, fetched) == (0, 0)
    assert dict(Image.objects.values_list("file_name", "group")) == {
        "tiles/slide1/a.png": "tiles/slide1",
        "tiles/slide1/b.png": "tiles/slide1",
        "tiles/c.png": "tiles",
        "bucket-slide1/a.png": "slide1",
        "bucket-slide1/b.png": "slide1",
        "bucket-c.png": "",
    }


def test_a_command_that_is_told_no_way_to_group_sends_nothing(
    world: World, tmp_path: Path, anneal: Anneal, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.png").write_bytes(png(1))

    code = anneal("import", world.project.pk, tmp_path / "a.png", "--group-by", "slides")

    assert code != 0
    assert "{group}_{}.png" in capsys.readouterr().err
    assert not Image.objects.exists()
