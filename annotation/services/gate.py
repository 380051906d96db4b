"""The gate: what a candidate must show on the blind holdout before people work with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

# Of a bundle's parts, on screen.
NAMES: Final = {"masks": "Masks", "labels": "Labels", "captions": "Descriptions"}
FEWEST_OBJECTS: Final = 20
TOLERANCE: Final = 0.01  # IoU; what may be lost by chance, or at more clicks
GROUP_TOLERANCE: Final = 0.05  # IoU that one size or other project may lose, if not surely
BEARABLE: Final = 0.02  # IoU that one of them may surely lose
FEWEST_PROPOSED: Final = 8  # images, before their AP50 says more than whether it collapsed
PROPOSALS_TOLERANCE: Final = 0.05  # AP50
COLLAPSE: Final = 0.5  # of the AP50 that was there, lost on fewer images


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to promote, and the reason in words."""

    is_promoted: bool
    reason: str


def together(verdicts: Mapping[str, Verdict]) -> Verdict:
    """Promote the parts that passed, if any; the reason has a sentence for each part."""
    is_promoted = any(verdict.is_promoted for verdict in verdicts.values())
    if len(verdicts) == 1:
        return next(iter(verdicts.values()))
    sentences = [
        f"{NAMES[part]} {verdict.reason[0].lower()}{verdict.reason[1:]}"
        for part, verdict in verdicts.items()
    ]
    return Verdict(is_promoted=is_promoted, reason=" ".join(sentences))


def judge(
    *,
    serving: Mapping[str, float] | None,
    candidate: Mapping[str, float] | None,
    difference: Mapping[str, Any] | None,
    also: Sequence[Mapping[str, Any]] = (),
) -> Verdict:
    """Promote what is better at one click, surely not worse, and no worse at three and five.

    Or what surely reaches a good mask in fewer clicks, and loses nothing at one. In either case
    more clicks may not surely be needed, and no size of objects may pay for the others, no other
    project that it must not forget, and no proposals: from masks of other images a decoder learned
    how large nuclei are, +0.053 IoU at one click, and its prompt head to look where none are, AP50
    0.377 to 0.013.

    A size may lose a little at one click: medium nuclei surely lost 0.019 in a round that took
    them from 2.9 clicks to 2.6, which is less work for people.

    `difference` has the paired bootstrap of IoU at one click: mean, low and high (95 %), the same
    of `clicks` to an IoU of 0.85, and of both `by_size` with its `objects`. `also` has the name of
    each other project, its `version`, if any was cut, its `objects` and their difference at one
    click. Where there is none, or too few objects to judge by, there or of a size here, the reason
    says so: a check that somebody wanted has not been made.
    """
    verdict = _judged(serving, candidate, difference, also)
    sizes = difference["by_size"] if candidate and difference and _are_enough(candidate) else {}
    unjudged = [
        why
        for other in also
        if (why := why_not_judged(other["name"], other["version"] and other["objects"]))
    ]
    return replace(verdict, reason=" ".join([verdict.reason, *_sizes_not_judged(sizes), *unjudged]))


