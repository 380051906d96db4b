"""Let a language model shorten what somebody said, and keep what it offers, or why it does not."""

import torch
from django.conf import settings

from annotation.models import Transcript
from annotation.selectors.shortenings import shortening_model
from annotation.services.jobs import fenced
from annotation.services.shortenings import save_shortening
from engine.speech.clean_by_model import Shortener
from workers.lease import Lease


def shorten_transcript(lease: Lease) -> None:
    """Shorten one transcript. The model goes again: it is large, and seldom asked."""
    transcript = Transcript.objects.get(pk=str(lease.claim.args["transcript_id"]))
    lease.report(0, 2, "Loading the language model")
    torch.set_num_threads(settings.TORCH_THREADS)
    shortener = Shortener(shortening_model())
    lease.report(1, 2, "Shortening the text")
    shortened = shortener.shorten(transcript.text)
    with fenced(lease.claim):
        save_shortening(
            transcript=transcript,
            maker=shortener.maker,
            text=shortened.text,
            refusal=shortened.refusal,
        )
