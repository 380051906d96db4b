"""Gestures that a person may make next, at random, and how often each is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import numpy as np
from playwright.sync_api import Page

from engine.masks.rle import decode
from tests.chaos.conftest import SIZE_PX
from tests.e2e.scenes import Canvas

Place = tuple[float, float]
Seen = Mapping[str, object]
SEEN: Final = (  # all of a mask but what the server's answer brings
    "Object.fromEntries(window.__anneal.masks().map(({ id, label, parent, rle, attributes }) =>"
    " [id, [label, parent, rle.counts, attributes]]))"
)


@dataclass(slots=True)
class Hand:
    """On one page, with the dice of one step; places are in image pixels."""

    page: Page
    rng: Random
    left: float = 0
    top: float = 0
    scale: float = 1

    @classmethod
    def on(cls, page: Page) -> "Hand":
        (left, top), (right, _) = Canvas(page).at(0, 0), Canvas(page).at(SIZE_PX, 0)
        return cls(page, Random(), left, top, (right - left) / SIZE_PX)  # noqa: S311  # no secret

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def at(self, place: Place) -> Place:
        return self.left + place[0] * self.scale, self.top + place[1] * self.scale

    def down(self, *places: Place) -> None:
        """Begin to drag, from place to place."""
        self.page.mouse.move(*self.at(places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self.at(place))

    def drag(self, *places: Place) -> None:
        self.down(*places)
        self.page.mouse.up()

    def click(self, place: Place) -> None:
        self.page.mouse.click(*self.at(place))

    def places(self, count: int) -> list[Place]:
        """Return places not far from each other, now and then beyond the image's edge."""
        x, y = self.rng.uniform(0, SIZE_PX), self.rng.uniform(0, SIZE_PX)
        found = [(x, y)]
        while len(found) < count:
            x, y = x + self.rng.uniform(-30, 30), y + self.rng.uniform(-30, 30)
            found.append((min(max(x, -3), SIZE_PX + 3), min(max(y, -3), SIZE_PX + 3)))
        return found

    @property
    def masks(self) -> list[Any]:
        return list(self.page.evaluate("window.__anneal.masks()"))

    @property
    def seen(self) -> Seen:
        return dict(self.page.evaluate(SEEN))

    def pick(self, count: int = 1) -> list[Place]:
        """Select so many masks by clicking; return where they were clicked, none if too few."""
        masks = self.masks
        if len(masks) < count:
            return []
        places = [place_in(mask) for mask in self.rng.sample(masks, count)]
        self.press("v")
        for number, place in enumerate(places):
            if number == 1:
                self.page.keyboard.down("Shift")
            self.click(place)
        if count > 1:
            self.page.keyboard.up("Shift")
        return places


def place_in(mask: Mapping[str, Any]) -> Place:
    inside = np.argwhere(decode(mask["rle"]))
    y, x = inside[len(inside) // 2]
    return float(x) + 0.5, float(y) + 0.5


def brush(hand: Hand) -> None:
    if hand.rng.random() < 0.6:
        hand.press("Escape")  # a mask of its own
    hand.press("d", *hand.rng.choices(("[", "]"), k=hand.rng.randrange(2)))
    hand.drag(*hand.places(3))


def erase(hand: Hand) -> None:
    hand.press("e")
    hand.drag(*hand.places(3))


def polygon(hand: Hand) -> None:
    if hand.rng.random() < 0.5:
        hand.press("Escape")
    hand.press("y")
    for place in hand.places(4):
        hand.click(place)
    hand.press("Enter")


def lasso(hand: Hand) -> None:
    if hand.rng.random() < 0.5:
        hand.press("Escape")
    hand.press("l")
    hand.drag(*hand.places(5))


def accept(hand: Hand) -> None:
    hand.press("Escape", "Tab", "a")


def reject(hand: Hand) -> None:
    hand.press("Escape", "Shift+Tab", "x")


def delete(hand: Hand) -> None:
    if hand.pick(1 + (hand.rng.random() < 0.2)):
        hand.press("Delete")


def thin_out(hand: Hand) -> None:
    """Keep the image from filling up."""
    if len(hand.masks) > 25:
        hand.pick(12)
        hand.press("Delete")


def label(hand: Hand) -> None:
    hand.pick()
    hand.press(hand.rng.choice(("1", "2", "Shift+1", "Shift+2", "0")))


def duplicate(hand: Hand) -> None:
    if hand.pick(1 + (hand.rng.random() < 0.2)):
        hand.press("Control+d")


def merge(hand: Hand) -> None:
    if hand.pick(2):
        hand.press("j")


def split(hand: Hand) -> None:
    if at := hand.pick():
        [(x, y)] = at
        hand.press("c")
        away = hand.rng.uniform(-40, 40)
        hand.drag((x - away, y - 60), (x, y), (x + away, y + 60))


def move(hand: Hand) -> None:
    if at := hand.pick():
        [(x, y)] = at
        hand.press("m")
        hand.drag((x, y), (x + hand.rng.randint(-20, 20), y + hand.rng.randint(-20, 20)))


def nudge(hand: Hand) -> None:
    if hand.pick():
        hand.press("m", *hand.rng.choices(("ArrowLeft", "ArrowDown", "Shift+ArrowRight"), k=2))


def grow_or_shrink(hand: Hand) -> None:
    if hand.pick(1 + (hand.rng.random() < 0.2)):
        hand.press(*hand.rng.choices((".", ","), k=2))


def fill_or_cut(hand: Hand) -> None:
    if hand.pick():
        hand.press(hand.rng.choice(("Shift+i", "Shift+e", "Shift+c", "k")))


def undo(hand: Hand) -> None:
    hand.press(*["Control+z"] * steps_back(hand.rng))


def redo(hand: Hand) -> None:
    hand.press(*["Control+Shift+z"] * steps_back(hand.rng))


def steps_back(rng: Random) -> int:
    return 25 if rng.random() < 0.04 else rng.randint(1, 5)


def look_around(hand: Hand) -> None:
    """Hide, show alone, lock, or look without proposals; and back again."""
    if hand.pick():
        key = hand.rng.choice(("h", "Shift+h", "Shift+l", "g", "Shift+o"))
        hand.press(key, key)


def filter_list(hand: Hand) -> None:
    if not hand.masks:
        return
    field = hand.page.get_by_label("Filter the objects")
    field.fill(hand.rng.choice(("disc", "ring", "ada", "nothing")))
    field.fill("")
    hand.page.locator("[data-stage]").focus()


Gesture = Callable[[Hand], None]
GESTURES: Final[Mapping[Gesture, int]] = {
    brush: 12,
    erase: 6,
    polygon: 4,
    lasso: 5,
    accept: 4,
    reject: 1,
    delete: 5,
    thin_out: 2,
    label: 5,
    duplicate: 3,
    merge: 4,
    split: 4,
    move: 3,
    nudge: 2,
    grow_or_shrink: 4,
    fill_or_cut: 3,
    undo: 14,
    redo: 9,
}
LOOKS: Final[Mapping[Gesture, int]] = {look_around: 4, filter_list: 1}  # these change nothing
