"""The trial of a candidate beside what serves: begin it, see what people did, end it."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView, user_of
from annotation.api.effort import EffortFigureSerializer, EffortRowSerializer
from annotation.api.inputs import body_of
from annotation.api.once import KEY, once
from annotation.api.rounds import ServingSeenSerializer
from annotation.models import Project
from annotation.selectors.projects import projects_for
from annotation.selectors.rounds import rounds_for
from annotation.selectors.trials import trial_of
from annotation.services.trials import begin_trial, end_trial


class TrialDifferenceSerializer(serializers.Serializer[Any]):
    """Candidate less serving; null where nobody measured either."""

    seconds = EffortFigureSerializer(allow_null=True, help_text="For each mask")
    clicks = EffortFigureSerializer(allow_null=True, help_text="For each mask")
    strokes = EffortFigureSerializer(allow_null=True, help_text="For each mask")
    untouched = EffortFigureSerializer(
        allow_null=True, help_text="Share of the proposals decided on"
    )
    iou = EffortFigureSerializer(allow_null=True, help_text="Of proposals and their final masks")


class TrialSerializer(serializers.Serializer[Any]):
    bundle = serializers.CharField()
    round = serializers.IntegerField(help_text="Its number")
    since = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True, help_text="null: it runs")
    images = serializers.IntegerField(help_text="That have its proposals")
    candidate = EffortRowSerializer(
        allow_null=True, help_text="Of images begun and finished meanwhile; null: none yet"
    )
    serving = EffortRowSerializer(
        allow_null=True, help_text="Of images begun and finished meanwhile; null: none yet"
    )
    serving_accepted = serializers.BooleanField(
        help_text="Some of its proposals by itself, on the images of `serving`"
    )
    difference = TrialDifferenceSerializer(allow_null=True)


class NewestTrialSerializer(serializers.Serializer[Any]):
    trial = TrialSerializer(allow_null=True, help_text="null: there was none")


class TrialInputSerializer(ServingSeenSerializer):
    round = serializers.IntegerField(help_text="The id of the round whose bundle is tried")


class ProjectTrialView(MemberView):
    """For managers alone: who annotates shall not know that a candidate proposes."""

    roles = {"GET": MANAGERS, "POST": MANAGERS, "DELETE": MANAGERS}

    @extend_schema(operation_id="get_trial", responses=NewestTrialSerializer)
    def get(self, request: Request, project_id: int) -> Response:
        return _newest(self.fetch(projects_for(user_of(request)), pk=project_id))

    @extend_schema(
        operation_id="begin_trial",
        parameters=[KEY],
        request=TrialInputSerializer,
        responses=NewestTrialSerializer,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        data = body_of(request, TrialInputSerializer)
        tried = get_object_or_404(rounds_for(request.user), project=project, pk=data["round"])
        begin_trial(round_id=tried.pk, serving_seen=data["serving"], by=user_of(request))
        return _newest(project)

    @extend_schema(operation_id="end_trial", responses={200: NewestTrialSerializer})
    def delete(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        end_trial(project=project, by=user_of(request))
        return _newest(project)


def _newest(project: Project) -> Response:
    return Response(NewestTrialSerializer({"trial": trial_of(project.pk)}).data)
