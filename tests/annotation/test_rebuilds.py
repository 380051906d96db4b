"""Having a bundle made again: who may, what is refused, and what is told of it."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from annotation.models import AliasMove, Bundle, ComparedFile, DatasetVersion, Job, Rebuild
from annotation.services.rebuilds import (
    begin_rebuild,
    is_within_noise,
    noise_words,
    record_rebuild,
)
from tests.annotation.world import Api, World, make_bundle, make_promoted_round

EQUAL: ComparedFile = {"name": "decoder.onnx", "recorded": "a" * 64, "made": "a" * 64, "note": ""}
OTHER: ComparedFile = {"name": "thresholds", "recorded": "a" * 64, "made": None, "note": "by hand"}


@pytest.fixture
def pretrained(world: World) -> Bundle:
    bundle = make_bundle("a")
    AliasMove.objects.create(project=world.project, name="serving", to_bundle=bundle)
    return bundle


@pytest.fixture
def trained(world: World, pretrained: Bundle) -> Bundle:
    """The bundle of a round, with a recipe."""
    counts = {"train": 20, "masks": 300}
    version = DatasetVersion.objects.create(pk="f" * 64, project=world.project, counts=counts)
    bundle = make_bundle("b")
    bundle.manifest |= {"recipe": {"masks": {}}}
    bundle.dataset_version = version
    bundle.save()
    make_promoted_round(world.project, pretrained, bundle)
    return bundle


def path_of(world: World, bundle: Bundle) -> str:
    return f"projects/{world.project.pk}/bundles/{bundle.pk}/rebuilds"


def end(rebuild: Rebuild) -> None:
    Job.objects.filter(pk=rebuild.job_id).update(state="succeeded")


def test_a_manager_has_a_bundle_made_again_by_a_job(
    world: World, trained: Bundle, manager: Api
) -> None:
    begun = manager.post(path_of(world, trained))

    row = begun.json()
    job = Job.objects.get(kind="workers.rebuild_bundle")
    assert begun.status_code == 201
    assert job.args == {"rebuild_id": row["id"]}
    assert (row["bundle"], row["is_equal"], row["files"]) == (trained.pk, None, [])
    assert (row["created_by"], row["job"]["kind"]) == ("manager", "rebuild_bundle")
    assert manager.get(f"rebuilds/{row['id']}").json() == row


def test_while_one_is_under_way_everybody_gets_that_one(
    world: World, trained: Bundle, manager: Api
) -> None:
    first, second = (manager.post(path_of(world, trained)).json()["id"] for _ in range(2))
    end(Rebuild.objects.get())
    third = manager.post(path_of(world, trained)).json()["id"]

    assert first == second != third
    assert [row["id"] for row in manager.get(path_of(world, trained)).json()["results"]] == [
        third,
        first,
    ]


def test_a_request_that_is_sent_again_with_its_key_begins_nothing_after_the_end(
    world: World, trained: Bundle, manager: Api
) -> None:
    key = str(uuid4())
    first = manager.post(path_of(world, trained), Idempotency_Key=key)
    end(Rebuild.objects.get())

    again = manager.post(path_of(world, trained), Idempotency_Key=key)

    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert Rebuild.objects.count() == 1


def test_a_bundle_without_a_recipe_is_refused_with_the_reason(
    world: World, pretrained: Bundle, trained: Bundle, manager: Api
) -> None:
    Bundle.objects.filter(pk=trained.pk).update(manifest={"recipe": {}})

    ready, old = (manager.post(path_of(world, each)) for each in (pretrained, trained))

    assert [(each.status_code, each.json()["code"]) for each in (ready, old)] == [
        (409, "no_recipe")
    ] * 2
    assert "came ready" in ready.json()["detail"]
    assert "before recipes were kept" in old.json()["detail"]
    assert not Job.objects.exists()


def test_what_was_found_is_kept_once_and_told(world: World, trained: Bundle, manager: Api) -> None:
    rebuild = begin_rebuild(project=world.project, bundle=trained, by=None)
    changes = ["torch was 1, is 2"]
    record_rebuild(rebuild=rebuild, files=[EQUAL, OTHER], changes=changes, metrics=measured(0.002))
    record_rebuild(rebuild=rebuild, files=[EQUAL], changes=[], metrics={})

    row = manager.get(f"rebuilds/{rebuild.pk}").json()

    assert row["is_equal"] is False
    assert row["files"] == [EQUAL, OTHER]
    assert row["changes"] == changes
    assert row["metrics"]["difference"]["mean"] == 0.002
    assert row["is_within_noise"] is True
    assert row["verdict"] == (
        "Within noise: +0.002 IoU at one click on 40 holdout objects [-0.003, +0.007]."
    )


def test_one_that_ends_while_it_is_read_is_told_ended_with_what_it_found_or_not_ended(
    world: World, trained: Bundle, manager: Api
) -> None:
    begun = manager.post(path_of(world, trained)).json()["id"]

    def end_after(execute: Any, sql: str, *more: Any) -> Any:
        answer = execute(sql, *more)
        if sql.startswith("SELECT") and 'FROM "annotation_rebuild"' in sql:
            with connection.cursor() as other:
                other.execute("UPDATE annotation_rebuild SET files = %s", [json.dumps([EQUAL])])
                other.execute("UPDATE annotation_job SET state = 'succeeded'")
        return answer

    with connection.execute_wrapper(end_after):
        told = manager.get(f"rebuilds/{begun}").json()

    assert (told["job"]["state"], told["files"]) in [("queued", []), ("succeeded", [EQUAL])]
    assert manager.get(f"rebuilds/{begun}").json()["job"]["state"] == "succeeded"


def test_one_whose_worker_died_shows_as_stalled(
    world: World, trained: Bundle, manager: Api
) -> None:
    begun = manager.post(path_of(world, trained)).json()
    Job.objects.update(state="running", lease_until=Now())

    assert begun["job"]["stalled"] is False
    assert manager.get(f"rebuilds/{begun['id']}").json()["job"]["stalled"] is True


def test_files_that_are_equal_have_no_verdict(world: World, trained: Bundle, manager: Api) -> None:
    rebuild = begin_rebuild(project=world.project, bundle=trained, by=None)
    record_rebuild(rebuild=rebuild, files=[EQUAL], changes=[], metrics={})

    row = manager.get(f"rebuilds/{rebuild.pk}").json()

    assert (row["is_equal"], row["is_within_noise"], row["verdict"]) == (True, None, "")


def test_more_than_noise_is_what_surely_differs_by_more_than_chance_in_either_direction() -> None:
    worse, better, unsure = (measured(mean) for mean in (-0.016, 0.016, -0.014))
    described = measured(0.0) | {
        "captions": {
            "candidate": {"images": 28},
            "difference": {"mean": -0.3, "low": -0.5, "high": -0.2},
        }
    }

    found = [is_within_noise(each) for each in (worse, better, unsure, described, {})]

    assert found == [False, False, True, False, None]
    assert noise_words(described) == (
        "More than noise: +0.000 IoU at one click on 40 holdout objects [-0.005, +0.005] and "
        "-0.300 CIDEr on 28 described holdout images [-0.500, -0.200]."
    )
    assert noise_words({}).startswith("Not measured: ")


def measured(mean: float) -> dict[str, Any]:
    """What both come to that differ by this at one click, known to 0.005."""
    figures = {"miou_1": 0.8, "miou_3": 0.85, "miou_5": 0.9, "noc_85": 3.0, "noc_90": 5.0}
    figures |= {"objects": 40, "ap_50": 0.8, "ap_75": 0.7, "ap_images": 8}
    difference = {"mean": mean, "low": mean - 0.005, "high": mean + 0.005}
    return {"serving": figures, "candidate": figures, "difference": difference}


def test_rebuilds_are_listed_page_by_page_with_as_many_queries_for_one_as_for_many(
    world: World, trained: Bundle, manager: Api
) -> None:
    with CaptureQueriesContext(connection):  # whatever is looked up once for each process
        manager.get(path_of(world, trained))
    end(begin_rebuild(project=world.project, bundle=trained, by=world.manager))
    with CaptureQueriesContext(connection) as few:
        manager.get(path_of(world, trained))
    for _ in range(24):
        end(begin_rebuild(project=world.project, bundle=trained, by=world.manager))

    with CaptureQueriesContext(connection) as many:
        first = manager.get(path_of(world, trained)).json()
    second = manager.get(f"{path_of(world, trained)}?cursor={first['next']}").json()

    ids = [row["id"] for row in first["results"] + second["results"]]
    assert len(few) == len(many)
    assert (len(set(ids)), second["next"]) == (25, None)


def test_the_registry_tells_which_bundles_can_be_made_again_and_what_the_newest_found(
    world: World,
    trained: Bundle,
    manager: Api,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for files in ([OTHER], [EQUAL]):
        rebuild = begin_rebuild(project=world.project, bundle=trained, by=world.manager)
        record_rebuild(rebuild=rebuild, files=files, changes=[], metrics={})
        end(rebuild)

    # Session, user, project with role, bundles, rebuilds, their jobs.
    with django_assert_num_queries(5):
        newest, oldest = manager.get(f"projects/{world.project.pk}/bundles").json()["results"]

    assert (newest["has_recipe"], newest["rebuild"]["is_equal"]) == (True, True)
    assert (oldest["has_recipe"], oldest["rebuild"]) == (False, None)


def test_a_bundle_of_another_project_is_not_made_again(
    world: World, trained: Bundle, manager: Api, stranger: Api
) -> None:
    foreign = make_bundle("d")
    AliasMove.objects.create(project=world.elsewhere, name="serving", to_bundle=foreign)
    mine = begin_rebuild(project=world.project, bundle=trained, by=None)

    answers = [
        manager.post(path_of(world, foreign)),
        manager.get(path_of(world, foreign)),
        stranger.get(f"rebuilds/{mine.pk}"),
    ]

    assert [each.status_code for each in answers] == [404] * 3
