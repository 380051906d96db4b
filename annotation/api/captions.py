"""What an image's descriptions are, and its clean captions."""

from typing import Any, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.api.access import ANYONE, MemberView, user_of
from annotation.api.inputs import FiniteField, body_of
from annotation.api.recordings import RecordingSerializer
from annotation.models import Caption
from annotation.selectors.access import HasRole
from annotation.selectors.caption_proposals import offered_caption
from annotation.selectors.descriptions import (
    captions_of,
    own_captions_for,
    recordings_of,
    removed_recordings_of,
)
from annotation.selectors.images import images_for
from annotation.selectors.said import parts_of, said_in
from annotation.services.captions import (
    Making,
    Seen,
    clean_text,
    compare_texts,
    save_caption,
    withdraw_caption,
)
from engine.speech.clean import MAX_CHARACTERS

MAX_TEXT = MAX_CHARACTERS
MAX_SECONDS = 86_400.0
PART_KINDS = ("same", "added", "dropped")
MAX_COMPARED = 5_000  # characters, five minutes of speech: the time grows with their square


class AuthoredPartSerializer(serializers.Serializer[Any]):
    author = serializers.CharField(
        source="author.username", allow_null=True, default=None, help_text="null: a model"
    )
    bundle = serializers.CharField(
        source="bundle_id", allow_null=True, help_text="whose words they are; the author took them"
    )
    recording = serializers.UUIDField(source="recording_id", allow_null=True)
    text = serializers.CharField()


class CaptionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    text = serializers.CharField()
    author = serializers.CharField(source="author.username", allow_null=True, default=None)
    bundle = serializers.CharField(
        source="bundle_id", allow_null=True, help_text="whose proposal it is; the author took it"
    )
    recording = serializers.UUIDField(source="recording_id", allow_null=True)
    shortening = serializers.UUIDField(
        source="shortening_id", allow_null=True, help_text="A model's, that it was begun with"
    )
    parts = serializers.SerializerMethodField(help_text="who said what, in order")
    created_at = serializers.DateTimeField()

    @extend_schema_field(AuthoredPartSerializer(many=True))
    def get_parts(self, caption: Caption) -> Any:  # noqa: ANN401  # JSON
        return AuthoredPartSerializer(parts_of(caption), many=True).data


class SaidSerializer(serializers.Serializer[Any]):
    """Words of the newest caption, or of a transcript that it has not taken up."""

    author = serializers.CharField(allow_null=True, help_text="null: a model")
    bundle = serializers.CharField(
        allow_null=True, help_text="whose proposal it is; the author took it"
    )
    recording = serializers.UUIDField(allow_null=True)
    text = serializers.CharField()
    caption = serializers.UUIDField(allow_null=True)
    number = serializers.IntegerField(help_text="of the caption's part")
    transcript = serializers.UUIDField(allow_null=True)


class OfferedPhraseSerializer(serializers.Serializer[Any]):
    """Words that bear the name of masks: `first` up to but not including `end`."""

    first = serializers.IntegerField(help_text="from 0, as spaces part the text")
    end = serializers.IntegerField()
    text = serializers.CharField()
    masks = serializers.ListField(child=serializers.UUIDField())


