"""What outside models propose stands until another bundle serves, and then gives way to it."""

from typing import Any

import pytest
from django.db import transaction

from annotation.models import Bundle, Image, Proposal
from annotation.services.bundles import ensure_pretrained, promote_bundle
from annotation.services.images import add_image
from annotation.services.outside_proposals import Predicted, propose_from_outside
from tests.annotation.world import World, png, square
from tests.workers.test_arms import SIZE_HW, begin, make_newer, promote_newer, run, try_newer
from workers.arms import lock_if_free

PREDICTED = [Predicted("net", square(30, 20, 12, size_hw=SIZE_HW), score=0.8)]


@pytest.fixture
def outside(world: World) -> Image:
    """An image on which an import proposed before the project's first bundle came."""
    data = png(1, SIZE_HW)
    added = add_image(project=world.project, data=data, file_name="a.png", created_by=world.manager)
    assert added.image is not None
    propose_from_outside(project=world.project, predicted=[(added.image, PREDICTED)])
    return added.image


def makers(image: Image) -> set[tuple[Any, Any]]:
    """Return whose proposals wait: a bundle's or a model's."""
    image.refresh_from_db()
    waiting = Proposal.objects.filter(image=image, state="pending")
    return set(waiting.values_list("bundle", "outside_model__name"))


def test_the_first_bundle_leaves_them_and_another_takes_their_place(
    world: World, outside: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(world)
    first = makers(outside)
    run(world)
    again = makers(outside)
    _, newer = promote_newer(world, monkeypatch)
    run(world)

    assert first == again == {(None, "net")}
    assert makers(outside) == {(newer.pk, None)}
    assert (outside.arm, outside.outside_at) == ("serving", None)


def test_a_bundle_of_other_captions_alone_leaves_them(
    world: World, outside: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(world)
    old, captioned = make_newer(world, monkeypatch)
    files = {**old.manifest["files"], "captioner.safetensors": "c" * 64}
    Bundle.objects.filter(pk=captioned.pk).update(manifest={**old.manifest, "files": files})
    captioned.refresh_from_db()
    promote_bundle(project=world.project, expected=old.pk, to=captioned, reason="", by=None)
    run(world)

    assert makers(outside) == {(None, "net")}


def test_a_trial_leaves_them(world: World, outside: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    world.project.candidate_bundle_share = 0.4
    world.project.save()
    monkeypatch.setattr("workers.arms.arm_for", lambda *_, **__: Image.Arm.CANDIDATE)
    run(world)
    try_newer(world, monkeypatch)
    run(world)

    assert makers(outside) == {(None, "net")}


def test_whoever_has_begun_keeps_them_whatever_serves(
    world: World, outside: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(world)
    begin(world, outside)
    promote_newer(world, monkeypatch)
    run(world)

    assert makers(outside) == {(None, "net")}
    assert outside.arm == ""


def test_those_that_an_import_brings_while_a_bundle_proposes_are_not_overwritten(
    world: World, outside: Image
) -> None:
    """The image was drawn before they came."""
    ensure_pretrained(project=world.project)

    with transaction.atomic():
        assert not lock_if_free(outside)

    Image.objects.filter(pk=outside.pk).update(outside_at=None)
    with transaction.atomic():
        assert lock_if_free(outside)
