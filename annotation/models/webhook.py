"""Webhooks: who wants to be told what of a project, and the log of what they were told."""

from typing import Final
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from annotation.models.project import Project


class Webhook(models.Model):
    """An address that is told of some events of a project."""

    class Event(models.TextChoices):
        VERSION_CUT = "version.cut"
        EXPORT_ENDED = "export.ended"
        IMPORT_ENDED = "import.ended"
        ROUND_ENDED = "round.ended"

    id = models.UUIDField(primary_key=True)  # made by the client
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    # Off: nothing is sent, and nothing new is to be.
    is_on = models.BooleanField(default=True, db_default=True)
    events = ArrayField(models.CharField(max_length=20, choices=Event))
    secret = models.CharField(max_length=200)  # made by the client; signing needs it as it is
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="webhook_wants_something", condition=~Q(events=[])),
        ]

    def __str__(self) -> str:
        return f"webhook of project {self.project_id}"


PING: Final = "ping"  # sent when somebody asks for it, whatever a webhook wants


class WebhookDelivery(models.Model):
    """One event on its way to one webhook; the row is kept as the log."""

    EVENTS = [*Webhook.Event.choices, (PING, "Ping")]

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        FAILED = "failed"  # given up

    id = models.UUIDField(primary_key=True, default=uuid4)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=20, choices=EVENTS)
    subject = models.CharField(max_length=100)  # of what: told once, however often it is announced
    payload = models.JSONField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Of the attempts, those made before somebody had it sent again: its pauses begin anew.
    earlier_attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    attempted_at = models.DateTimeField(null=True)  # the last time
    due_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)  # of HTTP, the last time; null: no answer
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="webhook_delivery_once", fields=["webhook", "event", "subject"]
            ),
        ]
        indexes = [
            # Serves the task that delivers.
            models.Index(
                name="webhook_delivery_due", fields=["due_at"], condition=Q(state="waiting")
            ),
            models.Index(name="webhook_delivery_log", fields=["webhook", "-created_at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.event} to webhook {self.webhook_id} ({self.state})"
