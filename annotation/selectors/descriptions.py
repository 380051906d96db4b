"""What was said and written about an image."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Prefetch, Q, QuerySet
from django.utils import timezone

from annotation.models import (
    Caption,
    CaptionPart,
    Consent,
    Mask,
    MaskCaption,
    Membership,
    Recording,
    RecordingChunk,
    Transcript,
)
from annotation.selectors.access import Person, rows_for
from annotation.selectors.voices import with_may_listen
from annotation.voice_terms import VERSION
from engine.speech.word_errors import edit_distance, word_error_rate


@dataclass(frozen=True, slots=True)
class CorrectionEffort:
    """What the corrections of a take cost; no figures against a raw text where there is none."""

    seconds: float  # active, of all its corrections
    edits: int | None  # words as they are written, put in, taken out or replaced
    word_error: float | None  # of what was heard against what was said, for each word said


def recordings_for(user: Person) -> QuerySet[Recording]:
    """Recordings on the images of the person's projects, removed ones too: chunks may follow."""
    recordings = _with_label(
        Recording.objects.filter(image__deleted_at=None, image__project__deleted_at=None)
    )
    heard = with_may_listen(recordings.prefetch_related(_transcripts(), _chunks()), user=user)
    return rows_for(heard, user=user, path="image__project")


def restorable_recordings_for(user: Person) -> QuerySet[Recording]:
    """Recordings that can be brought back, and those that need not."""
    return recordings_for(user).filter(Q(deleted_at=None) | _in_trash())


def recordings_of(image_id: int, *, user: Person) -> QuerySet[Recording]:
    """An image's takes, the newest first, each with its texts; none from the trash."""
    return _takes(image_id, user).filter(deleted_at=None)


def removed_recordings_of(image_id: int, *, user: Person, role: str) -> QuerySet[Recording]:
    """The takes in the trash that the person may bring back."""
    removed = _takes(image_id, user).filter(_in_trash())
    return removed if role == Membership.Role.MANAGER else removed.filter(user_id=user.pk or 0)


def captions_of(image_id: int) -> QuerySet[Caption]:
    """An image's captions that nobody took back, the newest first: that one counts."""
    captions = Caption.objects.filter(image_id=image_id, withdrawn_at=None).select_related("author")
    parts = Prefetch("parts", CaptionPart.objects.select_related("author"))
    return captions.prefetch_related(parts).order_by("-created_at")


def own_captions_for(user: Person) -> QuerySet[Caption]:
    """Captions that the person wrote in their projects, those taken back too."""
    captions = Caption.objects.filter(
        author_id=user.pk or 0, image__deleted_at=None, image__project__deleted_at=None
    )
    return rows_for(captions, user=user, path="image__project")


def captions_of_mask(mask: Mask) -> QuerySet[MaskCaption]:
    """A mask's own captions, of which the newest counts."""
    return MaskCaption.objects.filter(mask=mask).select_related("author")


def correction_effort(recording: Recording) -> CorrectionEffort:
    """Compare the newest corrected text with what the model heard."""
    texts = list(recording.transcripts.all())  # in the order of time, as `recordings_for` has them
    raw = next((text for text in texts if text.kind == Transcript.Kind.RAW), None)
    corrected = [text for text in texts if text.kind == Transcript.Kind.CORRECTED]
    seconds = sum(text.seconds for text in corrected)
    if raw is None or not corrected:
        return CorrectionEffort(seconds, None, None)
    said = corrected[-1].text
    edits = edit_distance(raw.text.split(), said.split())
    return CorrectionEffort(seconds, edits, word_error_rate(raw.text, said))


def has_consented(user: Person) -> bool:
    """Tell whether the person agrees, now, to being recorded as the newest text says."""
    return given_consents(user).filter(version=VERSION).exists()


def agreeing(user_ids: Collection[int]) -> set[int]:
    """Return those of some people who agree, now, as `has_consented` tells of one."""
    agreed = Consent.objects.filter(user__in=user_ids, version=VERSION, withdrawn_at=None)
    return set(agreed.values_list("user", flat=True))


def given_consents(user: Person) -> QuerySet[Consent]:
    """What the person agrees to now, the newest version of the text first."""
    return Consent.objects.filter(user_id=user.pk or 0, withdrawn_at=None).order_by("-version")


def _takes(image_id: int, user: Person) -> QuerySet[Recording]:
    takes = _with_label(Recording.objects.filter(image_id=image_id))
    recordings = with_may_listen(takes, user=user)
    return recordings.prefetch_related(_transcripts(), _chunks()).order_by("-created_at")


def _with_label(takes: QuerySet[Recording]) -> QuerySet[Recording]:
    """Add the speaker, and in `mask_label` what the mask is called that the take is about."""
    return takes.select_related("user").annotate(mask_label=F("mask__head__label__name"))


def _in_trash() -> Q:
    return Q(deleted_at__gte=timezone.now() - timedelta(days=settings.TRASH_DAYS))


def _transcripts() -> "Prefetch[str, QuerySet[Transcript], str]":
    return Prefetch(
        "transcripts", Transcript.objects.select_related("author").order_by("created_at")
    )


def _chunks() -> "Prefetch[str, QuerySet[RecordingChunk], str]":
    return Prefetch("chunks", RecordingChunk.objects.order_by("number"))
