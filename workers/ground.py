"""Link what a transcript says to the masks of its image, and keep the phrases and links."""

from annotation.models import Transcript
from annotation.selectors.grounding import label_names, named_masks, words_of
from annotation.services.grounding import save_grounding
from annotation.services.jobs import fenced
from engine.speech.grounding.ground import RULES, ground
from engine.speech.grounding.pointer import read_trace
from workers.lease import Lease
from workers.reach import reach_of


def ground_transcript(lease: Lease) -> None:
    """Ground one transcript. Run again, it keeps what people have said meanwhile."""
    transcript = Transcript.objects.select_related("recording__image").get(
        pk=str(lease.claim.args["transcript_id"])
    )
    recording = transcript.recording
    lease.report(0, 1, "Linking words to masks")
    # A typed text has no times, so where the pointer was says nothing about its words.
    trace = read_trace(recording.trace if transcript.words else [])
    grounded = ground(
        words_of(transcript),
        trace,
        named_masks(recording.image_id),
        label_names(recording.image.project_id),
        reach=reach_of(recording.image.project_id),
    )
    with fenced(lease.claim):
        save_grounding(
            transcript=transcript,
            phrases=grounded.phrases,
            links=grounded.links,
            asked={question.phrase for question in grounded.without_mask},
            rules=RULES,
        )
