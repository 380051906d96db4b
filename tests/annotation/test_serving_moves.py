"""Who had which model serve, when, and why: nothing of it is ever forgotten."""

from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from annotation.models import Bundle, Project
from annotation.services.bundles import promote_bundle, roll_back
from tests.annotation.world import Api, World, make_bundle, make_promoted_round


def promote(project: Project, before: Bundle, to: Bundle, by: User | None = None) -> None:
    promote_bundle(project=project, expected=before.pk, to=to, reason="round 3", by=by)


def served(world: World) -> tuple[Bundle, Bundle]:
    """A pretrained bundle that served, and that of a round in its place."""
    pretrained, trained = make_bundle("a"), make_bundle("b")
    world.project.aliases.create(name="serving", bundle=pretrained)
    make_promoted_round(world.project, pretrained, trained)
    promote(world.project, pretrained, trained)
    return pretrained, trained


def test_each_change_is_listed_with_its_person_the_newest_first(
    world: World, annotator: Api
) -> None:
    pretrained, trained = served(world)
    roll_back(project=world.project, serving_seen=trained.pk, by=world.manager)

    answer = annotator.get(f"projects/{world.project.pk}/serving-moves").json()

    assert answer["next"] is None
    assert [
        (move["by"], move["reason"], move["to"]["round"], move["before"]["round"])
        for move in answer["results"]
    ] == [("manager", "rolled back", None, 3), (None, "round 3", 3, None)]
    assert answer["results"][0]["to"]["bundle"] == pretrained.pk


def test_a_long_history_comes_page_by_page_with_as_many_queries(
    world: World, manager: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _, trained = served(world)
    for name in "cdefghijklmnopqrstuvwxyz":
        other = make_bundle(name)
        promote(world.project, trained, other, world.manager)
        trained = other
    path = f"projects/{world.project.pk}/serving-moves"

    with django_assert_num_queries(4):  # session, user, project with role, page
        first = manager.get(path).json()
    rest = manager.get(f"{path}?cursor={first['next']}").json()

    assert (len(first["results"]), len(rest["results"]), rest["next"]) == (20, 5, None)


def test_strangers_find_no_history(world: World, stranger: Api) -> None:
    served(world)

    assert stranger.get(f"projects/{world.project.pk}/serving-moves").status_code == 404
