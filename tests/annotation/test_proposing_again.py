"""A bundle that proposes again on an image, as after a roll back, finds its own proposals there."""

from annotation.models import Image, Proposal
from annotation.services.seeds import Seed, seed_masks
from tests.annotation.scored import propose, serving_bundle
from tests.annotation.world import World


def test_what_lies_beside_a_mask_that_came_since_is_proposed_again_as_itself(
    world: World, image: Image
) -> None:
    bundle = serving_bundle(world.project)
    covered, beside = propose(image, bundle, [0.5, 0.5])
    seed_masks(image=image, seeds=[Seed(covered.rle)], author=world.manager)

    propose(image, bundle, [0.5, 0.5])

    waiting = Proposal.objects.get(image=image, state="pending")
    assert (waiting.pk, waiting.rle) == (beside.pk, beside.rle)
