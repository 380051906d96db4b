"""Spoken and written descriptions: recordings, their chunks, and the three texts."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from annotation.models.image import Image
from annotation.models.learning import Bundle
from annotation.models.mask import Mask


class Recording(models.Model):
    """One take. All times are seconds since the recording began: audio, trace, clicks, views."""

    class State(models.TextChoices):
        UPLOADING = "uploading"
        TRANSCRIBING = "transcribing"
        TRANSCRIBED = "transcribed"
        FAILED = "failed"

    class TraceKind(models.TextChoices):
        MOVE = "move"
        CLICK = "click"
        VIEW = "view"  # with box_xyxy, what of the image is in sight
        SELECT = "select"  # with mask, its id, or null for none

    id = models.UUIDField(primary_key=True)  # made by the client
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="recordings")
    # The one of the image's masks that it is about; null: the image. It never changes.
    mask = models.ForeignKey(Mask, on_delete=models.PROTECT, null=True, related_name="recordings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    mime = models.CharField(max_length=60)  # empty: its text came in without its sound
    state = models.CharField(max_length=12, choices=State, default=State.UPLOADING)
    error = models.TextField(blank=True)
    duration_s = models.FloatField(default=0)
    trace = models.JSONField(default=list)  # [{"t", "x", "y", "kind", ...}], image pixels
    cuts = models.JSONField(default=list)  # [{"start_s", "end_s"}], taken back: audio nobody hears
    created_at = models.DateTimeField(default=timezone.now)
    voice_deleted_at = models.DateTimeField(null=True)  # audio and trace are gone, texts stay
    deleted_at = models.DateTimeField(null=True)  # a tombstone: restorable for TRASH_DAYS
    # Of one that came in, the take that it is, wherever that was spoken; null: it was spoken here.
    origin = models.UUIDField(null=True, db_index=True)
    # Nobody removed it, but an undo of the import that brought it: it may come in again.
    is_undone = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="recording_without_voice_has_no_trace",
                condition=Q(voice_deleted_at=None) | Q(trace=[]),
            ),
            models.CheckConstraint(
                name="recording_undone_is_deleted",
                condition=Q(is_undone=False) | Q(deleted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"recording {self.pk}"


class RecordingChunk(models.Model):
    """One to five seconds of audio, as MediaRecorder cut it; plays only after its predecessors."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()  # from 0, without gaps
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="chunk_once", fields=["recording", "number"])]

    def __str__(self) -> str:
        return f"chunk {self.number} of {self.recording_id}"


class LiveTranscript(models.Model):
    """What was heard of a take that is still being spoken; the raw transcript takes its place."""

    recording = models.OneToOneField(
        Recording, on_delete=models.CASCADE, primary_key=True, related_name="live"
    )
    chunks = models.PositiveIntegerField(default=0)  # that were heard
    heard = models.JSONField(null=True)  # engine.speech.live.Heard
    asked_until = models.DateTimeField(null=True)  # a pass is under way, or was lost
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"live transcript of {self.recording_id}"


class Transcript(models.Model):
    """What was said: raw as the model heard it, or corrected by a person. Append-only."""

    class Kind(models.TextChoices):
        RAW = "raw"
        CORRECTED = "corrected"

    id = models.UUIDField(primary_key=True)
    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, related_name="transcripts")
    kind = models.CharField(max_length=9, choices=Kind)
    text = models.TextField()
    words = models.JSONField(default=list)  # [{"text", "start_s", "end_s", "probability"}]
    dropped = models.JSONField(default=list)  # [{"text", "reason", "start_s", "end_s"}]
    model = models.CharField(max_length=100, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    seconds = models.FloatField(default=0)  # active, spent correcting
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="transcript_has_its_maker",
                condition=Q(kind="raw", author=None) | Q(kind="corrected", author__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} transcript {self.pk}"


class Shortening(models.Model):
    """What a language model makes of a transcript, offered to a person; or why nothing is offered.

    Append-only. One for each transcript and maker: the same words get the same answer.
    """

    id = models.UUIDField(primary_key=True)
    transcript = models.ForeignKey(Transcript, on_delete=models.PROTECT, related_name="shortenings")
    text = models.TextField(blank=True)
    refusal = models.TextField(blank=True)  # for people
    maker = models.CharField(max_length=200)  # the model and its prompt, with their versions
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="shortening_once", fields=["transcript", "maker"]),
            models.CheckConstraint(
                name="shortening_is_offered_or_refused",
                condition=Q(~Q(text=""), refusal="") | Q(~Q(refusal=""), text=""),
            ),
        ]

    def __str__(self) -> str:
        return f"shortening of {self.transcript_id} by {self.maker}"


class Caption(models.Model):
    """The clean text of an image, from a recording or typed. Append-only: the newest counts."""

    id = models.UUIDField(primary_key=True)  # made by the client
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="captions")
    recording = models.ForeignKey(
        Recording, on_delete=models.PROTECT, null=True, related_name="captions"
    )
    text = models.TextField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # Whose proposal the text is, word for word; the author is who accepted it.
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, null=True, related_name="+")
    # What the author began with.
    proposal = models.ForeignKey(
        "annotation.CaptionProposal", on_delete=models.PROTECT, null=True, related_name="+"
    )
    seconds = models.FloatField(null=True)  # active, since the image was seen; null: not measured
    # Which a person took for a start; what they made of it is theirs.
    shortening = models.ForeignKey(
        "Shortening", on_delete=models.PROTECT, null=True, related_name="captions"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)  # a tombstone: its author took it back

    def __str__(self) -> str:
        return f"caption {self.pk}"


class CaptionPart(models.Model):
    """One person's words of a merged caption, in their place. Append-only, with the caption.

    A caption without parts is a single one: its own author, recording and text.
    """

    caption = models.ForeignKey(Caption, on_delete=models.PROTECT, related_name="parts")
    number = models.PositiveSmallIntegerField()  # from 0, without gaps
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, null=True, related_name="+")
    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="caption_part_once", fields=["caption", "number"]),
            models.CheckConstraint(name="caption_part_has_words", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"part {self.number} of caption {self.caption_id}"


class MaskCaption(models.Model):
    """What is said of one mask. Append-only: the newest counts, and an empty one takes it away."""

    id = models.UUIDField(primary_key=True)  # made by the client
    mask = models.ForeignKey(Mask, on_delete=models.PROTECT, related_name="captions")
    # A take about the mask, in which it was spoken; null: it was typed.
    recording = models.ForeignKey(
        Recording, on_delete=models.PROTECT, null=True, related_name="mask_captions"
    )
    text = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            # Serves the caption that counts, for the editor and for a dataset version.
            models.Index(name="mask_caption_newest", fields=["mask", "-created_at"]),
        ]

    def __str__(self) -> str:
        return f"caption {self.pk} of mask {self.mask_id}"
