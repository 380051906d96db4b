"""What an audit comes to whose proposal nobody decided on, though a person finished the image."""

import pytest

from annotation.models import Bundle, Image, Project
from annotation.selectors.auto_accept import auto_accept_of
from annotation.services.imported_work import finish_imported
from annotation.services.seeds import Seed, seed_masks
from tests.annotation.scored import judge, make_audited, serving_bundle
from tests.annotation.world import World, make_image, square


@pytest.fixture
def bundle(world: World) -> Bundle:
    return serving_bundle(world.project)


def test_what_is_left_standing_on_a_finished_image_speaks_against_the_promise(
    world: World, image: Image, bundle: Bundle, promised: Project
) -> None:
    audited = make_audited(image, bundle, 40)
    assert auto_accept_of(promised)["decided"] == 0

    unsure = dict.fromkeys(audited[30:35], "not_sure")
    judge(world, image, dict.fromkeys(audited[:30], "accepted") | unsure)

    promised.refresh_from_db()
    assert promised.auto_accept_stop_reason == (
        "People accepted 30 of 40 audited proposals as they were: 75.0 % (95 % interval 58.8 to "
        "87.3), and 95 % was promised."
    )


def test_it_waits_again_once_the_image_goes_back_to_its_person(
    world: World, image: Image, bundle: Bundle, promised: Project
) -> None:
    kept, *_ = make_audited(image, bundle, 3)
    judge(world, image, {kept: "accepted"})
    assert auto_accept_of(promised)["decided"] == 3

    Image.objects.filter(pk=image.pk).update(status=Image.Status.RETURNED)

    assert auto_accept_of(promised)["decided"] == 1


def test_what_an_import_finished_nobody_has_left_standing(
    world: World, bundle: Bundle, promised: Project
) -> None:
    imported = make_image(world.project, 1, arm="serving", proposed_by=bundle)
    seed_masks(image=imported, seeds=[Seed(square(3, 20))], author=world.manager)
    make_audited(imported, bundle, 3)
    assert finish_imported(image_ids=[imported.pk], author=world.manager) == {imported.pk}

    told = auto_accept_of(promised)

    assert (told["audited"], told["decided"], told["measured"]) == (3, 0, None)
