"""Random work under random faults: browser, server and export end the same, and no stroke is lost.

ANNEAL_RANDOM_STEPS and ANNEAL_RANDOM_SEED make the walk longer or another one.
"""

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, Final
from uuid import uuid4

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Error, Page, ViewportSize, expect

from engine.masks.rle import decode, encode
from tests.client import Client, wait_for
from tests.e2e.random_walk import GESTURES, LOOKS, Gesture, Hand, Seen, brush
from tests.e2e.replay import Replay, bits_of
from tests.e2e.scenes import log_in, make_prepared_project
from tests.e2e.unreliable import Fault, Network
from tests.stack import PASSWORD, Stack

pytestmark = pytest.mark.e2e
STEPS: Final = int(os.environ.get("ANNEAL_RANDOM_STEPS", "150"))
SEED: Final = int(os.environ.get("ANNEAL_RANDOM_SEED", "80"))
IMAGES: Final = 2
PATIENCE_MS: Final = 40_000
FAULTY: Final = 0.15  # of the steps
LEAVING: Final = 0.02
CHECK_EVERY: Final = 50  # steps
SMALL: Final[ViewportSize] = {"width": 900, "height": 600}
OFFLINE_STEPS: Final = 8  # at most
# What is still on the device, and what it let go of because somebody else had decided.
KEPT: Final = """async () => {
  const db = await new Promise((resolve, reject) => {
    const asked = indexedDB.open("anneal-outbox");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const all = (store) => new Promise((resolve) => {
    const asked = db.transaction(store).objectStore(store).getAll();
    asked.onsuccess = () => resolve(asked.result);
  });
  const [waiting, receipts] = [await all("operations"), await all("receipts")];
  db.close();
  return {
    waiting: waiting.map((row) => row.operation_id),
    moot: receipts.filter((row) => row.outcome.kind === "moot").map((row) => row.operation_id),
  };
}"""


