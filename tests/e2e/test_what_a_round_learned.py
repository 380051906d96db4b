"""A manager looks at what a round learned, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Look
from tests.e2e.gestures import SLOW_MS
from tests.e2e.reviewing import make_project
from tests.e2e.scenes import log_in
from tests.stack import Stack

pytestmark = pytest.mark.e2e
# A round that was promoted; one click was better on the first image and worse on the second.
SEED = """
from annotation.models import Image, Project, Round
from annotation.services.bundles import ensure_pretrained
from annotation.services.rounds import record_examples
from tests.e2e.reviewing import box
project = Project.objects.get(pk={project})
bundle = ensure_pretrained(project=project)
holdout = {{"miou_1": 0.7, "miou_3": 0.8, "miou_5": 0.9, "noc_85": 4, "noc_90": 6, "objects": 30}}
figures = {{**holdout, "ap_50": 0.8, "ap_75": 0.6, "ap_images": 2, "calibration_error": 0.031}}
made = Round.objects.create(
    project=project, number=1, trigger="manual", state="promoted", base_bundle=bundle,
    bundle=bundle, created_by=project.created_by, decision="Promoted: +0.030 IoU at one click.",
    metrics={{"serving": figures, "candidate": figures}}, finished_at=project.created_at,
)
truth = box(40, 30)["rle"]
good = {{"iou": 0.91, "rle": box(41, 31)["rle"]}}
poor = {{"iou": 0.4, "rle": box(46, 36)["rle"]}}
first, second = (
    {{"image": image.sha256, "truth": truth}}
    for image in Image.objects.filter(project=project).order_by("pk")
)
gained, lost = (
    {{**first, "serving": poor, "candidate": good}},
    {{**second, "serving": good, "candidate": poor}},
)
record_examples(round_id=made.pk, examples={{"gained": [gained], "lost": [lost]}})
"""


def test_a_manager_sees_before_and_after_and_opens_the_image(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    project, [first, _] = make_project(stack, "grace", {}, pictures=2)
    stack.manage("shell", "--no-imports", "-c", SEED.format(project=project))
    log_in(page)

    page.goto(f"/projects/{project}/rounds")

    learned = page.get_by_role("region", name="What this round learned")
    expect(learned.get_by_role("img")).to_have_count(4, timeout=SLOW_MS)
    expect(learned).to_contain_text("IoU 0.40 → 0.91")
    expect(learned).to_contain_text("IoU 0.91 → 0.40")
    figures = page.get_by_role("table", name="Holdout figures", exact=True)
    expect(figures.get_by_role("row").filter(has_text="Calibration error")).to_contain_text("0.031")
    learned.scroll_into_view_if_needed()
    take_picture("84-what-a-round-learned")
    learned.get_by_role("link").first.click()
    expect(page).to_have_url(f"{stack.url}/projects/{project}/annotate?image={first}")
