"""Bundles, the aliases that point at them, and rounds."""

from typing import Any, ClassVar, cast

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value

from annotation.models.dataset import DatasetVersion
from annotation.models.job import Job
from annotation.models.project import Project
from engine.bundle import CAPTIONER_FILES, LABEL_HEAD, MODEL_CARD


class Bundle(models.Model):
    """An immutable checkpoint bundle; its id is the sha256 of its manifest.

    The files lie in the object store under `bundles/<id>/`, the manifest written last.
    """

    class Part(models.TextChoices):
        """What may come from one bundle while the rest comes from another."""

        MASKS = "masks"  # what finds them, and what they are worth
        LABELS = "labels"  # what they are called; a round that trains masks learns it, too
        CAPTIONS = "captions"

    id = models.CharField(max_length=64, primary_key=True)
    encoder_digest = models.CharField(max_length=64)
    manifest = models.JSONField()
    dataset_version = models.ForeignKey(
        DatasetVersion, on_delete=models.PROTECT, null=True, related_name="bundles"
    )  # null: pretrained
    # Which made it: of some rounds two came out, see `Round.trained_bundle`. Null: pretrained.
    round = models.ForeignKey("Round", on_delete=models.PROTECT, null=True, related_name="bundles")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"bundle {self.pk[:8]}"

    @property
    def recipes(self) -> dict[str, dict[str, Any]]:
        """How each part was made, by its name: none of what came ready, see workers/recipes.py."""
        return cast("dict[str, dict[str, Any]]", self.manifest.get("recipe", {}))

    @property
    def has_recipe(self) -> bool:
        """Whether it can be made again: it did not come ready, and how it was made is kept."""
        return bool(self.recipes)

    @property
    def is_in_part(self) -> bool:
        """Whether its round left parts out of it: another has all that the round trained."""
        return self.round is not None and self.pk != (
            self.round.trained_bundle_id or self.round.bundle_id
        )

    def digests_of(self, part: str) -> dict[str, str]:
        """Return the digests of a part's files; the card is of none."""
        files = self.manifest["files"].items()
        return {
            name: digest for name, digest in files if name != MODEL_CARD and _part_of(name) == part
        }


def _part_of(name: str) -> Bundle.Part:
    """Tell which part a file of a bundle is of: whatever is of no other is of its masks."""
    if name in CAPTIONER_FILES:
        return Bundle.Part.CAPTIONS
    return Bundle.Part.LABELS if name == LABEL_HEAD else Bundle.Part.MASKS


class OutsideModel(models.Model):
    """A model of somebody else, whose predictions an import brought: a name and nothing more.

    It is no bundle: there are no files that could serve, be promoted or be measured.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="outside_models")
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="outside_model_once", fields=["project", "name"])
        ]

    def __str__(self) -> str:
        return self.name


class Alias(models.Model):
    """`serving`, `previous` or `candidate` of a project: a name that points to one bundle."""

    class Name(models.TextChoices):
        SERVING = "serving"
        PREVIOUS = "previous"
        CANDIDATE = "candidate"  # on trial beside what serves

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=9, choices=Name)
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="alias_once_per_project", fields=["project", "name"])
        ]

    def __str__(self) -> str:
        return f"{self.name} of project {self.project_id}"


class AliasMove(models.Model):
    """The audit of an alias: a compare-and-swap that succeeded."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="alias_moves")
    name = models.CharField(max_length=9, choices=Alias.Name)
    from_bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, null=True, related_name="+")
    to_bundle = models.ForeignKey(
        Bundle, on_delete=models.PROTECT, null=True, related_name="+"
    )  # null: a trial ended
    # False: both propose the same, as after a round of captions alone.
    changes_masks = models.BooleanField(default=True, db_default=True)
    reason = models.TextField()
    share = models.FloatField(null=True)  # of the images, a candidate's as it began or ended
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="alias_move_share_is_a_fraction_of_a_trial",
                condition=Q(share=None) | Q(name="candidate", share__gte=0, share__lte=1),
            )
        ]

    def __str__(self) -> str:
        to = self.to_bundle_id[:8] if self.to_bundle_id else "nothing"
        return f"{self.name} of project {self.project_id} to {to}"


