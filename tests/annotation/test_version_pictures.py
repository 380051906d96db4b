"""What a version holds, to look at: images page by page, with their masks as they were then."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotation.models import Image, Label
from annotation.selectors import version_pages
from annotation.services.versions import cut_version
from tests.annotation.world import Api, World, create, make_image, operation, square


def test_masks_are_shown_as_they_were_when_it_was_cut(
    world: World, annotator: Api, reviewer: Api
) -> None:
    image = make_image(world.project, 0)
    drawn = create(label=world.label_id)
    annotator.save(image, drawn)
    version = cut_version(project=world.project, created_by=world.manager)
    annotator.save(image, operation("revise", mask=drawn["mask"], rle=square(9, 9)), create())
    Label.objects.filter(pk=world.label_id).update(name="nucleus")

    page = reviewer.get(f"versions/{version.pk}/images").json()

    [found] = page["results"]
    assert page["next"] is None
    assert (found["sha256"], found["split"]) == (image.sha256, "unfinished")
    assert found["image"]["id"] == image.pk
    assert found["masks"] == [{"mask": drawn["mask"], "label": "cell", "rle": square(2, 2)}]


def test_pages_of_a_split_follow_each_other_without_a_gap_and_take_as_many_queries(
    world: World, annotator: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version_pages, "PAGE_IMAGES", 3)
    images = [make_image(world.project, seed) for seed in range(10)]
    for image in images:
        annotator.save(image, create())
    done = [image.pk for image in images[:8]]
    Image.objects.filter(pk__in=done).update(status="done")
    version = cut_version(project=world.project, created_by=world.manager)
    found, cursors, queries = [], [""], set()

    while cursors[-1] is not None:
        path = f"versions/{version.pk}/images?split=train&cursor={cursors[-1]}"
        with CaptureQueriesContext(connection) as captured:
            page = annotator.get(path).json()
        queries.add(len(captured))
        found += [each["sha256"] for each in page["results"]]
        cursors.append(page["next"])

    assert found == sorted(image.sha256 for image in images[:8])
    assert len(cursors) == 1 + 3
    assert len(queries) == 1


def test_an_image_in_the_trash_is_told_without_its_picture(
    world: World, annotator: Api, reviewer: Api
) -> None:
    image = make_image(world.project, 0)
    annotator.save(image, create())
    version = cut_version(project=world.project, created_by=world.manager)
    Image.objects.filter(pk=image.pk).update(deleted_at=timezone.now())

    [found] = reviewer.get(f"versions/{version.pk}/images").json()["results"]

    assert (found["image"], len(found["masks"])) == (None, 1)


def test_what_is_no_cursor_or_no_split_is_refused(world: World, annotator: Api) -> None:
    make_image(world.project, 0)
    version = cut_version(project=world.project, created_by=world.manager)

    cursor, split = (
        annotator.get(f"versions/{version.pk}/images?{query}")
        for query in ("cursor=abc", "split=test")
    )

    assert (cursor.status_code, split.status_code) == (400, 400)
    assert "Not a cursor" in cursor.json()["detail"]
    assert "test" in split.text
