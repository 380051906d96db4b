"""Two bundles on the blind holdout, side by side."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView
from annotation.api.inputs import query_of
from annotation.api.round_metrics import RoundMetricsSerializer
from annotation.selectors.comparison import Basis, compare_bundles
from annotation.selectors.projects import projects_for
from annotation.selectors.registry import bundles_of


class ComparisonQuerySerializer(serializers.Serializer[Any]):
    before = serializers.CharField(max_length=64, help_text="A bundle")
    after = serializers.CharField(max_length=64, help_text="Another bundle")


class ComparedSerializer(serializers.Serializer[Any]):
    """What the figures of a part are of: those of two holdouts have chance in them."""

    basis = serializers.ChoiceField(Basis.choices)
    before_round = serializers.IntegerField(
        allow_null=True, help_text="Which round measured the bundle before; null: none did"
    )
    after_round = serializers.IntegerField(allow_null=True)


class ComparisonSerializer(serializers.Serializer[Any]):
    metrics = RoundMetricsSerializer(
        help_text="serving: the bundle before; candidate: the one after"
    )
    masks = ComparedSerializer()
    captions = ComparedSerializer()


class ProjectComparisonView(MemberView):
    """What rounds measured of two bundles; an interval only where it was on the same objects."""

    roles = {"GET": MANAGERS}

    @extend_schema(
        operation_id="compare_bundles",
        parameters=[ComparisonQuerySerializer],
        responses={200: ComparisonSerializer},
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        asked = query_of(request, ComparisonQuerySerializer)
        before, after = (
            get_object_or_404(bundles_of(project.pk), pk=asked[side])
            for side in ("before", "after")
        )
        compared = compare_bundles(project.pk, before, after)
        return Response(ComparisonSerializer(compared).data)
