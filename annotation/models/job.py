"""Jobs: the truth about background work. The broker only carries their ids."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotation.models.project import Project


class Job(models.Model):
    """A piece of background work with a lease.

    A worker that claims it gets a new `fencing_token`; writes that carry an older one are refused.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"

    UNFINISHED: ClassVar = (State.QUEUED, State.RUNNING)

    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="jobs")
    kind = models.CharField(max_length=40)
    args = models.JSONField(default=dict)
    idempotency_key = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001  # null: none
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    fencing_token = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)  # what it is doing, for people
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="job_running_has_a_lease",
                condition=~Q(state="running") | Q(lease_until__isnull=False),
            ),
        ]
        indexes = [
            # Serves the sweeper: queued work and leases that ran out.
            models.Index(
                name="job_unfinished",
                fields=["state", "lease_until"],
                condition=Q(state__in=["queued", "running"]),
            ),
            models.Index(name="job_latest_of_project", fields=["project", "-created_at"]),
        ]

    def __str__(self) -> str:
        return f"job {self.pk} {self.kind} ({self.state})"

    @property
    def runs(self) -> int:
        """How often a worker took it up; its times are of the last run."""
        return self.fencing_token