class OfferedCaptionSerializer(serializers.Serializer[Any]):
    """What a model would say, to be accepted, edited or said anew."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    bundle = serializers.CharField()
    phrases = OfferedPhraseSerializer(many=True)


class DescriptionsSerializer(serializers.Serializer[Any]):
    proposal = OfferedCaptionSerializer(
        allow_null=True, help_text="null: none, or not to be seen, so that its sway can be measured"
    )
    recordings = RecordingSerializer(many=True)
    captions = CaptionSerializer(many=True, help_text="the newest first; that one counts")
    said = SaidSerializer(many=True, help_text="what the next describer need not say again")
    removed = RecordingSerializer(many=True, help_text="takes that the caller may bring back")


class SecondsField(FiniteField):
    """Active seconds from the first sight of an image to its caption; null: not measured."""

    def __init__(self) -> None:
        super().__init__(min_value=0, max_value=MAX_SECONDS, allow_null=True, default=None)


class NewCaptionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="made by the client")
    text = serializers.CharField(max_length=MAX_TEXT)
    recording = serializers.UUIDField(allow_null=True, default=None)
    proposal = serializers.UUIDField(
        allow_null=True, default=None, help_text="what it began with, untouched or edited"
    )
    seconds = SecondsField()
    shortening = serializers.UUIDField(
        allow_null=True, default=None, help_text="A model's, that the person took for a start"
    )
    base = serializers.UUIDField(
        allow_null=True,
        required=False,
        help_text="the newest caption that its author saw; null: none. 409 stale_caption: another",
    )


class CaptionTextSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=MAX_TEXT, allow_blank=True)


class CaptionPairSerializer(serializers.Serializer[Any]):
    raw = serializers.CharField(max_length=MAX_COMPARED, allow_blank=True)
    clean = serializers.CharField(max_length=MAX_COMPARED, allow_blank=True)


class CaptionPartSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=PART_KINDS)
    text = serializers.CharField()
    is_content = serializers.BooleanField(help_text="it holds a word that says something")


class CaptionChangesSerializer(serializers.Serializer[Any]):
    parts = CaptionPartSerializer(many=True)
    added = serializers.ListField(child=serializers.CharField(), help_text="content words")
    dropped = serializers.ListField(child=serializers.CharField(), help_text="content words")


class ImageDescriptionsView(MemberView):
    """Everything said and written about an image."""

    roles = {"GET": ANYONE}

    @extend_schema(operation_id="read_descriptions", responses={200: DescriptionsSerializer})
    def get(self, request: Request, image_id: int) -> Response:
        image = self.fetch(images_for(request.user), pk=image_id)
        user, role = user_of(request), cast("HasRole", image).role
        takes, captions = list(recordings_of(image.pk, user=user)), list(captions_of(image.pk))
        everything = {
            "recordings": takes,
            "captions": captions,
            "said": said_in(captions, takes),
            "removed": removed_recordings_of(image.pk, user=user, role=role),
            "proposal": offered_caption(image.pk),
        }
        return Response(DescriptionsSerializer(everything).data)


class ImageCaptionsView(MemberView):
    """Write a caption; older ones stay."""

    roles = {"POST": ANYONE}

    @extend_schema(
        operation_id="save_caption",
        request=NewCaptionSerializer,
        responses={201: CaptionSerializer},
    )
    def post(self, request: Request, image_id: int) -> Response:
        image = self.fetch(images_for(request.user), pk=image_id)
        data = body_of(request, NewCaptionSerializer)
        caption = save_caption(
            caption_id=data["id"],
            image=image,
            author=user_of(request),
            text=data["text"],
            recording_id=data["recording"],
            making=Making(
                seconds=data["seconds"],
                proposal=data["proposal"],
                shortening=data["shortening"],
            ),
            seen=Seen(data["base"]) if "base" in data else None,
        )
        return Response(CaptionSerializer(caption).data, status=201)


class CaptionWithdrawView(MemberView):
    """Take one's newest caption back; the proposal that it answered waits again."""

    roles = {"POST": ANYONE}

    @extend_schema(
        operation_id="withdraw_caption", request=None, responses={200: CaptionSerializer}
    )
    def post(self, request: Request, caption_id: UUID) -> Response:
        caption = self.fetch(own_captions_for(request.user), pk=caption_id)
        return Response(CaptionSerializer(withdraw_caption(caption=caption)).data)


class CaptionCleanView(APIView):
    """Suggest a clean text by rule: no fillers, no repetitions, no false starts."""

    within_projects = ("POST",)  # it is told all that it works on

    @extend_schema(
        operation_id="clean_caption",
        request=CaptionTextSerializer,
        responses={200: CaptionTextSerializer},
    )
    def post(self, request: Request) -> Response:
        data = body_of(request, CaptionTextSerializer)
        return Response({"text": clean_text(data["text"])})


class CaptionCompareView(APIView):
    """Tell what a clean text adds to what was said, and what it drops."""

    within_projects = ("POST",)

    @extend_schema(
        operation_id="compare_captions",
        request=CaptionPairSerializer,
        responses={200: CaptionChangesSerializer},
    )
    def post(self, request: Request) -> Response:
        data = body_of(request, CaptionPairSerializer)
        changes = compare_texts(raw=data["raw"], clean=data["clean"])
        return Response(CaptionChangesSerializer(changes).data)
