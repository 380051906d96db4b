"""Two versions of a project side by side: totals, pages of images, and the command."""

import json
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.models import DatasetVersion, Image, Label, Revision
from annotation.selectors import version_diff, version_pages
from annotation.selectors.version_diff import diff_page, diff_totals, diff_totals_to_serve
from annotation.services.versions import cut_version
from engine.masks.rle import iou
from tests.annotation.world import Api, World, create, make_image, operation, square


def cut(world: World) -> DatasetVersion:
    return cut_version(project=world.project, created_by=world.manager)


@pytest.fixture
def masks() -> dict[str, str]:
    return {name: str(uuid4()) for name in ("moved", "named", "gone", "new", "kept")}


@pytest.fixture
def versions(
    world: World, annotator: Api, masks: dict[str, str]
) -> tuple[DatasetVersion, DatasetVersion]:
    """One image on which all sorts of things change, and one on which nothing does."""
    image, still = (make_image(world.project, seed) for seed in range(2))
    annotator.save(still, create())
    drawn = (create(masks[name]) for name in ("moved", "named", "gone", "kept"))
    annotator.save(image, *drawn)
    before = cut(world)
    annotator.save(
        image,
        operation("revise", mask=masks["moved"], rle=square(3, 2)),
        operation("revise", mask=masks["named"], label=world.label_id),
        operation("delete", mask=masks["gone"]),
        create(masks["new"], at=(9, 9)),
    )
    Image.objects.filter(pk=image.pk).update(status="done")
    return before, cut(world)


def test_a_reviewer_reads_what_changed_with_both_shapes_and_their_iou(
    versions: tuple[DatasetVersion, DatasetVersion], reviewer: Api, masks: dict[str, str]
) -> None:
    before, after = versions
    path = f"versions/{before.pk}/diff/{after.pk}"

    totals = reviewer.get(path).json()
    page = reviewer.get(f"{path}/images").json()

    expected = iou(square(2, 2), square(3, 2))
    assert totals["images"] == {"added": 0, "removed": 0, "changed": 1}
    assert totals["masks"] == {"added": 1, "removed": 1, "changed": 2}
    assert totals["mask_fields"] == {"label": 1, "shape": 1}
    assert totals["moves"] == [{"before": None, "after": "cell", "count": 1}]
    assert totals["splits"] == [{"before": "unfinished", "after": "train", "count": 1}]
    assert totals["iou"]["mean"] == pytest.approx(expected)
    [image] = page["results"]
    assert page["next"] is None
    assert (image["kind"], image["image"]["file_name"]) == ("changed", "0.png")
    assert image["split"] == {"before": "unfinished", "after": "train"}
    found = {each["mask"]: each for each in image["masks"]}
    assert found.keys() == {masks[name] for name in ("moved", "named", "gone", "new")}
    moved, named = found[masks["moved"]], found[masks["named"]]
    assert (moved["before"], moved["after"]) == (square(2, 2), square(3, 2))
    assert moved["iou"] == pytest.approx(expected)
    assert (named["label_before"], named["label_after"]) == (None, "cell")
    assert named["fields"] == ["label"]
    assert found[masks["gone"]]["after"] is None
    assert (found[masks["new"]]["before"], found[masks["new"]]["after"]) == (None, square(9, 9))


def test_the_other_way_round_what_was_added_is_removed(
    versions: tuple[DatasetVersion, DatasetVersion],
) -> None:
    before, after = versions

    assert diff_totals(after, before)["masks"] == {"added": 1, "removed": 1, "changed": 2}
    assert diff_totals(after, before)["splits"][0]["before"] == "train"
    assert diff_totals(before, before)["images"] == {"added": 0, "removed": 0, "changed": 0}


def test_pages_follow_each_other_without_a_gap_and_take_as_many_queries(
    world: World, annotator: Api, reviewer: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version_pages, "PAGE_IMAGES", 3)
    images = [make_image(world.project, seed) for seed in range(8)]
    before = cut(world)
    for image in images[1:]:
        annotator.save(image, create(), create())
    after = cut(world)
    path = f"versions/{before.pk}/diff/{after.pk}/images"
    found, cursors, queries = [], [""], set()

    while cursors[-1] is not None:
        with CaptureQueriesContext(connection) as captured:
            page = reviewer.get(f"{path}?cursor={cursors[-1]}").json()
        queries.add(len(captured))
        found += [each["sha256"] for each in page["results"]]
        cursors.append(page["next"])

    assert found == sorted(image.sha256 for image in images[1:])
    assert len(cursors) == 1 + 3
    assert len(queries) == 1


