"""Whether the images that come after a round are still like those that it learned from."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView, user_of
from annotation.selectors.drift import drift_of
from annotation.selectors.projects import projects_for


class DriftSerializer(serializers.Serializer[Any]):
    round = serializers.IntegerField(help_text="A judged round of masks")
    share = serializers.FloatField(
        help_text="Of the new images: farther from all learned ones than 95 % of those are"
    )
    low = serializers.FloatField(help_text="2.5 % quantile")
    high = serializers.FloatField(help_text="97.5 % quantile")
    n = serializers.IntegerField(
        help_text="Images that came until the next such round began, or until now; drawn by hash: "
        "at most 1,000"
    )
    learned = serializers.IntegerField(
        help_text="Images learned from that they are compared with, drawn likewise"
    )
    alike = serializers.FloatField(
        help_text="Up to this share may be far of images like those learned from"
    )


class StreamSerializer(serializers.Serializer[Any]):
    drift = DriftSerializer(
        allow_null=True,
        help_text="Of the newest round; null: fewer than 20 images were learned from, or are new",
    )
    earlier = DriftSerializer(
        many=True,
        help_text="Of the seven rounds before it, the oldest first, but those of fewer images",
    )


class ProjectDriftView(MemberView):
    roles = {"GET": MANAGERS}

    @extend_schema(operation_id="read_drift", responses=StreamSerializer)
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        return Response(StreamSerializer(drift_of(project.pk)).data)
