"""Which images belong together is told to those who split datasets."""

import pytest

from tests.annotation.world import Api, World, make_image


@pytest.mark.parametrize(
    ("role", "told"), [("manager", "slide1"), ("reviewer", "slide1"), ("annotator", "")]
)
def test_the_group_of_an_image_is_told_to_managers_and_reviewers(
    world: World, role: str, told: str
) -> None:
    image = make_image(world.project, group="slide1")
    api = Api(getattr(world, role))

    page = api.get(f"images/{image.pk}").json()
    [row] = api.get(f"projects/{world.project.pk}/images").json()["results"]

    assert (page["group"], row["group"]) == (told, told)
