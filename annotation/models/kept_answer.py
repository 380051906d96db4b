"""What requests with an `Idempotency-Key` were answered, so that they may be sent again."""

from django.conf import settings
from django.db import models


class KeptAnswer(models.Model):
    """The answer to one request of one person, for a day; it goes with the person."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key_digest = models.CharField(max_length=64)  # sha256 hex of the key
    request_digest = models.CharField(max_length=64)  # sha256 hex of address and body
    status = models.PositiveSmallIntegerField(default=0)  # 0 only while it is being done
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="kept_answer_once_a_key", fields=["user", "key_digest"])
        ]
        indexes = [
            # Serves the daily clearing.
            models.Index(name="kept_answer_by_age", fields=["created_at"])
        ]

    def __str__(self) -> str:
        return f"answer {self.status} to user {self.user_id}"
