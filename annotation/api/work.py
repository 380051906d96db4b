"""What a person did lately, told to that person."""

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.api.access import user_of
from annotation.api.inputs import query_of
from annotation.selectors.people import work_of


class WorkQuerySerializer(serializers.Serializer[Any]):
    zone = serializers.CharField(
        default="UTC", help_text="By whose days: a time zone, such as Europe/Berlin"
    )

    def validate_zone(self, name: str) -> ZoneInfo:
        if name not in _known_zones():
            raise serializers.ValidationError("This time zone is not known.")
        return ZoneInfo(name)


class WorkRowSerializer(serializers.Serializer[Any]):
    """One day in one project."""

    day = serializers.DateField()
    project = serializers.IntegerField()
    project_name = serializers.CharField()
    finished = serializers.IntegerField(help_text="Images")
    reviewed = serializers.IntegerField(help_text="Images")
    masks = serializers.IntegerField(help_text="Made, corrected or accepted, and still there")
    active_s = serializers.FloatField(help_text="At images that were finished or left on that day")


class WorkSerializer(serializers.Serializer[Any]):
    today = serializers.DateField()
    rows = WorkRowSerializer(many=True, help_text="Of two weeks, the newest first")


class WorkView(APIView):
    """A person's own sums: nobody is told those of others."""

    @extend_schema(
        operation_id="get_own_work", parameters=[WorkQuerySerializer], responses=WorkSerializer
    )
    def get(self, request: Request) -> Response:
        zone = query_of(request, WorkQuerySerializer)["zone"]
        return Response(WorkSerializer(work_of(user_of(request), zone)).data)


@cache
def _known_zones() -> frozenset[str]:
    """Read once: it opens every file of the zones."""
    return frozenset(available_timezones())
