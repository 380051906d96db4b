"""What the gate wants of the holdout is told before a round is started."""

from dataclasses import replace
from uuid import uuid4

from annotation.models import Image
from annotation.selectors.to_learn import new_to_learn
from annotation.services.also import set_also
from annotation.services.assignments import claim_image, finish_image
from annotation.services.captions import save_caption
from annotation.services.gate import FEWEST_OBJECTS
from annotation.services.gate_outlook import Outlook, outlooks
from annotation.services.projects import create_project
from annotation.services.seeds import Seed, seed_masks
from annotation.services.versions import cut_version
from tests.annotation.world import Api, World, make_image, square


def finish(world: World, image: Image, masks: int = 0) -> None:
    seeds = [Seed(square(3 * number, 3, 2)) for number in range(masks)]
    seed_masks(image=image, seeds=seeds, author=world.manager)
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    finish_image(assignment=place, user=world.annotator, active_s=5)


def held_out(world: World, *masks: int) -> list[Image]:
    """Finish images of the holdout with so many masks each."""
    images = [make_image(world.project, seed, is_holdout=True) for seed in range(len(masks))]
    for image, count in zip(images, masks, strict=True):
        finish(world, image, count)
    return images


def of_masks(world: World) -> Outlook:
    return outlooks(world.project.pk)[0]


def test_of_each_finished_held_out_image_a_few_objects_count(world: World) -> None:
    held_out(world, 7, 2, 0)
    finish(world, make_image(world.project, 7), 6)  # is trained on
    seed_masks(
        image=make_image(world.project, 8, is_holdout=True),  # is not finished
        seeds=[Seed(square(3, 3, 8))],
        author=world.manager,
    )

    told = of_masks(world)

    assert (told.there, told.images, told.wanted) == (5 + 2, 2, FEWEST_OBJECTS)
    assert not told.is_enough
    assert told.words == (
        "The gate wants 20 objects on 4 or more finished held-out images, at most 5 of each; "
        "there are 7 on 2. It cannot promote masks yet."
    )


def test_nothing_is_missing_as_soon_as_there_is_enough(world: World) -> None:
    held_out(world, 5, 5, 5, 5)

    told = of_masks(world)

    assert (told.is_enough, told.words) == (True, "")


def test_described_images_are_counted_for_descriptions(world: World) -> None:
    [image] = held_out(world, 0)
    save_caption(caption_id=uuid4(), image=image, author=world.annotator, text="A dog.")

    told = outlooks(world.project.pk)[1]

    assert (told.part, told.there, told.wanted, told.is_enough) == ("captions", 1, 10, False)
    assert told.words.endswith("there are 1. It cannot promote captions yet.")


def test_what_a_round_would_train_by_itself_is_told_beside_it(world: World) -> None:
    finish(world, make_image(world.project, 7), 1)

    told = {each.part: each.has_news for each in outlooks(world.project.pk)}

    assert told == {"masks": True, "captions": False}
    assert new_to_learn(world.project.pk)["masks"] == 1


def test_other_projects_that_cannot_judge_are_told(world: World) -> None:
    bare, few, full = (
        create_project(name=name, created_by=world.manager) for name in ("Bare", "Few", "Full")
    )
    for other, masks in ((bare, (5, 5, 5, 5)), (few, (7,)), (full, (5, 5, 5, 5))):
        held_out(replace(world, project=other, annotator=world.manager), *masks)
    for other in (few, full):
        cut_version(project=other, created_by=world.manager)
    set_also(project=world.project, ids=[bare.pk, few.pk, full.pk], by=world.manager)
    held_out(world, 5, 5, 5, 5)

    told = of_masks(world)

    assert told.is_enough
    assert told.words == (
        "Bare cannot judge it: no version of that project was cut. Few cannot judge it, with 5 of "
        "the 20 objects on finished held-out images that this takes."
    )


def test_managers_alone_are_told(
    world: World, manager: Api, reviewer: Api, annotator: Api, stranger: Api
) -> None:
    held_out(world, 7)
    address = f"projects/{world.project.pk}/gate"

    masks, captions = manager.get(address).json()

    assert (masks["there"], masks["images"], masks["most_of_one"]) == (5, 1, 5)
    assert (masks["is_enough"], captions["is_enough"]) == (False, False)
    assert "there are 5 on 1" in masks["words"]
    others = [each.get(address) for each in (reviewer, annotator, stranger)]
    assert [each.status_code for each in others] == [403, 403, 404]
