"""Groups that are given to images which are in a project already."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotation.models import Image, Project
from annotation.services import given_groups
from annotation.services.images import add_image, wait_for_turn
from annotation.services.projects import update_project
from tests.annotation.world import Api, World, make_image, png

PATTERN = "{group}_{}.png"


def path(world: World) -> str:
    return f"projects/{world.project.pk}/image-groups"


def named(world: World, *names: str, **changes: Any) -> list[Image]:
    """Import a picture for each name."""
    first = Image.objects.count()
    return [
        make_image(world.project, seed, file_name=name, **changes)
        for seed, name in enumerate(names, start=first)
    ]


def give(api: Api, world: World, group_by: str = PATTERN, **options: bool) -> dict[str, Any]:
    answer = api.post(path(world), {"group_by": group_by, **options})
    assert answer.status_code == 200, answer.json()
    told: dict[str, Any] = answer.json()
    return told


def groups() -> dict[str, str]:
    return dict(Image.objects.values_list("file_name", "group"))


def test_a_dry_run_tells_which_groups_images_would_get_and_gives_none(
    world: World, manager: Api
) -> None:
    named(world, "a_1.png", "b_1.png", "b_2.png", "single.png")

    told = give(manager, world, dry_run=True)

    assert told == {
        "given": {
            "images": 3,
            "groups": 2,
            "largest": [{"name": "b", "images": 2}, {"name": "a", "images": 1}],
        },
        "divided": {"images": 0, "groups": 0, "largest": []},
        "kept": 0,
        "nameless": 1,
    }
    assert set(groups().values()) == {""}


@pytest.mark.parametrize(
    ("group_by", "name", "group"),
    [
        (PATTERN, "slide1_3.png", "slide1"),
        ("folder", "scans/slide1/3.png", "scans/slide1"),
        ("folder", "scans/tiles.zip/slide1/3.png", "slide1"),
        ("folder", "scans/tiles.tar.gz/3.png", ""),
        ("{group}/{}", "tiles.TAR/slide1/3.png", "slide1"),
        ("{group}/{}", "tiles.zip/3.png", ""),
        ("folder", "slide1.zip", ""),
    ],
)
def test_an_image_gets_the_group_that_its_import_would_have_given_it(
    world: World, manager: Api, group_by: str, name: str, group: str
) -> None:
    named(world, name)

    give(manager, world, group_by)

    assert groups() == {name: group}


def test_the_second_time_gives_nothing(world: World, manager: Api) -> None:
    named(world, "a_1.png", "a_2.png")

    first, again = give(manager, world), give(manager, world)

    assert (first["given"]["images"], again["given"]["images"]) == (2, 0)
    assert again["kept"] == again["nameless"] == 0


def test_a_group_that_would_lie_on_both_sides_of_the_holdout_is_told_and_given_to_none(
    world: World, manager: Api
) -> None:
    named(world, "a_1.png", "a_2.png", "b_1.png", "c_1.png")
    named(world, "a_3.png", "c_2.png", is_holdout=True)
    sides = dict(Image.objects.values_list("file_name", "is_holdout"))
    named(world, "d_1.png", "d_2.png", is_holdout=True)

    told = give(manager, world)

    assert told["divided"] == {
        "images": 5,
        "groups": 2,
        "largest": [{"name": "a", "images": 3}, {"name": "c", "images": 2}],
    }
    assert {name for name, group in groups().items() if group} == {
        *("b_1.png", "d_1.png", "d_2.png")
    }
    assert sides.items() <= dict(Image.objects.values_list("file_name", "is_holdout")).items()


def test_a_group_that_comes_to_lie_on_the_other_side_meanwhile_gets_no_image(
    world: World, manager: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    named(world, "a_1.png", "b_1.png")

    def import_meanwhile(project: Project) -> None:
        wait_for_turn(project)
        if not Image.objects.filter(group="b").exists():
            named(world, "other.png", group="b", is_holdout=True)

    monkeypatch.setattr(given_groups, "wait_for_turn", import_meanwhile)
    told = give(manager, world)

    assert groups() == {"a_1.png": "a", "b_1.png": "", "other.png": "b"}
    assert (told["given"]["images"], told["divided"]["images"]) == (1, 1)


def test_a_group_that_lies_on_the_other_side_of_the_holdout_gets_no_image(
    world: World, manager: Api
) -> None:
    named(world, "other.png", group="a", is_holdout=True)
    named(world, "trashed.png", group="b", is_holdout=True, deleted_at=timezone.now())
    named(world, "a_1.png", "b_1.png", "c_1.png")

    told = give(manager, world)

    assert told["divided"]["groups"] == 2
    now = groups()
    assert (now["other.png"], now["trashed.png"]) == ("a", "b")
    assert (now["a_1.png"], now["b_1.png"], now["c_1.png"]) == ("", "", "c")


def test_images_keep_the_group_that_they_have_unless_asked(world: World, manager: Api) -> None:
    named(world, "a_1.png", "no name.png", group="own")
    named(world, "a_2.png")

    kept = give(manager, world)
    before = groups()
    changed = give(manager, world, regroup=True)

    assert (kept["kept"], kept["given"]["images"]) == (1, 1)
    assert before == {"a_1.png": "own", "no name.png": "own", "a_2.png": "a"}
    assert (changed["kept"], changed["given"]["images"]) == (0, 1)
    assert groups() == {"a_1.png": "a", "no name.png": "own", "a_2.png": "a"}


def test_images_in_the_trash_get_groups_too_as_they_may_come_back(
    world: World, manager: Api
) -> None:
    named(world, "a_1.png", deleted_at=timezone.now())
    named(world, "a_2.png", is_holdout=True)

    told = give(manager, world)

    assert told["divided"]["largest"] == [{"name": "a", "images": 2}]


def test_no_other_project_is_touched(world: World, manager: Api) -> None:
    named(world, "a_1.png")
    make_image(world.elsewhere, 9, file_name="a_2.png", is_holdout=True)

    give(manager, world)

    assert groups() == {"a_1.png": "a", "a_2.png": ""}


@pytest.mark.parametrize("group_by", ["", "slide", "{group}{}", "{group}" + "x" * 200])
@pytest.mark.parametrize("dry_run", [False, True])
def test_what_is_no_way_to_group_is_refused_by_the_name_of_the_field(
    world: World, manager: Api, group_by: str, *, dry_run: bool
) -> None:
    answer = manager.post(path(world), {"group_by": group_by, "dry_run": dry_run})

    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == ["group_by"]


def test_the_queries_grow_by_batches_of_images(
    world: World, manager: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(given_groups, "BATCH", 3)

    def queries(*names: str) -> int:
        named(world, *names)
        with CaptureQueriesContext(connection) as asked:
            give(manager, world)
        return len(asked)

    three = queries(*(f"a_{number}.png" for number in range(3)))
    nine = queries(*(f"b{number}_0.png" for number in range(9)))

    # Of each batch: two of its transaction, its turn, its images, where groups lie, and writing.
    assert nine == three + 2 * 6
    assert "" not in groups().values()


def test_later_images_join_a_group_on_its_side_whatever_the_share_is(
    world: World, manager: Api
) -> None:
    named(world, "a_1.png")
    give(manager, world)
    update_project(project=world.project, changes={"holdout_share": 0.9})

    later = [
        add_image(
            project=world.project,
            data=png(seed),
            file_name=f"{seed}.png",
            group="a",
            created_by=world.manager,
        ).image
        for seed in range(10, 15)
    ]

    assert [image and image.is_holdout for image in later] == [False] * 5


def test_groups_are_counted_and_found_by_a_part_of_their_name(world: World, manager: Api) -> None:
    named(world, "1.png", "2.png", group="scan 1")
    named(world, "3.png", group="Scan 2")
    named(world, "4.png", group="film")
    named(world, "5.png", group="gone", deleted_at=timezone.now())
    named(world, "6.png")

    every = manager.get(path(world)).json()
    scans = manager.get(f"{path(world)}?search=scan").json()

    assert every["count"] == scans["count"] == 3
    assert [each["name"] for each in every["found"]] == ["Scan 2", "film", "scan 1"]
    assert scans["found"] == [{"name": "Scan 2", "images": 1}, {"name": "scan 1", "images": 2}]


def test_twenty_groups_are_named_at_once(world: World, manager: Api) -> None:
    named(world, *(f"{number:02}_1.png" for number in range(22)))

    told = give(manager, world)
    found = manager.get(path(world)).json()

    twenty = [{"name": f"{number:02}", "images": 1} for number in range(20)]
    assert (told["given"]["groups"], told["given"]["largest"]) == (22, twenty)
    assert (found["count"], found["found"]) == (22, twenty)
