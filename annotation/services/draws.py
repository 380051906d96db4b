"""What falls on an image by chance: drawn by hash, so that it falls the same way for ever."""

import hashlib

from annotation.models import Project


def is_drawn_for_holdout(key: str, *, share: float) -> bool:
    """Draw by hash, so that an image, or all of one group, falls on the same side for ever."""
    return _drawn(f"holdout {key}") < share


def is_drawn_for_control(sha256: str, *, project: Project) -> bool:
    """Draw by hash the images whose proposed caption nobody sees.

    A larger share only adds to the images that were drawn before.
    """
    return _drawn(f"caption control {sha256}") < project.caption_control_share


def people_for(sha256: str, *, project: Project) -> int:
    """How many people do an image: `overlap` a share of them, drawn by hash, and one the others.

    A larger share only adds to the images that were drawn before.
    """
    return project.overlap if _drawn(f"overlap {sha256}") < project.overlap_share else 1


def _drawn(key: str) -> float:
    """Return a number of [0, 1), uniform over keys: 53 bits, so that none rounds to 1."""
    return (int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 11) / 2**53