@dataclass(slots=True)
class Walk:
    """Grace works in a browser; ada changes the same images by the API."""

    stack: Stack
    context: BrowserContext
    project: int
    images: Mapping[str, int]  # by file name
    ada: Client
    grace: Client
    network: Network
    hand: Hand
    replays: Mapping[int, Replay]
    has_news: bool = False  # from ada, that the page may not have heard of
    online_at: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)  # errors of pages
    recent: deque[str] = field(default_factory=lambda: deque(maxlen=80))

    @property
    def page(self) -> Page:
        return self.hand.page

    @property
    def image(self) -> int:
        name = self.page.locator("[data-stage]").get_attribute("aria-label") or ""
        return self.images[name.removeprefix("Image ").split(". Press")[0]]

    # One step.

    def take(self, step: int) -> None:
        self.network.step = step
        rng = self.hand.rng = Random(f"{SEED} {step}")  # noqa: S311  # dice, no secret
        if self.network.is_offline and step >= self.online_at:
            self.network.go_online()
        self.network.deliver()
        for table, chance in ((FAULTS, FAULTY), (WAYS, LEAVING)):
            if rng.random() < chance:
                act = drawn(table, rng)
                self.note(step, act.__name__)
                act(self)
        gesture = drawn({**GESTURES, **LOOKS}, rng)
        self.note(step, gesture.__name__)
        if gesture in LOOKS:
            self.look(gesture)
        else:
            gesture(self.hand)

    def note(self, step: int, name: str) -> None:
        self.counts[name] += 1
        self.recent.append(f"{step} {name}")

    def look(self, gesture: Gesture) -> None:
        """Do what must change nothing; nothing arrives meanwhile if all was saved before."""
        is_still = self.save_state() == "saved" and not self.has_news
        before = self.hand.seen
        gesture(self.hand)
        if is_still:
            assert (self.hand.seen, self.save_state()) == (before, "saved")

    # From page to page.

    def save_state(self) -> str | None:
        return self.page.locator("[data-save-state]").get_attribute("data-save-state")

    def reach_server(self) -> None:
        """What opens a page needs the server; saves may still be on their way."""
        self.network.go_online()
        self.await_web()

    def await_web(self) -> None:
        wait_for(lambda: self.grace.get("/api/session"), "the web process answers")

    def await_disk(self) -> None:
        """Wait until the page says that this device has all of it."""
        self.page.wait_for_selector(
            "[data-save-state=saved], [data-save-state=device]", timeout=PATIENCE_MS
        )

    def open(self, page: Page, image: int) -> None:
        page.goto(f"/projects/{self.project}/annotate?image={image}")
        self.look_at(page)

    def look_at(self, page: Page) -> None:
        page.wait_for_selector("[data-stage] canvas", timeout=PATIENCE_MS)
        page.wait_for_function("window.__anneal?.masks()", timeout=PATIENCE_MS)
        self.hand = Hand.on(page)

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.set_viewport_size(SMALL)  # fewer pixels to draw
        page.on("pageerror", lambda error: self.said.append(str(error)))
        return page

    def expect_as_before(self, before: Seen, *, had_news: bool) -> None:
        """What the last page had on this device must be on the next one, saved or not."""
        if not had_news:
            assert self.hand.seen == before

    # Comparing.

    def settle(self) -> None:
        """Have everything saved: the page learns then what others did."""
        self.reach_server()
        self.network.armed = None
        self.network.deliver(all_of_it=True)
        self.hand.press("Escape", "Escape")
        brush(self.hand)  # a save that tells what was missed
        self.page.evaluate("dispatchEvent(new Event('online'))")
        self.page.wait_for_selector("[data-save-state=saved]", timeout=PATIENCE_MS)
        self.has_news = False

    def check(self) -> None:
        self.settle()
        image = self.image
        shown = {
            row["id"]: (bits_of(row["rle"]), row["label"], row["parent"]) for row in self.hand.masks
        }
        saved = {
            row["id"]: (bits_of(row["rle"]), row["label"], row["parent"])
            for row in self.grace.get(f"/api/images/{image}")["masks"]
        }
        for replay in self.replays.values():
            replay.follow()
        assert shown == saved
        assert saved == self.replays[image].live
        assert self.said == []
        self.check_operations()

    def check_operations(self) -> None:
        """Each operation that a page sent is in the log as it was sent, or waits on the device."""
        logged = {key: row for each in self.replays.values() for key, row in each.payloads.items()}
        authors = {key: who for each in self.replays.values() for key, who in each.authors.items()}
        kept = self.page.evaluate(KEPT)
        missing = self.network.sent.keys() - logged.keys()
        assert missing <= {*kept["waiting"], *kept["moot"]}
        own = {key for key, author in authors.items() if author == "grace"}
        assert own <= self.network.sent.keys()
        for key in own:
            assert any(is_said_by(logged[key], sent) for sent in self.network.sent[key]), key

    def check_all(self) -> None:
        """Compare what is on every image, then the export of a dataset version."""
        for image in self.images.values():
            self.reach_server()
            self.open(self.page, image)
            self.check()
        assert self.page.evaluate(KEPT)["waiting"] == []
        live = {}
        for replay in self.replays.values():
            replay.check_all_revisions()
            live.update(replay.live)
        exported = {
            row["mask"]: (bits_of(row["segmentation"]), row["category_id"] or None, row["parent"])
            for row in self.grace.export(self.project)["annotations"]
        }
        assert exported == live


# Ways from page to page; each needs the server, which may still wait for saves.


def reload(walk: Walk) -> None:
    walk.reach_server()
    walk.await_disk()
    before, had_news = walk.hand.seen, walk.has_news
    walk.page.reload()
    walk.look_at(walk.page)
    walk.expect_as_before(before, had_news=had_news)


def close_in_mid_stroke(walk: Walk) -> None:
    walk.reach_server()
    image = walk.image
    walk.await_disk()
    before, had_news = walk.hand.seen, walk.has_news
    walk.hand.press("Escape", "d")
    walk.hand.down(*walk.hand.places(3))
    walk.page.close()
    walk.open(walk.new_page(), image)
    walk.expect_as_before(before, had_news=had_news)


