"""A transcript shortened by a language model, when a person asks for it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MemberView, user_of
from annotation.selectors.shortenings import shortenable, transcripts_for
from annotation.services.shortenings import ask_to_shorten


class ShorteningSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    text = serializers.CharField(help_text="Empty where none is offered")
    refusal = serializers.CharField(help_text="Why none is offered")
    maker = serializers.CharField(help_text="The model and its prompt, with their versions")


class ShortenableSerializer(serializers.Serializer[Any]):
    is_possible = serializers.BooleanField(help_text="A language model is there")
    is_running = serializers.BooleanField()
    error = serializers.CharField(help_text="Why the last try failed")
    offer = ShorteningSerializer(allow_null=True)


class TranscriptShorteningView(MemberView):
    """What a model makes of a transcript. A person decides what becomes of it."""

    roles = {"GET": ANYONE, "POST": ANYONE}

    @extend_schema(operation_id="read_shortening", responses={200: ShortenableSerializer})
    def get(self, request: Request, transcript_id: str) -> Response:
        transcript = self.fetch(transcripts_for(user_of(request)), pk=transcript_id)
        return Response(ShortenableSerializer(shortenable(transcript)).data)

    @extend_schema(
        operation_id="shorten_transcript", request=None, responses={202: ShortenableSerializer}
    )
    def post(self, request: Request, transcript_id: str) -> Response:
        transcript = self.fetch(transcripts_for(user_of(request)), pk=transcript_id)
        ask_to_shorten(transcript=transcript, user=user_of(request))
        return Response(ShortenableSerializer(shortenable(transcript)).data, status=202)
