"""What a person has chosen, kept with their account."""

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import transaction

from annotation.models import Preferences


@transaction.atomic
def keep_preferences(*, user: User, chosen: Mapping[str, object]) -> Preferences:
    """Keep each choice in place of the one of its name; the others stay.

    Two browsers may send at once: the row is locked, and of each name the last to come wins.
    """
    kept, _ = Preferences.objects.select_for_update().get_or_create(user=user)
    kept.values = {**kept.values, **chosen}
    kept.save()
    return kept
