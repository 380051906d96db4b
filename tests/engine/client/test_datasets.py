"""Datasets of other tools against a running Anneal: by the client, and by `anneal import`."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from engine.client import AnnealError, Client, JobEndedError
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import png
from tests.client import wait_for
from tests.engine.client.conftest import Run
from tests.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]
WHOLE = zipped("coco", cell(1), cell(2))


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    path = tmp_path / "whole.zip"
    path.write_bytes(WHOLE)
    return path


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A dataset of three images, of which one is none."""
    path = tmp_path / "faulty.zip"
    path.write_bytes(zipped("coco", cell(1), cell(2), cell(3, is_broken=True)))
    return path


def files_of(client: Client, project: int) -> set[str]:
    return {each.file_name for each in client.images(project)}


def test_a_dataset_comes_in_with_its_counts_and_problems_and_goes_out_again(
    client: Client, project: int, faulty: Path
) -> None:
    brought = client.import_dataset(project, faulty, timeout_s=60)

    assert brought.state == "imported"
    assert brought.brought["images accepted"] == 2
    assert brought.brought["masks"] == 4
    [problem] = brought.problems
    assert problem.file == "deep/3.png"
    assert files_of(client, project) == {"deep/1.png", "deep/2.png"}

    undone = client.undo_import(brought.id, timeout_s=60)

    assert undone.state == "undone"
    assert undone.brought["masks removed"] == 4
    assert files_of(client, project) == set()


def test_a_dry_run_tells_what_would_come_in_and_leaves_nothing(
    client: Client, project: int, faulty: Path
) -> None:
    told = client.import_dataset(project, faulty, dry_run=True, timeout_s=60)

    assert (told.found["images"], told.found["images refused"]) == (2, 1)
    assert told.found["masks"] == 4
    assert [each.file for each in told.problems] == ["deep/3.png"]
    assert files_of(client, project) == set()
    assert [each.state for each in client.dataset_imports(project)] == ["discarded"]


def test_what_is_no_dataset_is_told_before_anything_is_sent(
    client: Client, project: int, pictures: Path, tmp_path: Path
) -> None:
    with pytest.raises(AnnealError, match="is no dataset that is known"):
        client.import_dataset(project, pictures, dry_run=True)
    with pytest.raises(AnnealError, match="no file or folder"):
        client.import_dataset(project, tmp_path / "nowhere")

    assert list(client.uploads(project)) == []


def test_a_dataset_that_is_not_of_the_format_that_was_said_is_unreadable(
    client: Client, project: int, whole: Path
) -> None:
    with pytest.raises(AnnealError) as unreadable:
        client.import_dataset(project, whole, format="yolo", timeout_s=60)
    with pytest.raises(AnnealError) as unknown:
        client.import_dataset(project, whole, format="nonsense", timeout_s=60)

    assert unreadable.value.code == "unreadable"
    assert unknown.value.field == "format"
    assert files_of(client, project) == set()


def test_who_waits_for_an_import_learns_that_it_was_stopped_and_may_go_on(
    client: Client, project: int, whole: Path, stack: Stack
) -> None:
    [upload] = client.upload_images(project, [whole], timeout_s=60)
    wait_for(lambda: is_ready(client, project), "the dataset was looked at")

    def stop(done: int, total: int, what: str) -> None:
        stack.sql_do(
            "UPDATE annotation_job SET state = 'cancelled', lease_until = NULL"
            " WHERE kind = 'workers.import_dataset' AND project_id = %s",
            project,
        )

    with stack.asleep("worker"), pytest.raises(JobEndedError, match="cancelled"):
        client.bring_in(upload.id, progress=stop, timeout_s=30)

    assert client.bring_in(upload.id, timeout_s=60).brought["masks"] == 4


def is_ready(client: Client, project: int) -> bool:
    return [each.state for each in client.dataset_imports(project)] == ["ready"]


def test_the_command_imports_a_dataset_and_lists_what_cannot_be_used(
    logged_in: Run, client: Client, project: int, faulty: Path, pictures: Path
) -> None:
    ended = logged_in("import", project, faulty, pictures / "0.png")

    lines = dict(line.split("\t")[:2] for line in ended.out.splitlines())
    assert lines == {"faulty.zip": "imported", "0.png": "accepted"}
    assert ended.code == 1
    assert "cannot be used: deep/3.png: " in ended.err
    assert "2 images accepted" in ended.out
    found, sent = sorted(client.dataset_imports(project), key=lambda each: each.format)
    assert (found.format, sent.format) == ("coco", "images")
    for each in (found, sent):
        assert f"anneal undo {each.id}" in ended.err
    assert f"anneal refused {found.id}" in ended.err

    undone = logged_in("undo", found.id)

    assert undone.code == 0
    assert "4 masks removed" in undone.out
    assert files_of(client, project) == {"0.png"}


def test_refused_rows_are_fetched_mended_and_sent_again(
    logged_in: Run, client: Client, project: int, faulty: Path, whole: Path, tmp_path: Path
) -> None:
    brought = client.import_dataset(project, faulty, timeout_s=60)
    sound = client.import_dataset(project, whole, timeout_s=60)

    fetched = logged_in("refused", brought.id, "-o", tmp_path / "rows.zip", "--json")
    mended = tmp_path / "mended.zip"
    with zipfile.ZipFile(tmp_path / "rows.zip") as rows, zipfile.ZipFile(mended, "w") as out:
        for name in rows.namelist():
            out.writestr(name, png(3) if name.endswith("3.png") else rows.read(name))
    again = client.import_dataset(project, mended, timeout_s=60)

    size = (tmp_path / "rows.zip").stat().st_size
    assert json.loads(fetched.out) == {"path": str(tmp_path / "rows.zip"), "bytes": size}
    assert again.brought == {"images accepted": 1, "masks": 2, "captions": 1}
    assert logged_in("refused", sound.id).code == 1
    with pytest.raises(AnnealError, match="Nothing of this import was refused"):
        client.refused_rows(sound.id, tmp_path / "none.zip")


