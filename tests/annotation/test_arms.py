"""Arms: drawn by hash, near their shares, and told to nobody who annotates."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.models import Image, Project
from annotation.models.project import MOST_OF_ARM
from annotation.services.draws import arm_for
from tests.annotation.world import Api, World, make_bundle, make_image

Arm = Image.Arm
SHARES = st.floats(0, MOST_OF_ARM)


def project_with(bare: float, previous: float, pk: int = 1) -> Project:
    return Project(pk=pk, without_proposals_share=bare, previous_bundle_share=previous)


@given(st.text("0123456789abcdef", min_size=64, max_size=64), SHARES, SHARES, SHARES, SHARES)
def test_a_larger_share_of_one_arm_only_adds_to_it(
    sha256: str, bare: float, previous: float, more_bare: float, more_previous: float
) -> None:
    before = arm_for(sha256, project=project_with(bare, previous))
    more = project_with(max(bare, more_bare), max(previous, more_previous))

    assert arm_for(sha256, project=project_with(bare, previous)) == before
    if before != Arm.SERVING:
        assert arm_for(sha256, project=more) == before


@pytest.mark.parametrize(("bare", "previous"), [(0.1, 0.1), (0.4, 0.4), (0.3, 0), (0, 0)])
def test_arms_come_near_their_shares_and_each_project_draws_anew(
    bare: float, previous: float
) -> None:
    images = [f"{number:064x}" for number in range(4000)]

    drawn, elsewhere = (
        [arm_for(each, project=project_with(bare, previous, pk)) for each in images]
        for pk in (1, 2)
    )

    shares = Counter(drawn)
    assert shares[Arm.NONE] / len(images) == pytest.approx(bare, abs=0.03 if bare else 0)
    assert shares[Arm.PREVIOUS] / len(images) == pytest.approx(
        previous, abs=0.03 if previous else 0
    )
    assert (drawn != elsewhere) == (bare + previous > 0)


def test_nobody_who_annotates_is_told_an_images_arm(
    world: World, annotator: Api, manager: Api
) -> None:
    bundle = make_bundle()
    images = [make_image(world.project, seed) for seed in range(2)]
    for image, arm in zip(images, (Arm.SERVING, Arm.NONE), strict=True):
        Image.objects.filter(pk=image.pk).update(arm=arm, proposed_by=bundle)  # it found nothing

    def told(api: Api, image: Image) -> str:
        """All that the API tells of an image, but for what names it."""
        detail = api.get(f"images/{image.pk}").json()
        listed = api.get(f"projects/{world.project.pk}/images").json()["results"]
        row = next(each for each in listed if each["id"] == image.pk)
        own = {"id", "file_name", "display_url", "thumb_url", "assignment"}
        return json.dumps(
            [{key: each[key] for key in each if key not in own} for each in (detail, row)]
        )

    for api in (annotator, manager):
        assert told(api, images[0]) == told(api, images[1])
    for queue in ("verify", "complete", "correct"):
        claimed = annotator.post(f"projects/{world.project.pk}/claim", {"queue": queue})
        assert '"arm"' not in claimed.content.decode()


def test_a_manager_sets_both_shares_and_what_serves_keeps_a_fifth(
    world: World, manager: Api
) -> None:
    address = f"projects/{world.project.pk}"

    set_to = manager.patch(
        address, {"without_proposals_share": 0.4, "previous_bundle_share": 0.05}
    ).json()
    too_much = manager.patch(address, {"previous_bundle_share": 0.41})

    assert (set_to["without_proposals_share"], set_to["previous_bundle_share"]) == (0.4, 0.05)
    assert too_much.status_code == 400


def test_a_new_project_compares_at_first(manager: Api) -> None:
    made = manager.post("projects", {"name": "New"}).json()

    assert (made["without_proposals_share"], made["previous_bundle_share"]) == (0.1, 0.1)
