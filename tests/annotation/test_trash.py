"""P9: deleting a label, image or project can be undone for 30 days."""

from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.utils import timezone

from annotation import storage
from annotation.jobs import PREPARE_IMAGES
from annotation.models import Alias, Image, Job, Project, Proposal
from annotation.services.exports import write_export
from annotation.services.images import add_images, store_image
from annotation.services.masks import save_operations
from annotation.services.rounds import start_round
from annotation.services.settlement import settle_failures
from annotation.services.trash import empty_trash
from annotation.services.versions import cut_version
from engine.datasets.choosing import Choice
from tests.annotation.world import Api, World, create, make_bundle, make_image, make_proposals, png


def test_p9_a_deleted_project_comes_back_with_everything_inside(
    manager: Api, annotator: Api, world: World, image: Image
) -> None:
    annotator.save(image, create())
    project = f"projects/{world.project.pk}"

    assert manager.delete(project).status_code == 204

    assert manager.get(project).status_code == 404
    assert annotator.get(f"images/{image.pk}").status_code == 404
    assert manager.get("projects").json()["results"] == []
    [deleted] = manager.get("projects?trash=true").json()["results"]
    assert deleted["id"] == world.project.pk
    restored = manager.post(f"{project}/restore")
    assert restored.json()["deleted_at"] is None
    assert restored.json()["counts"]["masks"] == 1
    assert len(annotator.get(f"images/{image.pk}").json()["masks"]) == 1


def test_p9_a_deleted_image_comes_back_with_its_masks(
    manager: Api, annotator: Api, world: World, image: Image
) -> None:
    annotator.save(image, create())
    listed = f"projects/{world.project.pk}/images"

    assert manager.delete(f"images/{image.pk}").status_code == 204

    assert annotator.get(listed).json()["results"] == []
    assert [one["id"] for one in annotator.get(f"{listed}?trash=1").json()["results"]] == [image.pk]
    assert manager.post(f"images/{image.pk}/restore").status_code == 204
    assert annotator.get(listed).json()["results"][0]["masks"] == 1


def test_an_image_that_comes_back_is_prepared_for_what_serves_by_now(
    manager: Api, world: World, image: Image
) -> None:
    looks = Job.objects.filter(kind=PREPARE_IMAGES, project=world.project)
    manager.delete(f"images/{image.pk}")
    asked = []

    for _ in range(2):  # the second time nothing comes back
        manager.post(f"images/{image.pk}/restore")
        asked.append(looks.count())
        looks.update(state=Job.State.SUCCEEDED)

    assert asked == [1, 1]


def test_p9_a_deleted_label_comes_back(manager: Api, world: World) -> None:
    assert manager.delete(f"labels/{world.label_id}").status_code == 204
    [label] = manager.get(f"projects/{world.project.pk}").json()["labels"]
    assert label["deleted"]

    assert not manager.post(f"labels/{world.label_id}/restore").json()["deleted"]


def test_p9_a_label_that_comes_back_names_the_proposals_that_it_named(
    annotator: Api, manager: Api, world: World, image: Image
) -> None:
    [proposal] = make_proposals(image, make_bundle())
    Proposal.objects.filter(pk=proposal.pk).update(label=world.label_id)

    def named() -> tuple[int | None, list[int | None], int]:
        [shown] = annotator.get(f"images/{image.pk}").json()["proposals"]
        path = f"projects/{world.project.pk}/verify"
        verified = annotator.post(path, {"known": []}).json()["proposals"]
        unnamed = annotator.post(path, {"known": [], "label": None}).json()["proposals"]
        return shown["label"], [each["label"] for each in verified], len(unnamed)

    manager.delete(f"labels/{world.label_id}")
    without = named()
    manager.post(f"labels/{world.label_id}/restore")

    assert without == (None, [None], 1)
    assert named() == (world.label_id, [world.label_id], 0)


def test_p9_a_label_whose_name_was_given_away_says_so(manager: Api, world: World) -> None:
    manager.delete(f"labels/{world.label_id}")
    new = {"name": "cell", "color": "#ff0000"}
    assert manager.post(f"projects/{world.project.pk}/labels", new).status_code == 201

    answer = manager.post(f"labels/{world.label_id}/restore")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "name"


def test_p9_after_thirty_days_the_trash_gives_nothing_back(manager: Api, world: World) -> None:
    long_ago = timezone.now() - timedelta(days=31)
    Project.objects.filter(pk=world.project.pk).update(deleted_at=long_ago)

    assert manager.get("projects?trash=true").json()["results"] == []
    assert manager.post(f"projects/{world.project.pk}/restore").status_code == 404


