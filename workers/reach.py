"""How far a project's people point ahead of their words, learned from links that they confirmed."""

from functools import lru_cache
from typing import Final

from annotation.models import PhraseLink
from annotation.selectors.grounding import (
    confirmed_links,
    engine_phrase,
    named_masks,
    words_of,
)
from engine.speech.grounding.links import spans_of
from engine.speech.grounding.pointer import DEFAULT_REACH, Pointer, Reach, read_trace
from engine.speech.grounding.reach import Known, learn_reach
from engine.speech.grounding.scene import Scene

LEAST_LINKS: Final = 50  # below, chance decides
MOST_LINKS: Final = 200  # some seconds of work
LEAST_AGREEMENT: Final = 0.5  # below, these people hardly point
EVERY_LINKS: Final = 50  # it is learned anew


def reach_of(project_id: int) -> Reach:
    """Return the reach that fits the newest confirmed links; the default while there are few."""
    count = confirmed_links(project_id).count()
    return DEFAULT_REACH if count < LEAST_LINKS else _learned(project_id, count // EVERY_LINKS)


@lru_cache(maxsize=64)
def _learned(project_id: int, _age: int) -> Reach:
    links = confirmed_links(project_id)[:MOST_LINKS].iterator(chunk_size=10)
    corpus = [known for link in links if (known := _known(link)) is not None]
    if not corpus:
        return DEFAULT_REACH
    learned = learn_reach(corpus)
    return learned.reach if learned.agreement >= LEAST_AGREEMENT else DEFAULT_REACH


def _known(link: PhraseLink) -> Known | None:
    """Read one link with its trace; None where the mask is gone or nobody pointed."""
    transcript = link.phrase.transcript
    recording = transcript.recording
    scene = Scene(named_masks(recording.image_id))
    [mask] = link.masks
    if not recording.trace or str(mask) not in scene.index:
        return None
    spans = spans_of([engine_phrase(link.phrase)], words_of(transcript))
    return Known(Pointer(scene, read_trace(recording.trace)), spans, [scene.index[str(mask)]])
