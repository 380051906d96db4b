"""The labels of a project."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView, user_of
from annotation.api.attributes import AttributeSerializer, AttributesField
from annotation.api.inputs import ColorField, body_of
from annotation.api.once import KEY, once
from annotation.selectors.projects import labels_for, projects_for
from annotation.services import labels


class LabelSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    color = serializers.CharField()
    attributes = AttributeSerializer(many=True)
    deleted = serializers.BooleanField(source="is_deleted")


class LabelInputSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    color = ColorField()


class LabelListView(MemberView):
    roles = {"POST": MANAGERS}

    @extend_schema(
        operation_id="create_label",
        parameters=[KEY],
        request=LabelInputSerializer,
        responses={201: LabelSerializer},
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        label = labels.create_label(project=project, **body_of(request, LabelInputSerializer))
        return Response(LabelSerializer(label).data, status=201)


class LabelPatchSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100, required=False)
    color = ColorField(required=False)
    attributes = AttributesField(required=False)


class LabelView(MemberView):
    roles = {"PATCH": MANAGERS, "DELETE": MANAGERS}

    @extend_schema(
        operation_id="update_label", request=LabelPatchSerializer, responses=LabelSerializer
    )
    def patch(self, request: Request, label_id: int) -> Response:
        label = self.fetch(labels_for(user_of(request)), pk=label_id)
        changes = body_of(request, LabelPatchSerializer)
        return Response(LabelSerializer(labels.update_label(label=label, changes=changes)).data)

    @extend_schema(operation_id="delete_label", responses={204: None})
    def delete(self, request: Request, label_id: int) -> Response:
        labels.delete_label(label=self.fetch(labels_for(user_of(request)), pk=label_id))
        return Response(status=204)


class LabelRestoreView(MemberView):
    roles = {"POST": MANAGERS}

    @extend_schema(operation_id="restore_label", request=None, responses=LabelSerializer)
    def post(self, request: Request, label_id: int) -> Response:
        label = self.fetch(labels_for(user_of(request)), pk=label_id)
        return Response(LabelSerializer(labels.restore_label(label=label)).data)