def test_p9_an_image_whose_days_are_over_comes_back_only_with_its_bytes(
    manager: Api, world: World, image: Image
) -> None:
    long_ago = timezone.now() - timedelta(days=31)
    Image.objects.filter(pk=image.pk).update(deleted_at=long_ago)
    storage.delete(storage.original_key(image.sha256))  # as emptying the trash does

    assert manager.post(f"images/{image.pk}/restore").status_code == 404

    assert make_image(world.project).pk == image.pk
    assert storage.exists(storage.original_key(image.sha256))
    assert manager.get(f"images/{image.pk}").status_code == 200


@pytest.mark.parametrize("path", ["projects/{project}", "images/{image}", "labels/{label}"])
def test_deleting_twice_is_harmless(manager: Api, world: World, image: Image, path: str) -> None:
    address = path.format(project=world.project.pk, image=image.pk, label=world.label_id)

    assert manager.delete(address).status_code == 204
    assert manager.delete(address).status_code in {204, 404}
    assert manager.post(f"{address}/restore").status_code in {200, 204}


def test_a_deleted_project_is_not_prepared_until_it_is_back(manager: Api, world: World) -> None:
    address = f"projects/{world.project.pk}"
    manager.post(f"{address}/prepare")

    manager.delete(address)
    while_deleted = preparing(world.project)
    manager.post(f"{address}/restore")

    assert while_deleted == ["cancelled"]
    assert preparing(world.project) == ["cancelled", "queued"]


def test_a_deleted_project_trains_no_longer(manager: Api, world: World) -> None:
    bundle = make_bundle("a")
    Alias.objects.create(project=world.project, name="serving", bundle=bundle)
    image = make_image(world.project)
    save_operations(
        image_id=image.pk, operations=[create()], expected_version=0, author=world.annotator
    )
    Image.objects.filter(pk=image.pk).update(status="done", finished_at=timezone.now())
    started = start_round(project=world.project, trigger="manual", created_by=world.manager)

    manager.delete(f"projects/{world.project.pk}")
    settle_failures()

    started.refresh_from_db()
    assert started.state == "cancelled"


@pytest.fixture
def stored_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    long_ago = timezone.now() - timedelta(days=31)
    monkeypatch.setattr(storage, "stored_at", lambda _: long_ago)


def preparing(project: Project) -> list[str]:
    jobs = Job.objects.filter(project=project, kind=PREPARE_IMAGES)
    return list(jobs.order_by("pk").values_list("state", flat=True))


@pytest.mark.usefixtures("stored_long_ago")
def test_p9_what_comes_back_while_the_trash_is_emptied_keeps_its_pixels(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = [make_image(world.project, seed) for seed in range(2)]
    long_ago = timezone.now() - timedelta(days=31)
    Image.objects.filter(project=world.project).update(deleted_at=long_ago)
    delete = storage.delete
    gone: list[str] = []

    def delete_slowly(key: str) -> None:
        """Delete, and while the first image goes see somebody import both again."""
        if key.startswith("images/"):
            if not gone:
                Image.objects.filter(project=world.project).update(deleted_at=None)
            gone.append(key)
        delete(key)

    monkeypatch.setattr(storage, "delete", delete_slowly)
    empty_trash()

    originals = [storage.original_key(image.sha256) for image in images]
    assert gone
    assert sum(storage.exists(key) for key in originals) == 1


def test_pixels_that_an_import_has_just_stored_stay_for_the_row_that_comes_after(
    world: World,
) -> None:
    image = make_image(world.project)
    long_ago = timezone.now() - timedelta(days=31)
    Image.objects.filter(pk=image.pk).update(deleted_at=long_ago)
    stored = store_image(project=world.project, data=png(0), file_name="again.png")

    empty_trash()
    [added] = add_images(project=world.project, stored=[stored], created_by=world.manager)

    assert added.image == image
    assert storage.exists(storage.original_key(image.sha256))


@pytest.mark.usefixtures("stored_long_ago")
def test_an_image_that_a_version_holds_keeps_its_pixels_and_the_version_leaves_with_them(
    world: World, annotator: Api, tmp_path: Path
) -> None:
    held, free = (make_image(world.project, seed) for seed in range(2))
    annotator.save(held, create())
    version = cut_version(project=world.project, created_by=world.manager)
    long_ago = timezone.now() - timedelta(days=31)
    Image.objects.filter(project=world.project).update(deleted_at=long_ago)

    emptied = empty_trash()

    assert emptied == 1
    assert not storage.exists(storage.original_key(free.sha256))
    write_export(version, tmp_path / "out.zip", choice=Choice(has_images=True))
    with ZipFile(tmp_path / "out.zip") as archive:
        assert png(0) in [archive.read(name) for name in archive.namelist()]
