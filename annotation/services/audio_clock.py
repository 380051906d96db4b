"""One clock for a take: its pointer and its cuts go by the sound, once that was decoded."""

from typing import Final
from uuid import UUID

import structlog
from django.db import transaction

from annotation.models import Recording
from engine.speech.audio_clock import clock_factor, scaled

TRACE_TIMES: Final = ("t",)
CUT_TIMES: Final = ("start_s", "end_s")
log = structlog.get_logger(__name__)


@transaction.atomic
def follow_audio(*, recording_id: UUID, audio_s: float) -> Recording:
    """Correct a take whose clock ran off its sound. Safe to repeat: then it lasts as long as that.

    Both lengths are logged, so that the times as they were can be had back.
    """
    locked = Recording.objects.select_for_update(no_key=True).get(pk=recording_id)
    factor = clock_factor(locked.duration_s, audio_s)
    if factor == 1:
        return locked
    log.info(
        "clock_drift_corrected",
        recording_id=str(recording_id),
        clock_s=locked.duration_s,
        audio_s=audio_s,
    )
    locked.duration_s = audio_s
    locked.trace = scaled(locked.trace, TRACE_TIMES, factor)
    locked.cuts = scaled(locked.cuts, CUT_TIMES, factor)
    locked.save(update_fields=["duration_s", "trace", "cuts"])
    return locked
