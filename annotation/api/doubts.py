"""Whose verdicts go against everybody else's."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView, user_of
from annotation.api.auto_accept import PrecisionSerializer
from annotation.selectors.doubts import HONEYPOTS, doubts_of
from annotation.selectors.projects import projects_for


class DoubtSerializer(serializers.Serializer[Any]):
    """Somebody accepts as it is what others do not, or rejects what others keep."""

    user = serializers.IntegerField()
    username = serializers.CharField()
    habit = serializers.ChoiceField(list(HONEYPOTS))
    own = PrecisionSerializer(help_text="Of the person's verdicts, where the verifier is sure")
    own_verdicts = serializers.IntegerField()
    others = PrecisionSerializer()
    other_verdicts = serializers.IntegerField()


class ProjectDoubtsView(MemberView):
    """For managers alone: rounds do not learn from who accepts what others do not."""

    roles = {"GET": MANAGERS}

    @extend_schema(operation_id="list_doubts", responses=DoubtSerializer(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        return Response(DoubtSerializer(doubts_of(project.pk), many=True).data)
