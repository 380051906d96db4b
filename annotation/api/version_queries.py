"""Saved queries of versions, and a look at what one would hold."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MANAGERS, MemberView, user_of
from annotation.api.inputs import body_of
from annotation.api.once import KEY, once
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.api.version_criteria import CriteriaSerializer
from annotation.selectors.projects import projects_for
from annotation.selectors.version_criteria import criteria_of
from annotation.selectors.version_queries import offered, version_queries_for
from annotation.selectors.version_query import count_splits
from annotation.services.version_queries import (
    check_criteria,
    count_conditions,
    drop_version_query,
    save_version_query,
)


class VersionQuerySerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    number = serializers.IntegerField(help_text="of this name, from 1")
    criteria = CriteriaSerializer()
    created_by = serializers.CharField(source="created_by.username", allow_null=True, default=None)
    created_at = serializers.DateTimeField()


class NewVersionQuerySerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60)
    criteria = CriteriaSerializer()


class AskedCriteriaSerializer(serializers.Serializer[Any]):
    criteria = CriteriaSerializer()


class SplitCountsSerializer(serializers.Serializer[Any]):
    images = serializers.IntegerField()
    masks = serializers.IntegerField()


class VersionLookSerializer(serializers.Serializer[Any]):
    """What a version would hold that was cut now."""

    images = serializers.IntegerField()
    masks = serializers.IntegerField()
    splits = serializers.DictField(child=SplitCountsSerializer())
    meeting = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="where it would be empty: how many of all images meet each criterion alone",
    )


class ProjectVersionQueriesView(MemberView):
    """The saved queries of a project, the newest of each name, by name."""

    roles = {"GET": ANYONE, "POST": MANAGERS}

    @extend_schema(
        operation_id="list_version_queries",
        parameters=[CURSOR],
        responses=page_serializer(VersionQuerySerializer),
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        found = offered(version_queries_for(request.user).filter(project=project))
        page, cursor = page_of(found, request, order=("name",))  # each name is offered once
        return Response({"results": VersionQuerySerializer(page, many=True).data, "next": cursor})

    @extend_schema(
        operation_id="save_version_query",
        parameters=[KEY],
        request=NewVersionQuerySerializer,
        responses={201: VersionQuerySerializer},
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        data = body_of(request, NewVersionQuerySerializer)
        saved = save_version_query(
            project=project,
            name=data["name"],
            criteria=criteria_of(data["criteria"]),
            created_by=user_of(request),
        )
        return Response(VersionQuerySerializer(saved).data, status=201)


class VersionQueryView(MemberView):
    """Offer a saved query no longer; versions that were cut from it go on naming it."""

    roles = {"DELETE": MANAGERS}

    @extend_schema(operation_id="drop_version_query", responses={204: None})
    def delete(self, request: Request, version_query_id: int) -> Response:
        found = self.fetch(version_queries_for(request.user), pk=version_query_id)
        drop_version_query(query=found, by=user_of(request))
        return Response(status=204)


class ProjectVersionLookView(MemberView):
    """Count what a version of some criteria would hold, without cutting it.

    For managers alone: counted by rounds it would tell the arm of what was just finished.
    """

    roles = {"POST": MANAGERS}

    @extend_schema(
        operation_id="look_at_version",
        parameters=[KEY],
        request=AskedCriteriaSerializer,
        responses={200: VersionLookSerializer},
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        criteria = criteria_of(body_of(request, AskedCriteriaSerializer)["criteria"])
        check_criteria(project, criteria)
        splits = count_splits(project, criteria)
        look = {
            "images": sum(each.images for each in splits.values()),
            "masks": sum(each.masks for each in splits.values()),
            "splits": {name: each._asdict() for name, each in splits.items()},
            "meeting": {} if splits else count_conditions(project, criteria),
        }
        return Response(VersionLookSerializer(look).data)