class BundleNote(models.Model):
    """What a manager says of a bundle in one project. The newest counts; all are kept."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="bundle_notes")
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="notes")
    text = models.CharField(max_length=500, blank=True)  # empty: taken back
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"note on bundle {self.bundle_id[:8]} of project {self.project_id}"


def masks_alone() -> list[str]:
    """Return the parts of a round that nobody chose parts for."""
    return ["masks"]


class Round(models.Model):
    """One turn of the loop: what it trained on, what came out, and whether it was promoted."""

    class State(models.TextChoices):
        TRAINING = "training"
        EVALUATING = "evaluating"
        PROMOTED = "promoted"
        REFUSED = "refused"  # by the gate
        FAILED = "failed"
        CANCELLED = "cancelled"

    RUNNING: ClassVar = (State.TRAINING, State.EVALUATING)
    JUDGED: ClassVar = (State.PROMOTED, State.REFUSED)

    class Part(models.TextChoices):
        """What people may have it train. Labels go with masks; each is judged by itself."""

        MASKS = "masks"
        CAPTIONS = "captions"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.TRAINING)
    trigger = models.CharField(max_length=20)  # manual, images, schedule, pays
    # What it trains; all else in its bundle is of the base bundle.
    parts = ArrayField(models.CharField(max_length=8, choices=Part), default=masks_alone)
    dataset_version = models.ForeignKey(
        DatasetVersion, on_delete=models.PROTECT, null=True, related_name="rounds"
    )  # frozen by the job's first step
    # From when on it may not know what is finished: as the cutting of its version began. Null: that
    # has not begun, or was before this was kept.
    learns_until = models.DateTimeField(null=True)
    base_bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="+")
    bundle = models.OneToOneField(Bundle, on_delete=models.PROTECT, null=True, related_name="+")
    # All that it trained, where `bundle` has only what passed, and of the rest what served. Null:
    # `bundle` has all of it.
    trained_bundle = models.OneToOneField(
        Bundle, on_delete=models.PROTECT, null=True, related_name="+"
    )
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="round")
    curve = models.JSONField(default=list)  # [{"step", "loss"}] while it trains and after
    caption_curve = models.JSONField(default=list)  # the captioner's: losses of another kind
    # {"against": the bundle beside which it was measured, "judging_s": what that took, "holdout":
    # digest of all that both were measured on, "measured": the candidate, which may have another
    # captioner than the round's bundle, "serving": {...}, "candidate": {...}, "difference",
    # "captions": {the same three}, "also": [{the same three at one click, "objects", of which
    # "project", and how many images are "shared" with this one and left out; the three are not
    # there where it has no object}], "passed": the parts of the bundle that the
    # gate let through}
    metrics = models.JSONField(default=dict)
    # Objects of the holdout: {"gained", "lost": [{"image", "truth", "serving", "candidate"}],
    # "failures": the candidate's [{"image", "kind", "iou", "size", "truth", "answer"}]}
    examples = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    decision = models.TextField(blank=True)  # why it was promoted or not, in words
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="round_number_once", fields=["project", "number"]),
            models.CheckConstraint(
                name="round_trains_known_parts",
                condition=Q(parts__contained_by=["masks", "captions"]) & ~Q(parts=[]),
            ),
            # Two managers pressing Retrain make one round.
            models.UniqueConstraint(
                name="round_one_at_a_time",
                fields=["project"],
                condition=Q(state__in=["training", "evaluating"]),
            ),
        ]

    def __str__(self) -> str:
        return f"round {self.number} of project {self.project_id} ({self.state})"

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # as Django's
        """Write it, and in its bundles that it made them."""
        super().save(*args, **kwargs)
        made = [pk for pk in (self.bundle_id, self.trained_bundle_id) if pk]
        Bundle.objects.filter(pk__in=made).update(round=self)

    @property
    def trained(self) -> Bundle | None:
        """The bundle with all that it trained, whatever the gate said of it."""
        return self.trained_bundle or self.bundle

    @property
    def masks_bundle_id(self) -> str | None:
        """The bundle that has the masks which it trained; None where it trained none."""
        if self.Part.MASKS not in self.parts:
            return None
        has_passed = self.Part.MASKS in self.metrics.get("passed", [])
        return self.bundle_id if has_passed else self.trained_bundle_id or self.bundle_id

    def parts_of(self, bundle: Bundle) -> list[str]:
        """Return what it trained of a bundle that it made."""
        is_composed = self.trained_bundle_id is not None and bundle.pk == self.bundle_id
        return list(self.metrics.get("passed", self.parts) if is_composed else self.parts)

    @property
    def judged_against(self) -> str:
        """The bundle that served when it was judged, or when it began: it may move meanwhile."""
        against: str = self.metrics.get("against", self.base_bundle_id)
        return against
