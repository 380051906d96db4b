"""What is told of the masks that changed around a review."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.models import Image
from tests.annotation.reviewing import changes_on, claim, finish, give_verdict, notes_on
from tests.annotation.world import Api, create, operation, square


def test_who_gets_an_image_back_sees_what_the_reviewer_changed(
    annotator: Api, reviewer: Api, image: Image
) -> None:
    untouched, revised, deleted = (create(at=(x, 2)) for x in (1, 8, 15))
    annotator.save(image, untouched, revised, deleted)
    finish(annotator, image)
    added, passing = create(at=(20, 10)), create()
    reviewer.save(image, operation("revise", mask=revised["mask"], rle=square(8, 2, 7)))
    reviewer.save(image, operation("delete", mask=deleted["mask"]))
    reviewer.save(image, added, passing)
    reviewer.save(image, operation("delete", mask=passing["mask"]))
    give_verdict(reviewer, image, "returned", "See my changes.")
    annotator.save(image, operation("revise", mask=untouched["mask"], rle=square(1, 2, 4)))

    told = changes_on(annotator, image)

    assert told == [
        (added["mask"], "added", "reviewer"),
        (deleted["mask"], "deleted", "reviewer"),
        (revised["mask"], "revised", "reviewer"),
    ]
    boxes = notes_on(annotator, image)["changes"]
    assert [each["box_xyxy"] for each in boxes] == [
        [20, 10, 25, 15],
        [15, 2, 20, 7],  # where it was
        [8, 2, 15, 9],
    ]
    finish(annotator, image)
    assert changes_on(annotator, image) == []  # seen and done with


def test_a_change_in_review_names_the_revisions_between_which_it_lies(
    annotator: Api, reviewer: Api, image: Image
) -> None:
    drawn, added = create(at=(1, 2)), create(at=(20, 10))
    annotator.save(image, drawn)
    annotator.save(image, operation("revise", mask=drawn["mask"], rle=square(1, 2, 4)))
    finish(annotator, image)
    reviewer.save(image, operation("revise", mask=drawn["mask"], rle=square(1, 2, 7)), added)
    reviewer.save(image, operation("revise", mask=drawn["mask"], rle=square(1, 2, 8)))
    give_verdict(reviewer, image, "returned", "See my changes.")
    annotator.save(image, operation("revise", mask=drawn["mask"], rle=square(1, 2, 5)))

    changes = notes_on(annotator, image)["changes"]

    between = {each["mask"]: (each["first_revision"], each["last_revision"]) for each in changes}
    assert between == {drawn["mask"]: (3, 4), added["mask"]: (1, 1)}


def test_nothing_is_a_change_in_review_before_the_image_was_finished(
    annotator: Api, reviewer: Api, image: Image
) -> None:
    claim(annotator, image)
    reviewer.save(image, create())

    assert changes_on(annotator, image) == []


def test_who_reviews_an_image_again_is_told_what_was_changed_in_answer(
    annotator: Api, reviewer: Api, image: Image
) -> None:
    kept, moved, dropped = (create(at=(x, 2)) for x in (1, 8, 15))
    annotator.save(image, kept, moved, dropped)
    finish(annotator, image)
    reviewer.save(image, operation("revise", mask=kept["mask"], rle=square(1, 2, 4)))
    give_verdict(reviewer, image, "returned", "See my change.")
    added = create(at=(20, 10))
    annotator.save(image, operation("revise", mask=moved["mask"], rle=square(8, 2, 7)))
    annotator.save(image, operation("delete", mask=dropped["mask"]), added)
    unfinished = notes_on(reviewer, image)
    finish(annotator, image)

    notes, told = notes_on(reviewer, image), changes_on(reviewer, image)

    assert (unfinished["since"], [each["mask"] for each in unfinished["changes"]]) == (
        "finished",
        [kept["mask"]],
    )
    assert notes["since"] == "reviewed"
    assert set(told) == {
        (moved["mask"], "revised", "annotator"),
        (dropped["mask"], "deleted", "annotator"),
        (added["mask"], "added", "annotator"),
    }


def test_what_a_second_review_changes_as_well_is_told_with_it_and_then_alone(
    annotator: Api, reviewer: Api, image: Image
) -> None:
    drawn, alone = create(at=(1, 2)), create(at=(20, 10))
    annotator.save(image, drawn, alone)
    finish(annotator, image)
    give_verdict(reviewer, image, "returned", "Too small.")
    annotator.save(image, operation("revise", mask=drawn["mask"], rle=square(1, 2, 7)))
    finish(annotator, image)
    reviewer.save(image, operation("revise", mask=drawn["mask"], rle=square(1, 2, 8)))
    reviewer.save(image, operation("revise", mask=alone["mask"], rle=square(20, 10, 6)))

    told = _revisions(reviewer, image)

    assert told == ("reviewed", {drawn["mask"]: (2, 3), alone["mask"]: (2, 2)})
    give_verdict(reviewer, image, "reviewed")
    assert _revisions(reviewer, image) == (
        "finished",
        {drawn["mask"]: (3, 3), alone["mask"]: (2, 2)},
    )


def test_the_annotator_is_not_told_of_changes_of_their_own(
    annotator: Api, reviewer: Api, image: Image
) -> None:
    drawn = create()
    annotator.save(image, drawn)
    finish(annotator, image)
    give_verdict(reviewer, image, "returned", "Too small.")
    annotator.save(image, operation("revise", mask=drawn["mask"], rle=square(2, 2, 7)))
    finish(annotator, image)

    assert _revisions(annotator, image) == ("finished", {})


def test_work_that_goes_on_after_it_was_accepted_is_told_to_who_reviews_it_again(
    annotator: Api, reviewer: Api, image: Image
) -> None:
    finish(annotator, image)
    give_verdict(reviewer, image, "reviewed")
    claim(annotator, image)
    added = create()
    annotator.save(image, added)
    finish(annotator, image)

    assert _revisions(reviewer, image) == ("reviewed", {added["mask"]: (1, 1)})


def test_a_second_review_of_what_was_not_changed_says_so_and_asks_no_more_for_many(
    annotator: Api, reviewer: Api, image: Image
) -> None:
    masks = [create() for _ in range(30)]
    annotator.save(image, *masks)
    finish(annotator, image)
    give_verdict(reviewer, image, "returned", "Look again.")
    finish(annotator, image)
    with CaptureQueriesContext(connection) as none:
        assert _revisions(reviewer, image) == ("reviewed", {})

    annotator.save(image, *(operation("delete", mask=each["mask"]) for each in masks))

    with CaptureQueriesContext(connection) as many:
        assert len(changes_on(reviewer, image)) == 30
    assert len(none) == len(many) == 5  # session, user, image with role, comments, changes


def _revisions(api: Api, image: Image) -> tuple[str, dict[str, tuple[int, int]]]:
    """Since when changes are told, and between which revisions of each mask they lie."""
    notes = notes_on(api, image)
    return notes["since"], {
        each["mask"]: (each["first_revision"], each["last_revision"]) for each in notes["changes"]
    }
