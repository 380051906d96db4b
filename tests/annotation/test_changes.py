"""What is told of the masks that changed around a review."""

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
    assert changes_on(reviewer, image) == []  # seen and done with


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
