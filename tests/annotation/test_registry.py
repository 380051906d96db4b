"""The registry of bundles: lineage, notes, and promoting any of them with a reason."""

import pytest
from pytest_django import DjangoAssertNumQueries

from annotation.models import Alias, AliasMove, Bundle, DatasetVersion, Round
from annotation.services.bundles import promote_bundle
from tests.annotation.world import Api, World, make_bundle, make_promoted_round

WHY = "Fewer misses on nuclei."


@pytest.fixture
def pretrained(world: World) -> Bundle:
    bundle = make_bundle("a")
    Alias.objects.create(project=world.project, name="serving", bundle=bundle)
    AliasMove.objects.create(project=world.project, name="serving", to_bundle=bundle)
    return bundle


@pytest.fixture
def trained(world: World, pretrained: Bundle) -> Bundle:
    """The bundle of round 3, which serves."""
    counts = {"train": 20, "masks": 300}
    version = DatasetVersion.objects.create(pk="f" * 64, project=world.project, counts=counts)
    bundle = make_bundle("b")
    Bundle.objects.filter(pk=bundle.pk).update(dataset_version=version)
    made = make_promoted_round(world.project, pretrained, bundle)
    Round.objects.filter(pk=made.pk).update(created_by=world.manager)
    promote_bundle(
        project=world.project, expected=pretrained.pk, to=bundle, reason="round 3", by=None
    )
    return bundle


def test_a_manager_reads_where_each_bundle_comes_from(
    world: World,
    pretrained: Bundle,
    trained: Bundle,
    manager: Api,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(5):  # session, user, project with role, bundles, rebuilds
        newest, oldest = manager.get(f"projects/{world.project.pk}/bundles").json()["results"]

    assert (newest["bundle"], newest["round"], newest["base"]) == (trained.pk, 3, pretrained.pk)
    assert newest["learned_from"] == {"version": "f" * 64, "images": 20, "masks": 300}
    assert (newest["made_by"], newest["parts"], newest["note"]) == ("manager", ["masks"], None)
    assert (oldest["bundle"], oldest["round"], oldest["base"]) == (pretrained.pk, None, None)
    assert (oldest["learned_from"], oldest["made_by"], oldest["parts"]) == (None, None, None)
    assert [each["alias"] for each in (newest, oldest)] == ["serving", "previous"]


@pytest.mark.parametrize("first", ["previous", "candidate"])
def test_what_served_before_and_is_on_trial_is_listed_as_on_trial(
    world: World, pretrained: Bundle, trained: Bundle, manager: Api, first: str
) -> None:
    Alias.objects.filter(project=world.project, name="previous").delete()
    for name in sorted(("previous", "candidate"), key=lambda each: each != first):
        Alias.objects.create(project=world.project, name=name, bundle=pretrained)

    rows = manager.get(f"projects/{world.project.pk}/bundles").json()["results"]

    assert [row["alias"] for row in rows] == ["serving", "candidate"]


def test_a_bundle_whose_round_never_came_to_its_end_is_not_offered(
    world: World, pretrained: Bundle, manager: Api
) -> None:
    unfinished = make_bundle("c")
    Round.objects.create(
        project=world.project, number=1, base_bundle=pretrained, bundle=unfinished, state="failed"
    )

    rows = manager.get(f"projects/{world.project.pk}/bundles").json()["results"]
    path = f"projects/{world.project.pk}/bundles/{unfinished.pk}/promote"
    answer = manager.post(path, {"serving": pretrained.pk, "reason": WHY})

    assert [row["bundle"] for row in rows] == [pretrained.pk]
    assert answer.status_code == 404


def test_a_note_is_changed_and_what_was_said_before_is_kept(
    world: World, pretrained: Bundle, manager: Api, reviewer: Api
) -> None:
    path = f"projects/{world.project.pk}/bundles/{pretrained.pk}/note"

    manager.put(path, {"text": "Misses small cells."})
    for _ in range(2):
        row = manager.put(path, {"text": "Good enough for plates 1 to 4."}).json()
    taken_back = manager.put(path, {"text": ""}).json()

    assert (row["note"]["text"], row["note"]["by"]) == ("Good enough for plates 1 to 4.", "manager")
    assert taken_back["note"]["text"] == ""
    kept = manager.get(f"{path}s").json()
    said = [(each["text"], each["by"]) for each in kept["results"]]
    assert said == [
        ("", "manager"),
        ("Good enough for plates 1 to 4.", "manager"),
        ("Misses small cells.", "manager"),
    ]
    assert kept["next"] is None
    assert reviewer.get(f"{path}s").status_code == 403


def test_what_is_said_of_a_shared_bundle_stays_in_the_project(
    world: World, pretrained: Bundle, manager: Api, stranger: Api
) -> None:
    AliasMove.objects.create(project=world.elsewhere, name="serving", to_bundle=pretrained)
    manager.put(f"projects/{world.project.pk}/bundles/{pretrained.pk}/note", {"text": "Ours."})

    [row] = stranger.get(f"projects/{world.elsewhere.pk}/bundles").json()["results"]
    path = f"projects/{world.elsewhere.pk}/bundles/{pretrained.pk}/notes"

    assert (row["bundle"], row["note"]) == (pretrained.pk, None)
    assert stranger.get(path).json()["results"] == []


def test_any_bundle_is_promoted_with_a_reason_that_the_history_keeps(
    world: World, pretrained: Bundle, trained: Bundle, manager: Api
) -> None:
    path = f"projects/{world.project.pk}/bundles/{pretrained.pk}/promote"
    body = {"serving": trained.pk, "reason": WHY}

    answers = [manager.post(path, body).json() for _ in range(2)]

    assert answers == [{"bundle": pretrained.pk, "round": None, "is_in_part": False}] * 2
    [newest, *_] = manager.get(f"projects/{world.project.pk}/serving-moves").json()["results"]
    assert (newest["by"], newest["reason"], newest["to"]["round"]) == ("manager", WHY, None)
    assert AliasMove.objects.filter(name="serving", to_bundle=pretrained, reason=WHY).count() == 1
    assert Alias.objects.get(project=world.project, name="previous").bundle == trained


def test_a_promotion_is_refused_without_a_reason_or_when_serving_has_moved(
    world: World, pretrained: Bundle, trained: Bundle, manager: Api
) -> None:
    path = f"projects/{world.project.pk}/bundles/{pretrained.pk}/promote"

    wordless = manager.post(path, {"serving": trained.pk, "reason": "  "})
    stale = manager.post(path, {"serving": "c" * 64, "reason": WHY})

    assert wordless.status_code == 400
    assert (stale.status_code, stale.json()["code"]) == (409, "serving_moved")
    assert Alias.objects.get(project=world.project, name="serving").bundle == trained


@pytest.mark.parametrize("action", ["note", "promote"])
def test_a_bundle_of_another_project_is_not_found(
    world: World, pretrained: Bundle, manager: Api, action: str
) -> None:
    foreign = make_bundle("d")
    AliasMove.objects.create(project=world.elsewhere, name="serving", to_bundle=foreign)
    method = "PUT" if action == "note" else "POST"

    answer = manager.send(
        method, f"projects/{world.project.pk}/bundles/{foreign.pk}/{action}", {"text": "Mine."}
    )

    assert answer.status_code == 404
