"""Masks, their append-only revisions, the model's proposals, and the log of operations."""

from django.conf import settings
from django.db import models
from django.db.models import Q, Value

from annotation.models.image import Image
from annotation.models.learning import Bundle, OutsideModel
from annotation.models.project import Label


class Operation(models.Model):
    """One saved operation of a client. Its UUID makes resending it harmless, for ever."""

    class Kind(models.TextChoices):
        CREATE = "create"
        REVISE = "revise"
        DELETE = "delete"
        VERDICT = "verdict"
        CAPTION = "caption"  # of a mask: it has no revision

    id = models.UUIDField(primary_key=True)  # made by the client
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="operations")
    image_version = models.PositiveIntegerField()  # the version that this save made
    position = models.PositiveSmallIntegerField()  # within the save
    kind = models.CharField(max_length=7, choices=Kind)
    payload = models.JSONField()  # as sent and validated, so that a 409 can hand it on
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # Also serves the 409: what a client at an older version has missed.
            models.UniqueConstraint(
                name="operation_place_once", fields=["image", "image_version", "position"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} on image {self.image_id}"


class Mask(models.Model):
    """An object in an image; what it looks like is its newest revision, `head`.

    Two people who do one image have a set of masks each. The set at slot 0 counts; a mask of the
    other stands aside until a reviewer takes it in.
    """

    id = models.UUIDField(primary_key=True)  # made by the client
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="masks")
    slot = models.PositiveSmallIntegerField(default=0, db_default=0)  # of the place it is drawn at
    is_aside = models.BooleanField(default=False, db_default=False)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="parts")
    head = models.OneToOneField("Revision", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"mask {self.pk}"


class Proposal(models.Model):
    """A mask that a bundle or a model of somebody else suggests, and what became of it."""

    class State(models.TextChoices):
        PENDING = "pending"
        ACCEPTED = "accepted"  # `mask` is what the person made of it, untouched or corrected
        REJECTED = "rejected"
        NEEDS_WORK = "needs_work"  # an object, but badly drawn: somebody corrects it
        NOT_SURE = "not_sure"  # somebody else decides
        SUPERSEDED = "superseded"  # replaced by a newer bundle's before anyone decided

    id = models.UUIDField(primary_key=True)
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="proposals")
    bundle = models.ForeignKey(
        Bundle, on_delete=models.PROTECT, null=True, related_name="proposals"
    )
    outside_model = models.ForeignKey(  # that an import brought, where it is no bundle's
        OutsideModel, on_delete=models.PROTECT, null=True, related_name="proposals"
    )
    label = models.ForeignKey(Label, on_delete=models.PROTECT, null=True, related_name="+")
    rle = models.JSONField()  # COCO RLE {"size": [H, W], "counts": str}, column-major
    # The model's own estimate, clamped to [0, 1]: its score, if it is another's; null: untold.
    predicted_iou = models.FloatField(null=True)
    stability = models.FloatField(  # IoU between the masks at logits +1 and -1
        null=True
    )  # null: another's, as is the prompt
    # What a verifier is told of it, by name, as it was beside the image's other proposals.
    cues = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    verifier_score = models.FloatField(null=True)  # probability that it is accepted as it is
    point_xy = models.JSONField(null=True)  # the prompt that gave it, image pixels
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    mask = models.OneToOneField(Mask, on_delete=models.PROTECT, null=True, related_name="origin")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    # The model was sure enough, and no person decided: `decided_by` is null.
    is_auto_accepted = models.BooleanField(default=False, db_default=False)
    # When it was as sure and left this one to a person, who does not know it.
    audited_at = models.DateTimeField(null=True)
    # Accepted with others at once, and nobody has changed it since: it only repeats what the model
    # says, and tells nothing of how right that is.
    is_unseen = models.BooleanField(default=False, db_default=False)
    # Decided on by itself where others no surer than it were accepted at once: of those as sure it
    # was picked out, as it was wrong, say, and tells nothing of the others. Known once it is done.
    is_picked_out = models.BooleanField(default=False, db_default=False)
    # Both once the image is done. IoU(proposal, final revision), of an accepted one:
    final_iou = models.FloatField(null=True)
    # It was accepted, and its mask left as it was proposed, its label too; null: not known yet.
    is_untouched = models.BooleanField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="proposal_predicted_iou_is_a_fraction",
                condition=Q(predicted_iou__gte=0, predicted_iou__lte=1),
            ),
            models.CheckConstraint(
                name="proposal_verdict_has_its_person",
                condition=Q(
                    is_auto_accepted=False, state__in=["pending", "superseded"], decided_by=None
                )
                | Q(
                    is_auto_accepted=False,
                    state__in=["accepted", "rejected", "needs_work", "not_sure"],
                    decided_by__isnull=False,
                )
                | Q(
                    is_auto_accepted=True,
                    audited_at=None,
                    verifier_score__isnull=False,
                    state="accepted",
                    decided_by=None,
                ),
            ),
            models.CheckConstraint(
                name="proposal_is_of_a_bundle_or_of_an_outside_model",
                condition=Q(
                    bundle__isnull=False,
                    outside_model=None,
                    predicted_iou__isnull=False,
                    stability__isnull=False,
                    point_xy__isnull=False,
                )
                | Q(
                    bundle=None,
                    outside_model__isnull=False,
                    stability=None,
                    verifier_score=None,
                    audited_at=None,
                ),
            ),
            models.CheckConstraint(
                name="proposal_unseen_is_accepted_by_a_person",
                condition=Q(is_unseen=False) | Q(state="accepted", is_auto_accepted=False),
            ),
            models.CheckConstraint(
                name="proposal_outcome_is_of_its_verdict",
                condition=Q(final_iou=None, is_untouched=None)
                | Q(state="accepted", final_iou__isnull=False, is_untouched__isnull=False)
                | Q(state__in=["rejected", "needs_work"], final_iou=None, is_untouched=False),
            ),
            models.CheckConstraint(
                name="proposal_accepted_has_its_mask",
                condition=Q(state="accepted", mask__isnull=False)
                | Q(~Q(state="accepted"), mask=None),
            ),
        ]
        indexes = [
            models.Index(
                name="proposal_pending_by_iou",
                fields=["image", "-predicted_iou"],
                condition=Q(state="pending"),
            ),
            # Serves the queue of images that need correcting.
            models.Index(
                name="proposal_sent_on",
                fields=["image"],
                condition=Q(state__in=["needs_work", "not_sure"]),
            ),
            # Both serve the promise of auto-accept, which is looked at as images are finished.
            models.Index(
                name="proposal_audited",
                fields=["audited_at"],
                condition=Q(audited_at__isnull=False),
            ),
            models.Index(
                name="proposal_decided_by_score",
                fields=["verifier_score"],
                condition=Q(decided_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk} on image {self.image_id} ({self.state})"

    @property
    def suggested_label(self) -> int | None:
        """The id of its label, unless that was deleted. To be read with `label` fetched."""
        return self.label.pk if self.label and self.label.deleted_at is None else None

    @property
    def score(self) -> float | None:
        """How sure its model is: by what people accept, if it learned that, else by itself."""
        return self.predicted_iou if self.verifier_score is None else self.verifier_score


class Revision(models.Model):
    """One state of a mask: who or which bundle made it, from what, and at what effort.

    Append-only. Never updated and never cascaded away; a deletion is a revision without an RLE.
    """

    mask = models.ForeignKey(Mask, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    operation = models.OneToOneField(
        Operation, on_delete=models.PROTECT, null=True, related_name="revision"
    )  # null for imported seeds
    label = models.ForeignKey(Label, on_delete=models.PROTECT, null=True, related_name="+")
    rle = models.JSONField(null=True)  # COCO RLE, column-major; null: deleted
    area_px = models.PositiveBigIntegerField(default=0)
    # Where masks overlap, the higher lies above; of equals, the newer mask.
    z = models.SmallIntegerField(default=0, db_default=0)
    # By the attribute's id; those of labels that it had before are kept.
    attributes = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
    )
    # Of an imported mask, what the files said: whose it was there, how made, what was decided.
    origin = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    # Whose decoder answered the prompts; null: there were none, or nobody told.
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, null=True, related_name="+")
    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, null=True, related_name="revisions"
    )
    prompts = models.JSONField(default=list)  # [{"kind", "xy" | "box_xyxy", "label"}], image pixels
    hypothesis = models.PositiveSmallIntegerField(null=True)  # which of SAM's three it was, 0-2
    seconds = models.FloatField(default=0)  # active
    clicks = models.PositiveIntegerField(default=0)
    strokes = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="revision_number_once", fields=["mask", "number"]),
        ]
        indexes = [
            # Serves a person's account: what they did lately.
            models.Index(name="revision_by_person", fields=["author", "created_at"]),
        ]

    def __str__(self) -> str:
        return f"revision {self.number} of mask {self.mask_id}"
