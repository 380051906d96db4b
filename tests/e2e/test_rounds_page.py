"""A manager on the rounds page, in a real browser: reads, compares, promotes and goes back."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.client import wait_for
from tests.e2e.conftest import Look, keep_picture
from tests.e2e.gestures import SLOW_MS, hover_at, wait_for_editor
from tests.e2e.reviewing import box, make_project
from tests.e2e.scenes import log_in
from tests.stack import Stack

pytestmark = pytest.mark.e2e
SEED = "from tests.e2e.seeded_rounds import seed_rounds; seed_rounds({project})"
SEED_STREAM = "from tests.e2e.seeded_rounds import seed_stream; seed_stream({project})"
SEED_TRAINING = "from tests.e2e.seeded_rounds import seed_training; seed_training({project})"
SEED_DOUBTS = "from tests.e2e.seeded_rounds import seed_doubts; seed_doubts({project})"
FILES = json.dumps(
    [
        {"name": "decoder.onnx", "recorded": "a" * 64, "made": "a" * 64, "note": ""},
        {"name": "thresholds", "recorded": "a" * 64, "made": "b" * 64, "note": ""},
    ]
)
CHANGES = json.dumps(["torch was 1.0, is 2.0"])
WHY = "Fewer clicks on large nuclei."


def finish_three_arms(stack: Stack, project: int, images: list[int]) -> None:
    """Annotate two images with proposals, in 10 s each, two without, in 40, two on trial, in 6."""
    grace = stack.log_in("grace")
    for image, seconds in zip(images, (8, 12, 30, 50, 5, 7), strict=True):
        claimed = grace.post(f"/api/projects/{project}/claim", {"image": image})["assignment"]
        drawn = box(40, 30) | {"effort": {"seconds": 6, "clicks": 2, "strokes": 0}}
        assert grace.save(image, 0, drawn).is_good
        grace.post(f"/api/assignments/{claimed['id']}/finish", {"active_s": seconds})


def make_rounds(stack: Stack) -> tuple[int, list[int]]:
    """Make a project with rounds and effort, in which no job is left: news draws charts anew."""
    with stack.asleep("models"):  # nobody waits for proposals here
        project, images = make_project(stack, "grace", {}, pictures=6)
        stack.manage("shell", "--no-imports", "-c", SEED.format(project=project))
        finish_three_arms(stack, project, images)
    waiting = "SELECT count(*) FROM annotation_job WHERE project_id = %s AND finished_at IS NULL"
    wait_for(lambda: stack.sql(waiting, project) == [(0,)], "all jobs have ended")
    return project, images


def read_effort(page: Page, take_picture: Look) -> None:
    effort = page.get_by_role("region", name="Effort", exact=True)
    expect(effort).to_contain_text("Proposals save 30.0 seconds", timeout=SLOW_MS)
    rows = effort.get_by_role("table", name="Effort per mask").get_by_role("row")
    expect(rows.filter(has_text="Model that served")).to_contain_text("10.0")
    expect(rows.filter(has_text="Without proposals")).to_contain_text("40.0")
    rows.last.scroll_into_view_if_needed()
    take_picture("69-effort")
    effort.get_by_text("Size", exact=True).click()
    expect(effort.get_by_role("columnheader", name="Seconds at the mask")).to_be_visible()
    expect(rows.filter(has_text="Medium")).to_contain_text("6.0")


def see_what_figures_are_of(page: Page, take_picture: Look, project: int) -> None:
    """Each point of a chart and each figure of a table says of how many; a source says of which."""
    curve = page.get_by_role("region", name="Effort per finished mask")
    curve.locator(".recharts-bar-rectangle").last.hover()
    expect(curve).to_contain_text("to 18.7, 2 masks)", timeout=SLOW_MS)  # 6.0, give or take 12.7
    expect(curve).to_contain_text("2.0 (2 masks)")
    take_picture("93-a-point-of-the-curve")
    rounds = page.get_by_role("table", name="Rounds").get_by_role("row")
    expect(rounds.filter(has=page.get_by_role("button", name="Show round 2"))).to_contain_text(
        "44 objects"
    )
    page.get_by_role("button", name="What this is of: Effort", exact=True).click()
    source = page.get_by_role("dialog")
    expect(source).to_contain_text("without the holdout")
    asked = source.get_by_role("link")
    expect(asked).to_have_attribute("href", f"/api/projects/{project}/effort?by=arm")
    assert page.request.get(asked.get_attribute("href") or "").json()[0]["seconds"]["n"] == 2
    take_picture("94-what-figures-are-of")
    page.keyboard.press("Escape")
    expect(source).to_be_hidden()


def see_how_rounds_compare(page: Page, take_picture: Look, project: int) -> None:
    """The holdout by round and size, and beside it what each round took."""
    judged = page.get_by_role("region", name="Holdout by round")
    expect(judged).to_contain_text("by size of object")
    newest = judged.locator(".recharts-line-dot").last
    newest.scroll_into_view_if_needed()
    box = newest.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] - 20, box["y"] + 20)  # its middle is the chart's very edge
    page.mouse.move(box["x"] - 4, box["y"] + 20)
    expect(judged).to_contain_text("0.640 (14 objects)", timeout=SLOW_MS)
    expect(judged).to_contain_text("0.750 (44 objects)")
    judged.scroll_into_view_if_needed()
    take_picture("131-holdout-by-round-and-size")
    cost = page.get_by_role("region", name="Cost by round")
    cost.locator(".recharts-bar-rectangle").last.hover()
    expect(cost).to_contain_text("12 min", timeout=SLOW_MS)
    expect(cost).to_contain_text("2 min")
    for title in ("Holdout by round", "Cost by round"):
        page.get_by_role("button", name=f"What this is of: {title}").click()
        asked = page.get_by_role("dialog").get_by_role("link")
        expect(asked).to_have_attribute("href", f"/api/projects/{project}/rounds")
        asked.press("Escape")  # the page gives it the focus only once it has opened
        expect(page.get_by_role("dialog")).to_be_hidden()


def see_what_it_learned(page: Page, take_picture: Look, address: str) -> None:
    learned = page.get_by_role("region", name="What this round learned")
    expect(learned.get_by_role("img")).to_have_count(4, timeout=SLOW_MS)
    expect(learned).to_contain_text("IoU 0.40 → 0.91")
    expect(learned).to_contain_text("IoU 0.91 → 0.40")
    expect(learned.get_by_role("link").first).to_have_attribute("href", address)
    figures = page.get_by_role("table", name="Holdout figures", exact=True)
    calibration = figures.get_by_role("row").filter(has_text="Calibration error")
    expect(calibration).to_contain_text("430 proposals, 0.049 by chance")
    expect(calibration).to_contain_text("0.031")
    learned.scroll_into_view_if_needed()
    take_picture("84-what-a-round-learned")


def see_what_it_fails_on(page: Page, take_picture: Look, address: str) -> None:
    failing = page.get_by_role("region", name="What it fails on")
    expect(failing.get_by_role("img")).to_have_count(3, timeout=SLOW_MS)
    failing.get_by_role("figure").last.scroll_into_view_if_needed()
    take_picture("91-what-a-round-fails-on")
    failing.get_by_text("Not proposed 1", exact=True).click()
    expect(failing).to_contain_text("no proposal overlaps")
    expect(failing.get_by_role("img")).to_have_count(1)
    failing.get_by_text("One click 1", exact=True).click()
    expect(failing.get_by_role("figure")).to_contain_text("IoU 0.34")
    expect(failing.get_by_role("figure")).to_contain_text("Medium, 16")
    failing.get_by_role("link").click()
    hover_at(wait_for_editor(page), 0.5, 0.5)
    middle_of_it = re.compile("^x 4[78], y 3[78]")
    expect(page.get_by_text(middle_of_it)).to_be_visible()
    expect(page).to_have_url(re.compile(f"{re.escape(address)}$"))
    take_picture("92-a-failure-in-the-editor")
    page.go_back()


def see_how_far_people_agree(page: Page, take_picture: Look) -> None:
    """What two people made of the holdout is a yardstick for IoU after one click."""
    judged = page.get_by_role("region", name="Blind holdout")
    expect(judged).to_contain_text("3 objects have a mean IoU of 0.870, without those that only")
    page.get_by_role("link", name="Settings").click()
    people = page.get_by_label("People per image of the holdout")
    people.fill("2")
    section = page.get_by_role("region", name="Project", exact=True)
    section.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The settings were saved.")).to_be_visible()
    people.scroll_into_view_if_needed()
    take_picture("95-people-of-the-holdout")
    page.reload()
    expect(people).to_have_value("2")
    page.get_by_role("link", name="Rounds").click()


def see_why_it_was_refused(page: Page, take_picture: Look) -> None:
    """What large objects pay is among the figures of their size; promises are beside these."""
    round_2 = page.get_by_role("region", name="Round 2", exact=True)
    expect(round_2).to_contain_text("large objects pay for the others, 0.25 clicks more")
    sizes = round_2.get_by_role("table", name="Holdout figures by size").get_by_role("rowgroup")
    large = sizes.filter(has_text="Large, 30 objects").get_by_role("row")
    expect(large.filter(has_text="Clicks to 85 %")).to_contain_text("+0.10 to +0.40")
    expect(large.filter(has_text="AP50 of proposals, 36 objects")).to_contain_text("0.900")
    expect(sizes.filter(has_text="Small, 14 objects")).to_contain_text("Too few to judge")
    large.first.scroll_into_view_if_needed()
    take_picture("141-figures-by-size")
    promises = round_2.get_by_role("table", name="Promises on the holdout").get_by_role("row")
    expect(promises.filter(has_text="95 % right")).to_contain_text("cannot promise")
    expect(promises.filter(has_text="90 % right")).to_contain_text("60 of 120")
    expect(promises.filter(has_text="85 % right")).to_contain_text("broken")
    promises.last.scroll_into_view_if_needed()
    take_picture("142-what-it-could-accept")


def look_at_the_newest_round(page: Page, take_picture: Look, address: str) -> None:
    see_how_far_people_agree(page, take_picture)
    see_why_it_was_refused(page, take_picture)
    see_what_it_learned(page, take_picture, address)
    see_what_it_fails_on(page, take_picture, address)


def read_what_rounds_cost(page: Page, take_picture: Look) -> None:
    expect(page.get_by_role("region", name="Round 2")).to_contain_text("It took 14 min")
    policy = page.get_by_role("region", name="Retrain by itself")
    expect(policy).to_contain_text("So far there are 0.")
    policy.get_by_role("switch", name="When it saves people more than it takes").check()
    price = policy.get_by_label("People's seconds that a minute of the machine is worth")
    expect(price).to_have_value("60")
    price.fill("90")
    policy.get_by_role("button", name="Save policy").click()
    expect(page.get_by_text("The retrain policy was saved.")).to_be_visible()
    page.reload()
    expect(price).to_have_value("90")
    expect(price).to_be_enabled()
    price.scroll_into_view_if_needed()
    take_picture("90-when-it-pays")


def see_what_a_round_would_learn_from(
    stack: Stack, page: Page, take_picture: Look, project: int
) -> None:
    """Also where nothing is new: the choice is the manager's."""
    masks = page.get_by_role("dialog").get_by_role("checkbox", name="Masks")
    start = page.get_by_role("dialog").get_by_role("button", name="Start the round")
    for is_new in (True, False):
        page.get_by_role("button", name="Retrain", exact=True).click()
        expect(masks).to_be_checked(checked=is_new)
        expect(start).to_be_enabled(enabled=is_new)
        if is_new:
            page.keyboard.press("Escape")
            stack.sql_do(
                "UPDATE annotation_round SET learns_until = now() WHERE project_id = %s", project
            )
            page.reload()
    expect(page.get_by_role("dialog")).to_contain_text("it would learn from 6 images again")
    masks.check()
    expect(start).to_be_enabled()
    take_picture("148-retrain-without-anything-new")
    page.keyboard.press("Escape")


