"""Fingers and a pen on a page, as Chromium's own input has them; places are in CSS pixels."""

from playwright.sync_api import Page

Place = tuple[float, float]


class Fingers:
    """Any number of fingers, put down one after another, moved and lifted together."""

    def __init__(self, page: Page) -> None:
        self._devtools = page.context.new_cdp_session(page)
        touch = {"enabled": True, "maxTouchPoints": 2}
        self._devtools.send("Emulation.setTouchEmulationEnabled", touch)

    def put(self, *places: Place) -> None:
        for count in range(1, len(places) + 1):
            self._send("touchStart", places[:count])

    def move(self, before: tuple[Place, ...], after: tuple[Place, ...], steps: int = 4) -> None:
        for step in range(1, steps + 1):
            share = step / steps
            places = [
                (x + share * (to_x - x), y + share * (to_y - y))
                for (x, y), (to_x, to_y) in zip(before, after, strict=True)
            ]
            self._send("touchMove", places)

    def lift(self) -> None:
        self._send("touchEnd", [])

    def tap(self, place: Place) -> None:
        self.put(place)
        self.lift()

    def _send(self, kind: str, places: list[Place] | tuple[Place, ...]) -> None:
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(places)]
        self._devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


class Stylus:
    """A pen, pressed as hard as it is told: 1 at most."""

    def __init__(self, page: Page) -> None:
        self._devtools = page.context.new_cdp_session(page)

    def draw(self, start: Place, end: Place, *, force: float, steps: int = 6) -> None:
        self._send("mousePressed", start, force)
        for step in range(1, steps + 1):
            share = step / steps
            along = [a + share * (b - a) for a, b in zip(start, end, strict=True)]
            self._send("mouseMoved", (along[0], along[1]), force)
        self._send("mouseReleased", end, 0)

    def _send(self, kind: str, place: Place, force: float) -> None:
        x, y = place
        pressed = {"button": "left", "buttons": 1, "clickCount": 1, "force": force}
        self._devtools.send(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": x, "y": y, "pointerType": "pen", **pressed},
        )
