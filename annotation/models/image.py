"""Images, how they came in, their embeddings, and who works on them."""

from typing import ClassVar
from uuid import UUID, uuid5

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotation.models.project import Project


class Image(models.Model):
    """One picture of a project, addressed by the sha256 of its original bytes.

    `height` and `width` are the upright size: orientation is applied once, on import, and every
    mask is checked against them. `version` counts saves; If-Match refers to it.
    """

    class Status(models.TextChoices):
        TODO = "todo"
        DONE = "done"
        RETURNED = "returned"  # by a reviewer, with a comment
        REVIEWED = "reviewed"

    FINISHED: ClassVar = (Status.DONE, Status.REVIEWED)

    class Arm(models.TextChoices):
        SERVING = "serving"
        PREVIOUS = "previous"
        CANDIDATE = "candidate"
        NONE = "none"  # nothing is proposed

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="images")
    sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=500)
    bytes = models.PositiveBigIntegerField()
    format = models.CharField(max_length=10)  # of the original, as decoded: JPEG, PNG, ...
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    orientation = models.PositiveSmallIntegerField(default=1)  # EXIF 1-8 of the original
    has_rendition = models.BooleanField(default=False)  # browsers get a PNG, not the original
    group = models.CharField(max_length=100, blank=True)  # images of one group share a split
    is_holdout = models.BooleanField(default=False)  # never trained on, annotated blind
    status = models.CharField(max_length=8, choices=Status, default=Status.TODO)
    review_comment = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    # The bundle that proposed last, even where it found nothing.
    proposed_by = models.ForeignKey(
        "annotation.Bundle", on_delete=models.PROTECT, null=True, related_name="+"
    )
    # Whose proposals it got then, and nobody who annotates is told; empty: nothing has proposed, or
    # a person had begun it before. In the arm without any, `proposed_by` is what served.
    arm = models.CharField(max_length=9, choices=Arm, blank=True, default="", db_default="")
    # The bundle that has last looked closer at it and proposed nothing, as it is of the holdout, or
    # people or an import's proposals kept it.
    looked_by = models.ForeignKey(
        "annotation.Bundle", on_delete=models.PROTECT, null=True, related_name="+"
    )
    # It is to be proposed for once more, whatever has seen it, unless a person begins it first.
    is_due = models.BooleanField(default=False, db_default=False)
    # When an import brought proposals of others' models, while these stand in the place of a
    # bundle's. Such an image is in no arm: what it cost is no bundle's doing.
    outside_at = models.DateTimeField(null=True)
    # In the queue, the lowest first: in [0, 1) by chance, below 0 as the model chose. Those without
    # come last, in order of import.
    rank = models.FloatField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="image_once_per_project", fields=["project", "sha256"]),
            models.CheckConstraint(
                name="image_orientation_is_exif",
                condition=Q(orientation__gte=1, orientation__lte=8),
            ),
            models.CheckConstraint(
                name="image_holdout_is_in_no_arm", condition=Q(is_holdout=False) | Q(arm="")
            ),
            models.CheckConstraint(
                name="image_of_outside_proposals_is_in_no_arm",
                condition=Q(outside_at=None) | Q(proposed_by=None, arm="", is_holdout=False),
            ),
        ]
        indexes = [
            # Serves the project page's list.
            models.Index(
                name="image_by_status",
                fields=["project", "status", "id"],
                condition=Q(deleted_at=None),
            ),
            # Serves imports of annotations alone, which name their images.
            models.Index(
                name="image_by_file_name",
                fields=["project", "file_name"],
                condition=Q(deleted_at=None),
            ),
            # Serves imports, whose images go on the side of the holdout where their group is.
            models.Index(
                name="image_by_group",
                fields=["project", "group"],
                condition=~Q(group=""),
            ),
            # Serves the queue.
            models.Index(
                name="image_by_rank",
                fields=["project", "status", "rank", "id"],
                condition=Q(deleted_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"image {self.pk} {self.file_name}"

    @property
    def size_hw(self) -> tuple[int, int]:
        return self.height, self.width


class Upload(models.Model):
    """One file on its way in: a row for each, so that one bad file never stops the others."""

    class State(models.TextChoices):
        PENDING = "pending"  # waits for the bytes
        CHECKING = "checking"
        ACCEPTED = "accepted"
        # Accepted, with a note of what was changed, or left out of an archive.
        NORMALISED = "normalised"
        DUPLICATE = "duplicate"
        REFUSED = "refused"

    ON_THEIR_WAY = (State.PENDING, State.CHECKING)

    id = models.UUIDField(primary_key=True)  # made by the client
    # As the client calls all that it sends together; None: the file is by itself.
    batch = models.UUIDField(null=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="uploads")
    file_name = models.CharField(max_length=500)
    bytes = models.PositiveBigIntegerField()
    multipart_id = models.CharField(max_length=200, blank=True)
    # By what its images belong together, as engine.datasets.grouping has it; empty: by nothing.
    group_by = models.CharField(max_length=200, blank=True, default="", db_default="")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    message = models.TextField(blank=True)
    image = models.ForeignKey(Image, on_delete=models.SET_NULL, null=True, related_name="uploads")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(name="upload_latest_of_project", fields=["project", "-created_at"]),
            # Serves the limit on what is on its way, which each file asks for.
            models.Index(
                name="upload_on_its_way",
                fields=["project"],
                include=["bytes"],
                condition=Q(state__in=["pending", "checking"]),
            ),
        ]

    def __str__(self) -> str:
        return f"upload {self.file_name} ({self.state})"

    @property
    def images_import(self) -> UUID:
        """Return the id of the import that its images are of, if any came.

        No client chooses it, so that none adds to the import of another project or person.
        """
        whose = f"images of project {self.project_id} by user {self.created_by_id}"
        return uuid5(self.batch or self.pk, whose)


class Embedding(models.Model):
    """The encoder's output for one image: float16 (256, 64, 64) in the object store."""

    image_sha256 = models.CharField(max_length=64)
    encoder_digest = models.CharField(max_length=64)
    window = models.CharField(max_length=40, default="", help_text="Its name; none for the whole")
    # Its mean over the image: float16 (256,), of the whole alone. Old ones have it once asked for.
    pooled = models.BinaryField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="embedding_once_per_encoder",
                fields=["image_sha256", "encoder_digest", "window"],
            )
        ]

    def __str__(self) -> str:
        return f"embedding of {self.image_sha256[:8]} by {self.encoder_digest[:8]}"


