"""Tokens of programs, and people's consent to being recorded."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Token(models.Model):
    """A program's key: shown once, stored as its sha256, scoped and expiring."""

    class Scope(models.TextChoices):
        READ = "read"
        WRITE = "write"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens"
    )
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)  # what the owner recognises it by
    digest = models.CharField(max_length=64, unique=True)  # sha256 hex of the whole token
    scope = models.CharField(max_length=5, choices=Scope)
    # Null: all that its owner belongs to. Ids, which no deletion takes out: rows of a table between
    # would go with their projects, and none left looks like none chosen.
    project_ids = ArrayField(models.BigIntegerField(), null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="token_is_of_all_projects_or_of_some",
                condition=Q(project_ids=None) | Q(project_ids__len__gt=0),
            )
        ]

    def __str__(self) -> str:
        return f"token {self.prefix}…"


class Consent(models.Model):
    """A person's agreement to voice recording, by one version of the text. Rows are kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="voice_consents"
    )
    version = models.PositiveSmallIntegerField(db_default=1)  # of annotation.voice_terms
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="consent_once_to_a_version",
                fields=["user", "version"],
                condition=Q(withdrawn_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"consent of user {self.user_id} to version {self.version}"
