"""What the model accepted by itself, and whether that can be relied on."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MANAGERS, MemberView, user_of
from annotation.selectors.access import HasRole
from annotation.selectors.auto_accept import auto_accept_of
from annotation.selectors.projects import projects_for


class PrecisionSerializer(serializers.Serializer[Any]):
    share = serializers.FloatField()
    low = serializers.FloatField(help_text="Of the 95 % interval")
    high = serializers.FloatField()


class MeasuredSerializer(serializers.Serializer[Any]):
    decided = serializers.IntegerField()
    measured = PrecisionSerializer(allow_null=True)


class ScoreBinSerializer(serializers.Serializer[Any]):
    low = serializers.FloatField(help_text="Scores from here")
    high = serializers.FloatField(help_text="To here")
    mean_score = serializers.FloatField()
    accepted = PrecisionSerializer(help_text="What people accepted as it was, its label too")
    count = serializers.IntegerField(help_text="That people decided on")


class AutoAcceptSerializer(serializers.Serializer[Any]):
    wanted_precision = serializers.FloatField(allow_null=True, help_text="null: off")
    since = serializers.DateTimeField(allow_null=True, help_text="null: it was never on")
    stopped_at = serializers.DateTimeField(allow_null=True, help_text="By itself")
    stop_reason = serializers.CharField()
    is_paused = serializers.BooleanField(
        help_text="While a candidate is tried, people decide all; false: or for managers alone"
    )
    accepted = serializers.IntegerField(help_text="Masks that the model accepted")
    audited = serializers.IntegerField(
        allow_null=True,
        help_text="As sure, and left to people; since `since`; null: for managers alone",
    )
    decided = serializers.IntegerField(
        allow_null=True,
        help_text="Of those audited, on finished images, with those left undecided there; null: "
        "for managers alone",
    )
    left_out = serializers.IntegerField(
        allow_null=True,
        help_text="Verdicts on those audited that do not count, as their person is doubted; null: "
        "for managers alone",
    )
    at_once = serializers.IntegerField(
        allow_null=True,
        help_text="Left to people as well, and of no use: accepted at once with all that were as "
        "sure, or picked out from those; null: for managers alone",
    )
    measured = PrecisionSerializer(
        allow_null=True,
        help_text="Of those decided, what people accepted as it was, whichever bundle proposed; "
        "null: nothing yet, or for managers alone",
    )
    serving = MeasuredSerializer(
        allow_null=True,
        help_text="The same of the serving bundle's proposals alone, and of bundles alike; null: "
        "none serves, or for managers alone",
    )
    has_scores = serializers.BooleanField(help_text="The serving bundle scores its proposals")
    can_promise = serializers.ListField(
        child=serializers.FloatField(),
        allow_null=True,
        help_text="Precisions that the serving verifier can promise by people's verdicts, the "
        "highest first, whatever the labels; null: no round tells, or for managers alone",
    )
    bins = ScoreBinSerializer(
        many=True,
        help_text="Of the serving bundle's proposals that people decided on, on finished images; "
        "empty: none, or for managers alone",
    )


class ProjectAutoAcceptView(MemberView):
    roles = {"GET": ANYONE}

    @extend_schema(operation_id="get_auto_accept", responses=AutoAcceptSerializer)
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        state = auto_accept_of(project)
        if cast("HasRole", project).role not in MANAGERS:
            # Who sees which of these grow knows whose proposals an image had, or which were audits.
            state["audited"] = state["decided"] = state["left_out"] = state["at_once"] = None
            state["measured"] = state["serving"] = None
            state["can_promise"], state["bins"], state["is_paused"] = None, [], False
        return Response(AutoAcceptSerializer(state).data)
