"""Prepared queries and inserts do as those of Django that they are made of."""

from django.db.models.functions import Upper

from annotation.models import Image, Label, Membership
from annotation.prepared import Param, Params, Prepared, PreparedInsert
from annotation.selectors.projects import project_for, projects_for
from tests.annotation.world import World, make_image


def test_each_person_finds_their_projects_with_their_role_and_no_others(world: World) -> None:
    people = [world.manager, world.stranger, world.annotator, world.reviewer]

    for person in [*people, *reversed(people)]:
        for project in (world.project, world.elsewhere):
            found = project_for(person, project.pk)

            asked = projects_for(person).filter(pk=project.pk).first()
            assert found == asked
            assert getattr(found, "role", None) == getattr(asked, "role", None)


def test_what_changed_since_the_first_run_is_seen(world: World) -> None:
    assert project_for(world.stranger, world.project.pk) is None
    Membership.objects.create(project=world.project, user=world.stranger, role="reviewer")

    found = project_for(world.stranger, world.project.pk)

    assert found is not None
    assert vars(found)["role"] == "reviewer"


def test_lists_slices_plain_rows_and_joined_rows_come_as_from_a_queryset(world: World) -> None:
    images = [make_image(world.project, seed) for seed in range(3)]
    some = Prepared(
        lambda: Image.objects.filter(pk__in=Params("ids", "bigint")).order_by("-pk")[:2]
    )
    names = Prepared(
        lambda: (
            Image.objects.filter(project=Param("project"))
            .order_by("pk")
            .values_list("pk", Upper("file_name"))
        )
    )
    joined = Prepared(lambda: Image.objects.filter(pk=Param("image")).select_related("project"))

    assert some.rows(ids=[each.pk for each in images]) == [images[2], images[1]]
    assert some.rows(ids=[images[0].pk]) == [images[0]]
    assert some.rows(ids=[]) == []
    assert names.rows(project=world.project.pk) == [
        (each.pk, each.file_name.upper()) for each in images
    ]
    assert names.rows(project=world.elsewhere.pk) == []
    for _ in range(2):
        image = joined.first(image=images[1].pk)
        assert image is not None
        assert image.project == world.project
        assert Image.project.is_cached(image)


def test_rows_are_added_with_their_keys_in_their_order(world: World) -> None:
    added = [
        Label(project=world.project, name=f"label {number}", color="#000000") for number in range(3)
    ]
    add = PreparedInsert(Label).add

    add(added)
    add([])

    for label in added:
        found = Label.objects.get(pk=label.pk)
        assert (found.name, found.attributes) == (label.name, [])
