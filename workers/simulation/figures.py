"""Which figures are told of a round, and where they stand in its JSON: today's or an older run's.

What a run's own tables show and what several runs are laid side by side by is the same. Light.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from engine.segmentation.frame import SIZES

Row: TypeAlias = Mapping[str, Any]  # one round, as JSON has it
Value: TypeAlias = float | bool | str | None  # None: it was not measured
NOTHING: Final = "nothing"  # where a verifier can promise nothing

_COUNTS: Final = (
    *("images", "verdicts", "settled", "accepted", "relabelled"),
    *("masks", "clicks", "strokes"),
)
_SHARE: Final = 3  # digits after the point
_MEAN: Final = 2
_COUNT: Final = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a round."""

    name: str
    read: Callable[[Row], Value]
    digits: int = _SHARE

    def told(self, value: Value) -> str:
        """Write it down."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if value is None or isinstance(value, str):
            return value or ""
        return f"{value:.{self.digits}f}"


@dataclass(frozen=True, slots=True)
class Part:
    """Figures that belong together: one table."""

    title: str
    figures: Sequence[Figure]


def parts_of(rows: Sequence[Row]) -> list[Part]:
    """Return all figures that any of the rounds has, of one run or several."""
    objects, proposed_on, rehearsed_on = (
        _span(rows, path)
        for path in (("holdout", "objects"), ("holdout", "ap_images"), ("rehearsed", "images"))
    )
    parts = [
        Part(f"clicks on {objects} objects of the holdout", _clicks(rows)),
        Part(f"automatic proposals on {proposed_on} images of the holdout", _proposals()),
        *(
            Part(f"accepted by itself at a promise of {100 * promise:.0f} %", _promise(promise))
            for promise in _promises(rows)
        ),
        Part(f"simulated effort, rehearsed on {rehearsed_on} images of the holdout", _effort()),
        Part("rehearsed, by queue", _by_queue("rehearsed_by_queue", rows)),
        Part("worked through, by queue", _by_queue("effort", rows)),
    ]
    known = (Part(part.title, [*_measured(part.figures, rows)]) for part in parts)
    return [part for part in known if part.figures]


def _span(rows: Sequence[Row], path: Sequence[str]) -> str:
    counts = {count for row in rows if (count := _walk(row, path)) is not None}
    least, most = min(counts, default=0), max(counts, default=0)
    return str(most) if least == most else f"{least} to {most}"


def _measured(figures: Iterable[Figure], rows: Sequence[Row]) -> Iterable[Figure]:
    return (each for each in figures if any(each.read(row) is not None for row in rows))


def _clicks(rows: Sequence[Row]) -> list[Figure]:
    extras = dict.fromkeys(name for row in rows for name in row.get("also", {}))
    return [
        Figure("promoted", _at("promoted")),
        Figure("mIoU@1", _at("holdout", "miou_1")),
        *_by_size("mIoU@1", "by_size", "miou_1"),
        Figure("mIoU@3", _at("holdout", "miou_3")),
        Figure("mIoU@5", _at("holdout", "miou_5")),
        Figure("NoC@85", _at("holdout", "noc_85"), _MEAN),
        *_by_size("NoC@85", "by_size", "noc_85", _MEAN),
        Figure("NoC@90", _at("holdout", "noc_90"), _MEAN),
        *(Figure(f"{name} mIoU@1", _at("also", name, "miou_1")) for name in extras),
    ]


def _proposals() -> list[Figure]:
    return [
        Figure("AP50", _at("holdout", "ap_50")),
        *_by_size("AP50", "ap_by_size", "ap_50"),
        Figure("AP75", _at("holdout", "ap_75")),
        *_by_size("AP75", "ap_by_size", "ap_75"),
        Figure("verifier's calibration error", _at("holdout", "calibration_error")),
        Figure("of it by chance", _at("holdout", "calibration_by_chance")),
        Figure("labels right", _ratio(("holdout", "labels"), "right", "masks")),
    ]


def _by_size(figure: str, part: str, key: str, digits: int = _SHARE) -> list[Figure]:
    return [
        Figure(f"{figure} {size}", _at("holdout", part, size, key), digits) for size, _ in SIZES
    ]


def _promises(rows: Sequence[Row]) -> list[float]:
    return [*dict.fromkeys(each["promise"] for row in rows for each in _kept(row))]


def _kept(row: Row) -> list[Mapping[str, Any]]:
    kept: list[Mapping[str, Any]] = row["holdout"].get("promises", [])
    return kept


def _promise(promise: float) -> list[Figure]:
    def of(*path: str) -> Callable[[Row], Value]:
        def read(row: Row) -> Value:
            kept = {each["promise"]: each for each in _kept(row)}
            value: Value = _walk(kept.get(promise), path)
            return value

        return read

    def threshold(row: Row) -> Value:
        value, is_measured = of("threshold")(row), of("proposals")(row) is not None
        return NOTHING if value is None and is_measured else value

    return [
        Figure("from score", threshold),
        Figure("proposals", of("proposals"), _COUNT),
        Figure("accepted", of("taken"), _COUNT),
        Figure("right", of("precision", "share")),
        Figure("at least", of("precision", "low")),
        Figure("at most", of("precision", "high")),
        Figure("verdicts saved", of("saved")),
    ]


def _effort() -> list[Figure]:
    rehearsed = ("rehearsed",)
    return [
        Figure("rehearsed untouched", _ratio(rehearsed, "accepted", "settled")),
        Figure("rehearsed clicks / mask", _ratio(rehearsed, "clicks", "masks")),
        Figure("rehearsed strokes / mask", _ratio(rehearsed, "strokes", "masks")),
        Figure("masks", lambda row: row.get("masks_finished") or None, _COUNT),
        Figure("untouched", _at("accepted_untouched")),
        Figure("clicks / mask", _at("clicks_per_mask")),
        Figure("strokes / mask", _at("strokes_per_mask")),
        Figure("accepted when verified", _ratio(("effort", "verify"), "accepted", "verdicts")),
    ]


def _by_queue(part: str, rows: Sequence[Row]) -> list[Figure]:
    """Count what was done in each queue; nothing where one pass does all."""
    queues = list(dict.fromkeys(name for row in rows for name in row.get(part, {})))
    if len(queues) == 1:
        return []
    every = (
        Figure(f"{queue} {name}", _at(part, queue, name), _COUNT)
        for queue in queues
        for name in _COUNTS
    )
    return [each for each in every if any(each.read(row) for row in rows)]


def _at(*path: str) -> Callable[[Row], Value]:
    return lambda row: _walk(row, path)


def _ratio(path: Sequence[str], part: str, whole: str) -> Callable[[Row], Value]:
    """Divide two counts that stand beside each other."""

    def read(row: Row) -> Value:
        counts = _walk(row, path)
        return counts[part] / counts[whole] if counts and counts[whole] else None

    return read


def _walk(value: Any, path: Sequence[str]) -> Any:  # noqa: ANN401  # JSON
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
