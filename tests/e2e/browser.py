"""A real Chromium: which one, and how it is started so that it talks to nobody but us."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import av.error
import numpy as np
from playwright.sync_api import Browser, sync_playwright

from tests.stack import ROOT

QUIET: Final = (
    "--headless=new",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-default-apps",
)
RATE: Final = 48_000  # what Chromium's fake microphone plays
BEFORE_S: Final = 2.5  # a page opens the microphone a while before it records


def chromium() -> str:
    """The system's, or the one that deploy/browser.sh has unpacked."""
    found = shutil.which("chromium") or str(ROOT / "var" / "browser" / "chromium")
    if not Path(found).is_file():
        raise FileNotFoundError("there is no Chromium: run deploy/browser.sh")
    return found


@contextmanager
def running_chromium(microphone: Path | None = None) -> Iterator[Browser]:
    """Start it, with a WAV file for a microphone where one is given."""
    options = [*QUIET, "--no-sandbox"]
    if microphone is not None:
        options += fake_microphone(microphone)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=options)
        try:
            yield browser
        finally:
            browser.close()


def fake_microphone(wav: Path) -> list[str]:
    """Options by which a page that opens a microphone hears this file from its start, once."""
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={wav}%noloop",
    ]


def write_wav(source: Path, target: Path) -> float:
    """Make a WAV for a fake microphone: a silence, then any audio file; return its seconds."""
    samples = round(BEFORE_S * RATE)
    silence = av.AudioFrame.from_ndarray(np.zeros((1, samples), np.int16), "s16", "mono")
    silence.sample_rate, silence.pts = RATE, 0
    with av.open(str(source)) as read, av.open(str(target), "w", format="wav") as written:
        stream = written.add_stream("pcm_s16le", rate=RATE, layout="mono")
        stream.time_base = Fraction(1, RATE)
        resampler = av.AudioResampler("s16", "mono", RATE)
        written.mux(stream.encode(silence))
        for frame in [*read.decode(audio=0), None]:
            for piece in resampler.resample(frame):
                piece.pts = samples
                samples += piece.samples
                written.mux(stream.encode(piece))
        written.mux(stream.encode(None))
    return samples / RATE
