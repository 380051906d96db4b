"""`python -m tests.bench.killed_recordings --takes 20 --seed 7`: kill in mid-take, count losses.

Each take is spoken into a real browser on a stack of its own; at a random moment the browser, the
web process or the worker is killed. Prints one JSON line, and fails if anything was lost.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.e2e.browser import running_chromium, write_wav
from tests.e2e.conftest import CLIP
from tests.e2e.kept_audio import Kept
from tests.e2e.killed_takes import Take, draw_plans, record_all
from tests.stack import running_stack


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.killed_recordings", description=__doc__
    )
    parser.add_argument("--takes", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="anneal-bench-") as folder:
        microphone = Path(folder) / "clip.wav"
        write_wav(CLIP, microphone)
        with running_stack(Path(folder) / "data") as stack, running_chromium() as browser:
            stack.add_users("grace")
            plans = draw_plans(options.takes, options.seed)
            done = record_all(stack, browser.browser_type, microphone, plans)
    print(json.dumps({"seed": options.seed, **_figures(done)}))
    sys.exit(any(kept.faults for _, kept in done))


def _figures(done: Sequence[tuple[Take, Kept]]) -> dict[str, object]:
    takes = [take for take, _ in done]
    ahead = [kept.clock_s - kept.audio_s for _, kept in done if kept.chunks]
    return {
        "takes": len(takes),
        "killed": Counter(take.plan.victim for take in takes),
        "killed_while_speaking": sum(t.plan.killed_at_s < t.plan.speaks_s for t in takes),
        "chunks_acknowledged": sum(len(take.acknowledged) for take in takes),
        "chunks_kept": sum(kept.chunks for _, kept in done),
        "clock_s": round(sum(kept.clock_s for _, kept in done), 2),
        "audio_s": round(sum(kept.audio_s for _, kept in done), 2),
        "clock_ahead_of_audio_s": [round(seconds, 3) for seconds in sorted(ahead)],
        "faults": {take.id: kept.faults for take, kept in done if kept.faults},
    }


if __name__ == "__main__":
    main()
