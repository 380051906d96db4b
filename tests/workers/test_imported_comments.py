"""Comments that files bring: what people took back stays so, what an undo took away may return.

Several imports may have brought or met one comment, or one proposal.
"""

from annotation.models import Comment, Image, Proposal
from tests.annotation.world import Api, World, png
from tests.workers.bringing import send, start, undo
from tests.workers.conftest import finish_as_it_is
from tests.workers.test_import_contents import archive, polygon, task

ASKED = {"text": "Is this one cell?", "created_by": {"username": "reviewer"}}
SAID = {"text": "Look at the edge.", "created_by": {"email": "bo@example.com"}}
TWO = archive(tasks_json=[task(comments=[ASKED, SAID])], images__a_png=png(1))
FOUND = {"model_version": "net", "result": [polygon(5)]}
PREDICTED = archive(tasks_json=[task(predictions=[FOUND])], images__a_png=png(1))


def withdraw(api: Api, text: str) -> None:
    comment = Comment.objects.get(text=text)
    assert api.delete(f"comments/{comment.pk}").status_code == 204


def said() -> list[str]:
    """What people read below the images."""
    there = Comment.objects.filter(withdrawn_at=None, image__deleted_at=None)
    return sorted(there.values_list("text", flat=True))


def test_comment_that_a_person_withdrew_stays_so_when_its_files_come_again(
    world: World, manager: Api
) -> None:
    start(manager, send(world, TWO))
    withdraw(Api(world.reviewer), "Is this one cell?")

    again = start(manager, send(world, TWO))

    assert said() == ["Look at the edge."]
    assert not again["brought"].keys() & {"comments", "comments left out"}


def test_comments_that_an_undo_took_away_come_back_but_for_what_a_person_had_withdrawn(
    world: World, manager: Api
) -> None:
    first = start(manager, send(world, TWO))
    withdraw(Api(world.reviewer), "Is this one cell?")
    undone = undo(manager, first["id"])
    between = said()

    again = start(manager, send(world, TWO))

    assert (undone["brought"]["comments removed"], between) == (1, [])
    assert (again["brought"]["comments"], said()) == (1, ["Look at the edge."])


def test_comment_that_came_back_after_an_undo_can_be_withdrawn_for_good(
    world: World, manager: Api
) -> None:
    first = start(manager, send(world, TWO))
    undo(manager, first["id"])
    start(manager, send(world, TWO))
    withdraw(Api(world.reviewer), "Is this one cell?")

    start(manager, send(world, TWO))

    assert said() == ["Look at the edge."]


def test_comments_of_an_image_that_is_twice_in_one_dataset_come_once(
    world: World, manager: Api
) -> None:
    tasks = [task(comments=[ASKED, SAID]), task(comments=[SAID])]

    brought = start(manager, send(world, archive(tasks_json=tasks, images__a_png=png(1))))

    assert said() == ["Is this one cell?", "Look at the edge."]
    assert brought["brought"]["comments"] == 2
    assert "comments left out" not in brought["brought"]
    assert Image.objects.count() == 1


def test_comments_stay_while_any_import_that_has_them_is_in(world: World, manager: Api) -> None:
    first, second, third = (start(manager, send(world, TWO)) for _ in range(3))

    left = []
    for each in (first, third, second):
        undo(manager, each["id"])
        left.append(len(said()))

    assert [each["brought"].get("comments", 0) for each in (first, second, third)] == [2, 0, 0]
    assert left == [2, 2, 0]


def test_comments_that_were_kept_for_a_finished_image_stay_when_a_later_import_is_undone(
    world: World, manager: Api
) -> None:
    """The second import only met them, as it did the masks."""
    first = start(manager, send(world, TWO))
    finish_as_it_is(world, Image.objects.get())
    second = start(manager, send(world, TWO))

    undo(manager, first["id"])
    undone = undo(manager, second["id"])["brought"]

    assert said() == ["Is this one cell?", "Look at the edge."]
    assert not undone.get("comments removed")


def test_proposals_that_two_imports_brought_stay_while_one_of_these_is_in(
    world: World, manager: Api
) -> None:
    first = start(manager, send(world, PREDICTED))
    Proposal.objects.update(state="superseded")  # as by a bundle's
    second = start(manager, send(world, PREDICTED))

    states = []
    for each in (first, second):
        undo(manager, each["id"])
        states.append(Proposal.objects.get().state)

    assert (first["brought"]["proposals"], second["brought"]["proposals"]) == (1, 1)
    assert states == ["pending", "superseded"]
