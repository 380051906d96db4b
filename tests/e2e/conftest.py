"""One stack and one Chromium for the end-to-end tests; every page must stay free of errors."""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from tests.e2e.accessibility import barriers
from tests.e2e.browser import running_chromium, write_wav
from tests.quick_bundle import make_quick_bundle
from tests.stack import ROOT, Stack, running_stack

SCREENSHOTS = ROOT / "tests" / "e2e" / "screenshots"
CLIP = ROOT.parent / "shared" / "data" / "speech" / "clips" / "1688-142285-0003.flac"
# A round of seconds, not of minutes, even where the models are installed that captions need.
SETTINGS = {
    "TRAIN_STEPS": "3",
    "TRAIN_HEAD_STEPS": "2",
    "TRAIN_PHOTOS": "1",
    "CAPTION_BASE": "not-installed",
    "WEBHOOK_ALLOWED_HOSTS": "127.0.0.1",
}
WIDTH, HEIGHT = 1440, 900
# Two seconds of a core for each page with an editor, on which a test clicks once or twice.
NO_WARM_UP = "if (location.protocol === 'http:') localStorage.setItem('anneal-warm-up', 'off')"
SMALL: Final[ViewportSize] = {"width": 1280, "height": 800}
LARGE: Final[ViewportSize] = {"width": 1920, "height": 1080}
# All: each page in each scheme and size, and heard by axe in both schemes. Else nobody looks at
# pictures, and only one look of each page is heard by axe.
TAKES_ALL = os.environ.get("ANNEAL_PICTURES") == "all"
AUDITED: Final = {
    *("01-login", "05-prepared", "06-images", "07-editor", "11-keys", "13-consent"),
    *("15-transcript", "19-round", "21-exported", "22-settings", "24-projects", "27-account"),
    *("29-reviewed", "31-verify", "38-verify-grid", "44-conflicts", "47-receipts"),
    *("96-versions-compared", "98-a-version-with-a-tag", "101-how-a-version-is-spread"),
    *("101-webhook-made", "103-deliveries"),
    *("51-tour-look-half", "68-palette", "80-accept-by-itself", "81-accepted-by-the-model"),
}
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
Look = Callable[[str], None]
HAS_FAILED = pytest.StashKey[bool]()


@dataclass(frozen=True, slots=True)
class Clip:
    """What the fake microphone hears, once, from the moment it is opened."""

    wav: Path
    seconds: float


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    if not CLIP.is_file():
        pytest.skip(f"{CLIP} is not there to be spoken")
    wav = tmp_path_factory.mktemp("microphone") / "clip.wav"
    return Clip(wav, write_wav(CLIP, wav))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    bundle = make_quick_bundle(folder / "bundle")
    with running_stack(folder / "data", PRETRAINED_BUNDLE=str(bundle), **SETTINGS) as stack:
        stack.add_users("ada", "grace")
        yield stack


@pytest.fixture(scope="session")
def browser(clip: Clip) -> Iterator[Browser]:
    with running_chromium(clip.wav) as browser:
        yield browser


@pytest.fixture
def context(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    context = new_context(browser, stack)
    yield context
    context.close()


def new_context(
    browser: Browser, stack: Stack, *, service_workers: Literal["allow", "block"] = "block"
) -> BrowserContext:
    """A browser of one person, who has chosen nothing yet, whatever they did in other tests.

    A service worker would take requests out of the tests' hands.
    """
    stack.sql_do("DELETE FROM annotation_preferences")
    context = browser.new_context(
        base_url=stack.url,
        viewport={"width": WIDTH, "height": HEIGHT},
        color_scheme="light",
        reduced_motion="reduce",
        permissions=["microphone"],
        service_workers=service_workers,
    )
    context.set_default_timeout(20_000)
    context.add_init_script(NO_WARM_UP)
    return context


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[HAS_FAILED] = report.failed
    return report


@pytest.fixture
def page(context: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open a page; fail the test on what went wrong in it unseen, and show where it failed."""
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(f"{message.text} ({message.location.get('url', '')})")

    with opened_page(context, request, faults) as page:
        page.on("console", note)
        yield page
    assert faults == []


@pytest.fixture
def troubled_page(context: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open a page whose requests may fail, as the console then says; its code may not."""
    faults: list[str] = []
    with opened_page(context, request, faults) as page:
        yield page
    assert faults == []


@contextmanager
def opened_page(
    context: BrowserContext, request: pytest.FixtureRequest, faults: list[str]
) -> Iterator[Page]:
    """Open a page, note what its code throws, and show it if the test failed."""
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    if request.node.stash.get(HAS_FAILED, False) and not page.is_closed():
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"failed-{request.node.name}.png")
        print(f"{page.url} said:\n{page.locator('body').inner_text()}")  # noqa: T201
    page.close()


@pytest.fixture
def take_picture(page: Page) -> Look:
    return partial(keep_picture, page)


def keep_picture(page: Page, name: str) -> None:
    """Ask axe about a page in light and dark, and keep what it looks like, where that is wanted."""
    before = page.viewport_size
    for scheme in SCHEMES if name in AUDITED or TAKES_ALL else ():
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_function(
            "wanted => document.documentElement.dataset.mantineColorScheme === wanted",
            arg=scheme,
        )
        assert barriers(page) == [], name
        for size in (SMALL, LARGE) if TAKES_ALL else ():
            page.set_viewport_size(size)
            path = SCREENSHOTS / f"{name}-{size['width']}-{scheme}.jpg"
            # A PNG of a whole screen takes half a second to write.
            page.screenshot(path=path, quality=90, animations="disabled")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    if TAKES_ALL and before is not None:
        page.set_viewport_size(before)
