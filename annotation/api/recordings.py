"""Recordings: chunks as they are spoken, then the texts made of them."""

from collections.abc import Mapping
from typing import IO, Any, cast

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import storage
from annotation.api.access import ANYONE, MemberView, user_of
from annotation.api.inputs import FiniteField, body_of, refuse_longer
from annotation.models import Recording, Transcript
from annotation.selectors.access import HasRole
from annotation.selectors.descriptions import (
    correction_effort,
    recordings_for,
    restorable_recordings_for,
)
from annotation.selectors.images import images_for
from annotation.selectors.voices import may_listen
from annotation.services.peaks import peaks_key
from annotation.services.recordings import (
    MAX_CHUNK_BYTES,
    MIME_TYPES,
    complete_recording,
    delete_voice,
    remove_recording,
    restore_recording,
    save_chunk,
    start_recording,
)
from annotation.services.transcripts import correct_transcript
from annotation.services.voices import audio_key
from engine.media.limits import LONGEST_SOUND_S
from engine.speech.clean import MAX_CHARACTERS
from engine.speech.grounding.pointer import MAX_POINTS
from engine.speech.transcript import MAX_WORD_CHARACTERS, MAX_WORDS

TRACE_EXTRAS = {Recording.TraceKind.VIEW: "box_xyxy", Recording.TraceKind.SELECT: "mask"}


class WordSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=MAX_WORD_CHARACTERS)
    start_s = FiniteField(min_value=0)
    end_s = FiniteField(min_value=0)
    probability = FiniteField(min_value=0, max_value=1, allow_null=True, default=None)


class DroppedSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    reason = serializers.CharField(help_text="loop, silence, no speech or vocabulary")
    start_s = serializers.FloatField()
    end_s = serializers.FloatField()


class TranscriptSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Transcript.Kind.choices)
    text = serializers.CharField()
    words = WordSerializer(many=True)
    dropped = DroppedSerializer(many=True, help_text="what the model gave and nobody said")
    author = serializers.CharField(source="author.username", allow_null=True, default=None)
    created_at = serializers.DateTimeField()


class CutSerializer(serializers.Serializer[Any]):
    """A stretch that the speaker took back: nobody hears it, and it is not transcribed."""

    start_s = FiniteField(min_value=0)
    end_s = FiniteField(min_value=0)

    def validate(self, attrs: dict[str, float]) -> dict[str, float]:
        if attrs["start_s"] >= attrs["end_s"]:
            raise serializers.ValidationError({"end_s": "A cut ends after it begins."})
        return attrs


class RecordingSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    user = serializers.CharField(source="user.username")
    mask = serializers.UUIDField(
        source="mask_id", allow_null=True, help_text="that it is about; null: the image"
    )
    mask_label = serializers.CharField(allow_null=True, help_text="null: none, or of no mask")
    state = serializers.ChoiceField(choices=Recording.State.choices)
    error = serializers.CharField()
    duration_s = serializers.FloatField()
    cuts = CutSerializer(many=True)
    chunks = serializers.SerializerMethodField(help_text="numbers that have arrived")
    audio_url = serializers.SerializerMethodField()
    peaks_url = serializers.SerializerMethodField(
        help_text="JSON with peaks, 0 to 1, and duration_s; older takes have none there"
    )
    may_listen = serializers.SerializerMethodField(
        help_text="One's own voice, or one that the project lets one's role hear"
    )
    has_voice = serializers.SerializerMethodField(help_text="something that could be deleted")
    voice_deleted_at = serializers.DateTimeField(allow_null=True, help_text="The texts stay")
    created_at = serializers.DateTimeField()
    deleted_at = serializers.DateTimeField(allow_null=True)
    transcripts = TranscriptSerializer(many=True)

    def get_chunks(self, recording: Recording) -> list[int]:
        return [chunk.number for chunk in recording.chunks.all()]

    def get_has_voice(self, recording: Recording) -> bool:
        return recording.voice_deleted_at is None and bool(recording.chunks.all())

    def get_may_listen(self, recording: Recording) -> bool:
        return may_listen(recording)

    def get_audio_url(self, recording: Recording) -> str | None:
        return storage.presign_get(audio_key(recording)) if _sounds(recording) else None

    def get_peaks_url(self, recording: Recording) -> str | None:
        return storage.presign_get(peaks_key(recording)) if _sounds(recording) else None


def _sounds(recording: Recording) -> bool:
    """Tell whether there is something to hear for who asks."""
    is_whole = recording.state == Recording.State.TRANSCRIBED
    has_sound = bool(recording.mime) and recording.voice_deleted_at is None
    return is_whole and has_sound and may_listen(recording)


class NewRecordingSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="made by the client")
    mime = serializers.ChoiceField(choices=MIME_TYPES)
    mask = serializers.UUIDField(
        allow_null=True, default=None, help_text="that it is about; null: the image"
    )


class ChunkSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()


class TracePointSerializer(serializers.Serializer[Any]):
    """One moment over the image; a view tells what was in sight, a selection of which mask."""

    t = FiniteField(min_value=0, help_text="seconds since the recording began")
    x = FiniteField(help_text="image pixels; of a view, its middle")
    y = FiniteField()
    kind = serializers.ChoiceField(choices=Recording.TraceKind.choices)
    box_xyxy = serializers.ListField(
        child=FiniteField(),
        min_length=4,
        max_length=4,
        required=False,
        help_text="of a view: what of the image is in sight",
    )
    mask = serializers.UUIDField(
        required=False, allow_null=True, help_text="of a selection; null: of none"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed = TRACE_EXTRAS.get(attrs["kind"])
        for field in set(TRACE_EXTRAS.values()):
            if (field in attrs) != (field == needed):
                fault = "needs this" if field == needed else "has no such field"
                raise serializers.ValidationError({field: f"A {attrs['kind']} {fault}."})
        if attrs.get("mask") is not None:
            attrs["mask"] = str(attrs["mask"])
        return attrs


class TraceSerializer(serializers.Serializer[Any]):
    points = TracePointSerializer(many=True)


class CompleteRecordingSerializer(serializers.Serializer[Any]):
    chunks = serializers.IntegerField(min_value=1, max_value=100_000)
    duration_s = FiniteField(min_value=0, max_value=LONGEST_SOUND_S)
    trace = TracePointSerializer(many=True, max_length=MAX_POINTS)  # type: ignore[call-arg]  # the list's
    cuts = CutSerializer(many=True, max_length=1000, required=False)  # type: ignore[call-arg]  # the list's


class CorrectionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="made by the client")
    text = serializers.CharField(max_length=MAX_CHARACTERS, allow_blank=True)
    words = WordSerializer(many=True, max_length=MAX_WORDS)  # type: ignore[call-arg]  # the list's
    seconds = FiniteField(min_value=0, default=0, help_text="active, spent correcting")
    base = serializers.UUIDField(
        default=None,
        help_text="the text that was corrected. 409 stale_transcript: another is newer",
    )


class CorrectionEffortSerializer(serializers.Serializer[Any]):
    seconds = serializers.FloatField(help_text="active, of all corrections")
    edits = serializers.IntegerField(allow_null=True, help_text="words changed as written")
    word_error = serializers.FloatField(
        allow_null=True, help_text="of the raw text against the corrected one"
    )


