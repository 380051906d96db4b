"""What happens between gestures: ways from page to page, and faults; each with its weight."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, Final
from uuid import uuid4

import numpy as np
from playwright.sync_api import expect

from engine.masks.rle import decode, encode
from tests.e2e import faults
from tests.e2e.random_gestures import brush
from tests.e2e.random_walk import PATIENCE_MS, Walk
from tests.e2e.unreliable import Fault
from tests.stack import PASSWORD

OFFLINE_STEPS: Final = 8  # at most
REOPENING: Final = 0.1  # of the second person's changes
ANOTHER: Final = """label => document.body.innerText.includes("Nothing is left to annotate") ||
  ![null, label].includes(document.querySelector("[data-stage]")?.ariaLabel ?? null)"""
Mishap = Callable[[Walk], None]

# Each of these ways leaves work behind, on its way or on the device.


def reload(walk: Walk) -> None:
    walk.await_server()
    before = walk.await_disk()
    walk.page.reload()
    walk.work_on(walk.page)
    walk.expect_still(before)


def close_in_mid_stroke(walk: Walk) -> None:
    walk.await_server()
    before, image = walk.await_disk(), walk.image
    walk.hand.press("Escape", "d")
    walk.hand.down(*walk.hand.places(3))
    walk.page.close()
    walk.open(walk.new_page(), image)
    walk.expect_still(before)


def open_another(walk: Walk) -> None:
    """Go to an image by its address: what waits for this one is sent from there."""
    walk.await_server()
    walk.await_disk()
    walk.open(walk.page, walk.hand.rng.choice([*walk.images.values()]))


def finish_and_come_back(walk: Walk) -> None:
    walk.settle()
    image = walk.image
    leave_by(walk, "n")
    if walk.page.get_by_text("Nothing is left to annotate").is_visible():
        walk.open(walk.page, image)
        return
    walk.work_on(walk.page)
    brush(walk.hand)
    leave_by(walk, "Shift+n")
    walk.work_on(walk.page)


def leave_by(walk: Walk, key: str) -> None:
    before = walk.stage_label
    walk.hand.press(key)
    walk.page.wait_for_function(ANOTHER, arg=before, timeout=PATIENCE_MS)


WAYS: Final[Mapping[Mishap, float]] = {
    reload: 4,
    close_in_mid_stroke: 3,
    open_another: 2,
    finish_and_come_back: 2,
}


def harm(fault: Fault) -> Mishap:
    """Let something happen to the next save."""

    def arm(walk: Walk) -> None:
        walk.network.armed = fault
        walk.network.delay = walk.hand.rng.randint(1, 6)

    arm.__name__ = fault.value
    return arm


def go_offline(walk: Walk) -> None:
    if not walk.network.is_offline:
        walk.network.go_offline()
        walk.online_at = walk.network.step + walk.hand.rng.randint(2, OFFLINE_STEPS)


def kill_web(walk: Walk) -> None:
    faults.kill_web(walk.stack)
    walk.network.injected["web process killed"] += 1


def end_session(walk: Walk) -> None:
    """Log in again over the canvas, once a save has found out."""
    walk.settle()
    cookies = {cookie["name"]: cookie["value"] for cookie in walk.context.cookies()}
    walk.stack.sql_do("DELETE FROM django_session WHERE session_key = %s", cookies["sessionid"])
    walk.network.injected["session ended"] += 1
    walk.hand.press("Escape", "Escape", "d")
    walk.hand.drag((30, 30), (90, 90))
    dialog = walk.page.get_by_role("dialog", name="Your session has ended")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Log in").click()
    expect(dialog).to_have_count(0)


def change_by_another(walk: Walk) -> None:
    """Ada changes a mask, decides a proposal or takes a verdict back, on top of the newest."""
    walk.await_web()
    rng = walk.hand.rng
    image = rng.choice([walk.image, *walk.images.values()])
    walk.has_news = True
    walk.network.injected["change by another person"] += 1
    for _ in range(20):  # the page may save in between
        detail = walk.ada.get(f"/api/images/{image}")
        change = change_of(detail, walk.replays[image].decided, rng)
        answer = walk.ada.save(image, detail["version"], change)
        if answer.status != 409:
            assert answer.is_good, answer
            return
    raise AssertionError("ada never got through")


FAULTS: Final[Mapping[Mishap, float]] = {
    harm(Fault.REQUEST_LOST): 3,
    harm(Fault.REPLY_LOST): 4,
    harm(Fault.DELAYED_AND_DOUBLED): 3,
    harm(Fault.LATE): 3,
    go_offline: 2,
    change_by_another: 6,
    end_session: 0.4,
    kill_web: 0.2,
}


def change_of(detail: Mapping[str, Any], decided: Sequence[str], rng: Random) -> dict[str, object]:
    """Return the operation of a second person on an image as it is."""
    if decided and rng.random() < REOPENING:
        reopened = {"kind": "verdict", "proposal": rng.choice(decided), "verdict": "pending"}
        return {"id": str(uuid4()), **reopened}
    changes = [drawing]
    if detail["masks"]:
        changes += [deletion, relabelling, shift, shift]
    if detail["proposals"]:
        changes += [rejection, acceptance]
    return {"id": str(uuid4()), **rng.choice(changes)(detail, rng)}


def drawing(detail: Mapping[str, Any], rng: Random) -> dict[str, object]:
    pixels = np.zeros((detail["height"], detail["width"]), bool)
    y, x = rng.randrange(100), rng.randrange(100)
    pixels[y : y + 20, x : x + 20] = True
    ids = {"mask": str(uuid4()), "label": label_of(detail, rng)}
    return {"kind": "create", **ids, "rle": encode(pixels)}


def deletion(detail: Mapping[str, Any], rng: Random) -> dict[str, object]:
    return {"kind": "delete", "mask": rng.choice(detail["masks"])["id"]}


def relabelling(detail: Mapping[str, Any], rng: Random) -> dict[str, object]:
    mask = rng.choice(detail["masks"])["id"]
    return {"kind": "revise", "mask": mask, "label": label_of(detail, rng)}


def shift(detail: Mapping[str, Any], rng: Random) -> dict[str, object]:
    mask = rng.choice(detail["masks"])
    moved = np.roll(decode(mask["rle"]), rng.randint(1, 9), rng.randrange(2))
    return {"kind": "revise", "mask": mask["id"], "rle": encode(moved)}


def rejection(detail: Mapping[str, Any], rng: Random) -> dict[str, object]:
    proposal = rng.choice(detail["proposals"])["id"]
    return {"kind": "verdict", "proposal": proposal, "verdict": "rejected"}


def acceptance(detail: Mapping[str, Any], rng: Random) -> dict[str, object]:
    made = {"mask": str(uuid4()), "label": label_of(detail, rng)}
    return {**rejection(detail, rng), "verdict": "accepted", **made}


def label_of(detail: Mapping[str, Any], rng: Random) -> int:
    return int(rng.choice(detail["labels"])["id"])
