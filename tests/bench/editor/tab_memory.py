"""What the tab holds after many images, garbage collected first, and what its process does."""

from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page

from tests.bench.editor.pages import go_to_image, logged_in_page, open_image, wait_for_model
from tests.bench.editor.rows import Row
from tests.bench.editor.scenes import prepare
from tests.stack import Stack

EARLY, LATE = 20, 200
PICTURES, MASKS = 5, 100
FLAT_RATIO = 1.1
MB = 1_000_000


def measure_tab_memory(stack: Stack, browser: Browser) -> list[Row]:
    names = [f"{number}.png" for number in range(PICTURES)]
    scene = prepare(stack.log_in("ada"), "memory", dict.fromkeys(names, MASKS))
    held: dict[int, dict[str, float]] = {}
    with logged_in_page(browser, stack) as page:
        devtools = page.context.new_cdp_session(page)
        open_image(page, scene, names[0])
        for opening in range(1, LATE + 1):
            go_to_image(page, scene, names[opening % PICTURES])
            wait_for_model(page)
            if opening in (EARLY, LATE):
                held[opening] = _held(page, devtools) | {"process_mb": _process_mb(browser)}
    ratio = held[LATE]["heap_mb"] / held[EARLY]["heap_mb"]
    row = Row(
        f"memory of the tab after {LATE} openings of {PICTURES} images of {MASKS} masks",
        {
            **{f"after_{opening}": figures for opening, figures in held.items()},
            "heap_ratio": round(ratio, 3),
            "process_ratio": round(held[LATE]["process_mb"] / held[EARLY]["process_mb"], 3),
        },
        f"flat: heap ratio {FLAT_RATIO}",
        ratio <= FLAT_RATIO,
    )
    return [row]


def _held(page: Page, devtools: CDPSession) -> dict[str, float]:
    page.wait_for_timeout(2000)  # what was closed last lets go a second later
    for _ in range(2):  # what finalisers let go of is collected by the second
        devtools.send("HeapProfiler.collectGarbage")
    heap = devtools.send("Runtime.getHeapUsage")
    counters = devtools.send("Memory.getDOMCounters")
    return {
        "heap_mb": round(heap["usedSize"] / MB, 2),
        "dom_nodes": counters["nodes"],
        "event_listeners": counters["jsEventListeners"],
    }


def _process_mb(browser: Browser) -> float:
    """Resident memory of the largest renderer: with bitmaps, canvases and the decoder's worker."""
    devtools = browser.new_browser_cdp_session()
    processes = devtools.send("SystemInfo.getProcessInfo")["processInfo"]
    devtools.detach()
    renderers = [process["id"] for process in processes if process["type"] == "renderer"]
    return round(max(_resident_bytes(pid) for pid in renderers) / MB)


def _resident_bytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    [line] = [line for line in status if line.startswith("VmRSS")]
    return 1024 * int(line.split()[1])