def open_another(walk: Walk) -> None:
    """Go to another image by its address: what waits for this one is sent from there."""
    walk.reach_server()
    walk.await_disk()
    walk.open(walk.page, walk.hand.rng.choice([*walk.images.values()]))


def next_and_back(walk: Walk) -> None:
    walk.settle()
    image = walk.image
    walk.hand.press("n")
    walk.page.wait_for_function(
        """image => document.body.innerText.includes("Nothing is left to annotate") ||
          ![null, image].includes(document.querySelector("[data-stage]")?.ariaLabel ?? null)""",
        arg=walk.page.locator("[data-stage]").get_attribute("aria-label"),
        timeout=PATIENCE_MS,
    )
    if walk.page.get_by_text("Nothing is left to annotate").is_visible():
        walk.open(walk.page, image)
        return
    walk.look_at(walk.page)
    brush(walk.hand)
    there = walk.image
    walk.hand.press("Shift+n")
    walk.page.wait_for_function(
        "there => !(document.querySelector('[data-stage]')?.ariaLabel ?? there).startsWith(there)",
        arg=f"Image {name_of(there, walk.images)}.",
        timeout=PATIENCE_MS,
    )
    walk.look_at(walk.page)


WAYS: Final[Mapping[Callable[[Walk], None], int]] = {
    reload: 4,
    close_in_mid_stroke: 3,
    open_another: 2,
    next_and_back: 2,
}

# Faults.


def lose_request(walk: Walk) -> None:
    walk.network.armed = Fault.REQUEST_LOST


def lose_reply(walk: Walk) -> None:
    walk.network.armed = Fault.REPLY_LOST


def delay_and_double(walk: Walk) -> None:
    walk.network.armed = Fault.DELAYED_AND_DOUBLED
    walk.network.delay = walk.hand.rng.randint(1, 4)


def send_late(walk: Walk) -> None:
    walk.network.armed = Fault.LATE
    walk.network.delay = walk.hand.rng.randint(1, 6)


def go_offline(walk: Walk) -> None:
    if not walk.network.is_offline:
        walk.network.go_offline()
        walk.online_at = walk.network.step + walk.hand.rng.randint(2, OFFLINE_STEPS)


def kill_web(walk: Walk) -> None:
    wait_for(partial(walk.stack.pid, "web"), "the web process runs")
    walk.stack.kill("web")
    walk.network.injected["web process killed"] += 1


def end_session(walk: Walk) -> None:
    """Log in again over the canvas, once a save has found out."""
    walk.settle()
    cookies = {cookie["name"]: cookie["value"] for cookie in walk.context.cookies()}
    walk.stack.sql_do("DELETE FROM django_session WHERE session_key = %s", cookies["sessionid"])
    walk.network.injected["session ended"] += 1
    walk.hand.press("Escape", "Escape", "d")
    walk.hand.drag((30, 30), (90, 90))
    dialog = walk.page.get_by_role("dialog", name="Your session has ended")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Log in").click()
    expect(dialog).to_have_count(0)


def change_by_another(walk: Walk) -> None:
    """Ada draws, moves, labels or deletes a mask, or decides a proposal, on top of the newest."""
    walk.await_web()
    rng = walk.hand.rng
    image = rng.choice([walk.image, *walk.images.values()])
    walk.has_news = True
    walk.network.injected["change by another person"] += 1
    for _ in range(20):  # the page may save in between
        detail = walk.ada.get(f"/api/images/{image}")
        answer = walk.ada.save(image, detail["version"], change_of(detail, rng))
        if answer.status != 409:
            assert answer.is_good, answer
            return
    raise AssertionError("ada never got through")


FAULTS: Final[Mapping[Callable[[Walk], None], float]] = {
    lose_request: 3,
    lose_reply: 4,
    delay_and_double: 3,
    send_late: 3,
    go_offline: 2,
    change_by_another: 6,
    end_session: 0.4,
    kill_web: 0.2,
}