def test_a_page_ends_early_where_images_have_many_masks(
    world: World, annotator: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version_pages, "PAGE_MASKS", 4)
    images = [make_image(world.project, seed) for seed in range(3)]
    before = cut(world)
    for image in images:
        annotator.save(image, *(create() for _ in range(3)))
    after = cut(world)

    page = diff_page(before, after, None)
    rest = diff_page(before, after, page.next)

    assert [len(each.results) for each in (page, rest)] == [2, 1]
    assert rest.next is None


def test_of_many_shapes_a_request_measures_the_first_and_says_how_many(
    world: World, annotator: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version_diff, "MOST_MEASURED", 0)
    image, drawn = make_image(world.project), create()
    annotator.save(image, drawn)
    before = cut(world)
    annotator.save(image, operation("revise", mask=drawn["mask"], rle=square(4, 4)))
    after = cut(world)

    served, whole = diff_totals_to_serve(before, after), diff_totals(before, after)

    assert [(each["iou"]["measured"], each["iou"]["reshaped"]) for each in (served, whole)] == [
        (0, 1),
        (1, 1),
    ]


def test_the_group_of_an_image_is_told_reviewers_and_not_annotators(
    versions: tuple[DatasetVersion, DatasetVersion], world: World, reviewer: Api, annotator: Api
) -> None:
    _, before = versions
    Image.objects.filter(file_name="0.png").update(group="a name")
    path = f"versions/{before.pk}/diff/{cut(world).pk}/images"

    [told], [hidden] = (each.get(path).json()["results"] for each in (reviewer, annotator))

    assert told["group"] == {"before": None, "after": "a name"}
    assert hidden["group"] == {"before": None, "after": None}


def test_an_image_in_the_trash_is_told_without_its_picture(
    versions: tuple[DatasetVersion, DatasetVersion], manager: Api
) -> None:
    before, after = versions
    manager.delete(f"images/{Image.objects.get(file_name='0.png').pk}")

    [image] = manager.get(f"versions/{before.pk}/diff/{after.pk}/images").json()["results"]

    assert image["image"] is None
    assert image["file_name"] == "0.png"


def test_a_revision_that_is_not_what_was_frozen_is_noticed(
    versions: tuple[DatasetVersion, DatasetVersion], masks: dict[str, str]
) -> None:
    revision = Revision.objects.get(mask_id=masks["moved"], number=2)
    Revision.objects.filter(pk=revision.pk).update(rle=square(0, 0))

    with pytest.raises(Exception, match="is not what the version froze"):
        diff_totals(*versions)


def test_versions_of_two_projects_and_foreign_cursors_are_refused(
    world: World, versions: tuple[DatasetVersion, DatasetVersion], manager: Api
) -> None:
    before, after = versions
    elsewhere = cut_version(project=world.elsewhere, created_by=None)

    strange = manager.get(f"versions/{before.pk}/diff/{elsewhere.pk}")
    cursor = manager.get(f"versions/{before.pk}/diff/{after.pk}/images?cursor=x")

    assert strange.status_code == 404
    assert (cursor.status_code, cursor.json()["errors"][0]["field"]) == (400, "cursor")
    with pytest.raises(Exception, match="Only versions of one project"):
        diff_totals(before, elsewhere)


def test_the_command_takes_short_ids_and_tells_totals(
    versions: tuple[DatasetVersion, DatasetVersion],
) -> None:
    before, after = (version.pk[:10] for version in versions)
    plain, as_json = StringIO(), StringIO()

    call_command("diff_versions", before, after, stdout=plain)
    call_command("diff_versions", before, after, "--json", stdout=as_json)

    assert "masks      1 added 1 removed 2 changed" in plain.getvalue()
    assert "label      (none) -> cell: 1" in plain.getvalue()
    assert json.loads(as_json.getvalue())["images"]["changed"] == 1


def test_the_command_refuses_an_id_that_is_short_of_telling_two_apart(world: World) -> None:
    for end in "12":
        DatasetVersion.objects.create(pk="ab" * 31 + "0" + end, project=world.project, counts={})

    with pytest.raises(CommandError, match="'abab' begins more than one version's id"):
        call_command("diff_versions", "abab", "abab")
    for name in ("", "nothing"):
        with pytest.raises(CommandError, match="is no version's tag or id"):
            call_command("diff_versions", name, name)


def test_labels_that_were_made_since_are_told(world: World, annotator: Api) -> None:
    before = cut(world)
    Label.objects.create(project=world.project, name="nucleus", color="#123456")
    after = cut(world)

    totals = annotator.get(f"versions/{before.pk}/diff/{after.pk}").json()

    assert before.pk != after.pk
    assert totals["labels_added"] == ["nucleus"]
    assert totals["labels_removed"] == totals["attributes"] == totals["header_fields"] == []
