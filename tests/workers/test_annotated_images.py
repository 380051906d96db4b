"""What a version's images teach and measure: those that people left empty as well."""

from uuid import uuid4

from annotation.services.captions import save_caption
from annotation.services.versions import cut_version
from tests.annotation.world import World, make_image
from tests.workers.conftest import ENCODER_DIGEST, finish, finish_as_it_is
from workers.annotated_images import annotated_images


def test_what_was_left_empty_is_among_them_and_what_was_only_described_is_not(
    world: World,
) -> None:
    full, empty, described, _unfinished = (make_image(world.project, seed) for seed in range(4))
    finish(world, full)
    save_caption(caption_id=uuid4(), image=described, author=world.annotator, text="A cell.")
    for image in (empty, described):
        finish_as_it_is(world, image)
    version = cut_version(project=world.project, created_by=world.manager)

    images = annotated_images(version, "train", ENCODER_DIGEST)

    assert {image.key: image.is_empty for image in images} == {
        full.sha256: False,
        empty.sha256: True,
    }
