"""Webhooks of a person's projects, and what became of what they were told."""

from django.db.models import QuerySet

from annotation.models import Webhook
from annotation.selectors.access import Person, rows_for


def webhooks_for(user: Person) -> QuerySet[Webhook]:
    """Webhooks of the person's projects, the oldest first."""
    rows = rows_for(Webhook.objects.filter(project__deleted_at=None), user=user)
    return rows.order_by("created_at", "pk")
