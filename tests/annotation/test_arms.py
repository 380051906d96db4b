"""Arms: drawn by hash, near their shares, and told to nobody who annotates."""

import hashlib
import json
from collections import Counter
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.models import Alias, AliasMove, Image, Project, Proposal
from annotation.models.project import MOST_OF_ARM
from annotation.services import auto_accept
from annotation.services.auto_accept import accept_surely
from annotation.services.draws import arm_for
from annotation.services.proposals import NAMESPACE
from tests.annotation.world import (
    SALT,
    Api,
    World,
    create,
    make_bundle,
    make_image,
    make_proposals,
    operation,
)

Arm = Image.Arm
SHARES = st.floats(0, MOST_OF_ARM)


SHA256S = st.text("0123456789abcdef", min_size=64, max_size=64)


def project_with(bare: float, previous: float, pk: int = 1, tried: float = 0) -> Project:
    return Project(
        pk=pk,
        draw_salt=SALT,
        without_proposals_share=bare,
        previous_bundle_share=previous,
        candidate_bundle_share=tried,
    )


@given(SHA256S, SHARES, SHARES, SHARES, SHARES)
def test_a_larger_share_of_one_arm_only_adds_to_it(
    sha256: str, bare: float, previous: float, more_bare: float, more_previous: float
) -> None:
    before = arm_for(sha256, project=project_with(bare, previous))
    more = project_with(max(bare, more_bare), max(previous, more_previous))

    assert arm_for(sha256, project=project_with(bare, previous)) == before
    if before != Arm.SERVING:
        assert arm_for(sha256, project=more) == before


@given(SHA256S, SHARES, SHARES, SHARES, SHARES)
def test_a_trial_draws_from_what_is_left_to_what_serves(
    sha256: str, bare: float, previous: float, tried: float, more_tried: float
) -> None:
    before = arm_for(sha256, project=project_with(bare, previous))
    drawn, more = (
        arm_for(sha256, project=project_with(bare, previous, tried=share))
        for share in (tried, max(tried, more_tried))
    )

    assert drawn == before or (before, drawn) == (Arm.SERVING, Arm.CANDIDATE)
    assert more == drawn or (drawn, more) == (Arm.SERVING, Arm.CANDIDATE)


def test_a_trial_comes_near_its_share() -> None:
    project = project_with(0.3, 0.3, tried=0.25)

    drawn = Counter(arm_for(f"{number:064x}", project=project) for number in range(4000))

    assert drawn[Arm.CANDIDATE] / 4000 == pytest.approx(0.1, abs=0.03)


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
        own = {"id", "file_name", "display_url", "thumb_url", "assignment", "stamp"}
        return json.dumps(
            [{key: each[key] for key in each if key not in own} for each in (detail, row)]
        )

    for api in (annotator, manager):
        assert told(api, images[0]) == told(api, images[1])
    for queue in ("verify", "complete", "correct"):
        claimed = annotator.post(f"projects/{world.project.pk}/claim", {"queue": queue})
        assert '"arm"' not in claimed.content.decode()


def test_an_images_stamp_tells_nobody_whose_proposals_it_has(
    world: World, annotator: Api, image: Image
) -> None:
    stamps = set()
    for bundle in (make_bundle("a"), make_bundle("b")):
        Image.objects.filter(pk=image.pk).update(proposed_by=bundle)
        stamps.add(annotator.get(f"images/{image.pk}").json()["stamp"])
        told = f"{image.pk} {image.version} {bundle.pk} None {image.is_due}"
        stamps.add(hashlib.sha256(told.encode()).hexdigest()[:16])

    assert len(stamps) == 4


def test_nor_do_proposals_and_what_became_of_them_tell_it(
    world: World, annotator: Api, manager: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto_accept, "AUDITED_SHARE", 0)
    serving, previous = make_bundle("a"), make_bundle("b")
    for name, bundle in (("serving", serving), ("previous", previous)):
        Alias.objects.create(project=world.project, name=name, bundle=bundle)
        AliasMove.objects.create(project=world.project, name=name, to_bundle=bundle, reason="")
    images = [make_image(world.project, seed) for seed in range(2)]
    for image, bundle in zip(images, (serving, previous), strict=True):
        sure, _ = make_proposals(image, bundle, 2)
        Proposal.objects.filter(pk=sure.pk).update(verifier_score=0.99)
        accept_surely(image=image, bundle=bundle, threshold=0.9)

    def bundles_told(api: Api, image: Image) -> set[str]:
        """Whose names are in what the API tells of an image, its masks and what was missed."""
        detail = api.get(f"images/{image.pk}")
        [mask] = detail.json()["masks"]
        history = api.get(f"masks/{mask['id']}/revisions")
        missed = api.save(image, create(), version=0)
        assert (len(detail.json()["proposals"]), missed.status_code) == (1, 409)
        told = "".join(each.content.decode() for each in (detail, history, missed))
        return {bundle.pk for bundle in (serving, previous) if bundle.pk in told}

    # What serves answers clicks on either.
    assert [bundles_told(annotator, image) for image in images] == [{serving.pk}] * 2
    assert bundles_told(manager, images[1]) == {serving.pk, previous.pk}
    to_verify = annotator.post(f"projects/{world.project.pk}/verify").content.decode()
    assert not any(bundle.pk in to_verify for bundle in (serving, previous))


@pytest.mark.parametrize("salt", ["", SALT])
def test_nor_does_a_proposals_id_which_is_the_same_when_its_bundle_proposes_again(
    world: World, annotator: Api, salt: str
) -> None:
    Project.objects.filter(pk=world.project.pk).update(draw_salt=salt)
    bundle = make_bundle()
    image = make_image(world.project)
    ids = {str(uuid5(NAMESPACE, f"{image.pk} {bundle.pk} {rank}")) for rank in range(3)}
    [rejected, *_] = make_proposals(image, bundle, 3)
    annotator.save(image, operation("verdict", proposal=str(rejected.pk), verdict="rejected"))

    make_proposals(image, bundle, 3)

    told = {each["id"] for each in annotator.get(f"images/{image.pk}").json()["proposals"]}
    assert len(told) == 2
    assert str(rejected.pk) not in told
    assert Proposal.objects.count() == 3
    assert (told < ids) == (salt == "")  # where there is none, what has been proposed stands


def test_a_manager_sets_the_shares_and_what_serves_keeps_some(world: World, manager: Api) -> None:
    address = f"projects/{world.project.pk}"

    shares = {
        "without_proposals_share": 0.4,
        "previous_bundle_share": 0.05,
        "candidate_bundle_share": 0.2,
    }
    set_to = manager.patch(address, shares).json()
    too_much = [manager.patch(address, {share: 0.41}).status_code for share in shares]

    assert shares.items() <= set_to.items()
    assert too_much == [400, 400, 400]


def test_a_new_project_compares_at_first(manager: Api) -> None:
    made = manager.post("projects", {"name": "New"}).json()

    names = ("without_proposals_share", "previous_bundle_share", "candidate_bundle_share")
    assert [made[name] for name in names] == [0.1, 0.1, 0.1]
