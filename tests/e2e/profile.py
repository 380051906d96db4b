"""A Chromium with a folder of its own that can be killed: the next one finds what it kept there."""

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, BrowserContext, BrowserType, Cookie, Error, Page

from deploy.embedded.launch import spawn
from tests.client import wait_for
from tests.e2e.browser import QUIET, chromium, fake_microphone

PORT_FILE: Final = "DevToolsActivePort"  # Chromium writes its port and the path of its socket


@dataclass
class Profile:
    """At most one browser runs on it."""

    kind: BrowserType
    folder: Path
    microphone: Path
    cookies: list[Cookie] = field(default_factory=list)  # a killed browser may forget its own
    _process: subprocess.Popen[bytes] | None = None
    _browser: Browser | None = None

    def open(self) -> Page:
        """Start the browser and return its page, logged in as the last one was."""
        port_file = self.folder / PORT_FILE
        self.folder.mkdir(parents=True, exist_ok=True)
        for left in (port_file, *self.folder.glob("Singleton*")):  # by the one that was killed
            left.unlink(missing_ok=True)
        own = (f"--user-data-dir={self.folder}", "--remote-debugging-port=0")
        options = [*QUIET, *fake_microphone(self.microphone), *own]
        started = [chromium(), *options, "--no-sandbox", "--disable-dev-shm-usage", "about:blank"]
        with (self.folder / "browser.log").open("ab") as log:
            self._process = spawn(
                started, env=dict(os.environ), death_signal=signal.SIGKILL, stdout=log.fileno()
            )
        port, path = wait_for(lambda: _lines(port_file), "Chromium listens", 60)
        self._browser = self.kind.connect_over_cdp(f"ws://127.0.0.1:{port}{path}")
        self.context.set_default_timeout(20_000)
        self.context.add_cookies(
            [
                {"name": row["name"], "value": row["value"], "domain": row["domain"], "path": "/"}
                for row in self.cookies
            ]
        )
        return self.context.pages[0]

    @property
    def context(self) -> BrowserContext:
        assert self._browser is not None
        return self._browser.contexts[0]

    def kill(self) -> None:
        """Kill it with all that belongs to it, as a machine that loses power would."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None
        if self._browser is not None:
            with suppress(Error):
                self._browser.close()
            self._browser = None


def _lines(file: Path) -> list[str] | None:
    lines = file.read_text().split() if file.is_file() else []
    return lines if len(lines) == len(("port", "path")) else None
