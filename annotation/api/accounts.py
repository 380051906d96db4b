"""Accounts of new people, made by the managers of a project."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView, user_of
from annotation.api.authentication import SessionAuthentication
from annotation.api.inputs import body_of
from annotation.api.members import MemberInputSerializer, MemberSerializer
from annotation.selectors.projects import projects_for
from annotation.services.accounts import create_member


class NewAccountSerializer(MemberSerializer):
    """A member whose account was made just now."""

    password = serializers.CharField(help_text="To hand over; shown this once")


class AccountListView(MemberView):
    """No token makes an account: only a session reaches this."""

    authentication_classes = [SessionAuthentication]
    roles = {"POST": MANAGERS}

    @extend_schema(
        operation_id="create_account",
        request=MemberInputSerializer,
        responses={201: NewAccountSerializer},
    )
    def post(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        given: dict[str, Any] = body_of(request, MemberInputSerializer)
        member, password = create_member(project=project, by=user_of(request), **given)
        answer = {**MemberSerializer(member).data, "password": password}
        return Response(answer, status=201)
