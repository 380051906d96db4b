"""A manager lets the model accept by itself, and sees in a browser what came of it."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Look
from tests.e2e.gestures import SLOW_MS
from tests.e2e.reviewing import make_project
from tests.e2e.scenes import log_in
from tests.stack import Stack

pytestmark = pytest.mark.e2e
# Forty proposals at each of five scores that people decided on, as often accepted as the score
# says; of them, forty were audited. Another is left for the model to accept.
SEED = """
from uuid import uuid4
from django.utils import timezone
from annotation.models import Image, Mask, Project, Proposal, Revision
from annotation.services.auto_accept import accept_surely
from annotation.services.bundles import ensure_pretrained
from tests.e2e.reviewing import box
project = Project.objects.get(pk={project})
judged, free = Image.objects.filter(project=project).order_by("pk")
bundle = ensure_pretrained(project=project)

def propose(image, score, **more):
    rle = box(40, 30)["rle"]
    facts = {{"predicted_iou": 0.9, "stability": 0.9, "point_xy": [1, 1], **more}}
    return Proposal.objects.create(
        pk=uuid4(), image=image, bundle=bundle, rle=rle, verifier_score=score, **facts
    )

for score in (0.15, 0.35, 0.55, 0.75, 0.95):
    for at in range(40):
        is_right = at < 40 * score
        mask = Mask.objects.create(pk=uuid4(), image=judged) if is_right else None
        propose(
            judged,
            score,
            mask=mask,
            state="accepted" if is_right else "rejected",
            final_iou=1 if is_right else None,
            is_untouched=is_right,
            decided_by=project.created_by,
            audited_at=timezone.now() if score == 0.95 else None,
        )
label = project.labels.first()
while not accept_surely(image=free, bundle=bundle, threshold=0.9):  # one in ten is audited
    propose(free, 0.99, label=label)
"""

# A person finds another fault.
DISLIKE = """
from annotation.models import Proposal
from annotation.services.promises import stop_if_broken
audited = Proposal.objects.filter(
    image__project={project}, audited_at__isnull=False, state="accepted"
)
Proposal.objects.filter(pk=audited[0].pk).update(
    state="needs_work", mask=None, final_iou=None, is_untouched=False
)
assert stop_if_broken(project_id={project})
"""


def test_a_manager_switches_it_on_and_sees_what_the_model_accepted(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    stack.add_users("mona")
    project, [_, free] = make_project(stack, "mona", {}, pictures=2)
    log_in(page, "mona")

    page.goto(f"/projects/{project}/rounds")
    section = page.get_by_role("region", name="Accepted by the model")
    expect(section).to_contain_text("Off: people decide", timeout=SLOW_MS)
    expect(section).to_contain_text("does not score its proposals yet")

    page.goto(f"/projects/{project}/settings")
    policy = page.get_by_role("region", name="Accept by itself")
    policy.get_by_label("Masks that are right as they are").first.click()
    page.get_by_role("option", name="95 % right").click()
    policy.get_by_role("button", name="Save choice").click()
    expect(page.get_by_text("The auto-accept setting was saved.")).to_be_visible()
    page.keyboard.press("End")
    take_picture("80-accept-by-itself")

    stack.manage("shell", "--no-imports", "-c", SEED.format(project=project))
    page.goto(f"/projects/{project}/rounds")
    expect(section).to_contain_text("On since", timeout=SLOW_MS)
    expect(section).to_contain_text("1 mask")
    expect(section).to_contain_text("95 % (95 % interval 83\u201399 %, n 40)")
    expect(section.get_by_text("n 40", exact=True)).to_have_count(5)  # one for each bar
    section.evaluate("node => node.scrollIntoView({ block: 'end' })")
    take_picture("81-accepted-by-the-model")

    stack.manage("shell", "--no-imports", "-c", DISLIKE.format(project=project))
    page.reload()
    expect(section.get_by_role("alert")).to_contain_text("People accepted 37 of 40 audited")
    take_picture("82-stopped-by-itself")

    page.goto(f"/projects/{project}/annotate?image={free}")
    objects = page.get_by_role("region", name="Objects")
    expect(objects.get_by_text("by the model")).to_be_visible(timeout=SLOW_MS)
    take_picture("83-a-mask-of-the-model")
