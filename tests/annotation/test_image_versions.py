"""The versions that hold an image are found without reading their manifests through."""

import pytest

from annotation.api import image_versions
from annotation.services.version_tags import tag_version
from annotation.services.versions import cut_version
from tests.annotation.world import Api, World, create, make_image


def test_an_image_tells_which_versions_hold_it_and_how(world: World, annotator: Api) -> None:
    early, late = make_image(world.project, 0), make_image(world.project, 1)
    annotator.save(early, create(), create())
    first = cut_version(project=world.project, note="first", created_by=None)
    tag_version(version=first, name="v1.0", by=None)
    annotator.save(late, create())
    second = cut_version(project=world.project, created_by=None)

    of_early, of_late = (
        annotator.get(f"images/{image.pk}/versions").json() for image in (early, late)
    )

    assert [each["id"] for each in of_early["results"]] == [second.pk, first.pk]
    assert [each["id"] for each in of_late["results"]] == [second.pk]
    assert of_late["next"] is None
    held = of_early["results"][1]
    assert (held["tags"], held["note"], held["split"]) == (["v1.0"], "first", "unfinished")
    assert (held["masks"], held["captions"]) == (2, 0)


def test_many_versions_are_searched_page_by_page(
    world: World, annotator: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_versions, "SEARCHED", 2)
    image, other = make_image(world.project, 0), make_image(world.project, 1)
    annotator.save(image, create())
    only = cut_version(project=world.project, created_by=None)
    annotator.save(other, create())
    for _ in range(2):
        annotator.save(other, create())
        cut_version(project=world.project, created_by=None)
    path = f"images/{image.pk}/versions"

    first = annotator.get(path).json()
    second = annotator.get(f"{path}?cursor={first['next']}").json()

    assert len(first["results"]) == 2
    assert [each["id"] for each in second["results"]] == [only.pk]
    assert second["next"] is None


def test_an_image_that_no_version_holds_says_so(world: World, annotator: Api) -> None:
    image, other = make_image(world.project, 0), make_image(world.project, 1)
    annotator.save(other, create())
    cut_version(project=world.project, created_by=None)

    assert annotator.get(f"images/{image.pk}/versions").json() == {"results": [], "next": None}
