"""How a take looks, kept beside its audio: a browser would have to decode all of it for that."""

import json
from collections.abc import Sequence
from io import BytesIO

from annotation import storage
from annotation.models import Recording
from annotation.services.voices import drop_if_deleted

COUNT = 1200  # more than any panel has pixels for


def keep_peaks(*, recording: Recording, peaks: Sequence[float], duration_s: float) -> None:
    """Keep how loud each stretch is, and how long the sound lasts. It goes with the voice."""
    kept = json.dumps({"peaks": list(peaks), "duration_s": duration_s}).encode()
    storage.put_private(peaks_key(recording), BytesIO(kept), "application/json")
    drop_if_deleted(recording)


def peaks_key(recording: Recording) -> str:
    return f"recordings/{recording.pk}/peaks"
