"""Saved queries that dataset versions are cut from."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotation.models.project import Project


class VersionQuery(models.Model):
    """What of a project a version holds, under a name. A row never changes.

    Saving other criteria under the same name makes the next number, so that a version goes on
    naming exactly what it was cut from.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="version_queries")
    name = models.CharField(max_length=60)
    number = models.PositiveIntegerField()  # of this name, from 1
    criteria = models.JSONField()  # as annotation.selectors.version_criteria writes them
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    dropped_at = models.DateTimeField(null=True)  # no longer offered

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="version_query_number_once", fields=["project", "name", "number"]
            ),
            models.CheckConstraint(
                name="version_query_has_a_name", condition=~Q(name="") & Q(number__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"query {self.name} {self.number} of project {self.project_id}"
