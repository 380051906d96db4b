"""Dataset versions, how they are asked for, and their exports."""

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now
from django.utils import timezone

from annotation.models.job import Job
from annotation.models.project import Project
from annotation.models.version_query import VersionQuery
from engine.datasets.sample import EDITION

# Not of hexadecimal digits alone, which could be how a version's id begins, or a project's number.
TAG_NAME: Final = r"^(?![0-9a-f]+\Z)[a-z0-9][a-z0-9._-]{0,59}\Z"


class DatasetVersion(models.Model):
    """An immutable cut of a project; its id is the sha256 of its manifest.

    The manifest lies in the object store under `versions/<id>.jsonl`.
    """

    id = models.CharField(max_length=64, primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="versions")
    counts = models.JSONField()  # {"images", "masks", "train", "holdout", "captions", ...}
    # How much there is of what formats may be unable to hold, by split and by the names of
    # engine.datasets.traits, and of `turned` images; null: cut before that was counted.
    traits = models.JSONField(null=True)
    # How it is spread, as engine.datasets.distributions counts; null: cut before that was counted.
    distributions = models.JSONField(null=True)
    # How exports of it are written: an old one is written as ever, whatever new ones are like.
    edition = models.PositiveSmallIntegerField(default=EDITION, db_default=1)
    note = models.TextField(blank=True)
    # What of the project it holds, as its manifest's header has it; empty: everything.
    criteria = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    cut_from = models.ForeignKey(
        VersionQuery, on_delete=models.PROTECT, null=True, related_name="versions"
    )  # null: of everything, or of criteria that nobody saved
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"version {self.pk[:8]}"


class VersionCut(models.Model):
    """A version that somebody asked for: its job cuts it, and then says which one it is."""

    id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="version_cuts")
    criteria = models.JSONField(default=dict)  # what it shall hold; empty: everything
    query = models.ForeignKey(VersionQuery, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="version_cut")
    version = models.ForeignKey(
        DatasetVersion, on_delete=models.PROTECT, null=True, related_name="cuts"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(name="version_cut_latest", fields=["project", "-created_at"])]

    def __str__(self) -> str:
        return f"cut {self.pk} of project {self.project_id}"


class VersionTag(models.Model):
    """A name for a version, such as `v1.0`. It never moves: it can be taken away and given anew."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="version_tags")
    name = models.CharField(max_length=60)
    version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="tags")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="tag_once_per_project", fields=["project", "name"]),
            models.CheckConstraint(
                name="tag_is_no_beginning_of_an_id", condition=Q(name__regex=TAG_NAME)
            ),
        ]

    def __str__(self) -> str:
        return f"tag {self.name} of {self.version_id[:8]}"


class Export(models.Model):
    """A version written in one format, in the object store once its job has succeeded."""

    id = models.UUIDField(primary_key=True)  # made by the client
    version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="exports")
    format = models.CharField(max_length=20)
    # What was chosen of the version: {"splits": [], "labels": {old: new or null}, "images": true}
    options = models.JSONField(default=dict, blank=True)
    losses = models.JSONField(default=dict, blank=True)  # what the format could not hold, by trait
    # What of it other tools pass over; null: not written, or before that was counted.
    anneal_only = models.JSONField(null=True)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="export")
    key = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    bytes = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    # When it was last asked for, or written: it is kept for EXPORT_DAYS from then on.
    used_at = models.DateTimeField(default=timezone.now, db_default=Now())
    expired_at = models.DateTimeField(null=True)  # from then on nobody gets its address

    def __str__(self) -> str:
        return f"export {self.pk} as {self.format}"

    @property
    def is_there(self) -> bool:
        """Tell whether its file is written, and stays."""
        return self.sha256 != "" and self.expired_at is None

    @property
    def is_expired(self) -> bool:
        """Tell whether its file is gone, or about to go, only as nobody asked for it."""
        return self.expired_at is not None and self.sha256 != ""
