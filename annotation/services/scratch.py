"""Files for a while, that no name leads to."""

from tempfile import SpooledTemporaryFile
from typing import Final

from django.conf import settings

# Ordinary takes, of 60 to 90 s, stay in memory; a decoded one takes 64 kB a second.
MOST_HELD_BYTES: Final = 16 * 1024**2


def nameless_file() -> SpooledTemporaryFile[bytes]:
    """Open a file to write and read; it is gone once it is closed, or its process was killed.

    So nobody's voice is left behind. What grows large goes to the disk, under SCRATCH_DIR.
    """
    settings.SCRATCH_DIR.mkdir(parents=True, exist_ok=True)
    return SpooledTemporaryFile(max_size=MOST_HELD_BYTES, dir=str(settings.SCRATCH_DIR))
