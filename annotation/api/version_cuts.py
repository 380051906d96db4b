"""Versions that were asked for: how far their jobs are, and which versions they became."""

from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MemberView
from annotation.api.jobs import JobSerializer
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.api.version_criteria import CriteriaSerializer, NamedQuerySerializer
from annotation.selectors.projects import projects_for
from annotation.selectors.version_queries import version_cuts_for

PAGE: Final = 20  # asked for again and again while one is under way


class VersionCutSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    criteria = CriteriaSerializer(help_text="empty: everything")
    query = NamedQuerySerializer(allow_null=True, help_text="the saved query, if it was one")
    note = serializers.CharField()
    version = serializers.CharField(
        source="version_id",
        allow_null=True,
        help_text="its id, once the job has succeeded; one that was cut before, where nothing "
        "has changed",
    )
    job = JobSerializer()
    created_by = serializers.CharField(source="created_by.username", allow_null=True, default=None)
    created_at = serializers.DateTimeField()


class NewVersionSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=1000, allow_blank=True, default="")
    criteria = CriteriaSerializer(required=False, help_text="left out: everything")
    query = serializers.IntegerField(
        required=False, allow_null=True, help_text="a saved query's id, in place of criteria"
    )


class ProjectVersionCutsView(MemberView):
    """The cuts of a project, the newest first."""

    roles = {"GET": ANYONE}

    @extend_schema(
        operation_id="list_version_cuts",
        parameters=[CURSOR],
        responses=page_serializer(VersionCutSerializer),
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        cuts = version_cuts_for(request.user).filter(project=project)
        page, cursor = page_of(cuts, request, order=("-created_at", "-id"), size=PAGE)
        return Response({"results": VersionCutSerializer(page, many=True).data, "next": cursor})


class VersionCutView(MemberView):
    """One cut, with its version once its job has succeeded."""

    roles = {"GET": ANYONE}

    @extend_schema(operation_id="read_version_cut", responses={200: VersionCutSerializer})
    def get(self, request: Request, version_cut_id: str) -> Response:
        cut = self.fetch(version_cuts_for(request.user), pk=version_cut_id)
        return Response(VersionCutSerializer(cut).data)
