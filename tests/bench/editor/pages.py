"""The editor in a real Chromium: logging in, opening images, and where they are on the screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from tests.bench.editor.scenes import SIDE_PX, Scene
from tests.e2e.gestures import fitted, wait_for_editor
from tests.stack import PASSWORD, Stack

TIMEOUT_MS = 180_000
LOOK_MS = 1500  # what a person needs at least; the page fetches ahead meanwhile
# Kept in the page: when the stage of another image than the one before was first painted. It is
# seen in one frame, which shows it, and noted at the start of the next.
WATCH = """() => {
  const labelOf = () => document.querySelector("[data-stage]:has(canvas)")?.ariaLabel ?? null;
  const before = labelOf();
  window.__painted = new Promise((resolve) => {
    const look = () => {
      const now = labelOf();
      if (now === null || now === before) requestAnimationFrame(look);
      else requestAnimationFrame(() => resolve(performance.now()));
    };
    look();
  });
}"""


@contextmanager
def logged_in_page(browser: Browser, stack: Stack) -> Iterator[Page]:
    stack.sql_do("DELETE FROM annotation_preferences")  # no tool of the measurement before
    context = browser.new_context(base_url=stack.url, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/projects")
    yield page
    context.close()


def open_image(page: Page, scene: Scene, file_name: str) -> None:
    """Load the page anew at an image, and wait until all of it is there."""
    page.goto(address(scene, file_name))
    wait_until_ready(page)


def wait_until_ready(page: Page) -> None:
    wait_for_editor(page)
    page.wait_for_timeout(LOOK_MS)


def go_to_image(page: Page, scene: Scene, file_name: str) -> float:
    """Open another image without loading the page; return when it was painted, in page time."""
    page.evaluate(WATCH)
    page.evaluate("address => history.pushState({}, '', address)", address(scene, file_name))
    return painted_ms(page)


def painted_ms(page: Page) -> float:
    """Wait for what `WATCH` looks out for."""
    painted: float = page.evaluate("() => window.__painted")
    return painted


def address(scene: Scene, file_name: str) -> str:
    return f"/projects/{scene.project}/annotate?image={scene.images[file_name]}"


@dataclass(frozen=True, slots=True)
class Placed:
    """A square image that fits the stage: where its pixels are on the screen."""

    left: float
    top: float
    scale: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.left + x * self.scale, self.top + y * self.scale


def place_of_image(page: Page) -> Placed:
    return Placed(*fitted(page, SIDE_PX, SIDE_PX))
