"""What another round is expected to save people, and to take. For managers, who pay for both."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView, user_of
from annotation.api.effort import EffortFigureSerializer
from annotation.selectors.expectation import expectation_of
from annotation.selectors.projects import projects_for


class ExpectationSerializer(serializers.Serializer[Any]):
    waiting = serializers.CharField(help_text="What is waited for, in words; empty: nothing")
    saving = EffortFigureSerializer(
        allow_null=True, help_text="People's seconds in all, on `n` masks that are still to come"
    )
    rounds = serializers.IntegerField(
        help_text="By how many of the last judged rounds: those that people worked with since"
    )
    round_s = serializers.FloatField(
        allow_null=True, help_text="That the newest round took which ran in one go"
    )


class ProjectExpectationView(MemberView):
    """By what the last rounds saved each time the finished images doubled."""

    roles = {"GET": MANAGERS}

    @extend_schema(operation_id="read_expectation", responses=ExpectationSerializer)
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        return Response(ExpectationSerializer(expectation_of(project.pk)).data)
