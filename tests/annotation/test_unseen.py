"""What is accepted with others at once says nothing of the model, until somebody looks again."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from annotation.models import Alias, Image, Project, Proposal
from annotation.selectors.auto_accept import auto_accept_of
from annotation.selectors.verdicts import judged_proposals
from annotation.services.assignments import claim_image, finish_image
from annotation.services.masks import save_operations
from annotation.services.proposals import Found, replace_pending_proposals
from tests.annotation.verdicts import CERTAIN, trained_bundle
from tests.annotation.world import World, operation, square


@pytest.fixture
def proposals(world: World, image: Image) -> list[Proposal]:
    """Two audited proposals of what serves, the less sure one first."""
    bundle = trained_bundle(world.project)
    Alias.objects.create(project=world.project, name="serving", bundle=bundle)
    found = [
        Found(square(8 * at, 2), 0.9, 0.95, (1.0, 1.0), CERTAIN, score)
        for at, score in enumerate((0.91, 0.97))
    ]
    replace_pending_proposals(image=image, bundle=bundle, found=found)
    Proposal.objects.update(audited_at=timezone.now())
    return list(Proposal.objects.order_by("verifier_score"))


def finish(world: World, image: Image, *operations: dict[str, Any]) -> None:
    """Let the annotator save and finish an image."""
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    for version, each in enumerate(operations):
        save_operations(
            image_id=image.pk, operations=[each], expected_version=version, author=world.annotator
        )
    finish_image(assignment=place, user=world.annotator, active_s=5)


def accepted(proposal: Proposal, **more: Any) -> dict[str, Any]:
    """Accept a proposal as a mask of the same id."""
    fields = {"proposal": proposal.pk, "mask": proposal.pk, "label": None, **more}
    return operation("verdict", verdict="accepted", **fields)


def test_it_is_no_audit_and_nothing_is_measured_or_promised_by_it(
    world: World, image: Image, promised: Project, proposals: list[Proposal]
) -> None:
    seen, unseen = proposals

    finish(world, image, accepted(seen), accepted(unseen, is_unseen=True))

    unseen.refresh_from_db()
    assert (unseen.state, unseen.decided_by) == ("accepted", world.annotator)
    state = auto_accept_of(promised)
    assert (state["audited"], state["decided"], state["at_once"]) == (1, 1, 1)
    assert [row["count"] for row in state["bins"]] == [1]
    assert len(list(judged_proposals(world.project.pk))) == 1


def test_what_was_picked_out_before_all_as_sure_were_accepted_tells_nothing_either(
    world: World, image: Image, promised: Project, proposals: list[Proposal]
) -> None:
    right, wrong = proposals

    finish(
        world,
        image,
        operation("verdict", proposal=wrong.pk, verdict="rejected"),
        accepted(right, is_unseen=True),
    )

    state = auto_accept_of(promised)
    assert (state["audited"], state["decided"], state["at_once"]) == (0, 0, 2)
    assert (state["measured"], state["bins"]) == (None, [])
    assert list(judged_proposals(world.project.pk)) == []


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param([{"kind": "revise", "rle": square(1, 1, 9)}], id="drawn otherwise"),
        pytest.param([{"kind": "revise", "z": 2}], id="laid above the others"),
        pytest.param([{"kind": "delete"}], id="deleted"),
        pytest.param([{"kind": "verdict", "verdict": "rejected"}], id="rejected"),
        pytest.param(
            [
                {"kind": "verdict", "verdict": "pending"},
                {"kind": "verdict", "verdict": "accepted", "mask": uuid4(), "label": None},
            ],
            id="accepted by itself",
        ),
    ],
)
def test_a_later_look_makes_it_seen(
    world: World,
    image: Image,
    promised: Project,
    proposals: list[Proposal],
    looks: list[dict[str, Any]],
) -> None:
    [unseen, _] = proposals
    about = {"mask": unseen.pk, "proposal": unseen.pk}

    finish(
        world,
        image,
        accepted(unseen, is_unseen=True),
        *({"id": uuid4(), **about, **look} for look in looks),
    )

    assert auto_accept_of(promised)["decided"] == 2  # with the other, which is left undecided