def compare_models(models: Locator, take_picture: Look) -> None:
    compared = models.get_by_role("region", name="Comparison")
    for name in ("the pretrained model", "round 1"):
        models.get_by_role("checkbox", name=f"Compare {name}").check()
    expect(compared).to_contain_text("Round 1 measured both on the same 30 objects")
    rows = compared.get_by_role("row")
    expect(rows.filter(has_text="IoU after 1 click").first).to_contain_text("+0.020 to +0.080")
    small = compared.get_by_role("rowgroup").filter(has_text="Small, 10 objects")
    clicks = small.get_by_role("row").filter(has_text="Clicks to 85 %")
    expect(clicks).to_contain_text(re.compile("2.90 to .1.10"))
    expect(rows.filter(has_text="Pretrained, model that served")).to_contain_text("10.0")
    models.scroll_into_view_if_needed()
    take_picture("86-two-models")
    models.get_by_role("checkbox", name="Compare round 2").check()
    expect(models.get_by_role("checkbox", checked=True)).to_have_count(2)
    expect(compared).to_contain_text("Not measured on one holdout")
    small = compared.get_by_role("rowgroup").filter(has_text="Small, 10 and 14 objects")
    expect(small).not_to_contain_text(re.compile(r"\d to .\d"))
    models.scroll_into_view_if_needed()
    take_picture("87-two-holdouts")


