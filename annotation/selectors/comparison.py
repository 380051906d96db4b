"""Two bundles of a project on the blind holdout: what rounds measured of both, and its worth.

A figure belongs to the files that earned it: a bundle that has its masks from another does as well
at masks as that one. Where two rounds measured the two on one holdout, what each object came to is
in the store, and they are compared object by object as if one round had measured both.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, TypeAlias, TypedDict

from django.db.models import TextChoices

from annotation import storage
from annotation.models import Bundle, Round
from engine.segmentation.clicked_objects import ObjectClicks, compare, read_objects

Part = Bundle.Part
Makers: TypeAlias = frozenset[tuple[str, Any]]  # the files and thresholds that do a part's work


class Basis(TextChoices):
    """What two bundles' figures are of; what compares best comes first."""

    SAME_PART = "same_part"  # one part in both bundles
    PAIRED = "paired"  # object by object
    SAME_HOLDOUT = "same_holdout"  # of the same objects, and what each came to is not kept
    DIFFERENT_HOLDOUTS = "different_holdouts"  # or not known to be the same
    NOT_MEASURED = "not_measured"  # one of them, or both


_IN_PAIRS: Final = (Basis.PAIRED, Basis.SAME_HOLDOUT)
_NO_DIFFERENCE: Final = {"mean": 0.0, "low": 0.0, "high": 0.0}  # of a part from itself


class Compared(TypedDict):
    """What the figures of a part are of, and which rounds measured them."""

    basis: str
    before_round: int | None  # None: none did
    after_round: int | None


class Comparison(TypedDict):
    """Two bundles' figures in the form of a round's, `serving` being those of the one before.

    Their difference has an interval only where they were measured on the same objects.
    """

    metrics: dict[str, Any]
    masks: Compared
    captions: Compared


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a round measured of a part: what it trained, beside what served."""

    round: int
    served: Makers
    trained: Makers
    metrics: Mapping[str, Any]
    bundles: tuple[str, str]  # that were clicked with: what served, and what was trained

    def figures_of(self, makers: Makers) -> Mapping[str, Any] | None:
        """Return the figures of either side."""
        if makers == self.served:
            return self.metrics.get("serving")
        return self.metrics.get("candidate") if makers == self.trained else None

    def objects_of(self, makers: Makers) -> tuple[ObjectClicks, ...]:
        """Read from the store what each object came to; none where that is not kept."""
        bundle = self.bundles[0 if makers == self.served else 1]
        key = storage.evaluation_key(bundle, self.metrics["holdout"])
        try:
            return read_objects(json.loads(storage.get_bytes(key))["objects"])
        except storage.ObjectMissingError:
            return ()

    def difference_from(self, makers: Makers) -> Mapping[str, Any] | None:
        """Return the other side less this one, where they were compared object by object."""
        difference: Mapping[str, Any] | None = self.metrics.get("difference")
        return difference if difference is None or makers == self.served else _turned(difference)


def compare_bundles(project_id: int, before: Bundle, after: Bundle) -> Comparison:
    """Set what is known of two bundles side by side, in two queries.

    Raises:
        StorageUnavailableError: the store has objects of either, and does not answer.

    """
    rounds = Round.objects.filter(project_id=project_id, state__in=Round.JUDGED)
    judged = list(
        rounds.select_related("bundle", "trained_bundle")
        .defer("curve", "caption_curve", "examples")
        .order_by("-number")
    )
    bundles = Bundle.objects.in_bulk({each.judged_against for each in judged})
    compared, metrics = {}, {}
    for part in Part:
        measured = list(_measurements(judged, bundles, part))
        compared[part], metrics[part] = _compare(
            measured, _makers_of(before, part), _makers_of(after, part)
        )
    described = {"captions": metrics[Part.CAPTIONS]} if metrics[Part.CAPTIONS] else {}
    of_masks = _without_labels(metrics[Part.MASKS])
    is_of_labels = "labels" in metrics[Part.LABELS].get("difference", {})
    if is_of_labels and compared[Part.MASKS]["basis"] == Basis.SAME_PART:
        of_masks["difference"] = _NO_DIFFERENCE  # beside which that of the labels is told
    different = Basis.DIFFERENT_HOLDOUTS  # which is told of masks, and so has to be of both
    if compared[Part.LABELS]["basis"] != different or compared[Part.MASKS]["basis"] == different:
        of_masks = _with_labels(of_masks, metrics[Part.LABELS])
    return Comparison(
        metrics=of_masks | described,
        masks=compared[Part.MASKS],
        captions=compared[Part.CAPTIONS],
    )


def _without_labels(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what names masks: where a bundle has that from another, its figures are others."""
    return {
        side: {name: value for name, value in figures.items() if name != "labels"}
        for side, figures in metrics.items()
    }


