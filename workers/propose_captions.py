"""Propose captions for images that nobody has described: the last step of their preparation.

It looks for its work by itself, so that it may run twice, be cancelled, or be killed and begin
again: what is done is not done again. Nothing on the holdout.
"""

from collections.abc import Sequence
from typing import Final

import torch
from django.conf import settings
from django.utils.module_loading import import_string

from annotation.models import Bundle, Image, Project
from annotation.selectors.caption_proposals import images_to_describe
from annotation.selectors.grounding import label_names
from annotation.services.caption_proposals import propose_caption
from annotation.services.jobs import fenced
from engine.speech.grounding.phrases import Phrase, noun_phrases
from engine.speech.grounding.tagger import tag_english
from engine.speech.transcript import Word
from workers.arms import hold_arm
from workers.captioning import captioner_of, described_image
from workers.lease import Lease

MESSAGE: Final = "Proposing descriptions"


def propose_captions_for_images(lease: Lease, project: Project, bundle: Bundle) -> None:
    """Let the bundle's captioner, if it has one, write of each image; some seconds for each.

    Raises:
        BundleLeftError: the bundle serves no more.

    """
    due = images_to_describe(project.pk, bundle)
    ids = list(due.values_list("pk", flat=True))
    captioner = captioner_of(bundle) if ids else None
    if captioner is None:
        return
    torch.set_num_threads(settings.TORCH_THREADS)
    # Imported only now: most preparations end before, and it takes seconds.
    propose_captions = import_string("engine.captioning.proposals.propose_captions")
    names = label_names(project.pk)
    for done, image_id in enumerate(ids):
        lease.report(done, len(ids), MESSAGE)
        image = Image.objects.get(pk=image_id)
        [found] = propose_captions(
            [described_image(image)], captioner=captioner, base=settings.CAPTION_BASE
        )
        # A network may write any byte, and PostgreSQL keeps no NUL.
        text = " ".join(found.text.replace("\0", " ").split())
        with fenced(lease.claim):
            hold_arm(bundle, Image.Arm.SERVING, project.pk)
            propose_caption(image=image, bundle=bundle, text=text, phrases=_phrases(text, names))
            # What stays due is described again by the next attempt, and that is no progress.
            if not due.filter(pk=image_id).exists():
                lease.count_anew()
    lease.report(len(ids), len(ids), MESSAGE)


def _phrases(text: str, names: Sequence[str]) -> list[Phrase]:
    """Find the words that may speak of masks; nobody said them, so they have no times."""
    return noun_phrases([Word(word, 0, 0, 1) for word in text.split()], names, tag_english)
