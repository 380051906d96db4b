"""`make bench [ARGS="save click"]`: measure on a stack of its own and print JSON."""

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench.clicks import measure_clicks
from tests.bench.saves import measure_saves
from tests.stack import Stack, running_stack

BENCHES: dict[str, Callable[[Stack], dict[str, object]]] = {
    "save": measure_saves,
    "click": measure_clicks,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    names = parser.parse_args().names or list(BENCHES)
    if unknown := set(names) - set(BENCHES):
        parser.error(f"no bench {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    figures: dict[str, object] = {"cores": os.cpu_count()}
    with (
        tempfile.TemporaryDirectory(prefix="anneal-bench-") as folder,
        running_stack(Path(folder) / "data") as stack,
    ):
        stack.add_users("ada")
        for name in names:
            load = os.getloadavg()[0]
            figures[name] = {"load_before": round(load, 1), **BENCHES[name](stack)}
            figures["load_after"] = round(os.getloadavg()[0], 1)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