def _with_labels(metrics: Mapping[str, Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """Add what names masks to each side of the masks that is known."""
    return {
        side: figures | {name: of for name, of in named.get(side, {}).items() if name == "labels"}
        for side, figures in metrics.items()
    }


def _makers_of(bundle: Bundle, part: str) -> Makers:
    thresholds = bundle.manifest["thresholds"] if part == Part.MASKS else {}
    return frozenset({**bundle.digests_of(part), **thresholds}.items())


def _measurements(
    judged: Sequence[Round], bundles: Mapping[str, Bundle], part: str
) -> Iterator[Measurement]:
    for each in judged:
        if each.trained is not None:
            is_of_captions = part == Part.CAPTIONS
            metrics = each.metrics.get("captions", {}) if is_of_captions else each.metrics
            yield Measurement(
                each.number,
                served=_makers_of(bundles[each.judged_against], part),
                trained=_makers_of(each.trained, part),
                metrics=metrics,
                bundles=(each.judged_against, metrics.get("measured", each.trained.pk)),
            )


def _compare(
    measured: Sequence[Measurement], before: Makers, after: Makers
) -> tuple[Compared, dict[str, Any]]:
    """Choose the measurements that compare best, the newest of those, and read their figures."""
    if not (before or after):
        measured = []  # no captioner in either
    one, other = min(
        product(_of(measured, before), _of(measured, after)),
        key=lambda pair: list(Basis).index(_basis(*pair, is_same=before == after)),
    )
    basis = _basis(one, other, is_same=before == after)
    difference = _difference(one, other, before, after) if basis in _IN_PAIRS else None
    if basis == Basis.SAME_HOLDOUT and difference:
        basis = Basis.PAIRED
    figures = {
        "serving": one and one.figures_of(before),
        "candidate": other and other.figures_of(after),
        "difference": difference,
    }
    compared = Compared(
        basis=basis,
        before_round=one.round if one else None,
        after_round=other.round if other else None,
    )
    return compared, {name: values for name, values in figures.items() if values}


def _difference(
    one: Measurement | None, other: Measurement | None, before: Makers, after: Makers
) -> Mapping[str, Any] | None:
    if one is None or other is None:
        return None
    if one is other:
        return one.difference_from(before)
    of_one, of_other = one.objects_of(before), other.objects_of(after)
    return compare(of_one, of_other) if of_one and of_other else None


def _of(measured: Sequence[Measurement], makers: Makers) -> list[Measurement | None]:
    return [each for each in measured if each.figures_of(makers)] or [None]


def _basis(one: Measurement | None, other: Measurement | None, *, is_same: bool) -> Basis:
    if one is None or other is None:
        return Basis.NOT_MEASURED
    if is_same:
        return Basis.SAME_PART
    if one is other:
        return Basis.PAIRED
    holdout = one.metrics.get("holdout")
    is_known = holdout is not None and holdout == other.metrics.get("holdout")
    return Basis.SAME_HOLDOUT if is_known else Basis.DIFFERENT_HOLDOUTS


def _turned(difference: Mapping[str, Any]) -> dict[str, Any]:
    """Write a difference, and those within it, as seen from the other side."""
    ends = {"mean": "mean", "low": "high", "high": "low"}
    return {
        **difference,
        **{name: -difference[end] for name, end in ends.items() if end in difference},
        **{name: _turned(inner) for name, inner in difference.items() if isinstance(inner, dict)},
    }
