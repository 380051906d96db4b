"""What the gate wants of the holdout and what is there, before a round is started."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView, user_of
from annotation.models import Round
from annotation.selectors.projects import projects_for
from annotation.services.gate_outlook import outlooks


class GateOutlookSerializer(serializers.Serializer[Any]):
    part = serializers.ChoiceField(Round.Part.choices)
    has_news = serializers.BooleanField(
        help_text="A round that is asked for no part trains this one"
    )
    wanted = serializers.IntegerField(
        help_text="On finished holdout images: objects for masks, described images for captions"
    )
    there = serializers.IntegerField(help_text="Of these; of an image at most `most_of_one` count")
    images = serializers.IntegerField(help_text="That they are on")
    most_of_one = serializers.IntegerField()
    is_enough = serializers.BooleanField(
        help_text="If not, the gate refuses a round of this part, however good it is"
    )
    others = serializers.ListField(
        child=serializers.CharField(),
        help_text="Why other projects that it must not forget cannot judge it, a sentence each",
    )
    words = serializers.CharField(help_text="What is missing, `others` too; empty: nothing")


class ProjectGateView(MemberView):
    """Part by part: whether the holdout can judge a round yet."""

    roles = {"GET": MANAGERS}

    @extend_schema(operation_id="read_gate", responses=GateOutlookSerializer(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        return Response(GateOutlookSerializer(outlooks(project.pk), many=True).data)
