"""Which other projects a round must not forget."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView, user_of
from annotation.api.inputs import body_of
from annotation.models import Project
from annotation.selectors.also import also_of, may_be_also
from annotation.selectors.projects import projects_for
from annotation.services.also import set_also


class NamedProjectSerializer(serializers.Serializer[Project]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class AlsoSerializer(serializers.Serializer[Any]):
    chosen = NamedProjectSerializer(many=True)
    choices = NamedProjectSerializer(many=True, help_text="Others that the person manages")


class AlsoInputSerializer(serializers.Serializer[Any]):
    projects = serializers.ListField(
        child=serializers.IntegerField(), max_length=20, help_text="All that are to be named"
    )


class ProjectAlsoView(MemberView):
    """Other projects whose holdout judges the rounds; members see their names and figures."""

    roles = {"GET": MANAGERS, "PUT": MANAGERS}

    @extend_schema(operation_id="get_also", responses=AlsoSerializer)
    def get(self, request: Request, project_id: int) -> Response:
        return _also(request, self.fetch(projects_for(user_of(request)), pk=project_id))

    @extend_schema(operation_id="set_also", request=AlsoInputSerializer, responses=AlsoSerializer)
    def put(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        ids = body_of(request, AlsoInputSerializer)["projects"]
        set_also(project=project, ids=ids, by=user_of(request))
        return _also(request, project)


def _also(request: Request, project: Project) -> Response:
    also = {"chosen": also_of(project), "choices": may_be_also(user_of(request), project)}
    return Response(AlsoSerializer(also).data)