class ChunkParser(BaseParser):
    """The body as it came: what is longer than a chunk is refused before it is read."""

    media_type = "*/*"

    def parse(  # type: ignore[override]  # DRF takes any object
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002  # DRF's signature
        parser_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        refuse_longer(MAX_CHUNK_BYTES, parser_context)
        return stream.read(MAX_CHUNK_BYTES + 1)  # enough to see that one of untold length is longer


class ImageRecordingsView(MemberView):
    """Begin a take; refused until the person has consented to being recorded."""

    roles = {"POST": ANYONE}

    @extend_schema(
        operation_id="start_recording",
        request=NewRecordingSerializer,
        responses={201: RecordingSerializer},
    )
    def post(self, request: Request, image_id: int) -> Response:
        image = self.fetch(images_for(request.user), pk=image_id)
        data = body_of(request, NewRecordingSerializer)
        recording = start_recording(
            recording_id=data["id"],
            image=image,
            user=user_of(request),
            mime=data["mime"],
            mask_id=data["mask"],
        )
        return _answer(request, recording, status=201)


class RecordingView(MemberView):
    """What has arrived of a take; deleting it deletes the voice and keeps the texts."""

    roles = {"GET": ANYONE, "DELETE": ANYONE}

    @extend_schema(operation_id="read_recording", responses={200: RecordingSerializer})
    def get(self, request: Request, recording_id: str) -> Response:
        recording = self.fetch(recordings_for(request.user), pk=recording_id)
        return Response(RecordingSerializer(recording).data)

    @extend_schema(operation_id="delete_voice", responses={204: None})
    def delete(self, request: Request, recording_id: str) -> Response:
        recording = self.fetch(recordings_for(request.user), pk=recording_id)
        delete_voice(recording=recording, by=user_of(request), role=cast("HasRole", recording).role)
        return Response(status=204)


class RecordingRemoveView(MemberView):
    """Take it off the list and out of the dataset; for 30 days it can be brought back."""

    roles = {"POST": ANYONE}

    @extend_schema(operation_id="remove_recording", request=None, responses={204: None})
    def post(self, request: Request, recording_id: str) -> Response:
        recording = self.fetch(recordings_for(request.user), pk=recording_id)
        role = cast("HasRole", recording).role
        remove_recording(recording=recording, by=user_of(request), role=role)
        return Response(status=204)


class RecordingRestoreView(MemberView):
    """Bring a removed take back."""

    roles = {"POST": ANYONE}

    @extend_schema(operation_id="restore_recording", request=None, responses={204: None})
    def post(self, request: Request, recording_id: str) -> Response:
        recording = self.fetch(restorable_recordings_for(request.user), pk=recording_id)
        role = cast("HasRole", recording).role
        restore_recording(recording=recording, by=user_of(request), role=role)
        return Response(status=204)


class ChunkView(MemberView):
    """One chunk of audio; sending the same bytes again is harmless, other bytes are refused."""

    roles = {"PUT": ANYONE}
    parser_classes = [ChunkParser]

    @extend_schema(
        operation_id="save_chunk",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={200: ChunkSerializer},
        parameters=[
            OpenApiParameter(
                "X-Content-SHA256", str, OpenApiParameter.HEADER, required=True, description="hex"
            )
        ],
    )
    def put(self, request: Request, recording_id: str, number: int) -> Response:
        # Without its chunks: an hour of them, read with each, would cost more and more.
        takes = recordings_for(request.user).prefetch_related(None)
        recording = self.fetch(takes, pk=recording_id)
        save_chunk(
            recording=recording,
            user=user_of(request),
            number=number,
            data=cast("bytes", request.data or b""),
            sha256=request.headers.get("X-Content-SHA256", ""),
        )
        return Response({"number": number})


class RecordingCompleteView(MemberView):
    """All chunks are in: transcribe."""

    roles = {"POST": ANYONE}

    @extend_schema(
        operation_id="complete_recording",
        request=CompleteRecordingSerializer,
        responses={200: RecordingSerializer},
    )
    def post(self, request: Request, recording_id: str) -> Response:
        recording = self.fetch(recordings_for(request.user), pk=recording_id)
        data = body_of(request, CompleteRecordingSerializer)
        completed = complete_recording(
            recording=recording,
            user=user_of(request),
            chunks=data["chunks"],
            duration_s=data["duration_s"],
            trace=data["trace"],
            cuts=data.get("cuts", ()),
        )
        return _answer(request, completed)


class RecordingTraceView(MemberView):
    """Where the speaker pointed, what they had in sight and selected.

    Empty once the voice is deleted, and for who may not hear it.
    """

    roles = {"GET": ANYONE}

    @extend_schema(operation_id="read_trace", responses={200: TraceSerializer})
    def get(self, request: Request, recording_id: str) -> Response:
        recording = self.fetch(recordings_for(request.user), pk=recording_id)
        return Response({"points": recording.trace if may_listen(recording) else []})


class TranscriptsView(MemberView):
    """A corrected transcript; the raw one and older corrections stay."""

    roles = {"POST": ANYONE}

    @extend_schema(
        operation_id="correct_transcript",
        request=CorrectionSerializer,
        responses={201: TranscriptSerializer},
    )
    def post(self, request: Request, recording_id: str) -> Response:
        recording = self.fetch(recordings_for(request.user), pk=recording_id)
        data = body_of(request, CorrectionSerializer)
        transcript = correct_transcript(
            transcript_id=data["id"],
            recording=recording,
            author=user_of(request),
            text=data["text"],
            words=data["words"],
            seconds=data["seconds"],
            base=data["base"],
        )
        return Response(TranscriptSerializer(transcript).data, status=201)


class CorrectionEffortView(MemberView):
    """What the corrections of a take cost, counted from its texts."""

    roles = {"GET": ANYONE}

    @extend_schema(
        operation_id="read_correction_effort", responses={200: CorrectionEffortSerializer}
    )
    def get(self, request: Request, recording_id: str) -> Response:
        recording = self.fetch(recordings_for(request.user), pk=recording_id)
        return Response(CorrectionEffortSerializer(correction_effort(recording)).data)


def _answer(request: Request, recording: Recording, status: int = 200) -> Response:
    found = recordings_for(request.user).get(pk=recording.pk)
    return Response(RecordingSerializer(found).data, status=status)
