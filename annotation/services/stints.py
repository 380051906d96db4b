"""What people spent at images, kept under their own names."""

from typing import Final

from django.contrib.auth.models import User

from annotation.models import Stint
from annotation.prepared import PreparedInsert

GIVEN_BACK: Final = {Stint.End.RELEASED, Stint.End.UNJUDGED}
_NEW_STINTS = PreparedInsert(Stint)


def keep_stint(*, image_id: int, user: User, ended_as: Stint.End, active_s: float) -> None:
    """Keep a stint that has just ended. To be called once for each, by whoever ended it.

    A place that was given back untouched is no work.
    """
    if active_s > 0 or ended_as not in GIVEN_BACK:
        stint = Stint(image_id=image_id, user=user, ended_as=ended_as, active_s=active_s)
        _NEW_STINTS.add([stint])
