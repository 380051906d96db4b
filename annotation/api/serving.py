"""What has served a project: read here, never written but by promoting and rolling back."""

from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MemberView
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.selectors.projects import projects_for
from annotation.selectors.serving import serving_moves_of

MOVES: Final = 20  # a page


class ServedBundleSerializer(serializers.Serializer[Any]):
    bundle = serializers.CharField(source="pk")
    round = serializers.IntegerField(
        source="round.number", default=None, allow_null=True, help_text="null: pretrained"
    )


class ServingMoveSerializer(serializers.Serializer[Any]):
    """A change of what serves: by the gate, by hand, or back again."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = serializers.CharField(
        source="by.username", default=None, allow_null=True, help_text="null: the gate"
    )
    reason = serializers.CharField()
    to = ServedBundleSerializer(source="to_bundle")
    before = ServedBundleSerializer(
        source="from_bundle", allow_null=True, help_text="null: nothing served before"
    )


class ProjectServingMovesView(MemberView):
    """Every change of what serves, the newest first."""

    roles = {"GET": ANYONE}

    @extend_schema(
        operation_id="list_serving_moves",
        parameters=[CURSOR],
        responses={200: page_serializer(ServingMoveSerializer)},
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        moves, following = page_of(
            serving_moves_of(project.pk), request, order=("-id",), size=MOVES
        )
        rows = ServingMoveSerializer(moves, many=True).data
        return Response({"results": rows, "next": following})