def change_of(detail: Mapping[str, Any], rng: Random) -> dict[str, object]:
    """Return the operation of a second person on an image as it is."""
    operation: dict[str, object] = {"id": str(uuid4())}
    labels = [label["id"] for label in detail["labels"]]
    masks, proposals = detail["masks"], detail["proposals"]
    dice = rng.random()
    if masks and dice < 0.7:
        mask = rng.choice(masks)
        if dice < 0.15:
            return {**operation, "kind": "delete", "mask": mask["id"]}
        operation |= {"kind": "revise", "mask": mask["id"]}
        if dice < 0.35:
            return {**operation, "label": rng.choice(labels)}
        rolled = np.roll(decode(mask["rle"]), rng.randint(1, 9), rng.randrange(2))
        return {**operation, "rle": encode(rolled)}
    if proposals and dice < 0.85:
        proposal = rng.choice(proposals)["id"]
        operation |= {"kind": "verdict", "proposal": proposal}
        if dice < 0.75:
            return {**operation, "verdict": "rejected"}
        accept = {"verdict": "accepted", "mask": str(uuid4()), "label": rng.choice(labels)}
        return {**operation, **accept}
    drawn = np.zeros((detail["height"], detail["width"]), bool)
    y, x = rng.randrange(100), rng.randrange(100)
    drawn[y : y + 20, x : x + 20] = True
    create = {"kind": "create", "mask": str(uuid4()), "label": rng.choice(labels)}
    return {**operation, **create, "rle": encode(drawn)}


Act = Callable[..., None]


def drawn(table: Mapping[Act, float], rng: Random) -> Act:
    [found] = rng.choices([*table], [*table.values()])
    return found


def is_said_by(logged: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Whether the log has an operation as it was sent, but for what it cost."""
    return all(logged.get(key) == value for key, value in sent.items() if key != "effort")


def name_of(image: int, images: Mapping[str, int]) -> str:
    return next(name for name, each in images.items() if each == image)


def begin(stack: Stack, context: BrowserContext) -> Walk:
    grace, ada = stack.log_in("grace"), stack.log_in("ada")
    project, ids = make_prepared_project(grace, IMAGES)
    grace.post(f"/api/projects/{project}/members", {"username": "ada", "role": "reviewer"})
    images = {row["file_name"]: row["id"] for row in grace.images(project)}
    network = Network(context, grace)
    network.begin()
    context.route("**/decoder.onnx", lambda route: route.abort())  # no step prompts the model
    replays = {image: Replay(stack, image) for image in ids}
    blank = context.new_page()
    log_in(blank)
    hand = Hand(blank, Random(SEED), 0, 0, 1)  # noqa: S311  # dice, no secret
    walk = Walk(stack, context, project, images, ada, grace, network, hand, replays)
    walk.open(walk.new_page(), ids[0])
    blank.close()
    return walk


def test_random_work_under_random_faults_loses_nothing(
    stack: Stack, context: BrowserContext, capsys: pytest.CaptureFixture[str]
) -> None:
    walk = begin(stack, context)
    began = time.monotonic()

    try:
        for step in range(STEPS):
            walk.take(step)
            if step % CHECK_EVERY == CHECK_EVERY - 1:
                walk.check()
        walk.check_all()
    except (AssertionError, Error):
        print(f"ANNEAL_RANDOM_SEED={SEED} ANNEAL_RANDOM_STEPS={STEPS}; the last steps:")  # noqa: T201
        print("\n".join(walk.recent))  # noqa: T201
        raise

    seconds = time.monotonic() - began
    saved = sum(len(replay.payloads) for replay in walk.replays.values())
    faults = ", ".join(f"{kind} {count}" for kind, count in sorted(walk.network.injected.items()))
    with capsys.disabled():
        print(  # noqa: T201
            f"\nrandom work: {STEPS} steps, {saved} operations in {seconds:.0f} s,"
            f" seed {SEED}; {faults}"
        )
