"""One person's walk in a browser, from page to page, and all that must come out alike."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import BrowserContext, Page, ViewportSize

from tests.client import Client, wait_for
from tests.e2e.random_gestures import Gesture, Hand, Seen, brush
from tests.e2e.replay import Looks, Replay, bits_of
from tests.e2e.unreliable import Network
from tests.stack import Stack

PATIENCE_MS: Final = 60_000
SMALL: Final[ViewportSize] = {"width": 900, "height": 600}  # fewer pixels to draw
# What is still on the device, what the server refused, and what others had decided before.
KEPT: Final = """async () => {
  const done = (asked) => new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const db = await done(indexedDB.open("anneal-outbox"));
  const all = (store) => done(db.transaction(store).objectStore(store).getAll());
  const [waiting, receipts] = [await all("operations"), await all("receipts")];
  db.close();
  return {
    waiting: waiting.map((row) => row.operation_id),
    refused: waiting.filter((row) => row.refusal).map((row) => [row.refusal, row.operation]),
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
    grace: Client
    ada: Client
    network: Network
    replays: Mapping[int, Replay]
    hand: Hand
    has_news: bool = False  # from ada, of which the page may not have heard
    online_at: int = 0  # the step
    said: list[str] = field(default_factory=list)  # errors of pages
    recent: deque[str] = field(default_factory=lambda: deque(maxlen=80))

    @property
    def page(self) -> Page:
        return self.hand.page

    @property
    def stage_label(self) -> str:
        return self.page.locator("[data-stage]").get_attribute("aria-label") or ""

    @property
    def image(self) -> int:
        """The one that is open."""
        return self.images[self.stage_label.removeprefix("Image ").partition(". Press")[0]]

    @property
    def save_state(self) -> str | None:
        return self.page.locator("[data-save-state]").get_attribute("data-save-state")

    def look(self, gesture: Gesture) -> None:
        """Make a gesture that must change nothing; none else does, if all was saved before."""
        is_still = self.save_state == "saved" and not self.has_news
        before = self.hand.seen
        gesture(self.hand)
        if is_still:
            assert (self.hand.seen, self.save_state) == (before, "saved")

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.set_viewport_size(SMALL)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        return page

    def open(self, page: Page, image: int) -> None:
        page.goto(f"/projects/{self.project}/annotate?image={image}")
        self.work_on(page)

    def work_on(self, page: Page) -> None:
        page.wait_for_selector("[data-stage] canvas", timeout=PATIENCE_MS)
        page.wait_for_function("window.__anneal?.masks()", timeout=PATIENCE_MS)
        self.hand = Hand.on(page)

    def await_web(self) -> None:
        wait_for(lambda: self.grace.get("/api/session"), "the web process answers")

    def await_server(self) -> None:
        """Have what opening a page needs. Saves may still be on their way."""
        self.network.go_online()
        self.await_web()

    def await_disk(self) -> Seen | None:
        """Wait until this device has all of it, and return what the next page must show.

        None while ada did something that only the next page may know.
        """
        self.page.wait_for_selector(
            "[data-save-state=saved], [data-save-state=device]", timeout=PATIENCE_MS
        )
        return None if self.has_news else self.hand.seen

    def expect_still(self, before: Seen | None) -> None:
        assert before is None or self.hand.seen == before, (before, self.hand.seen)

    def settle(self) -> None:
        """Have everything saved; a last stroke is told of what the page has missed."""
        self.await_server()
        self.network.armed = None
        self.network.deliver(all_of_it=True)
        self.hand.press("Escape", "Escape")
        brush(self.hand)
        self.page.evaluate("dispatchEvent(new Event('online'))")  # or it waits for its next try
        self.page.wait_for_selector("[data-save-state=saved]", timeout=PATIENCE_MS)
        self.has_news = False

    def check(self) -> None:
        """Compare the open image as the page, the API and the log have it, bit for bit."""
        self.settle()
        image = self.image
        shown = looks_of(self.hand.masks)
        detail = self.grace.get(f"/api/images/{image}")
        saved = looks_of(detail["masks"])
        for replay in self.replays.values():
            replay.follow()
        logged = self.replays[image].live
        assert shown == saved, unlike(shown, saved)
        assert saved == logged, unlike(saved, logged)
        panel = self.page.get_by_role("region", name="Proposals", exact=True).inner_text()
        assert panel.split()[:2] == ["Proposals", str(len(detail["proposals"]))], panel
        assert self.said == []
        self.check_operations()

    def check_operations(self) -> None:
        """Each operation that a page sent is in the log as it was sent, or waits on the device."""
        logged = {key: row for each in self.replays.values() for key, row in each.log.items()}
        own = {key for key, (author, _) in logged.items() if author == "grace"}
        kept = self.page.evaluate(KEPT)
        assert kept["refused"] == [], kept["refused"]
        sent = self.network.sent
        lost = sent.keys() - own - {*kept["waiting"], *kept["moot"]}
        assert lost == set(), [sent[key] for key in lost]
        assert own <= sent.keys()
        for key in own:
            _, payload = logged[key]
            assert any(is_said_by(payload, each) for each in sent[key]), (payload, sent[key])

    def check_all(self) -> None:
        """Compare what is on every image, then the export of a dataset version."""
        for image in self.images.values():
            self.await_server()
            self.open(self.page, image)
            self.check()
        assert self.page.evaluate(KEPT)["waiting"] == []
        live: dict[str, Looks] = {}
        for replay in self.replays.values():
            replay.check_all_revisions()
            live |= replay.live
        exported = {
            row["mask_id"]: (
                bits_of(row["segmentation"]),
                row["category_id"] or None,
                row["parent"],
            )
            for row in self.grace.export(self.project)["annotations"]
        }
        assert exported == live, unlike(exported, live)


def looks_of(masks: list[Any]) -> dict[str, Looks]:
    """Masks as a page or the API has them."""
    return {row["id"]: (bits_of(row["rle"]), row["label"], row["parent"]) for row in masks}


def unlike(one: Mapping[str, Looks], other: Mapping[str, Looks]) -> dict[str, object]:
    """Say which masks differ."""
    pairs = {mask: (one.get(mask), other.get(mask)) for mask in {*one, *other}}
    return {mask: pair for mask, pair in pairs.items() if pair[0] != pair[1]}


def is_said_by(logged: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Whether the log has an operation as it was sent, but for what it cost."""
    return all(logged.get(key) == value for key, value in sent.items() if key != "effort")
