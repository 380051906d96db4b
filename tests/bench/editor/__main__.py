"""`make bench-editor [ARGS="frames cpu"]`: measure each row and print one line of JSON."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser

from tests.bench.editor.bytes_to_open import measure_bytes_to_open
from tests.bench.editor.click import measure_click
from tests.bench.editor.frames import measure_frames
from tests.bench.editor.key_presses import measure_key_presses
from tests.bench.editor.openings import measure_openings
from tests.bench.editor.server_cpu import measure_server_cpu
from tests.bench.editor.tab_memory import measure_tab_memory
from tests.bench.rows import Row, in_one_line
from tests.e2e.browser import running_chromium
from tests.quick_bundle import make_quick_bundle
from tests.stack import Stack, running_stack


def _in_browser(measure: Callable[[Stack, Browser], list[Row]]) -> Callable[[Stack], list[Row]]:
    def measured(stack: Stack) -> list[Row]:
        with running_chromium() as browser:
            return measure(stack, browser)

    return measured


# In the order of the table, but for what fills the database: that comes last.
BENCHES: dict[str, Callable[[Stack], list[Row]]] = {
    "click": measure_click,
    "keys": _in_browser(measure_key_presses),
    "frames": _in_browser(measure_frames),
    "openings": _in_browser(measure_openings),
    "memory": _in_browser(measure_tab_memory),
    "bytes": _in_browser(measure_bytes_to_open),
    "cpu": measure_server_cpu,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.editor", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    names = parser.parse_args().names or list(BENCHES)
    if unknown := set(names) - set(BENCHES):
        parser.error(f"no bench {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    rows: list[dict[str, object]] = []
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="anneal-bench-") as folder:
        # The pretrained weights with a coarser grid of proposals: pictures are prepared sooner.
        bundle = make_quick_bundle(Path(folder) / "bundle")
        with running_stack(Path(folder) / "data", PRETRAINED_BUNDLE=str(bundle)) as stack:
            stack.add_users("ada")
            for name in names:
                measured = [row.as_json() for row in BENCHES[name](stack)]
                rows += measured
                print(name, json.dumps(measured), file=sys.stderr)  # what is there, early
    print(in_one_line(rows, load_before=load_before))


if __name__ == "__main__":
    main()
