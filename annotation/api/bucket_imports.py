"""Datasets and images that lie in buckets which the deployment lets imports read."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView, user_of
from annotation.api.dataset_imports import DatasetImportSerializer
from annotation.api.inputs import GroupByField, body_of
from annotation.selectors.dataset_imports import dataset_imports_for
from annotation.selectors.projects import projects_for
from annotation.services.bucket_imports import MAX_PREFIX, offer_bucket


class BucketImportSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="made by the client: said twice, it is one import")
    bucket = serializers.CharField(max_length=50, help_text="one of the import sources")
    prefix = serializers.CharField(
        max_length=MAX_PREFIX,
        allow_blank=True,
        default="",
        help_text="a folder in it, or a file; empty: all of it",
    )
    group_by = GroupByField()


class ImportSourcesView(MemberView):
    """The names of the buckets that the deployment lets managers import from."""

    roles = {"GET": MANAGERS}

    @extend_schema(
        operation_id="list_import_sources",
        responses=serializers.ListSerializer(child=serializers.CharField()),
    )
    def get(self, request: Request, project_id: int) -> Response:
        self.fetch(projects_for(request.user), pk=project_id)
        return Response(sorted(settings.IMPORT_SOURCES))


class BucketImportsView(MemberView):
    """Have a folder or a file of a bucket looked at; it comes in as an upload does."""

    roles = {"POST": MANAGERS}

    @extend_schema(
        operation_id="import_from_bucket",
        request=BucketImportSerializer,
        responses=DatasetImportSerializer,
    )
    def post(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        body = body_of(request, BucketImportSerializer)
        offered = offer_bucket(
            import_id=body["id"],
            project=project,
            bucket=body["bucket"],
            prefix=body["prefix"],
            group_by=body["group_by"],
            by=user_of(request),
        )
        found = dataset_imports_for(request.user).get(pk=offered.pk)
        return Response(DatasetImportSerializer(found).data)
