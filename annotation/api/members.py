"""The people of a project."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MANAGERS, MemberView, user_of
from annotation.api.inputs import body_of
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.models import Membership
from annotation.selectors.projects import members_of, projects_for
from annotation.services import members


class MemberSerializer(serializers.Serializer[Any]):
    user = serializers.IntegerField(source="user_id")
    username = serializers.CharField(source="user.username")
    role = serializers.ChoiceField(Membership.Role.choices)


class MemberInputSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(Membership.Role.choices)


class MemberListView(MemberView):
    """Who belongs to a project, in the order of their names."""

    roles = {"GET": ANYONE, "POST": MANAGERS}

    @extend_schema(
        operation_id="list_members",
        parameters=[CURSOR],
        responses=page_serializer(MemberSerializer),
    )
    def get(self, request: Request, project_id: int) -> Response:
        self.fetch(projects_for(user_of(request)), pk=project_id)
        page, cursor = page_of(members_of(project_id), request, order=("user__username",))
        return Response({"results": MemberSerializer(page, many=True).data, "next": cursor})

    @extend_schema(
        operation_id="set_member", request=MemberInputSerializer, responses=MemberSerializer
    )
    def post(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        member = members.set_member(project=project, **body_of(request, MemberInputSerializer))
        return Response(MemberSerializer(member).data)


class MemberDetailView(MemberView):
    roles = {"DELETE": MANAGERS}

    @extend_schema(operation_id="remove_member", responses={204: None})
    def delete(self, request: Request, project_id: int, user_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        members.remove_member(project=project, user_id=user_id)
        return Response(status=204)
