"""Saved queries, a look before cutting, and versions that are asked for and cut by a job."""

import json
from contextlib import nullcontext
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from annotation.models import DatasetVersion, Image, Job, VersionCut, VersionQuery
from annotation.services.jobs import LeaseLostError
from annotation.services.version_cuts import run_cut
from tests.annotation.cutting import REVIEWED, annotated, cut_by
from tests.annotation.world import Api, World


def path(world: World, what: str = "versions") -> str:
    return f"projects/{world.project.pk}/{what}"


def save(api: Api, world: World, name: str, criteria: dict[str, Any]) -> dict[str, Any]:
    answer = api.post(path(world, "version-queries"), {"name": name, "criteria": criteria})
    assert answer.status_code == 201, answer.json()
    saved: dict[str, Any] = answer.json()
    return saved


def chosen(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the criteria that are told and not null."""
    return {name: value for name, value in answer["criteria"].items() if value is not None}


def test_a_query_is_kept_under_its_name_and_others_are_its_next_number(
    world: World, manager: Api
) -> None:
    first = save(manager, world, "reviewed", {"reviewed": True})
    again = save(manager, world, "reviewed", {"reviewed": True, "splits": []})
    other = save(manager, world, "reviewed", {"reviewed": True, "val_share": 0.2})

    assert (first["number"], again["id"], other["number"]) == (1, first["id"], 2)
    [listed] = manager.get(path(world, "version-queries")).json()["results"]
    assert (listed["id"], chosen(listed)) == (other["id"], {"reviewed": True, "val_share": 0.2})
    assert VersionQuery.objects.get(pk=first["id"]).criteria == {"reviewed": True}


def test_a_query_that_is_dropped_is_offered_no_longer_and_versions_still_name_it(
    world: World, manager: Api
) -> None:
    annotated(world, 1, world.label_id, status=REVIEWED)
    saved = save(manager, world, "reviewed", {"reviewed": True})
    version = cut_by(manager, world, {"query": saved["id"]})

    dropped = manager.delete(f"version-queries/{saved['id']}")

    assert dropped.status_code == 204
    assert manager.get(path(world, "version-queries")).json()["results"] == []
    assert version["cut_from"] == {"id": saved["id"], "name": "reviewed", "number": 1}
    [listed] = manager.get(path(world)).json()["results"]
    assert listed["cut_from"] == version["cut_from"]
    assert save(manager, world, "reviewed", {"reviewed": True})["number"] == 2


def test_the_web_answers_at_once_and_the_job_cuts(world: World, manager: Api) -> None:
    annotated(world, 1, world.label_id)

    answer = manager.post(path(world), {"note": "first"})

    asked = answer.json()
    assert (answer.status_code, asked["version"], asked["note"]) == (202, None, "first")
    assert (asked["job"]["kind"], asked["job"]["state"]) == ("cut_version", "queued")
    assert not DatasetVersion.objects.exists()
    cut = VersionCut.objects.get(pk=asked["id"])
    told: list[tuple[int, int]] = []
    version = run_cut(cut, fence=nullcontext, progress=lambda *step: told.append(step))
    assert told == [(1, 1)]
    assert manager.get(f"version-cuts/{cut.pk}").json()["version"] == version.pk
    [listed] = manager.get(path(world, "version-cuts")).json()["results"]
    assert listed["id"] == str(cut.pk)


def test_the_same_asked_for_under_a_key_is_one_job(world: World, manager: Api) -> None:
    first, second = (manager.post(path(world), {}, Idempotency_Key="k") for _ in range(2))

    assert first.json() == second.json()
    assert Job.objects.filter(kind="workers.cut_version").count() == 1


def test_the_same_content_and_criteria_are_the_same_version_however_they_are_named(
    world: World, manager: Api
) -> None:
    annotated(world, 1, world.label_id, status=REVIEWED)

    unnamed = cut_by(manager, world, {"criteria": {"reviewed": True}})
    saved = save(manager, world, "reviewed", {"reviewed": True})
    named = cut_by(manager, world, {"query": saved["id"]})
    later = save(manager, world, "by another name", {"reviewed": True})
    again = cut_by(manager, world, {"query": later["id"]})

    assert unnamed["id"] == named["id"] == again["id"]
    assert unnamed["cut_from"] is None
    assert named["cut_from"]["name"] == again["cut_from"]["name"] == "reviewed"
    assert DatasetVersion.objects.count() == 1


def test_a_cut_whose_lease_is_lost_leaves_no_version(world: World, manager: Api) -> None:
    annotated(world, 1, world.label_id)
    asked = manager.post(path(world), {}).json()
    cut = VersionCut.objects.get(pk=asked["id"])

    def fence() -> nullcontext[None]:
        raise LeaseLostError("job 1")

    with pytest.raises(LeaseLostError):
        run_cut(cut, fence=fence, progress=lambda *_: None)

    cut.refresh_from_db()
    assert cut.version is None
    assert not DatasetVersion.objects.exists()


@pytest.mark.parametrize(
    ("criteria", "field", "message"),
    [
        ({"labels": [10**9]}, "labels", "no label with the id 1000000000"),
        ({"splits": ["test"]}, "splits", "no split 'test'"),
        ({"rounds": [7]}, "rounds", "no round 7"),
        ({"groups": ["nowhere"]}, "groups", "of a group 'nowhere'"),
        (
            {"finished_from": "2026-05-02", "finished_to": "2026-05-01"},
            "finished_to",
            "The last day, 2026-05-01, is before the first, 2026-05-02",
        ),
        ({"finished_from": "yesterday"}, "finished_from", "wrong format"),
        ({"agreement": 1.2}, "agreement", "from 0 to 1, not 1.2"),
        ({"val_share": 0}, "val_share", "above 0 and below 1, not 0"),
        ({"val_share": 1}, "val_share", "above 0 and below 1, not 1"),
        ({"val_share": 0.2, "splits": ["holdout"]}, "val_share", "cut out of train"),
        ({"label": [1]}, "label", "There is no such criterion"),
        ({"reviewed": "perhaps"}, "reviewed", "valid boolean"),
    ],
)
@pytest.mark.parametrize("door", ["versions", "version-look", "version-queries"])
def test_what_cannot_be_is_refused_by_the_name_of_the_field(
    world: World, manager: Api, door: str, criteria: dict[str, Any], field: str, message: str
) -> None:
    body = {"criteria": criteria} | ({"name": "x"} if door == "version-queries" else {})

    answer = manager.post(path(world, door), body)

    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["field"] == f"criteria.{field}"
    assert message in error["message"]
    assert not Job.objects.exists()


def test_what_matches_nothing_is_refused_with_counts_that_say_why(
    world: World, manager: Api
) -> None:
    annotated(world, 1, world.label_id, group="a")
    annotated(world, 2, world.label_id, status=REVIEWED)
    criteria = {"reviewed": True, "groups": ["a"]}

    refused = manager.post(path(world), {"criteria": criteria})
    looked = manager.post(path(world, "version-look"), {"criteria": criteria}).json()

    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_cut")
    assert refused.json()["counts"] == {"images": 2, "reviewed": 1, "groups": 1}
    assert "Of 2 finished or begun, 1 reviewed, 1 of these groups" in refused.json()["detail"]
    assert (looked["images"], looked["meeting"]) == (0, {"images": 2, "reviewed": 1, "groups": 1})
    assert not Job.objects.exists()


def test_each_criterion_is_counted_where_nothing_matches(world: World, manager: Api) -> None:
    annotated(world, 1, world.label_id)
    annotated(world, 2, status=REVIEWED)
    criteria = {
        "splits": ["train"],
        "labels": [world.label_id],
        "drop_empty": True,
        "reviewed": True,
        "agreement": 0.5,
        "rounds": [0],
        "finished_from": "2026-05-01",
        "finished_to": "2026-05-02",
        "val_share": 0.2,
    }

    look = manager.post(path(world, "version-look"), {"criteria": criteria}).json()

    assert look["meeting"] == {
        "images": 2,
        "splits": 2,
        "drop_empty": 1,
        "reviewed": 1,
        "agreement": 0,
        "rounds": 0,
        "finished_from": 0,
        "finished_to": 0,
    }


def test_what_was_there_when_it_was_asked_for_may_be_gone_when_it_is_cut(
    world: World, manager: Api
) -> None:
    image = annotated(world, 1, world.label_id, status=REVIEWED)
    asked = manager.post(path(world), {"criteria": {"reviewed": True}}).json()
    Image.objects.filter(pk=image.pk).update(status="returned")

    with pytest.raises(Exception, match="Of 1 finished or begun, 0 reviewed"):
        run_cut(VersionCut.objects.get(pk=asked["id"]), fence=nullcontext, progress=lambda *_: None)

    assert not DatasetVersion.objects.exists()


def test_a_look_tells_how_much_there_is_by_split(world: World, manager: Api) -> None:
    annotated(world, 1, world.label_id, world.label_id)
    annotated(world, 2, is_holdout=True)

    look = manager.post(path(world, "version-look"), {"criteria": {}}).json()

    assert look == {
        "images": 2,
        "masks": 2,
        "splits": {"train": {"images": 1, "masks": 2}, "holdout": {"images": 1, "masks": 0}},
        "meeting": {},
    }


def test_a_query_of_another_project_is_not_there(world: World, manager: Api, stranger: Api) -> None:
    saved = save(manager, world, "mine", {})

    elsewhere = stranger.post(f"projects/{world.elsewhere.pk}/versions", {"query": saved["id"]})
    both = manager.post(path(world), {"query": saved["id"], "criteria": {}})

    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["field"]) == (400, "query")
    assert both.json()["errors"][0]["message"] == "Say criteria or a query, not both."


def test_the_command_line_cuts_a_part_and_counts_it_before(
    world: World, manager: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    annotated(world, 1, world.label_id, status=REVIEWED)
    annotated(world, 2)
    saved = save(manager, world, "cells", {"labels": [world.label_id], "drop_empty": True})
    options = ("--label", "cell", "--drop-empty")

    call_command("cut_version", world.project.pk, *options, "--dry-run")
    looked = capsys.readouterr().out
    assert not DatasetVersion.objects.exists()
    call_command("cut_version", world.project.pk, *options, "--json")
    made = json.loads(capsys.readouterr().out)
    call_command("cut_version", world.project.pk, "--query", "cells")

    assert looked == "train: 1 images, 1 masks\n"
    [version] = DatasetVersion.objects.all()
    assert (made["id"], made["counts"]["images"]) == (version.pk, 1)
    assert version.cut_from_id == saved["id"]
    assert capsys.readouterr().out.startswith(f"version {version.pk}\n")


def test_the_command_line_counts_nothing_in_words(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("cut_version", world.project.pk, "--dry-run")
    of_none = capsys.readouterr().out
    annotated(world, 1, world.label_id)
    call_command("cut_version", world.project.pk, "--reviewed", "--dry-run")
    of_one = capsys.readouterr().out
    call_command("cut_version", world.project.pk, "--reviewed", "--dry-run", "--json")

    assert of_none == "No image is finished or begun.\n"
    assert of_one == "No image meets all of this. Of 1 finished or begun, 0 reviewed.\n"
    assert capsys.readouterr().out == "{}\n"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--label", "none such"), "no label 'none such'"),
        (("--query", "none such"), "no query 'none such'"),
        (("--query", "x", "--reviewed"), "in place of the other options"),
        (("--val", "2"), "above 0 and below 1"),
        (("--reviewed",), "No image meets all of this"),
    ],
)
def test_the_command_line_says_why_nothing_is_cut(
    world: World, options: tuple[str, ...], told: str
) -> None:
    annotated(world, 1, world.label_id)

    with pytest.raises(CommandError, match=told):
        call_command("cut_version", world.project.pk, *options)

    assert not DatasetVersion.objects.exists()
