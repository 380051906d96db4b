"""Webhooks of a person's projects, and what became of what they were told."""

from django.db.models import OuterRef, QuerySet, Subquery

from annotation.models import Webhook, WebhookDelivery
from annotation.selectors.access import Person, rows_for


def webhooks_for(user: Person) -> QuerySet[Webhook]:
    """Webhooks of the person's projects.

    `last_state` is that of what each was told last; None: it was told nothing yet.
    """
    rows = rows_for(Webhook.objects.filter(project__deleted_at=None), user=user)
    told = WebhookDelivery.objects.filter(webhook=OuterRef("pk")).order_by("-created_at", "-pk")
    last_state = Subquery(told.values("state")[:1])
    return rows.annotate(last_state=last_state)


def deliveries_for(user: Person) -> QuerySet[WebhookDelivery]:
    """What the webhooks of the person's projects were told."""
    rows = WebhookDelivery.objects.filter(webhook__project__deleted_at=None)
    return rows_for(rows.select_related("webhook"), user=user, path="webhook__project")
