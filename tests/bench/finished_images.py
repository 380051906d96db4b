"""Images of a project as rows alone, for benches that measure what is done with very many."""

import hashlib
from datetime import UTC, datetime

from annotation.models import Image, Project


def finished_image(project: Project, number: int, size_hw: tuple[int, int]) -> Image:
    """Return an image that is not saved yet, finished, of which no bytes are anywhere."""
    height, width = size_hw
    return Image(
        project=project,
        sha256=hashlib.sha256(f"{project.pk} {number}".encode()).hexdigest(),
        file_name=f"{number:06}.png",
        bytes=1,
        format="PNG",
        width=width,
        height=height,
        status=Image.Status.DONE,
        finished_at=datetime.now(UTC),
    )
