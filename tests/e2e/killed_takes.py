"""Takes in the midst of which the browser, the web process or the worker is killed."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final, Literal

from playwright.sync_api import BrowserType, Page, Response, expect

from deploy.embedded.wait import answers_http
from tests.chaos.conftest import picture
from tests.client import wait_for
from tests.e2e.device import kept_in
from tests.e2e.faults import kill_web
from tests.e2e.gestures import SLOW_MS
from tests.e2e.kept_audio import Kept, Promise, check_take
from tests.e2e.profile import Profile
from tests.e2e.scenes import begin_project, import_pictures, log_in
from tests.stack import Stack

Victim = Literal["browser", "web", "worker"]
VICTIMS: Final[tuple[Victim, ...]] = ("browser", "web", "worker")
SPEAKS_S: Final = (4.0, 9.0)
KILLED_FROM_S: Final = 0.2
KILLED_AFTER_END_S: Final = 2.0  # while the rest goes up, and while it is heard
DEVICE: Final = "anneal.recordings"
CHUNK: Final = re.compile(r"/api/recordings/([0-9a-f-]+)/chunks/(\d+)$")
HAS_COME: Final = "ms => performance.now() >= ms"
WATCH_FOR_STALLS: Final = """() => {
    let last = performance.now();
    window.stoodStillS = 0;
    setInterval(() => {
        const now = performance.now();
        window.stoodStillS = Math.max(window.stoodStillS, (now - last) / 1000);
        last = now;
    }, 50);
}"""
# Nobody waits for a dead worker's lease to run out.
LAPSE: Final = (
    "UPDATE annotation_job SET lease_until = now() WHERE state = 'running'"
    " AND kind IN ('workers.transcribe', 'workers.ground')"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """When on a take's clock its speaker stops, and when somebody is killed."""

    victim: Victim
    speaks_s: float
    killed_at_s: float


@dataclass(slots=True)
class Take:
    """What a browser and the server's answers promised of one take."""

    plan: Plan
    id: str = ""
    acknowledged: dict[int, str] = field(default_factory=dict)  # sha256 by number, by the server
    on_device: dict[int, str] = field(default_factory=dict)  # before anybody was killed
    reaches_s: float = 0.0  # the end of the last of these, on its clock
    stood_still_s: float = 0.0  # at most, the page that recorded

    @property
    def promise(self) -> Promise:
        chunks = {**self.on_device, **self.acknowledged}
        return Promise(self.id, chunks, self.reaches_s, self.stood_still_s)


def draw_plans(takes: int, seed: int) -> list[Plan]:
    """Draw who is killed and when; each victim as often as the others."""
    rng = Random(seed)  # noqa: S311  # no secret
    victims = [VICTIMS[at % len(VICTIMS)] for at in range(takes)]
    rng.shuffle(victims)
    plans = []
    for victim in victims:
        speaks_s = rng.uniform(*SPEAKS_S)
        killed_at_s = rng.uniform(KILLED_FROM_S, speaks_s + KILLED_AFTER_END_S)
        plans.append(Plan(victim, round(speaks_s, 2), round(killed_at_s, 2)))
    return plans


def record_all(
    stack: Stack, kind: BrowserType, microphone: Path, plans: Sequence[Plan]
) -> list[tuple[Take, Kept]]:
    """Record a take for each plan, one after the other, and return each with what is left of it."""
    client = stack.log_in("grace")
    client.post("/api/consent", {})
    project = begin_project(client, "Killed", ("disc",))
    drawn = {f"{number:02}.png": picture(number)[0] for number in range(len(plans))}
    # Nobody prepares the pictures: that would take time from what is tested.
    with (
        stack.asleep("models"),
        TemporaryDirectory(prefix="anneal-profile-", ignore_cleanup_errors=True) as folder,
    ):
        images = import_pictures(client, project, drawn)
        speaker = Speaker(stack, Profile(kind, Path(folder), microphone), project)
        try:
            speaker.log_in()
            takes = [speaker.record(plan, at) for plan, at in zip(plans, images, strict=True)]
        finally:
            speaker.profile.kill()
        kept = [check_take(stack, take.promise) for take in takes]
        client.send("DELETE", f"/api/projects/{project}")
    return list(zip(takes, kept, strict=True))


@dataclass
class Speaker:
    """Grace, who opens the browser again whenever it was killed."""

    stack: Stack
    profile: Profile
    project: int
    _page: Page | None = None
    _take: Take | None = None

    @property
    def page(self) -> Page:
        assert self._page is not None
        return self._page

    def log_in(self) -> None:
        self.open()
        log_in(self.page, address=self.stack.url)
        self.profile.cookies = self.profile.context.cookies()

    def open(self) -> None:
        self._page = self.profile.open()
        self._page.on("response", self._hear_answer)

    def record(self, plan: Plan, image: int) -> Take:
        """Speak, have somebody killed, and wait until this device keeps nothing back."""
        take = self._take = Take(plan)
        self.describe(image)
        self.page.evaluate(WATCH_FOR_STALLS)
        self.page.get_by_role("button", name="Record", exact=True).click()
        expect(self.page.get_by_role("timer")).to_be_visible(timeout=SLOW_MS)
        began_ms = self.page.evaluate("performance.now()")
        [take.id] = [row["id"] for row in kept_in(self.page, DEVICE, "recordings")]
        for at_s, act in self._events(plan, image):
            due_ms = began_ms + 1000 * at_s
            self.page.wait_for_function(HAS_COME, arg=due_ms, polling=20, timeout=SLOW_MS)
            self._look_at_page(take)
            act()
            if plan.victim == "browser" and at_s == plan.killed_at_s:
                break
        self._wait_until_sent()
        return take

    def describe(self, image: int) -> None:
        wait_for(lambda: answers_http(f"{self.stack.url}/livez"), "the web process answers")
        self.page.goto(f"{self.stack.url}/projects/{self.project}/images/{image}/describe")
        record = self.page.get_by_role("button", name=re.compile("^Record"))
        expect(record).to_be_visible(timeout=SLOW_MS)

    def _events(self, plan: Plan, image: int) -> list[tuple[float, Callable[[], None]]]:
        def finish() -> None:
            self.page.get_by_role("button", name="Finish").click()

        def kill() -> None:
            if plan.victim == "browser":
                self.profile.kill()
                self.open()
                self.describe(image)
            elif plan.victim == "web":
                kill_web(self.stack)
            else:
                kill_worker(self.stack)

        return sorted([(plan.speaks_s, finish), (plan.killed_at_s, kill)], key=lambda each: each[0])

    def _look_at_page(self, take: Take) -> None:
        take.stood_still_s = self.page.evaluate("window.stoodStillS")
        for row in kept_in(self.page, DEVICE, "chunks"):
            take.on_device[int(row["number"])] = row["sha256"]
            take.reaches_s = max(take.reaches_s, row["endS"])

    def _wait_until_sent(self) -> None:
        def is_sent() -> bool:
            return not kept_in(self.page, DEVICE, "recordings")

        wait_for(is_sent, "the device has sent all it kept", 180)

    def _hear_answer(self, response: Response) -> None:
        take, request = self._take, response.request
        if take is None or not response.ok:
            return
        chunk = CHUNK.search(request.url)
        if chunk and chunk[1] == take.id and request.method == "PUT":
            take.acknowledged[int(chunk[2])] = request.headers["x-content-sha256"]


def kill_worker(stack: Stack) -> None:
    """Kill who hears takes; the supervisor brings up another."""
    wait_for(lambda: stack.pid("speech"), "the worker runs")
    stack.kill("speech")
    stack.sql_do(LAPSE)
