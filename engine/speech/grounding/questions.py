"""What the describer or the annotator is asked: things without a mask, masks without a word."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.speech.grounding.links import Link
from engine.speech.grounding.names import is_same_name, may_name
from engine.speech.grounding.phrases import Phrase
from engine.speech.grounding.scene import Scene


@dataclass(frozen=True, slots=True)
class NoMask:
    """A thing that was spoken of and has no mask."""

    phrase: int
    place_xy: tuple[float, float] | None  # where the pointer was, image pixels


def without_mask(phrases: Sequence[Phrase], links: Sequence[Link]) -> list[NoMask]:
    """Ask once for each thing: "the bucket" is "a red bucket" that was named before."""
    asked: list[NoMask] = []
    for at, (phrase, link) in enumerate(zip(phrases, links, strict=True)):
        if link.masks:
            continue
        is_known = phrase.is_definite and any(
            is_same_name(phrases[each.phrase].noun, phrase.noun) for each in asked
        )
        if not is_known:
            asked.append(NoMask(at, link.place_xy))
    return asked


def answers_to(phrase: Phrase, place_xy: Sequence[float] | None, scene: Scene) -> list[str]:
    """Return the masks that answer a question now, as they were drawn since it was asked.

    They bear the name that was said; of several, a single thing's is the one where the pointer
    was. A mask without a label answers where it lies under that place.
    """
    named = [mask.id for mask in scene.masks if mask.label and may_name(phrase.noun, mask.label)]
    if named and (phrase.is_plural or len(named) == 1):
        return named
    if place_xy is None:
        return []
    [under] = scene.under(np.array([place_xy], np.float64))
    there = [
        mask.id
        for at, mask in enumerate(scene.masks)
        if under[at] and (mask.id in named or (not named and mask.label is None))
    ]
    return sorted(there, key=lambda each: float(scene.areas_px[scene.index[each]]))[:1]


def unmentioned(links: Sequence[Link], scene: Scene) -> list[str]:
    """Return the ids of masks that nobody spoke of; parts go with their whole."""
    spoken = {each for link in links for each in link.masks}
    spoken |= {mask.parent for mask in scene.masks if mask.id in spoken and mask.parent is not None}
    return [
        mask.id
        for mask in scene.masks
        if mask.id not in spoken and (mask.parent is None or mask.parent not in scene.index)
    ]
