"""What a round cost. What it saved is told by arms, so managers alone see it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView
from annotation.api.effort import EffortFigureSerializer
from annotation.selectors.round_cost import cost_of_round
from annotation.selectors.rounds import rounds_for


class RoundCostSerializer(serializers.Serializer[Any]):
    seconds = serializers.FloatField(
        allow_null=True, help_text="That its job ran, from its last start; null: it has not ended"
    )
    runs = serializers.IntegerField(
        help_text="How often a worker took it up; `seconds` are of the last time"
    )
    judging_s = serializers.FloatField(
        allow_null=True, help_text="Of `seconds`, for measuring on the holdout"
    )
    embeddings = serializers.IntegerField(
        help_text="Of the project's images and their windows, made meanwhile"
    )
    proposals = serializers.IntegerField(help_text="That its bundle has made")
    proposed_images = serializers.IntegerField()
    masks = serializers.IntegerField(help_text="Finished where its bundle proposed as what served")
    saved = EffortFigureSerializer(
        allow_null=True,
        help_text="Seconds for each mask: what served before it, less its own bundle",
    )


class RoundCostView(MemberView):
    """What a round cost the machine, and what people's time it is set against."""

    roles = {"GET": MANAGERS}

    @extend_schema(operation_id="read_round_cost", responses={200: RoundCostSerializer})
    def get(self, request: Request, round_id: int) -> Response:
        found = self.fetch(rounds_for(request.user), pk=round_id)
        return Response(RoundCostSerializer(cost_of_round(found)).data)
