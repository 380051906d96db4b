"""What falls on images and proposals by chance: by hash, so that it falls the same way for ever.

Who annotates knows an image's digest and the shares. What they are not told (arms, audits, captions
that nobody sees) is drawn with the project's salt, which no one is told either. The holdout is not:
versions follow from files alone. Nor is who does an image beside others, which is told anyway.
"""

import hashlib
from typing import Final
from uuid import UUID

from annotation.models import Image, Project

LEFT_TO_CHANCE: Final = 0.2  # of the images


def is_drawn_for_holdout(key: str, *, share: float) -> bool:
    """Draw by hash, so that an image, or all of one group, falls on the same side for ever."""
    return _drawn(f"holdout {key}") < share


def is_drawn_for_control(sha256: str, *, project: Project) -> bool:
    """Draw by hash the images whose proposed caption nobody sees.

    A larger share only adds to the images that were drawn before.
    """
    return _drawn(project.salted(f"caption control {sha256}")) < project.caption_control_share


def people_for(sha256: str, *, is_holdout: bool, project: Project) -> int:
    """How many people do an image: `overlap` a share of them, drawn by hash, and one the others.

    A larger share only adds to the images that were drawn before. Of the holdout more may do each.
    """
    drawn = project.overlap if _drawn(f"overlap {sha256}") < project.overlap_share else 1
    return max(drawn, project.holdout_people) if is_holdout else drawn


def arm_for(sha256: str, *, project: Project) -> Image.Arm:
    """Draw by hash whose proposals an image gets: none, or one of three bundles'.

    A larger share of one arm only adds to its images: those without proposals and of the previous
    bundle take none of each other's, and a candidate only what would be left to what serves.
    """
    drawn = _drawn(project.salted(f"arm {project.pk} {sha256}"))
    if drawn < project.without_proposals_share:
        return Image.Arm.NONE
    if drawn >= 1 - project.previous_bundle_share:
        return Image.Arm.PREVIOUS
    tried = _drawn(project.salted(f"trial {project.pk} {sha256}"))
    return Image.Arm.CANDIDATE if tried < project.candidate_bundle_share else Image.Arm.SERVING


def is_left_to_chance(sha256: str, *, project: Project) -> bool:
    """Draw by hash the images that come as they come, though a model chooses which come next."""
    return _drawn(project.salted(f"chance {sha256}")) < LEFT_TO_CHANCE


def is_drawn_for_audit(proposal_id: UUID, *, project: Project, share: float) -> bool:
    """Draw by hash the proposals that people decide though the model is sure enough of them."""
    return _drawn(project.salted(f"audit {proposal_id}")) < share


def _drawn(key: str) -> float:
    """Return a number of [0, 1), uniform over keys: 53 bits, so that none rounds to 1."""
    return (int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 11) / 2**53
