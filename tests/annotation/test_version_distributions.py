"""How a version is spread: counted at the cut, and of older versions when somebody asks."""

import pytest

from annotation.models import DatasetVersion, Image, Label
from annotation.selectors.version_dataset import dataset_of
from annotation.services import distributions
from annotation.services.labels import delete_label
from annotation.services.versions import cut_version
from tests.annotation.world import Api, World, create, make_image, operation, square


@pytest.fixture
def version(world: World, annotator: Api) -> DatasetVersion:
    image, other = make_image(world.project), make_image(world.project, 1)
    drawn = create(label=world.label_id)
    annotator.save(image, drawn, create(at=(9, 9)))
    annotator.save(image, operation("revise", mask=drawn["mask"], rle=square(0, 0, 20)))
    Image.objects.filter(pk=other.pk).update(status=Image.Status.DONE, is_holdout=True)
    return cut_version(project=world.project, created_by=None)


def test_members_see_how_a_version_is_spread(
    world: World, version: DatasetVersion, annotator: Api
) -> None:
    found = annotator.get(f"versions/{version.pk}/distributions").json()

    assert {each["split"]: (each["images"], each["masks"]) for each in found["splits"]} == {
        "unfinished": (1, 2),
        "holdout": (1, 0),
    }
    assert {each["label"]: each["masks"] for each in found["labels"]} == {"cell": 1, None: 1}
    assert found["sizes"] == {"small": 2, "medium": 0, "large": 0}
    assert sum(found["area_shares"]["counts"]) == 2
    assert found["area_shares"]["counts"][-1] == 1  # 400 of 768 pixels
    assert found["masks_per_image"]["counts"][:3] == [1, 0, 1]


def test_an_older_version_is_counted_once_as_it_was_frozen(
    version: DatasetVersion, annotator: Api, stranger: Api
) -> None:
    counted = version.distributions
    DatasetVersion.objects.update(distributions=None)

    assert stranger.get(f"versions/{version.pk}/distributions").status_code == 404
    assert annotator.get(f"versions/{version.pk}/distributions").json() == counted
    assert DatasetVersion.objects.get().distributions == counted


def test_a_deleted_label_is_told_apart_from_a_later_one_of_its_name(
    world: World, version: DatasetVersion, annotator: Api
) -> None:
    """As exports tell them apart; both ways of counting do."""
    deleted = Label.objects.get(pk=world.label_id)
    delete_label(label=deleted)
    again = Label.objects.create(project=world.project, name=deleted.name, color="#123456")
    annotator.save(
        Image.objects.get(status="done"),
        *(create(label=again.pk, at=(1 + at, 2)) for at in range(3)),
    )
    cut = cut_version(project=world.project, created_by=None)

    at_the_cut = annotator.get(f"versions/{cut.pk}/distributions").json()
    DatasetVersion.objects.update(distributions=None)
    later = annotator.get(f"versions/{cut.pk}/distributions").json()

    counts = {each["label"]: each["masks"] for each in at_the_cut["labels"]}
    assert counts == {"cell": 3, f"cell ({deleted.pk})": 1, None: 1}
    assert later == at_the_cut
    assert {each.name for each in dataset_of(cut).labels} >= counts.keys() - {None}


@pytest.mark.parametrize("part", distributions.TOLD)
def test_an_older_version_too_large_to_wait_for_says_so(
    version: DatasetVersion, annotator: Api, part: str
) -> None:
    counts = {**dict.fromkeys(version.counts, 0), part: distributions.MOST_TOLD + 1}
    DatasetVersion.objects.update(distributions=None, counts=counts)

    answer = annotator.get(f"versions/{version.pk}/distributions")

    assert answer.status_code == 409
    assert "too large to count now" in str(answer.json())
    again = cut_version(project=version.project, created_by=None)
    assert again == version
    assert annotator.get(f"versions/{version.pk}/distributions").status_code == 200
