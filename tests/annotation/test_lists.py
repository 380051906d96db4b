"""Lists cost the same number of queries whatever their length, and are read page by page."""

import json
from base64 import urlsafe_b64encode
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import DjangoAssertNumQueries

from annotation.models import Alias, AliasMove, Bundle, Embedding, Image, Label, Project, Upload
from annotation.services.projects import create_project
from annotation.services.versions import cut_version
from tests.annotation.everything import ids_of_everything
from tests.annotation.world import Api, World, create, make_bundle, make_image, make_proposals


def _rows(project: Project, count: int) -> None:
    Image.objects.bulk_create(
        Image(
            project=project,
            sha256=f"{number:064x}",
            file_name=f"{number:03}.png",
            bytes=1,
            format="PNG",
            width=32,
            height=24,
        )
        for number in range(count)
    )


def test_the_list_of_images_takes_four_queries(
    manager: Api, world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for seed in range(3):
        image = make_image(world.project, seed)
        manager.save(image, create())
    make_proposals(image, make_bundle(), 3)
    _rows(world.project, 60)

    with django_assert_num_queries(4):  # session, user, role, page
        answer = manager.get(f"projects/{world.project.pk}/images")

    rows = answer.json()["results"]
    assert len(rows) == 63
    assert [(row["masks"], row["proposals"]) for row in rows[:4]] == [
        (1, 0),
        (1, 0),
        (1, 3),
        (0, 0),
    ]


def test_the_list_of_projects_takes_three_queries(
    manager: Api, world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        _rows(create_project(name=f"P{number}", created_by=world.manager), 6)

    with django_assert_num_queries(3):
        answer = manager.get("projects")

    rows = answer.json()["results"]
    assert [(row["images"], len(row["thumb_urls"])) for row in rows] == [(0, 0)] + [(6, 4)] * 5


def test_the_page_of_an_image_takes_the_same_queries_for_one_mask_and_for_a_hundred(
    manager: Api, world: World
) -> None:
    ids_of_everything(world)
    image = Image.objects.get()
    Embedding.objects.create(image_sha256=image.sha256, encoder_digest="e" * 64)
    path = f"images/{image.pk}"
    manager.save(image, create(label=world.label_id))

    with CaptureQueriesContext(
        connection,
    ) as few:
        manager.get(path)
    manager.save(image, *(create(label=world.label_id) for _ in range(100)))
    with CaptureQueriesContext(connection) as many:
        page = manager.get(path).json()

    assert len(page["masks"]) == 101
    assert len(many) == len(few) <= 9
    assert page["embedding"]["encoder_digest"] == page["bundle"]["encoder_digest"]
    assert page["bundle"]["decoder_url"] == f"/api/bundles/{'a' * 64}/decoder.onnx"


def test_until_what_serves_has_seen_an_image_what_served_before_answers_its_clicks(
    manager: Api, world: World
) -> None:
    ids_of_everything(world)
    image = Image.objects.get()
    learned = Bundle.objects.create(pk="b" * 64, encoder_digest="f" * 64, manifest={})
    before = Alias.objects.get(project=world.project, name="serving").bundle
    Alias.objects.filter(project=world.project, name="serving").update(bundle=learned)
    for bundle in (before, learned, learned):  # again, with another captioner
        AliasMove.objects.create(project=world.project, name="serving", to_bundle=bundle)
    Embedding.objects.all().delete()
    pages = [manager.get(f"images/{image.pk}").json()]

    for digest in (before.encoder_digest, learned.encoder_digest):
        Embedding.objects.create(image_sha256=image.sha256, encoder_digest=digest)
        pages.append(manager.get(f"images/{image.pk}").json())

    assert [page["bundle"]["id"] for page in pages] == [learned.pk, before.pk, learned.pk]
    assert pages[0]["embedding"] is None
    assert [page["embedding"]["encoder_digest"] for page in pages[1:]] == [
        before.encoder_digest,
        learned.encoder_digest,
    ]


def test_a_save_takes_few_queries_whatever_the_image_holds(manager: Api, image: Image) -> None:
    drawn = create()
    manager.save(image, drawn, *(create() for _ in range(50)), version=0)
    revise = {**create(drawn["mask"]), "kind": "revise"}
    del revise["label"]

    with CaptureQueriesContext(connection) as queries:
        manager.save(image, revise, version=1)

    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(statements) <= 10


def test_pages_follow_each_other_without_gap_or_repetition(manager: Api, world: World) -> None:
    _rows(world.project, 250)
    path = f"projects/{world.project.pk}/images"
    names: list[str] = []

    answer = manager.get(path).json()
    names += [row["file_name"] for row in answer["results"]]
    while answer["next"]:
        answer = manager.get(f"{path}?cursor={answer['next']}").json()
        names += [row["file_name"] for row in answer["results"]]

    assert names == [f"{number:03}.png" for number in range(250)]


def test_a_cursor_that_another_list_gave_is_refused(manager: Api, world: World) -> None:
    _rows(world.project, 101)
    cursor = manager.get(f"projects/{world.project.pk}/images").json()["next"]

    answer = manager.get(f"projects/{world.project.pk}/serving-moves?cursor={cursor}")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "cursor")


@pytest.mark.parametrize("odd", [1.5, None, True, 10**30, "", "x", "\0", "\ud800", {}, []])
def test_a_cursor_that_nobody_gave_is_refused_or_ends_somewhere(
    manager: Api, world: World, odd: object
) -> None:
    cut_version(project=world.project, created_by=None)
    later = "2999-01-01 00:00+00:00"
    made_up = [
        [odd],
        [odd, later, "a"],
        ["DatasetVersion", odd, "a"],
        ["DatasetVersion", later, odd],
    ]
    cursors = [urlsafe_b64encode(json.dumps(each).encode()).decode() for each in made_up]

    answers = [
        manager.get(f"projects/{world.project.pk}/versions?cursor={each}") for each in cursors
    ]

    assert {each.status_code for each in answers[:2]} == {400}
    assert {each.status_code for each in answers[2:]} <= {200, 400}


def test_uploads_are_listed_newest_first_page_by_page(manager: Api, world: World) -> None:
    Upload.objects.bulk_create(
        Upload(
            pk=UUID(int=n),
            project=world.project,
            file_name=str(n),
            bytes=1,
            created_by=world.manager,
        )
        for n in range(150)
    )
    path = f"projects/{world.project.pk}/uploads"

    first = manager.get(path).json()
    second = manager.get(f"{path}?cursor={first['next']}").json()

    assert (len(first["results"]), len(second["results"]), second["next"]) == (100, 50, None)
    assert len({row["id"] for row in first["results"] + second["results"]}) == 150


def test_images_are_found_by_status_and_name(manager: Api, world: World) -> None:
    _rows(world.project, 12)
    Image.objects.filter(file_name="011.png").update(status="done")
    path = f"projects/{world.project.pk}/images"

    by_name = manager.get(f"{path}?search=01").json()["results"]
    by_both = manager.get(f"{path}?search=01&status=done").json()["results"]

    assert [row["file_name"] for row in by_name] == ["001.png", "010.png", "011.png"]
    assert [row["file_name"] for row in by_both] == ["011.png"]


def test_a_project_is_counted(manager: Api, world: World) -> None:
    image = make_image(world.project)
    held_out = make_image(world.project, 1, is_holdout=True, status="done")
    make_image(world.project, 2, status="returned")
    bundle = make_bundle()
    make_proposals(image, bundle, 2)
    make_proposals(held_out, bundle, 2)
    finished = make_image(world.project, 3)
    manager.save(finished, create())
    make_proposals(finished, bundle, 2)  # left undecided by whoever finished it
    Image.objects.filter(pk=finished.pk).update(status="done")
    manager.save(image, create())

    counts = manager.get(f"projects/{world.project.pk}").json()["counts"]

    assert counts == {
        "images": 4,
        "todo": 1,
        "done": 2,
        "returned": 1,
        "reviewed": 0,
        "holdout": 1,
        "holdout_finished": 1,
        "embedded": 0,
        "proposals_pending": 2,
        "masks": 2,
        "masks_finished": 1,
        "masks_to_learn": 1,
        "recordings": 0,
    }


def test_the_holdout_shows_no_proposals(manager: Api, world: World) -> None:
    image = make_image(world.project)
    make_proposals(image, make_bundle(), 2)
    Image.objects.filter(pk=image.pk).update(is_holdout=True)

    assert manager.get(f"images/{image.pk}").json()["proposals"] == []


@pytest.mark.usefixtures("world")
def test_labels_keep_their_order_and_their_tombstones(manager: Api, world: World) -> None:
    Label.objects.create(project=world.project, name="b", color="#000000")
    manager.delete(f"labels/{world.label_id}")

    labels = manager.get(f"projects/{world.project.pk}").json()["labels"]

    assert [(label["name"], label["deleted"]) for label in labels] == [("cell", True), ("b", False)]
    assert User.objects.count() == 4
