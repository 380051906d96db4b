"""Imports of datasets: what came in by each, so that it can go on, and be undone as a whole."""

from django.conf import settings
from django.db import models
from django.db.models import Value

from annotation.models.image import Image
from annotation.models.job import Job
from annotation.models.project import Project


class DatasetImport(models.Model):
    """One dataset of another tool on its way in; what was uploaded has the same id.

    One that lies in a bucket of others is read there, and was never uploaded.

    It is looked at first, which changes nothing, and comes in once somebody says so. Images that
    were sent alone have come in by then: their import is there to be undone.
    """

    class State(models.TextChoices):
        CHECKING = "checking"
        READY = "ready"  # `found` tells what would come in
        UNREADABLE = "unreadable"  # `message` says why, and what to do
        IMPORTING = "importing"
        IMPORTED = "imported"
        UNDOING = "undoing"
        UNDONE = "undone"
        DISCARDED = "discarded"  # nothing came in

    # What was uploaded is read again, or may be.
    NEEDING_FILES = (State.CHECKING, State.READY, State.UNREADABLE, State.IMPORTING)

    id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="dataset_imports")
    source = models.CharField(max_length=500)  # the name of the file or folder
    # The name of one of the deployment's IMPORT_SOURCES, and a folder or a file in it.
    bucket = models.CharField(max_length=50, blank=True, default="", db_default="")
    prefix = models.CharField(max_length=400, blank=True, default="", db_default="")
    # The sha256 of the names that were there as it began, with what their contents are known by.
    listing = models.CharField(max_length=64, blank=True, default="", db_default="")
    format = models.CharField(max_length=30, blank=True)
    candidates = models.JSONField(default=list)  # formats that it may be, where it is not clear
    state = models.CharField(max_length=10, choices=State, default=State.CHECKING)
    message = models.TextField(blank=True)
    is_finished = models.BooleanField(default=False)  # images with masks count as annotated
    # The model whose proposals the masks with a score are; empty: they are masks as others.
    proposals_by = models.CharField(max_length=100, blank=True, default="", db_default="")
    # By what images belong together that the files tell no group of, as engine.datasets.grouping
    # has it; empty: by nothing.
    group_by = models.CharField(max_length=200, blank=True, default="", db_default="")
    found = models.JSONField(default=dict)  # what the look at it counted, by people's words
    brought = models.JSONField(default=dict)  # what came in, or after an undo, what went
    labels = models.JSONField(default=list)  # ids of those that it made or brought back
    label_ids = models.JSONField(default=dict)  # by the names that the dataset has
    problems_count = models.PositiveIntegerField(default=0)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")  # the last
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(name="dataset_import_latest", fields=["project", "-created_at"]),
        ]

    def __str__(self) -> str:
        return f"import of {self.source} ({self.state})"


class ImportedSample(models.Model):
    """What one image of a dataset brought: written with it, in the same transaction."""

    dataset_import = models.ForeignKey(
        DatasetImport, on_delete=models.CASCADE, related_name="samples"
    )
    number = models.PositiveIntegerField()  # in the order in which the format gives them
    file_name = models.CharField(max_length=500)
    image = models.ForeignKey(Image, on_delete=models.CASCADE, null=True, related_name="imports")
    is_new = models.BooleanField(default=False)  # this import brought the image
    masks = models.JSONField(default=list)  # ids of those that it brought
    met = models.JSONField(default=list)  # ids of those that were there already
    captions = models.JSONField(default=list)  # ids of those that it brought
    proposals = models.JSONField(default=list, db_default=Value([], models.JSONField()))  # the same
    met_proposals = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    comments = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    met_comments = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    boxes = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    met_boxes = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    takes = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    met_takes = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    is_finished = models.BooleanField(default=False)  # this import made the image count as done
    met_captions = models.JSONField(default=list)  # ids of those that were there already
    counts = models.JSONField(default=dict)  # what came in; after an undo, what went
    created_at = models.DateTimeField(auto_now_add=True)
    is_undone = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="imported_sample_once", fields=["dataset_import", "number"]
            ),
        ]

    def __str__(self) -> str:
        return f"sample {self.number} of import {self.dataset_import_id}"


class ImportProblem(models.Model):
    """A part of a dataset that cannot be used: where it stands, and why."""

    dataset_import = models.ForeignKey(
        DatasetImport, on_delete=models.CASCADE, related_name="problems"
    )
    file = models.CharField(max_length=500, blank=True)
    field = models.CharField(max_length=200, blank=True)
    row = models.PositiveBigIntegerField(null=True)  # a line, or a place in the field's list
    fault = models.TextField()

    def __str__(self) -> str:
        return f"{self.file}: {self.fault}"
