"""A person's own recordings, wherever they are: how many are kept, and deleting them all."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.api.access import user_of
from annotation.api.jobs import JobSerializer
from annotation.selectors.voices import voices_of
from annotation.services.voices import delete_own_voices


class PlaceSerializer(serializers.Serializer[Any]):
    image = serializers.IntegerField()
    project = serializers.IntegerField()
    file_name = serializers.CharField()


class OwnVoicesSerializer(serializers.Serializer[Any]):
    takes = serializers.IntegerField(help_text="In all projects, those in the trash among them")
    with_voice = serializers.IntegerField(help_text="Of them, those whose audio is kept")
    places = PlaceSerializer(many=True, help_text="Images that hold them, the newest twenty")
    job = JobSerializer(allow_null=True, help_text="The newest deletion of all of them")


class OwnVoicesView(APIView):
    """The signed-in person's own recordings. Deleting keeps the texts and cannot be undone."""

    @extend_schema(operation_id="get_own_voices", responses={200: OwnVoicesSerializer})
    def get(self, request: Request) -> Response:
        return Response(OwnVoicesSerializer(voices_of(user_of(request))).data)

    @extend_schema(
        operation_id="delete_own_voices", request=None, responses={202: OwnVoicesSerializer}
    )
    def delete(self, request: Request) -> Response:
        delete_own_voices(user=user_of(request))
        return Response(OwnVoicesSerializer(voices_of(user_of(request))).data, status=202)