class Assignment(models.Model):
    """A place for one person at one image.

    `overlap` of them to annotate it, made with the image, and one to review it, made once it is
    done. The unique constraints, not a count, keep two people from one place (DESIGN P5).
    """

    class Kind(models.TextChoices):
        ANNOTATE = "annotate"
        REVIEW = "review"

    class State(models.TextChoices):
        OPEN = "open"
        LEASED = "leased"
        DONE = "done"

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="assignments")
    kind = models.CharField(
        max_length=8, choices=Kind, default=Kind.ANNOTATE, db_default=Kind.ANNOTATE
    )
    slot = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="assignments"
    )
    lease_until = models.DateTimeField(null=True)  # by the database's clock
    finished_at = models.DateTimeField(null=True)
    active_s = models.FloatField(default=0)  # people's active seconds, of the stints that ended
    stint = models.PositiveIntegerField(default=0, db_default=0)  # one more each time it is taken
    is_taken_now = False  # of what a claim returns: until then it was not the person's

    class Meta:
        constraints = [
            models.UniqueConstraint(name="assignment_slot_once", fields=["image", "kind", "slot"]),
            models.UniqueConstraint(
                name="assignment_once_per_person",
                fields=["image", "kind", "user"],
                condition=Q(state__in=["leased", "done"]),
            ),
            models.CheckConstraint(
                name="assignment_is_open_or_somebodys",
                condition=Q(state="open", user=None, lease_until=None)
                | Q(state="leased", user__isnull=False, lease_until__isnull=False)
                | Q(state="done", user__isnull=False),
            ),
        ]
        indexes = [
            # Serves the claim: the next place that is open or whose lease ran out.
            models.Index(name="assignment_to_claim", fields=["state", "lease_until"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} slot {self.slot} of image {self.image_id} ({self.state})"


class Stint(models.Model):
    """What one person spent at an image, from a claim to its end. Append-only.

    A place outlives the people who held it, and may be taken away: whose time it was is kept here.
    """

    class End(models.TextChoices):
        RELEASED = "released"
        FINISHED = "finished"
        REVIEWED = "reviewed"
        UNJUDGED = "unjudged"  # a review that was given back

    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="stints")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="stints"
    )
    ended_as = models.CharField(max_length=8, choices=End)
    active_s = models.FloatField()
    ended_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            # Serves a person's account: what they did lately.
            models.Index(name="stint_by_person", fields=["user", "ended_at"]),
        ]

    def __str__(self) -> str:
        return f"user {self.user_id} at image {self.image_id} ({self.ended_as})"
