"""Bundles that were made again, to prove that they follow from their recipes."""

from typing import TypedDict

from django.conf import settings
from django.db import models

from annotation.models.job import Job
from annotation.models.learning import Bundle
from annotation.models.project import Project


class ComparedFile(TypedDict):
    """One file of a bundle, or its thresholds or encoder, beside what was made again."""

    name: str
    recorded: str | None  # sha256 of what the bundle has; None: it has none
    made: str | None  # sha256 of what was made; None: nothing was
    note: str  # with what else it was compared, if so


class Rebuild(models.Model):
    """A bundle that somebody had made again: its job trains it, and then says how files compare."""

    id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="rebuilds")
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="rebuilds")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="rebuild")
    files = models.JSONField(default=list)  # of ComparedFile; empty: not compared yet
    changes = models.JSONField(default=list)  # what was not as it had been, in words
    # Where files differ, what both come to on the holdout, as `Round.metrics` has it: `serving`
    # is the bundle, `candidate` what was made again.
    metrics = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            # Serves the list of a bundle's, and the newest of each.
            models.Index(
                name="rebuild_latest_of_bundle", fields=["project", "bundle", "-created_at"]
            )
        ]

    def __str__(self) -> str:
        return f"rebuild of bundle {self.bundle_id[:8]}"

    @property
    def is_equal(self) -> bool | None:
        """Whether every file came out the same; None where they are not compared yet."""
        if not self.files:
            return None
        return all(row["recorded"] == row["made"] for row in self.files)
