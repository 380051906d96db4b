"""Which mask a phrase speaks of: by its label's name, by the pointer, or by both.

A label that the phrase names is half of the evidence, the pointer the other half. The pointer alone
links what nothing names; a mask that bears another name needs more of it, and one whose label the
phrase would have named, had it meant it, gets none.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.speech.grounding.names import is_same_name, may_name
from engine.speech.grounding.phrases import Phrase
from engine.speech.grounding.pointer import Pointer, Reach, Votes
from engine.speech.grounding.scene import Floats, Scene
from engine.speech.transcript import Word

LEAST: Final = 0.3  # of the evidence, for a link
_NAMED: Final = 0.5
_UNLABELLED: Final = 0.9  # of the pointer's votes
_OTHERWISE_NAMED: Final = 0.5
_LARGE: Final = 0.25  # of the image: the pointer is over such a mask whatever it means
_OF_LARGE: Final = 0.5
_ALSO_MEANT: Final = 0.2  # of the votes, for a second mask of a plural
_AGAIN: Final = 0.8  # of the score of the phrase that named it first


@dataclass(frozen=True, slots=True)
class Link:
    """What one phrase speaks of: masks, or a place where no mask is, or nothing known."""

    masks: tuple[str, ...]  # the surest first; several only for a plural
    place_xy: tuple[float, float] | None  # where the pointer was, image pixels
    score: float  # 0 to 1, of the masks or, without them, of the place


def link_phrases(
    phrases: Sequence[Phrase],
    words: Sequence[Word],
    scene: Scene,
    pointer: Pointer,
    reach: Reach,
    names: Collection[str],
) -> list[Link]:
    """Return one link for each phrase, in their order. `names` are all labels of the project."""
    votes = pointer.votes(spans_of(phrases, words), reach)
    links: list[Link] = []
    for at, phrase in enumerate(phrases):
        link = _linked(phrase, scene, votes, at, names)
        if not link.masks and phrase.is_definite:
            link = _said_before(phrase, phrases[:at], links) or link
        links.append(link)
    return links


def spans_of(phrases: Sequence[Phrase], words: Sequence[Word]) -> Floats:
    """Return when the noun of each phrase was said, (K, 2) seconds.

    By then the pointer has arrived: over the words before it, it is still on its way.
    """
    spans = [(words[_noun_at(each)].start_s, words[each.end - 1].end_s) for each in phrases]
    return np.array(spans, np.float64).reshape(-1, 2)


def _noun_at(phrase: Phrase) -> int:
    return max(phrase.first, phrase.end - len(phrase.noun.split()))


def _linked(phrase: Phrase, scene: Scene, votes: Votes, at: int, names: Collection[str]) -> Link:
    shares = votes.shares[at]
    is_named = np.array(
        [mask.label is not None and may_name(phrase.noun, mask.label) for mask in scene.masks],
        np.bool_,
    )
    scores = np.where(
        is_named, _scores_of_named(shares, is_named), shares * _trust(phrase, scene, names)
    )
    place = _place(votes, at)
    if not scores.size or (scores.max() < LEAST and not is_named.any()):
        return Link((), place, float(votes.presence[at]) if place else 0.0)
    best = int(scores.argmax())
    chosen = _all_of(phrase, best, shares, scores, is_named) if phrase.is_plural else [best]
    score = float(np.clip(scores[chosen].max(), 0, 1))
    if len(chosen) > 1 and is_named[best]:  # all of them: the pointer need not tell them apart
        score = float(np.clip(_NAMED + (1 - _NAMED) * shares[chosen].sum(), 0, 1))
    return Link(tuple(scene.masks[each].id for each in chosen), place, score)


def _scores_of_named(shares: Floats, is_named: npt.NDArray[np.bool_]) -> Floats:
    """Half for the name, shared by all that bear it; half for the pointer, which picks one."""
    among = np.where(is_named, shares, 0.0)
    total = float(among.sum())
    picked = among / total if total >= _ALSO_MEANT else among
    return _NAMED / max(1, int(is_named.sum())) + (1 - _NAMED) * picked


def _trust(phrase: Phrase, scene: Scene, names: Collection[str]) -> Floats:
    """How much the pointer alone says, (N,), over masks that the phrase does not name."""
    is_labelled = np.array([mask.label is not None for mask in scene.masks], np.bool_)
    has_a_label = any(is_same_name(phrase.noun, name) for name in names)
    trust = np.where(is_labelled, 0.0 if has_a_label else _OTHERWISE_NAMED, _UNLABELLED)
    is_large = scene.areas_px > _LARGE * max(1, scene.image_px)
    return np.where(is_labelled & is_large, trust * _OF_LARGE, trust)


def _all_of(
    phrase: Phrase,
    best: int,
    shares: Floats,
    scores: Floats,
    is_named: npt.NDArray[np.bool_],
) -> list[int]:
    """Return the masks of a plural: as many as were counted, else all that are named or shown."""
    if not is_named[best]:
        also = (shares >= _ALSO_MEANT) & (scores >= scores[best] / 2) & ~is_named
        return [int(each) for each in np.argsort(-scores, kind="stable") if also[each]] or [best]
    ranked = [int(each) for each in np.argsort(-scores, kind="stable") if is_named[each]]
    shown = int((is_named & (shares >= _ALSO_MEANT / 2)).sum())
    is_counted = phrase.count is not None and phrase.count < len(ranked)
    return ranked[: phrase.count] if is_counted and shown else ranked


def _said_before(phrase: Phrase, earlier: Sequence[Phrase], links: Sequence[Link]) -> Link | None:
    """Return the link of the last phrase that named the same and found a mask."""
    for before, link in zip(reversed(earlier), reversed(links), strict=True):
        if link.masks and is_same_name(before.noun, phrase.noun):
            return replace(link, score=_AGAIN * link.score)
    return None


def _place(votes: Votes, at: int) -> tuple[float, float] | None:
    x, y = votes.place_xy[at]
    return None if np.isnan(x) else (round(float(x), 1), round(float(y), 1))
