"""`make bench-captions [ARGS="hearing pages"]`: measure each row and print one line of JSON.

Without names all is measured but the training, which takes a quarter of an hour.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from tests.bench.captions.captioner import measure_proposals, measure_training
from tests.bench.captions.hearing import measure_hearing
from tests.bench.captions.pages import measure_pages
from tests.bench.captions.sources import MODELS, has_caption_models
from tests.bench.captions.takes import measure_hour, measure_stop
from tests.bench.rows import Row, in_one_line
from tests.quick_bundle import make_quick_bundle
from tests.stack import Stack, running_stack

ON_STACK: Final[dict[str, Callable[[Stack], list[Row]]]] = {
    "stop": measure_stop,
    "pages": measure_pages,
    "hour": measure_hour,
}
ALONE: Final = ("hearing", "proposals", "training")
USUAL: Final = ("hearing", "proposals", *ON_STACK)


def main() -> None:
    options = _options()
    load_before = os.getloadavg()[0]
    rows: list[dict[str, object]] = []
    for name, measure in _benches(options):
        load = os.getloadavg()[0]
        measured = [{**row.as_json(), "load": round(load, 1)} for row in measure()]
        rows += measured
        print(name, json.dumps(measured), file=sys.stderr)  # what is there, early
    print(in_one_line(rows, load_before=load_before))


def _options() -> argparse.Namespace:
    known = (*ALONE, *ON_STACK)
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.captions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    parser.add_argument("--models", type=Path, default=MODELS.root, help="of `engine.weights`")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--every", type=int, default=1, help="hear each nth clip alone")
    options = parser.parse_args()
    options.names = options.names or list(USUAL)
    if unknown := set(options.names) - set(known):
        parser.error(f"no bench {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    captioners = set(options.names) & {"proposals", "training"}
    if captioners and not has_caption_models(options.models):
        parser.error(
            f"{', '.join(sorted(captioners))}: run `python -m engine.weights --captions` first"
        )
    return options


def _benches(options: argparse.Namespace) -> Iterator[tuple[str, Callable[[], list[Row]]]]:
    alone: dict[str, Callable[[], list[Row]]] = {
        "hearing": partial(measure_hearing, options.threads, options.every),
        "proposals": partial(measure_proposals, options.models, options.threads),
        "training": partial(measure_training, options.models, options.threads),
    }
    yield from ((name, alone[name]) for name in options.names if name in alone)
    on_stack = [name for name in ON_STACK if name in options.names]
    if on_stack:
        with _stack(on_stack) as stack:
            yield from ((name, partial(ON_STACK[name], stack)) for name in on_stack)


@contextmanager
def _stack(names: Sequence[str]) -> Iterator[Stack]:
    print("starts a stack for", ", ".join(names), file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="anneal-bench-") as folder:
        # The pretrained weights with a coarser grid of proposals: pictures are prepared sooner.
        bundle = make_quick_bundle(Path(folder) / "bundle")
        with running_stack(Path(folder) / "data", PRETRAINED_BUNDLE=str(bundle)) as stack:
            stack.add_users("ada")
            yield stack


if __name__ == "__main__":
    main()
