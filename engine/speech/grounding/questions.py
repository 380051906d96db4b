"""What the describer or the annotator is asked: things without a mask, masks without a word."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.speech.grounding.links import Link
from engine.speech.grounding.names import is_same_name
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


def unmentioned(links: Sequence[Link], scene: Scene) -> list[str]:
    """Return the ids of masks that nobody spoke of; parts go with their whole."""
    spoken = {each for link in links for each in link.masks}
    spoken |= {mask.parent for mask in scene.masks if mask.id in spoken and mask.parent is not None}
    return [
        mask.id
        for mask in scene.masks
        if mask.id not in spoken and (mask.parent is None or mask.parent not in scene.index)
    ]
