"""The split that is cut out of train, drawn on images as the database has them."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.models import Image, Mask, Project, Revision
from annotation.selectors.streaming import one_moment
from annotation.selectors.version_criteria import Criteria
from annotation.selectors.version_query import Splits, images_in, split_of
from engine.datasets.val_split import most_strayed
from tests.annotation.cutting import draw
from tests.annotation.world import World

BEGINNING = datetime(2026, 5, 1, tzinfo=UTC)


class Drawn(NamedTuple):
    """An image of a project: what decides where it goes."""

    group: str
    is_holdout: bool
    is_finished: bool
    has_label: bool


DONE = Drawn(group="", is_holdout=False, is_finished=True, has_label=True)
IMAGES = st.lists(
    st.builds(
        Drawn,
        st.sampled_from(["", "", "a", "b", "c"]),
        st.sampled_from([False, False, False, True]),
        st.sampled_from([True, True, True, False]),
        st.booleans(),
    ),
    max_size=25,
)


def put(world: World, images: list[Drawn], first: int = 0) -> None:
    for number, each in enumerate(images, start=first):
        image = Image.objects.create(
            project=world.project,
            sha256=f"{number:064x}",
            file_name=f"{number}.png",
            bytes=1,
            format="PNG",
            width=32,
            height=24,
            group=each.group,
            is_holdout=each.is_holdout,
            status="done" if each.is_finished else "todo",
            finished_at=BEGINNING + timedelta(hours=number) if each.is_finished else None,
        )
        draw(image, world.label_id if each.has_label else None)


def empty(project: Project) -> None:
    Mask.objects.filter(image__project=project).update(head=None)
    Revision.objects.filter(mask__image__project=project).delete()
    Mask.objects.filter(image__project=project).delete()
    Image.objects.filter(project=project).delete()


def sides(project: Project, share: float) -> dict[Image, str]:
    criteria = Criteria(val_share=share)
    with one_moment() as read:
        splits = Splits(project, criteria, read)
    return {image: splits.of(image) for image in images_in(project, criteria)}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(IMAGES, IMAGES, st.floats(0.05, 0.95))
def test_groups_stay_whole_holdout_stays_and_more_images_move_nothing(
    world: World, images: list[Drawn], more: list[Drawn], share: float
) -> None:
    empty(world.project)
    put(world, images)

    before = sides(world.project, share)
    put(world, more, first=len(images))  # of which some join groups that are drawn already
    after = sides(world.project, share)

    for image, side in before.items():
        assert after[image] == side
        assert side == split_of(image) or (side, split_of(image)) == ("val", "train")
    of_groups = {(image.group, side) for image, side in after.items() if image.group}
    assert not {group for group, side in of_groups if side == "train"} & {
        group for group, side in of_groups if side == "val"
    }


def test_what_joins_groups_with_other_labels_moves_none_of_them(world: World) -> None:
    groups = [DONE._replace(group=str(n), has_label=n % 2 == 1) for n in range(30)]
    put(world, groups)

    before = sides(world.project, 0.25)
    put(world, [each._replace(has_label=True) for each in groups], first=len(groups))
    after = sides(world.project, 0.25)

    assert {image: after[image] for image in before} == before


def test_the_share_is_kept_for_each_label_and_another_image_in_between_changes_little(
    world: World,
) -> None:
    put(world, [DONE._replace(has_label=number % 4 == 0) for number in range(80)])

    before = sides(world.project, 0.25)
    Image.objects.filter(sha256=f"{3:064x}").update(status="todo")  # goes back
    after = sides(world.project, 0.25)

    labelled = Image.objects.filter(masks__head__label=world.label_id)
    in_val = sum(before[image] == "val" for image in labelled)
    assert abs(in_val - 5) <= most_strayed(20, 0.25)
    assert abs(list(before.values()).count("val") - 20) <= most_strayed(80, 0.25) + 1
    assert sum(after[image] != side for image, side in before.items()) <= 1 + 4
