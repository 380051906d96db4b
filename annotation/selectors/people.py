"""What belongs to a person alone."""

from django.contrib.auth.models import User
from django.db.models import QuerySet

from annotation.models import Token


def tokens_for(user: User) -> QuerySet[Token]:
    """Return the person's own tokens, the newest first."""
    return Token.objects.filter(user=user).order_by("-created_at", "-pk")