def test_the_command_packs_a_folder_and_counts_its_masks_as_finished(
    logged_in: Run, client: Client, project: int, tmp_path: Path
) -> None:
    folder = tmp_path / "cells"
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        archive.extractall(folder)

    ended = logged_in("import", project, folder, "--finished", "--json")
    again = logged_in("import", project, folder, "--finished", "--json")

    [outcome] = json.loads(ended.out)
    [twice] = json.loads(again.out)
    assert (ended.code, again.code) == (0, 0)
    assert (outcome["file_name"], outcome["dataset"]["state"]) == ("cells.zip", "imported")
    assert outcome["dataset"]["brought"]["masks"] == 4
    assert "masks" not in twice["dataset"]["brought"]
    assert [(each.status, each.masks) for each in client.images(project)] == [("done", 2)] * 2


def test_whoever_starts_a_round_is_told_first_what_the_gate_wants_and_can_cancel_it(
    logged_in: Run, client: Client, project: int, whole: Path
) -> None:
    logged_in("import", project, whole, "--finished")
    wait_for(lambda: client.project(project).serving, "a bundle serves")

    begun = logged_in("rounds", "start", project, "--part", "masks", "--json")

    started = json.loads(begun.out)
    cancelled = logged_in("rounds", "cancel", project)
    ended = logged_in("rounds", "watch", project)
    again = logged_in("rounds", "cancel", project)
    assert cancelled.code == 0
    assert (ended.code, "cancelled" in ended.err.lower()) == (1, True)
    assert next(client.rounds(project)).state == "cancelled"
    assert (again.code, "No round of the project is running." in again.err) == (1, True)
    assert begun.code == 0
    assert begun.err == (
        "The gate wants 20 objects on 4 or more finished held-out images, at most 5 of each; "
        "there are 0 on 0. It cannot promote masks yet.\n"
    )
    [masks] = started["gate"]
    assert (masks["part"], masks["wanted"], masks["there"]) == ("masks", 20, 0)
    assert not masks["is_enough"]


def test_broken_annotations_beside_images_are_told(
    logged_in: Run, client: Client, project: int, pictures: Path
) -> None:
    (pictures / "cells.json").write_text('{"images": [{"id": NaN}]}')

    ended = logged_in("import", project, pictures, "--dry-run")

    assert f"{pictures}: cells.json: images[0]: not JSON: NaN is not a number" in ended.err
    with pytest.raises(AnnealError, match=r"known\. cells\.json: images\[0\]: not JSON: "):
        client.import_dataset(project, pictures, dry_run=True)


def test_images_whose_annotations_no_reader_knows_come_in_and_the_exit_code_is_1(
    logged_in: Run, client: Client, project: int, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "via.zip", "w") as archive:
        archive.writestr("a.png", png(1))
        archive.writestr("via.json", '{"_via_settings": {}}')

    looked = logged_in("import", project, tmp_path / "via.zip", "--dry-run")
    ended = logged_in("import", project, tmp_path / "via.zip")
    alone = logged_in("import", project, tmp_path / "via.zip", "--images-alone")

    assert (looked.code, ended.code, alone.code) == (1, 1, 0)
    assert "Annotations in no known format: 1 file, via.json." in looked.err
    assert "via.zip\tin part\t\t2 files: 1 accepted, 1 refused. Annotations in no" in ended.out
    assert "VGG Image Annotator: export it as COCO there" in ended.out
    assert files_of(client, project) == {"via.zip/a.png"}
    with pytest.raises(AnnealError, match=r"is no dataset that is known\. Annotations in no known"):
        client.import_dataset(project, tmp_path / "via.zip")


def test_a_dry_run_of_the_command_sends_no_image(
    logged_in: Run, client: Client, project: int, whole: Path, pictures: Path
) -> None:
    ended = logged_in("import", project, whole, pictures, "--dry-run")

    assert ended.code == 0
    assert "whole.zip\tready" in ended.out
    assert "2 images, 2 labels, 4 masks" in ended.out
    assert "pictures\tready\t\t3 images, PNG" in ended.out
    assert "2 ready" in ended.err
    assert files_of(client, project) == set()
    assert len(list(client.uploads(project))) == 1  # the dataset's


def test_the_images_of_a_dataset_come_in_alone_where_that_is_asked_for(
    logged_in: Run, client: Client, project: int, whole: Path
) -> None:
    ended = logged_in("import", project, whole, "--images-alone")

    assert "whole.zip\taccepted" in ended.out
    assert {each.masks for each in client.images(project)} == {0}
    assert files_of(client, project) == {
        "whole.zip/images/deep/1.png",
        "whole.zip/images/deep/2.png",
    }


def test_a_dataset_that_cannot_be_read_is_exit_code_1_and_nothing_of_it_stays(
    logged_in: Run, client: Client, project: int, whole: Path
) -> None:
    ended = logged_in("import", project, whole, "--format", "yolo")

    assert ended.code == 1
    assert "whole.zip\tunreadable" in ended.out
    assert [each.state for each in client.dataset_imports(project)] == ["discarded"]
