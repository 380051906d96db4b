"""The labels that a version's exports have: by these names they take a choice of them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MemberView
from annotation.selectors.version_labels import frozen_labels
from annotation.selectors.versions import versions_for


class VersionLabelSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="as exports name it; no other label has it")
    called = serializers.CharField(
        help_text="as people called it; several may be called the same, where one was deleted"
    )
    masks = serializers.IntegerField(
        allow_null=True, help_text="null: the version was cut before they were counted"
    )


class VersionLabelsView(MemberView):
    """The version's own labels: those of the project may have been renamed or deleted since."""

    roles = {"GET": ANYONE}

    @extend_schema(
        operation_id="list_version_labels", responses={200: VersionLabelSerializer(many=True)}
    )
    def get(self, request: Request, version_id: str) -> Response:
        version = self.fetch(versions_for(request.user), pk=version_id)
        return Response(VersionLabelSerializer(frozen_labels(version), many=True).data)
