"""What has served a project, and what was tried: read here, written as aliases move."""

from typing import Any, Final, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MANAGERS, MemberView
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.models import Alias
from annotation.selectors.access import HasRole
from annotation.selectors.projects import projects_for
from annotation.selectors.serving import alias_moves_of, serving_moves_of

MOVES: Final = 20  # a page
AUDITED: Final = [(name.value, name.value) for name in (Alias.Name.SERVING, Alias.Name.CANDIDATE)]


class ServedBundleSerializer(serializers.Serializer[Any]):
    bundle = serializers.CharField(source="pk")
    round = serializers.IntegerField(
        source="round.number", default=None, allow_null=True, help_text="null: pretrained"
    )
    is_in_part = serializers.BooleanField(
        help_text="true: its round made another, too, with all that it trained"
    )


class ServingMoveSerializer(serializers.Serializer[Any]):
    """A change of what serves: by the gate, by hand, or back again; or of what is on trial."""

    id = serializers.IntegerField()
    alias = serializers.ChoiceField(
        choices=AUDITED, source="name", help_text="candidate: a trial began or ended; for managers"
    )
    at = serializers.DateTimeField()
    by = serializers.CharField(
        source="by.username", default=None, allow_null=True, help_text="null: the gate"
    )
    reason = serializers.CharField()
    to = ServedBundleSerializer(
        source="to_bundle", allow_null=True, help_text="null: a trial ended"
    )
    before = ServedBundleSerializer(
        source="from_bundle", allow_null=True, help_text="null: nothing served or was tried before"
    )
    share = serializers.FloatField(
        allow_null=True,
        help_text="Of the images left to what serves, those that a trial was for as it began or "
        "ended; null: no trial, or none that kept it",
    )
    gave_way_to = ServedBundleSerializer(
        allow_null=True, help_text="What came to serve and so ended a trial; null: it was ended"
    )


class ProjectServingMovesView(MemberView):
    """Every change of what serves, the newest first; to managers trials, too.

    Who annotates shall not know that a candidate proposes.
    """

    roles = {"GET": ANYONE}

    @extend_schema(
        operation_id="list_serving_moves",
        parameters=[CURSOR],
        responses={200: page_serializer(ServingMoveSerializer)},
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        is_manager = cast("HasRole", project).role in MANAGERS
        told = alias_moves_of if is_manager else serving_moves_of
        moves, following = page_of(told(project.pk), request, order=("-id",), size=MOVES)
        rows = ServingMoveSerializer(moves, many=True).data
        return Response({"results": rows, "next": following})
