"""A round's verifier: it learns what people would make of what the round's own decoder proposes."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import structlog

from annotation.selectors.verdicts import distrusted_images, judged_proposals
from engine.canonical import canonical_json
from engine.map_in_order import map_in_order
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.proposals import MaskProposal
from engine.verification.verifier_training import JudgedProposal, judge_by_masks, train_verifier
from engine.whole_file import whole_file
from workers.watch import Watch

MOST_IMAGES: Final = 100  # some 2 s each
Propose: TypeAlias = Callable[[AnnotatedImage], Sequence[MaskProposal]]

log = structlog.get_logger(__name__)


def freeze_verdicts(project_id: int, path: Path) -> None:
    """Write what people have decided so far: more is decided before anybody makes this anew."""
    known = {
        "distrusted": sorted(distrusted_images(project_id)),
        "verdicts": [each._asdict() for each in judged_proposals(project_id)],
    }
    with whole_file(path) as scratch:
        scratch.write_bytes(canonical_json(known))


def learn_verifier(
    watch: Watch,
    verdicts: Path,
    images: Sequence[AnnotatedImage],
    propose: Propose,
    path: Path,
    *,
    threads: int,
) -> bool:
    """Train a verifier and write it at `path`, whole or not at all.

    False where there is too little to learn from.

    It learns from what `propose` finds on finished images, judged by their masks: verdicts were
    given on what older decoders had proposed, which were sure of other things. Of 1,877 proposals
    on 40 images of the holdout, a verifier that knew 12 images this way had a calibration error of
    0.05; one that knew the verdicts on as many, of 0.24. The verdicts tell how far to trust it.

    Args:
        verdicts: what `freeze_verdicts` wrote.
        images: finished ones, in an order by chance.
        threads: that propose on an image each.

    """
    frozen = json.loads(verdicts.read_bytes())
    distrusted = set(frozen["distrusted"])
    known = [each for each in images if each.key not in distrusted][:MOST_IMAGES]
    own: list[JudgedProposal] = []

    def judge(image: AnnotatedImage) -> list[JudgedProposal]:
        return judge_by_masks(image.key, propose(image), image.masks, image.size_hw)

    watch.report(0, len(known), "Learning what people accept")
    judged = map_in_order(judge, known, threads=threads)
    for done, (_, proposals) in enumerate(judged, start=1):
        own += proposals
        watch.report(done, len(known), "Learning what people accept")
    decided = [JudgedProposal(**each) for each in frozen["verdicts"]]
    verifier = train_verifier(own, decided)
    log.info("verifier_learned", proposals=len(own), verdicts=len(decided), is_one=bool(verifier))
    if verifier is None:
        return False
    with whole_file(path) as scratch:
        verifier.save(scratch)
    return True
