"""Projects, who belongs to them, and their labels."""

import secrets
from typing import Any, Final

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

MOST_OVERLAP: Final = 5
LEAST_PROMISE: Final = 0.8  # of the precision at which the model accepts by itself
MOST_PROMISE: Final = 0.999
MOST_OF_ARM: Final = 0.4  # of the images: two such arms leave a fifth to what serves and a trial


def make_draw_salt() -> str:
    """Make 128 bits by chance, in letters."""
    return secrets.token_hex(16)


class Project(models.Model):
    """One domain of images with its own labels, people, model rounds and dataset versions."""

    class Plan(models.TextChoices):
        WHOLE = "whole"  # one pass over each image
        QUEUES = "queues"  # verify the proposals, complete the image, correct only the failures

    class NextBy(models.TextChoices):
        IMPORT = "import"
        RANDOM = "random"
        MODEL = "model"  # where it is uncertain, spread over what there is

    class Listeners(models.TextChoices):
        NOBODY = "nobody"
        MANAGER = "manager"
        REVIEWER = "reviewer"  # and managers

    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    overlap = models.PositiveSmallIntegerField(default=1)  # how many people do one image
    overlap_share = models.FloatField(default=1, db_default=1)  # of images that so many do, by hash
    holdout_share = models.FloatField(default=0.1)  # of images, drawn by hash on import
    holdout_people = models.PositiveSmallIntegerField(  # that do an image of it, at least
        default=1, db_default=1
    )
    caption_control_share = models.FloatField(  # of images, whose proposed caption nobody sees
        default=0.2, db_default=0.2
    )
    # Of images, drawn by hash: for which no mask is proposed, or the previous bundle proposes;
    # and of those that are left to what serves, for which a candidate on trial proposes.
    without_proposals_share = models.FloatField(default=0.1, db_default=0.1)
    previous_bundle_share = models.FloatField(default=0.1, db_default=0.1)
    candidate_bundle_share = models.FloatField(default=0.1, db_default=0.1)
    # Keeps from members what is drawn of what they can see: services/draws.py. It leaves the
    # database by no door. Projects that were made before have none, so that nothing falls anew.
    draw_salt = models.CharField(max_length=32, blank=True, default=make_draw_salt, db_default="")
    # Projects whose finished holdout a round must not forget.
    also: "models.ManyToManyField[Project, Any]" = models.ManyToManyField(
        "self", symmetrical=False, related_name="+"
    )
    plan = models.CharField(max_length=6, choices=Plan, default=Plan.WHOLE)
    next_by = models.CharField(  # which image comes next: workers/acquisition.py
        max_length=6, choices=NextBy, default=NextBy.IMPORT, db_default=NextBy.IMPORT
    )
    retrain_after_images = models.PositiveIntegerField(null=True)  # new since the last round
    retrain_every_hours = models.FloatField(null=True)
    retrain_at_price = models.FloatField(  # people's seconds that a minute of the machine is worth
        null=True
    )  # null: not by what a round saves
    auto_accept_precision = models.FloatField(null=True)  # promised; null: people decide all
    auto_accept_since = models.DateTimeField(
        null=True
    )  # when that was promised: measured from then
    auto_accept_stopped_at = models.DateTimeField(null=True)  # by itself
    auto_accept_stop_reason = models.TextField(blank=True, default="", db_default="")
    listeners = models.CharField(  # the least role that may hear others' voices
        max_length=8,
        choices=Listeners,
        default=Listeners.NOBODY,
        db_default=Listeners.NOBODY,
    )
    voice_days = models.PositiveSmallIntegerField(null=True)  # then voices go; null: kept
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)  # a tombstone: restorable for TRASH_DAYS

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="project_overlap_is_positive",
                condition=Q(overlap__gte=1, overlap__lte=MOST_OVERLAP),
            ),
            models.CheckConstraint(
                name="project_holdout_people_is_positive",
                condition=Q(holdout_people__gte=1, holdout_people__lte=MOST_OVERLAP),
            ),
            models.CheckConstraint(
                name="project_overlap_share_is_a_fraction",
                condition=Q(overlap_share__gte=0, overlap_share__lte=1),
            ),
            models.CheckConstraint(
                name="project_holdout_share_is_a_fraction",
                condition=Q(holdout_share__gte=0, holdout_share__lte=0.9),
            ),
            models.CheckConstraint(
                name="project_caption_control_share_is_a_fraction",
                condition=Q(caption_control_share__gte=0, caption_control_share__lte=1),
            ),
            models.CheckConstraint(
                name="project_arms_leave_images_to_what_serves",
                condition=Q(
                    without_proposals_share__gte=0,
                    without_proposals_share__lte=MOST_OF_ARM,
                    previous_bundle_share__gte=0,
                    previous_bundle_share__lte=MOST_OF_ARM,
                    candidate_bundle_share__gte=0,
                    candidate_bundle_share__lte=MOST_OF_ARM,
                ),
            ),
            models.CheckConstraint(
                name="project_voice_days_is_positive",
                condition=Q(voice_days=None) | Q(voice_days__gte=1),
            ),
            models.CheckConstraint(
                name="project_auto_accept_precision_can_be_promised",
                condition=Q(auto_accept_precision=None)
                | Q(
                    auto_accept_precision__gte=LEAST_PROMISE,
                    auto_accept_precision__lte=MOST_PROMISE,
                    auto_accept_since__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="project_auto_accept_stopped_is_off_and_says_why",
                condition=Q(auto_accept_stopped_at=None, auto_accept_stop_reason="")
                | Q(
                    ~Q(auto_accept_stop_reason=""),
                    auto_accept_stopped_at__isnull=False,
                    auto_accept_precision=None,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def salted(self, key: str) -> str:
        """Return a key, to be hashed, that only who knows the project's salt can tell."""
        return f"{self.draw_salt} {key}" if self.draw_salt else key


class Membership(models.Model):
    """A person's role in a project. No membership, no access."""

    class Role(models.TextChoices):
        MANAGER = "manager"
        REVIEWER = "reviewer"
        ANNOTATOR = "annotator"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="member_once_per_project", fields=["project", "user"])
        ]

    def __str__(self) -> str:
        return f"user {self.user_id} is {self.role} of project {self.project_id}"


class Label(models.Model):
    """A class of objects. Deleting leaves a tombstone: a save under it still succeeds."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="labels")
    name = models.CharField(max_length=100)
    color = models.CharField(max_length=7, validators=[RegexValidator(r"^#[0-9a-f]{6}$")])
    attributes = models.JSONField(default=list)  # definitions: services/attributes.py
    # Names that it had, the newest last: datasets that were exported before still mean it.
    former_names = models.JSONField(default=list, db_default=[])
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="label_name_once_per_project",
                fields=["project", "name"],
                condition=Q(deleted_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None
