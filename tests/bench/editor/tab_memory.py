"""What the tab holds after many images, garbage collected first, and what its process does."""

import json
from collections import Counter
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page

from tests.bench.editor.pages import go_to_image, logged_in_page, open_image
from tests.bench.editor.scenes import prepare
from tests.bench.rows import Row
from tests.e2e.gestures import wait_for_editor
from tests.stack import Stack

EARLY, LATE = 20, 200
PICTURES, MASKS = 20, 100  # more pictures than any of the page's caches keeps
FLAT_RATIO = 1.1
MB = 1_000_000
# What a page keeps is made of these. The heap holds machine code too, of which the engine compiles
# more for a long while after the page has stopped growing.
KEPT_BY_THE_PAGE = {
    "array",
    "closure",
    "concatenated string",
    "number",
    "object",
    "object shape",
    "regexp",
    "sliced string",
    "string",
    "symbol",
}


def measure_tab_memory(stack: Stack, browser: Browser) -> list[Row]:
    names = [f"{number}.png" for number in range(PICTURES)]
    scene = prepare(stack.log_in("ada"), "memory", dict.fromkeys(names, MASKS))
    held: dict[int, dict[str, float]] = {}
    with logged_in_page(browser, stack) as page:
        devtools = page.context.new_cdp_session(page)
        open_image(page, scene, names[0])
        for opening in range(1, LATE + 1):
            go_to_image(page, scene, names[opening % PICTURES])
            wait_for_editor(page)
            if opening in (EARLY, LATE):
                held[opening] = _held(page, devtools) | {"process_mb": _process_mb(browser)}
    ratio = held[LATE]["objects_mb"] / held[EARLY]["objects_mb"]
    row = Row(
        f"memory of the tab after {LATE} openings of {PICTURES} images of {MASKS} masks",
        {
            **{f"after_{opening}": figures for opening, figures in held.items()},
            "objects_ratio": round(ratio, 3),
            "process_ratio": round(held[LATE]["process_mb"] / held[EARLY]["process_mb"], 3),
        },
        f"flat: objects ratio {FLAT_RATIO}",
        ratio <= FLAT_RATIO,
    )
    return [row]


def _held(page: Page, devtools: CDPSession) -> dict[str, float]:
    page.wait_for_timeout(2000)  # what was closed last lets go a second later
    for _ in range(2):  # what finalisers let go of is collected by the second
        devtools.send("HeapProfiler.collectGarbage")
    heap = devtools.send("Runtime.getHeapUsage")
    counters = devtools.send("Memory.getDOMCounters")
    sizes = _bytes_by_kind(devtools)
    return {
        "objects_mb": round(sum(sizes[kind] for kind in KEPT_BY_THE_PAGE) / MB, 2),
        "machine_code_mb": round(sizes["code"] / MB, 2),
        "heap_mb": round(heap["usedSize"] / MB, 2),
        "dom_nodes": counters["nodes"],
        "event_listeners": counters["jsEventListeners"],
    }


def _bytes_by_kind(devtools: CDPSession) -> Counter[str]:
    """Add up a heap snapshot, in which each node is a row of numbers in one long list."""
    chunks: list[str] = []

    def take(event: dict[str, str]) -> None:
        chunks.append(event["chunk"])

    devtools.on("HeapProfiler.addHeapSnapshotChunk", take)
    devtools.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    devtools.remove_listener("HeapProfiler.addHeapSnapshotChunk", take)
    snapshot = json.loads("".join(chunks))
    fields: list[str] = snapshot["snapshot"]["meta"]["node_fields"]
    kinds: list[str] = snapshot["snapshot"]["meta"]["node_types"][fields.index("type")]
    types = snapshot["nodes"][fields.index("type") :: len(fields)]
    sizes = snapshot["nodes"][fields.index("self_size") :: len(fields)]
    total: Counter[str] = Counter()
    for kind, size in zip(types, sizes, strict=True):
        total[kinds[kind]] += size
    return total


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