def note_a_model(models: Locator, take_picture: Look) -> None:
    """Say something of a model, say something better, and read what was said before."""
    dialog = models.page.get_by_role("dialog")
    models.get_by_role("button", name="Add a note on Round 1").click()
    dialog.get_by_label("Note").fill("Misses small cells.")
    dialog.get_by_role("button", name="Save").click()
    change = models.get_by_role("button", name="Change the note on Round 1")
    change.click()
    dialog.get_by_label("Note").fill("Trained before the second plate.")
    dialog.get_by_role("button", name="Save").click()
    expect(models).to_contain_text("Trained before the second plate.")
    change.click()
    expect(dialog.get_by_role("region", name="Earlier notes")).to_contain_text(
        re.compile("Misses small cells.grace, just now")
    )
    take_picture("144-earlier-notes")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()


def rebuild_a_model(stack: Stack, project: int, models: Locator, take_picture: Look) -> None:
    """Have a model made again, watch its job, and read which of its files differ."""
    dialog = models.page.get_by_role("dialog")
    with stack.asleep("models"):  # who would take the job, and find no recipe
        models.get_by_role("button", name="Rebuild and compare Round 1").click()
        expect(dialog).to_contain_text("as long as its training took")
        take_picture("107-rebuild")
        dialog.get_by_role("button", name="Rebuild and compare").click()
        live = models.get_by_role("region", name="Models being made again")
        expect(live).to_contain_text("Rebuilding a model")
        take_picture("108-being-rebuilt")
        stack.sql_do(
            "UPDATE annotation_rebuild SET files = %s, changes = %s, metrics = ("
            "SELECT metrics FROM annotation_round WHERE number = 2 AND project_id = %s)",
            *(FILES, CHANGES, project),
        )
        stack.sql_do(
            "UPDATE annotation_job SET state = 'succeeded', finished_at = now()"
            " WHERE kind = 'workers.rebuild_bundle'"
        )
    row = models.get_by_role("row").filter(has_text="1 of 2 files equal; not thresholds")
    expect(row).to_contain_text("by grace", timeout=SLOW_MS)
    expect(row).to_contain_text("IoU at one click on 44 holdout objects")
    expect(live).to_have_count(0)
    row.get_by_role("button", name="How the files of Round 1 compare").click()
    files = dialog.get_by_role("table", name="Files compared").get_by_role("row")
    expect(files.filter(has_text="thresholds")).to_contain_text("Differs")
    expect(dialog).to_contain_text("torch was 1.0, is 2.0")
    figures = dialog.get_by_role("table", name="Holdout figures", exact=True)
    expect(figures.get_by_role("columnheader", name="Made again")).to_be_visible()
    take_picture("109-rebuilt")
    models.page.keyboard.press("Escape")


