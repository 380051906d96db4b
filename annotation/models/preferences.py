"""What a person has chosen for themselves, which follows them from browser to browser."""

from django.conf import settings
from django.db import models


class Preferences(models.Model):
    """One row for each person who has chosen anything; it goes with the person."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences"
    )
    values = models.JSONField(default=dict)  # objects by the names in api/preferences.py
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"preferences of user {self.user_id}"
