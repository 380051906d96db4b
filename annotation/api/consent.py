"""A person's agreement to being recorded: asked for by each new text, withdrawn at any time."""

from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.api.access import user_of
from annotation.api.inputs import body_of
from annotation.selectors.descriptions import given_consents
from annotation.services.consent import give_consent, withdraw_consent
from annotation.voice_terms import TERMS, VERSION


class VoiceTermsSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    intro = serializers.CharField()
    points = serializers.ListField(child=serializers.CharField())
    closing = serializers.CharField()


class ConsentSerializer(serializers.Serializer[Any]):
    given = serializers.BooleanField(help_text="To the newest text")
    given_at = serializers.DateTimeField(allow_null=True)
    agreed_version = serializers.IntegerField(
        allow_null=True, help_text="Older than `version`: the person is asked again"
    )
    version = serializers.IntegerField(help_text="Of the newest text")
    terms = VoiceTermsSerializer(help_text="The newest text")


class GiveConsentSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(default=VERSION, help_text="Of the text that was shown")


class ConsentView(APIView):
    """The signed-in person's own consent to voice recording."""

    @extend_schema(operation_id="read_consent", responses={200: ConsentSerializer})
    def get(self, request: Request) -> Response:
        return _answer(user_of(request))

    @extend_schema(
        operation_id="give_consent",
        request=GiveConsentSerializer,
        responses={200: ConsentSerializer},
    )
    def post(self, request: Request) -> Response:
        give_consent(user=user_of(request), **body_of(request, GiveConsentSerializer))
        return _answer(user_of(request))

    @extend_schema(
        operation_id="withdraw_consent", request=None, responses={200: ConsentSerializer}
    )
    def delete(self, request: Request) -> Response:
        withdraw_consent(user=user_of(request))
        return _answer(user_of(request))


def _answer(user: User) -> Response:
    newest = given_consents(user).first()
    consent = {
        "given": newest is not None and newest.version == VERSION,
        "given_at": newest and newest.given_at,
        "agreed_version": newest and newest.version,
        "version": VERSION,
        "terms": TERMS[VERSION],
    }
    return Response(ConsentSerializer(consent).data)