def try_a_round(page: Page, take_picture: Look) -> None:
    """Begin a trial and end it; who did is kept."""
    served = page.get_by_role("region", name="What served").get_by_role("listitem")
    dialog = page.get_by_role("dialog")
    judged = page.get_by_role("region", name="Round 2", exact=True)
    judged.get_by_role("button", name="Try it on some images").click()
    dialog.get_by_role("button", name="Begin the trial").click()
    expect(served.first).to_contain_text("Trial of round 2")
    expect(served.first).to_contain_text("Begun by grace on 10 % of the images")
    trial = page.get_by_role("region", name="Trial of round 2", exact=True)
    trial.get_by_role("button", name="End the trial").click()
    dialog.get_by_role("button", name="End the trial").click()
    expect(served.first).to_contain_text("Ended by grace")
    served.first.scroll_into_view_if_needed()
    take_picture("89-what-served")


def test_a_manager_reads_compares_promotes_rolls_back_and_sees_who_did(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    project, images = make_rounds(stack)
    log_in(page)
    page.goto(f"/projects/{project}/rounds")

    see_what_figures_are_of(page, take_picture, project)
    see_how_rounds_compare(page, take_picture, project)
    read_effort(page, take_picture)
    address = f"/projects/{project}/annotate?image={images[0]}"
    look_at_the_newest_round(page, take_picture, address)
    read_what_rounds_cost(page, take_picture)
    see_what_a_round_would_learn_from(stack, page, take_picture, project)
    models = page.get_by_role("region", name="Models", exact=True)
    compare_models(models, take_picture)
    expect(page).to_have_url(re.compile("compare="))
    page.reload()
    expect(models.get_by_role("region", name="Comparison")).to_contain_text("one holdout")

    rebuild_a_model(stack, project, models, take_picture)
    note_a_model(models, take_picture)
    dialog = page.get_by_role("dialog")
    row = models.get_by_role("row").filter(has_text="Trained before the second plate.")
    expect(row).to_contain_text("grace")
    row.get_by_role("button", name="Promote").click()
    dialog.get_by_label("Why").fill(WHY)
    take_picture("88-promote")
    dialog.get_by_role("button", name="Promote").click()
    expect(row).to_contain_text("Serving")

    served = page.get_by_role("region", name="What served").get_by_role("listitem")
    promoted = f"Promoted by grace in place of the pretrained model: “{WHY}”"
    expect(served.first).to_contain_text(promoted)
    shown = page.get_by_role("table", name="Rounds").get_by_role("row")
    first = shown.filter(has=page.get_by_role("button", name="Show round 1"))
    expect(first).to_contain_text("Serving")  # what is rolled back is what is seen to serve
    page.get_by_role("button", name="Roll back").click()
    dialog.get_by_role("button", name="Roll back").click()
    expect(served.first).to_contain_text("Rolled back by grace, from round 1")
    expect(served.nth(1)).to_contain_text(promoted)
    expect(served.nth(2)).to_contain_text("From the start")
    expect(row).to_contain_text("Previous")
    expect(first).not_to_contain_text("Serving")  # a trial begins beside what is seen to serve
    try_a_round(page, take_picture)


def test_a_manager_sees_how_far_proposing_is_and_whose_verdicts_are_unlike_all_others(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    with stack.asleep("models"):  # who would end the job at once
        project, _ = make_project(stack, "grace", {"ada": "annotator"}, pictures=6)
        for seed in (SEED, SEED_DOUBTS):
            stack.manage("shell", "--no-imports", "-c", seed.format(project=project))
        stack.sql_do(
            "UPDATE annotation_job SET state = 'running', lease_until = now() + interval '1 hour',"
            " started_at = now(), message = 'Proposing masks', progress_done = 40,"
            " progress_total = 120 WHERE kind = 'workers.prepare_images' AND project_id = %s",
            project,
        )
        log_in(page)
        page.goto(f"/projects/{project}/rounds")

        rounds = page.get_by_role("table", name="Rounds").get_by_role("row")
        serving = rounds.filter(has_text="Serving")
        expect(serving).to_contain_text("Proposing: 40 of 120 images", timeout=SLOW_MS)
        serving.scroll_into_view_if_needed()
        take_picture("132-proposing")
        stack.sql_do(
            "UPDATE annotation_job SET state = 'succeeded', finished_at = now()"
            " WHERE kind = 'workers.prepare_images' AND project_id = %s",
            project,
        )
        expect(serving).to_contain_text("Proposed on 4 images", timeout=SLOW_MS)

    doubted = page.get_by_role("alert").filter(has_text="ada accepts what others do not")
    expect(doubted).to_contain_text("100 % of 20 proposals")
    page.get_by_role("button", name="What this is of: ada accepts what others do not").click()
    source = page.get_by_role("dialog")
    asked = source.get_by_role("link")
    expect(asked).to_have_attribute("href", f"/api/projects/{project}/doubts")
    [doubt] = page.request.get(asked.get_attribute("href") or "").json()
    assert (doubt["username"], doubt["own_verdicts"], doubt["other_verdicts"]) == ("ada", 20, 20)
    take_picture("133-doubts")


def test_a_manager_watches_a_round_train_and_cancels_it(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    with stack.asleep("models"):
        project, _ = make_rounds(stack)
        stack.manage("shell", "--no-imports", "-c", SEED_TRAINING.format(project=project))
        log_in(page)
        page.goto(f"/projects/{project}/rounds")

        training = page.get_by_role("region", name="Round 3", exact=True)
        expect(training).to_contain_text("45 of 120", timeout=SLOW_MS)
        expect(training).to_contain_text("Trains masks on version")
        expect(training).to_contain_text("Training, 286 s left")
        expect(training.locator(".recharts-line-curve")).to_have_count(1)
        training.scroll_into_view_if_needed()
        take_picture("146-training")
        training.get_by_role("button", name="Cancel round").click()
        asked = page.get_by_role("dialog", name="Cancel round 3?")
        expect(asked).to_contain_text("What was learned so far is kept")
        asked.get_by_role("button", name="Cancel the round").click()
        expect(training).to_contain_text("it stops at its next step", timeout=SLOW_MS)
        stack.sql_do(  # the worker stops, or is gone
            "UPDATE annotation_job SET lease_until = now() WHERE project_id = %s"
            " AND cancel_requested",
            project,
        )

        expect(training).to_contain_text("Cancelled", timeout=SLOW_MS)
    expect(training.get_by_role("button", name="Cancel round")).to_have_count(0)


def test_a_manager_reads_effort_by_label_annotator_and_round(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    project, images = make_rounds(stack)
    for image, arm in zip(images[4:], ("serving", "none"), strict=True):  # those of round 1
        stack.sql_do("UPDATE annotation_image SET arm = %s WHERE id = %s", arm, image)
    log_in(page)
    page.goto(f"/projects/{project}/rounds")
    effort = page.get_by_role("region", name="Effort", exact=True)
    rows = effort.get_by_role("table", name="Effort per mask").get_by_role("row")

    effort.get_by_text("Label", exact=True).click(timeout=SLOW_MS)
    expect(rows.filter(has_text="No label")).to_contain_text("n 6")
    effort.get_by_text("Annotator", exact=True).click()
    expect(rows.filter(has_text="grace")).to_contain_text("18.7")  # 112 s for six masks
    effort.get_by_text("Round", exact=True).click()
    expect(rows.filter(has_text="Round 1, model that served")).to_contain_text("5.0")
    expect(rows.filter(has_text="Round 1, without proposals")).to_contain_text("7.0")
    expect(rows.filter(has_text="Pretrained, without proposals")).to_contain_text("40.0")
    expect(effort).to_contain_text("The gap is what proposals save.")
    expect(effort.locator(".recharts-line-dot")).to_have_count(4)
    rows.last.scroll_into_view_if_needed()
    take_picture("145-effort-by-round")


def test_a_manager_sees_whether_new_images_are_like_those_that_rounds_learned_from(
    stack: Stack, page: Page, take_picture: Look
) -> None:
    project, _images = make_rounds(stack)
    log_in(page)
    page.goto(f"/projects/{project}/rounds")
    new = page.get_by_role("region", name="New images")
    expect(new).to_contain_text("told once 20 have come", timeout=SLOW_MS)
    stack.manage("shell", "--no-imports", "-c", SEED_STREAM.format(project=project))

    page.reload()

    expect(new).to_contain_text("New images are unlike those that round 2 learned from")
    new.locator(".recharts-bar-rectangle").last.hover()
    expect(new).to_contain_text("100 % of 25 images (95 %: 86 % to 100 %)", timeout=SLOW_MS)
    take_picture("143-new-images-by-round")
    new.get_by_role("button", name="What this is of: New images").click()
    source = page.get_by_role("dialog").get_by_role("link")
    told = page.request.get(source.get_attribute("href") or "").json()
    assert [(each["round"], each["n"]) for each in told["earlier"]] == [(1, 30)]
    assert (told["drift"]["round"], told["drift"]["n"]) == (2, 25)


def test_what_could_not_be_loaded_is_told_and_is_there_at_the_next_try(
    stack: Stack, troubled_page: Page
) -> None:
    project, _images = make_rounds(stack)
    page = log_in(troubled_page)
    asked = re.compile("/(doubts|drift|expectation|cost|proposing)$")
    page.route(asked, lambda route: route.fulfill(status=500, json={"detail": "Out of order."}))
    page.goto(f"/projects/{project}/rounds")

    told = page.get_by_text("What another round would save could not be loaded.")
    expect(told).to_be_visible(timeout=SLOW_MS)
    told.scroll_into_view_if_needed()
    keep_picture(page, "129-not-loaded")
    page.unroute(asked)
    told.get_by_role("button", name="Try again").click()
    expect(told).to_be_hidden()
