"""A person's agreement to being recorded: asked for once, withdrawn at any time."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.api.access import user_of
from annotation.models import Consent
from annotation.services.consent import give_consent, withdraw_consent


class ConsentSerializer(serializers.Serializer[Any]):
    given = serializers.BooleanField()
    given_at = serializers.DateTimeField(allow_null=True)


class ConsentView(APIView):
    """The signed-in person's own consent to voice recording."""

    @extend_schema(operation_id="read_consent", responses={200: ConsentSerializer})
    def get(self, request: Request) -> Response:
        return Response(_answer(Consent.objects.filter(user=user_of(request)).first()))

    @extend_schema(operation_id="give_consent", request=None, responses={200: ConsentSerializer})
    def post(self, request: Request) -> Response:
        return Response(_answer(give_consent(user=user_of(request))))

    @extend_schema(
        operation_id="withdraw_consent", request=None, responses={200: ConsentSerializer}
    )
    def delete(self, request: Request) -> Response:
        return Response(_answer(withdraw_consent(user=user_of(request))))


def _answer(consent: Consent | None) -> Any:  # noqa: ANN401  # DRF's own type
    given = consent is not None and consent.withdrawn_at is None
    return ConsentSerializer(
        {"given": given, "given_at": consent.given_at if consent and given else None}
    ).data