def _sizes_not_judged(by_size: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Say of which sizes it cannot be told whether they pay for the others, and why."""
    for size, group in by_size.items():
        if not _are_enough(group):
            yield (
                f"{size.capitalize()} objects cannot judge it by themselves, with "
                f"{group['objects']} of the {FEWEST_OBJECTS} on finished held-out images that this "
                "takes."
            )


def _are_enough(group: Mapping[str, Any]) -> bool:
    return bool(group["objects"] >= FEWEST_OBJECTS)


def why_not_judged(name: str, objects: int | None) -> str | None:
    """Say why another project cannot tell whether a candidate forgets it, by what would mend it.

    None where it can. `objects` of its holdout are there; None: no version of it was cut.
    """
    if objects is None:
        return f"{name} cannot judge it: no version of that project was cut."
    if objects < FEWEST_OBJECTS:
        return (
            f"{name} cannot judge it, with {objects} of the {FEWEST_OBJECTS} objects on finished "
            "held-out images that this takes."
        )
    return None


def _judged(
    serving: Mapping[str, float] | None,
    candidate: Mapping[str, float] | None,
    difference: Mapping[str, Any] | None,
    also: Sequence[Mapping[str, Any]],
) -> Verdict:
    if serving is None or candidate is None or difference is None:
        return _refused("no finished holdout image has a mask yet, so nothing can judge it.")
    objects = int(candidate["objects"])
    change = f"{_change(difference)} on {objects} holdout objects"
    if objects < FEWEST_OBJECTS:
        more = f"finish held-out images until at least {FEWEST_OBJECTS} are there"
        return _refused(f"{objects} holdout objects are too few to judge by: {more} ({change}).")
    loss = _loss(serving, candidate, difference) or _forgotten(also)
    if loss is not None:
        return _refused(f"{loss} ({change}).")
    if difference["mean"] > 0 and difference["low"] >= -TOLERANCE:
        return Verdict(is_promoted=True, reason=f"Promoted: {change}.")
    saved = difference["clicks"]
    if difference["mean"] >= -TOLERANCE and saved["high"] < 0:
        fewer = f"{-saved['mean']:.2f} clicks fewer to IoU 0.85"
        return Verdict(is_promoted=True, reason=f"Promoted: {fewer} ({change}).")
    return _refused(f"not surely better ({change}).")


def _loss(
    serving: Mapping[str, float],
    candidate: Mapping[str, float],
    difference: Mapping[str, Any],
) -> str | None:
    """Say what a candidate pays its gain with, if anything."""
    for name, clicks in (("miou_3", "three"), ("miou_5", "five")):
        lost = serving[name] - candidate[name]
        if lost > TOLERANCE:
            return f"{lost:.3f} IoU lost at {clicks} clicks"
    if difference["clicks"]["low"] > 0:
        return _more(difference["clicks"])
    if _has_worse_proposals(serving, candidate):
        return f"proposals are worse, AP50 {serving['ap_50']:.3f} to {candidate['ap_50']:.3f}"
    for size, group in difference["by_size"].items():
        if _are_enough(group) and (paid := _paid(group)):
            return f"{size} objects pay for the others, {paid} on {group['objects']}"
    return None


def _has_worse_proposals(serving: Mapping[str, float], candidate: Mapping[str, float]) -> bool:
    images = candidate.get("ap_images", 0)
    if not images:
        return False
    lost = serving["ap_50"] - candidate["ap_50"]
    borne = 0.0 if images >= FEWEST_PROPOSED else COLLAPSE * serving["ap_50"]
    return lost > max(borne, PROPOSALS_TOLERANCE)


def _paid(group: Mapping[str, Any]) -> str | None:
    """Say what objects of one size lose, if more than they can bear."""
    if _is_worse(group):
        return _change(group)
    if group["clicks"]["low"] > 0:
        return _more(group["clicks"])
    return None


def _forgotten(also: Sequence[Mapping[str, Any]]) -> str | None:
    """Say what a candidate has forgotten of other projects, if anything."""
    for other in also:
        if other["objects"] >= FEWEST_OBJECTS and _is_worse(other["difference"]):
            lost = f"{-other['difference']['mean']:.3f} IoU lost at one click"
            return (
                f"{lost} on {other['objects']} objects of {other['name']}, which it must not forget"
            )
    return None


def _is_worse(group: Mapping[str, float]) -> bool:
    """Tell whether more than what can be borne is lost surely, or too much on average."""
    return (group["high"] < 0 and group["mean"] < -BEARABLE) or group["mean"] < -GROUP_TOLERANCE


def _more(clicks: Mapping[str, float]) -> str:
    return f"{clicks['mean']:.2f} clicks more to IoU 0.85"


def _change(difference: Mapping[str, float]) -> str:
    mean, low, high = (difference[name] for name in ("mean", "low", "high"))
    return f"{mean:+.3f} IoU at one click [{low:+.3f}, {high:+.3f}]"


def _refused(reason: str) -> Verdict:
    return Verdict(is_promoted=False, reason=f"Not promoted: {reason}")
