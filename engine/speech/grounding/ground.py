"""The whole of it: a transcript, a trace and masks in; phrases with links, and questions, out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from engine.speech.grounding.contradictions import Contradiction, contradictions
from engine.speech.grounding.links import Link, link_phrases
from engine.speech.grounding.phrases import Phrase, Tagger, noun_phrases
from engine.speech.grounding.pointer import DEFAULT_REACH, Pointer, Reach, Trace
from engine.speech.grounding.questions import NoMask, unmentioned, without_mask
from engine.speech.grounding.scene import NamedMask, Scene
from engine.speech.grounding.tagger import tag_english
from engine.speech.transcript import Word

RULES: Final = "grounding-1"  # raised whenever the same words might be linked otherwise


@dataclass(frozen=True, slots=True)
class Grounded:
    """What a transcript says of the masks; `links` goes with `phrases`."""

    phrases: list[Phrase]
    links: list[Link]
    contradictions: list[Contradiction]
    without_mask: list[NoMask]
    unmentioned: list[str]  # ids of masks


def ground(
    words: Sequence[Word],
    trace: Trace,
    masks: Sequence[NamedMask],
    names: Collection[str],
    *,
    reach: Reach = DEFAULT_REACH,
    tag: Tagger = tag_english,
) -> Grounded:
    """Link the noun phrases of a transcript to an image's masks. Same input, same answer.

    Args:
        words: the transcript, on the recording's clock.
        trace: the pointer, on the same clock, in image pixels; may be empty.
        masks: all accepted masks of the image.
        names: all label names of the project, with masks here or not.
        reach: how far around a word the pointer speaks of it.
        tag: gives each word of a sentence its part of speech.

    """
    scene = Scene(masks)
    phrases = noun_phrases(words, names, tag)
    links = link_phrases(phrases, words, scene, Pointer(scene, trace), reach, names)
    return Grounded(
        phrases=phrases,
        links=links,
        contradictions=contradictions(phrases, links, words, scene),
        without_mask=without_mask(phrases, links),
        unmentioned=unmentioned(links, scene),
    )
