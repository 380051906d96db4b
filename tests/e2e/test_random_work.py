"""Random work under random faults: browser, server and export end the same, and no stroke is lost.

ANNEAL_RANDOM_STEPS and ANNEAL_RANDOM_SEED make the walk longer, or another one.
"""

import os
import time
from collections.abc import Callable, Mapping
from random import Random
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Error

from tests.e2e.mishaps import FAULTS, WAYS
from tests.e2e.random_gestures import GESTURES, LOOKS, Hand
from tests.e2e.random_walk import Walk
from tests.e2e.replay import Replay
from tests.e2e.scenes import log_in, make_prepared_project
from tests.e2e.unreliable import Network
from tests.stack import Stack

pytestmark = pytest.mark.e2e
STEPS: Final = int(os.environ.get("ANNEAL_RANDOM_STEPS", "50"))
SEED: Final = int(os.environ.get("ANNEAL_RANDOM_SEED", "80"))
IMAGES: Final = 2
CHECK_EVERY: Final = 50  # steps
MISHAPS: Final = ((FAULTS, 0.15), (WAYS, 0.02))  # and how often one of them happens, by step
Act = Callable[..., None]


def test_random_work_under_random_faults_loses_nothing(
    stack: Stack, context: BrowserContext, capsys: pytest.CaptureFixture[str]
) -> None:
    walk = begin(stack, context)
    began = time.monotonic()

    try:
        for step in range(STEPS):
            take(walk, step)
            if step % CHECK_EVERY == CHECK_EVERY - 1:
                walk.check()
        walk.check_all()
    except (AssertionError, Error):
        print(f"ANNEAL_RANDOM_SEED={SEED} ANNEAL_RANDOM_STEPS={STEPS}; the last steps:")  # noqa: T201
        print("\n".join(walk.recent))  # noqa: T201
        raise
    with capsys.disabled():
        print(f"\nrandom work: {figures(walk)} in {time.monotonic() - began:.0f} s")  # noqa: T201


def begin(stack: Stack, context: BrowserContext) -> Walk:
    grace, ada = stack.log_in("grace"), stack.log_in("ada")
    project, ids = make_prepared_project(grace, IMAGES)
    grace.post(f"/api/projects/{project}/members", {"username": "ada", "role": "reviewer"})
    images = {row["file_name"]: row["id"] for row in grace.images(project)}
    network = Network(context, grace)
    network.begin()
    context.route("**/decoder.onnx", lambda route: route.abort())  # no step prompts the model
    page = context.new_page()
    walk = Walk(
        *(stack, context, project, images, grace, ada, network),
        replays={image: Replay(stack, image) for image in ids},
        hand=Hand(page, Random(SEED)),  # noqa: S311  # no secret
    )
    log_in(page)
    walk.open(walk.new_page(), ids[0])
    page.close()
    return walk


def take(walk: Walk, step: int) -> None:
    """Take one step. Its dice are its own, so that a step is the same whatever came before."""
    walk.recent.append(f"step {step}:")
    walk.network.step = step
    rng = walk.hand.rng = Random(f"{SEED} {step}")  # noqa: S311  # no secret
    if walk.network.is_offline and step >= walk.online_at:
        walk.network.go_online()
    walk.network.deliver()
    for table, chance in MISHAPS:
        if rng.random() < chance:
            mishap = draw(walk, table, rng)
            mishap(walk)
            walk.hand.rng = rng  # a new page has a new hand
    gesture = draw(walk, {**GESTURES, **LOOKS}, rng)
    if gesture in LOOKS:
        walk.look(gesture)
    else:
        gesture(walk.hand)


def draw(walk: Walk, table: Mapping[Act, float], rng: Random) -> Act:
    [found] = rng.choices([*table], [*table.values()])
    walk.recent.append(f"  {found.__name__}")
    return found


def figures(walk: Walk) -> str:
    saved = sum(len(replay.log) for replay in walk.replays.values())
    faults = ", ".join(f"{kind} {count}" for kind, count in sorted(walk.network.injected.items()))
    return f"{STEPS} steps with seed {SEED}, {saved} operations saved; {faults}"
