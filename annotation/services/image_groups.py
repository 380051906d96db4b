"""By what the images of an import belong together, so that no split comes between them.

Images that are there already keep the group that they have, or none, unless a manager gives them
one, see given_groups.py: with another one they are drawn anew for val, and might have others of it
on the other side of the holdout.
"""

from typing import Final

from annotation.errors import InvalidInputError
from engine.datasets.grouping import MAX_GROUP, check_group_by, group_of
from engine.datasets.sample import Sample

GROUPED: Final = "images of a group"  # that are new, as people are told


def checked_group_by(group_by: str) -> str:
    """Return what somebody wants images to be grouped by, without the spaces around it.

    Raises:
        InvalidInputError: engine.datasets.grouping does not know it.

    """
    told = group_by.strip()
    try:
        check_group_by(told)
    except ValueError as error:
        raise InvalidInputError(str(error), field="group_by") from None
    return told


def group_told(sample: Sample, group_by: str) -> str:
    """Return the group that a dataset's own files tell of an image, or else its name."""
    return (sample.group or "")[:MAX_GROUP] or group_of(sample.file_name, group_by)
