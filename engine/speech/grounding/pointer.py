"""Where the pointer was while something was said, and which masks that speaks for.

A pointer that rests sends no points, so a point stands for all the time until the next one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from engine.speech.grounding.scene import Floats, Scene

POINTING: Final = ("move", "click")  # kinds of a trace's points
MAX_POINTS: Final = 250_000  # a recorder notes 30 a second, and more for clicks, views, selections
STEP_S: Final = 0.05
LONGEST_REST_S: Final = 4.0  # after that the hand has left the mouse
CLICK_S: Final = 0.5  # a click counts as much as that long a rest
_SHORTEST_WINDOW_S: Final = 0.2
_LONGEST_SPAN_S: Final = 10.0  # nobody takes longer over a word, whatever its times say


@dataclass(frozen=True, slots=True)
class Reach:
    """How far around a word's span the pointer speaks of it.

    From `lead_s` before the word begins until `lag_s` after it ends; either may be negative.
    """

    lead_s: float
    lag_s: float


# People move to a thing before they name it, and off it while they speak on. Learned ones are
# better: `learn_reach`.
DEFAULT_REACH: Final = Reach(lead_s=0.4, lag_s=0.2)


@dataclass(frozen=True, slots=True)
class Trace:
    """The P points of a recording's pointer in order of time."""

    t_s: Floats  # (P,) on the recording's clock
    xy: Floats  # (P, 2) image pixels
    is_click: npt.NDArray[np.bool_]  # (P,)


@dataclass(frozen=True, slots=True)
class Votes:
    """What the pointer says of K spans."""

    shares: Floats  # (K, N) for each mask, at most 1 in sum
    presence: Floats  # (K,) share of the window in which a pointer was there at all
    place_xy: Floats  # (K, 2) the median place, image pixels; NaN without a pointer


def read_trace(points: Sequence[Mapping[str, Any]]) -> Trace:
    """Read a recording's trace, [{"t", "x", "y", "kind"}]: where the pointer was.

    Views and selections are no places of it; points that are no numbers go as well.
    """
    pointed = [point for point in points if point.get("kind", "move") in POINTING]
    rows = np.array([[p["t"], p["x"], p["y"]] for p in pointed], np.float64).reshape(-1, 3)
    clicks = np.array([p.get("kind") == "click" for p in pointed], np.bool_)
    is_finite = np.isfinite(rows).all(axis=1)
    rows, clicks = rows[is_finite], clicks[is_finite]
    order = np.argsort(rows[:, 0], kind="stable")
    return Trace(rows[order, 0], rows[order, 1:], clicks[order])


class Pointer:
    """A trace over a scene; which masks lie under its points is looked up once."""

    def __init__(self, scene: Scene, trace: Trace) -> None:
        self._trace = trace
        self._ballots = _ballots(scene, trace.xy)  # (P, N)

    def votes(self, spans_s: Floats, reach: Reach) -> Votes:
        """Count the votes of spans (K, 2), each from its first second to its last."""
        shares = np.zeros((len(spans_s), self._ballots.shape[1]))
        presence = np.zeros(len(spans_s))
        places = np.full((len(spans_s), 2), np.nan)
        for k, (start, end) in enumerate(spans_s):
            points, weights, presence[k] = self._weigh(float(start), float(end), reach)
            if not weights.size:
                continue
            shares[k] = weights @ self._ballots[points] / weights.sum()
            places[k] = [_median(self._trace.xy[points, axis], weights) for axis in (0, 1)]
        return Votes(shares, presence, places)

    def _weigh(
        self, start: float, end: float, reach: Reach
    ) -> tuple[npt.NDArray[np.int64], Floats, float]:
        """Return the points that count for a span, their weights in seconds, and the presence."""
        corners, heights = _window(start, end, reach)
        times = np.arange(corners[0] + STEP_S / 2, corners[-1], STEP_S)
        weights = np.interp(times, corners, heights)
        at = np.searchsorted(self._trace.t_s, times, side="right") - 1
        is_there = at >= 0
        is_there[is_there] = times[is_there] - self._trace.t_s[at[is_there]] <= LONGEST_REST_S
        clicks = np.flatnonzero(
            self._trace.is_click
            & (self._trace.t_s >= corners[0])
            & (self._trace.t_s <= corners[-1])
        )
        rested = float(weights[is_there].sum())
        presence = rested / float(weights.sum()) if weights.size else 0.0
        return (
            np.concatenate((at[is_there], clicks)),
            np.concatenate(
                (
                    weights[is_there] * STEP_S,
                    np.interp(self._trace.t_s[clicks], corners, heights) * CLICK_S,
                )
            ),
            presence,
        )


def _window(start: float, end: float, reach: Reach) -> tuple[list[float], list[float]]:
    """Return the corners of a window, full within the span and falling off towards its ends."""
    end = min(end, start + _LONGEST_SPAN_S)
    first, last = start - reach.lead_s, end + reach.lag_s
    if last - first < _SHORTEST_WINDOW_S:
        middle = (first + last) / 2
        first, last = middle - _SHORTEST_WINDOW_S / 2, middle + _SHORTEST_WINDOW_S / 2
    inner_first, inner_last = max(first, start), min(last, end)
    if inner_first > inner_last:  # the window lies wholly beside the span
        inner_first = inner_last = (first + last) / 2
    return [first, inner_first, inner_last, last], [
        float(inner_first <= first), 1.0, 1.0, float(inner_last >= last),
    ]  # fmt: skip


def _ballots(scene: Scene, points_xy: Floats) -> Floats:
    """Share each point's one vote among the masks under it, (P, N).

    A mask has one over the square root of its area, so that of a part in its whole the part gets
    most, and the whole still wins when the pointer goes all over it.
    """
    under = scene.under(points_xy) / np.sqrt(np.maximum(scene.areas_px, 1.0))
    total = under.sum(axis=1, keepdims=True)
    return under / np.where(total > 0, total, 1.0)


def _median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values)
    passed = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(passed, passed[-1] / 2)])
