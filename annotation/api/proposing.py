"""How far what serves is with proposing."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView, user_of
from annotation.api.jobs import JobSerializer
from annotation.selectors.projects import projects_for
from annotation.selectors.proposing import proposing_of


class ProposingSerializer(serializers.Serializer[Any]):
    bundle = serializers.CharField(allow_null=True, help_text="That serves; null: none does yet")
    job = JobSerializer(
        allow_null=True,
        help_text="The preparation of images that is under way, else the last; it proposes for "
        "other arms, too",
    )
    images = serializers.IntegerField(
        allow_null=True,
        help_text="On which the bundle has proposed a mask; null: under way, or nothing serves",
    )


class ProjectProposingView(MemberView):
    """For managers alone: a trial begins with proposing, and nobody else shall know of it."""

    roles = {"GET": MANAGERS}

    @extend_schema(operation_id="read_proposing", responses={200: ProposingSerializer})
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        return Response(ProposingSerializer(proposing_of(project.pk)).data)
