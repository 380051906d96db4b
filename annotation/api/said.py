"""What has been said about an image, and captions merged of several people's words."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MemberView, user_of
from annotation.api.captions import MAX_TEXT, CaptionSerializer, SecondsField
from annotation.api.inputs import body_of
from annotation.selectors.images import images_for
from annotation.services.merged_captions import (
    CaptionWords,
    OwnWords,
    TranscriptWords,
    Words,
    merge_caption,
)

MOST_PARTS = 100
SOURCES = ("caption", "transcript", "text")


class NewPartSerializer(serializers.Serializer[Any]):
    """Somebody's words, taken over as they stand, or `text`, the caller's own."""

    caption = serializers.UUIDField(required=False, help_text="whose part `number` it is")
    number = serializers.IntegerField(min_value=0, default=0)
    transcript = serializers.UUIDField(required=False)
    text = serializers.CharField(max_length=MAX_TEXT, required=False)
    recording = serializers.UUIDField(
        allow_null=True, default=None, help_text="of `text`: the take in which it was said"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(source in attrs for source in SOURCES) != 1:
            raise serializers.ValidationError("A part is of a caption, of a transcript, or text.")
        return attrs


class MergedCaptionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="made by the client")
    base = serializers.UUIDField(allow_null=True, help_text="the newest caption that it builds on")
    seconds = SecondsField()
    parts = NewPartSerializer(many=True, allow_empty=False, max_length=MOST_PARTS)  # type: ignore[call-arg]  # the list's


class CaptionMergeView(MemberView):
    """Save what several people said as one caption; 409 if another one came meanwhile."""

    roles = {"POST": ANYONE}

    @extend_schema(
        operation_id="merge_caption",
        request=MergedCaptionSerializer,
        responses={201: CaptionSerializer},
    )
    def post(self, request: Request, image_id: int) -> Response:
        image = self.fetch(images_for(request.user), pk=image_id)
        data = body_of(request, MergedCaptionSerializer)
        caption = merge_caption(
            caption_id=data["id"],
            image=image,
            author=user_of(request),
            base=data["base"],
            words=[_words(part) for part in data["parts"]],
            seconds=data["seconds"],
        )
        return Response(CaptionSerializer(caption).data, status=201)


def _words(part: dict[str, Any]) -> Words:
    if "caption" in part:
        return CaptionWords(part["caption"], part["number"])
    if "transcript" in part:
        return TranscriptWords(part["transcript"])
    return OwnWords(part["text"], part["recording"])
