"""Rounds: start one, watch it, judge it, go back."""

from typing import Any, Final, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MANAGERS, MemberView, user_of
from annotation.api.effort import EffortFigureSerializer
from annotation.api.inputs import body_of
from annotation.api.jobs import JobSerializer
from annotation.api.once import KEY, once
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.api.round_metrics import RoundMetricsSerializer
from annotation.models import Round
from annotation.selectors.access import HasRole
from annotation.selectors.projects import projects_for
from annotation.selectors.rounds import round_facts, round_rows, rounds_for, rounds_of
from annotation.selectors.serving import serving_of
from annotation.services.bundles import roll_back
from annotation.services.rounds import cancel_round, start_round

PAGE: Final = 50
ROUND_STATES: Final = [("pretrained", "pretrained"), *Round.State.choices]


class ArmEffortSerializer(serializers.Serializer[Any]):
    """What the first captions cost of images that a bundle had proposed for."""

    captions = serializers.IntegerField()
    edits_per_100_words = serializers.FloatField(
        allow_null=True, help_text="words put in, taken out or replaced since the proposal"
    )
    seconds_per_caption = serializers.FloatField(allow_null=True)
    timed = serializers.IntegerField(help_text="captions whose seconds somebody measured")
    accepted_untouched_share = serializers.FloatField(
        allow_null=True, help_text="null: nobody saw the proposals"
    )


class CaptionEffortSerializer(serializers.Serializer[Any]):
    shown = ArmEffortSerializer()
    control = ArmEffortSerializer(help_text="Images whose proposals nobody saw")


class EffortSerializer(serializers.Serializer[Any]):
    """Of finished images that its bundle had proposed for; what nobody measured is null."""

    images = serializers.IntegerField()
    masks = serializers.IntegerField()
    seconds_per_mask = EffortFigureSerializer(allow_null=True)
    clicks_per_mask = EffortFigureSerializer(allow_null=True)
    accepted_untouched_share = EffortFigureSerializer(
        allow_null=True, help_text="Of the proposals that people decided on"
    )
    captions = CaptionEffortSerializer()


class RoundWithoutEffortSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(allow_null=True, help_text="null: the pretrained bundle")
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=ROUND_STATES)
    trigger = serializers.CharField()
    parts = serializers.ListField(
        child=serializers.ChoiceField(choices=Round.Part.choices),
        help_text="what it trains; all else in its bundle is the base bundle's",
    )
    dataset_version = serializers.CharField(allow_null=True)
    base_bundle = serializers.CharField(allow_null=True)
    bundle = serializers.CharField(
        allow_null=True,
        help_text="What came out; once it was judged, of what passed and the rest of what served",
    )
    masks_bundle = serializers.CharField(
        allow_null=True, help_text="That has the masks which it trained, passed or not; null: none"
    )
    metrics = RoundMetricsSerializer()
    decision = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    created_by = serializers.CharField(allow_null=True)
    job = JobSerializer(allow_null=True)
    runs = serializers.IntegerField(
        help_text="How often a worker took its job up; the job's times are of the last run"
    )


class RoundSerializer(RoundWithoutEffortSerializer):
    effort = EffortSerializer(
        allow_null=True,
        help_text="For managers alone, as it tells the arm of what was just finished",
    )


class CurvePointSerializer(serializers.Serializer[Any]):
    step = serializers.IntegerField()
    loss = serializers.FloatField()


class RoundWithCurveSerializer(RoundWithoutEffortSerializer):
    curve = CurvePointSerializer(many=True)
    caption_curve = CurvePointSerializer(many=True)


class RetrainSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="made by the client: sent again, it starts nothing new")
    parts = serializers.ListField(
        child=serializers.ChoiceField(choices=Round.Part.choices),
        required=False,
        allow_empty=False,
        help_text="what to train, whether there is anything new or not; without it, what has "
        "something new to learn from",
    )


class ServingSeenSerializer(serializers.Serializer[Any]):
    serving = serializers.CharField(max_length=64, help_text="the bundle the person saw serving")


class NowServingSerializer(serializers.Serializer[Any]):
    bundle = serializers.CharField()
    round = serializers.IntegerField(allow_null=True, help_text="null: pretrained")
    is_in_part = serializers.BooleanField(
        help_text="true: its round made another, too, with all that it trained"
    )


class ProjectRoundsView(MemberView):
    """All rounds of a project, the newest first; the last page ends with the pretrained bundle.

    What people spent on the proposals of each is for managers alone: whoever finishes one image and
    sees which of the sums grows knows whose proposals it got, and that a refused round is on trial.
    """

    roles = {"GET": ANYONE, "POST": MANAGERS}

    @extend_schema(
        operation_id="list_rounds",
        parameters=[CURSOR],
        responses=page_serializer(RoundSerializer),
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        page, cursor = page_of(rounds_of(project.pk), request, order=("-number",), size=PAGE)
        is_manager = cast("HasRole", project).role in MANAGERS
        rows = round_rows(project.pk, page, are_last=cursor is None, tells_effort=is_manager)
        return Response({"results": RoundSerializer(rows, many=True).data, "next": cursor})

    @extend_schema(
        operation_id="start_round",
        request=RetrainSerializer,
        responses={201: RoundWithoutEffortSerializer},
    )
    def post(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        data = body_of(request, RetrainSerializer)
        started = start_round(
            project=project,
            trigger="manual",
            created_by=user_of(request),
            parts=data.get("parts"),
            request_id=data["id"],
        )
        return Response(_row(request, started), status=201)


class RoundView(MemberView):
    """One round with its loss curve."""

    roles = {"GET": ANYONE}

    @extend_schema(operation_id="read_round", responses={200: RoundWithCurveSerializer})
    def get(self, request: Request, round_id: int) -> Response:
        found = self.fetch(rounds_for(request.user), pk=round_id)
        curves = {"curve": found.curve, "caption_curve": found.caption_curve}
        row = {**round_facts(found), **curves}
        return Response(RoundWithCurveSerializer(row).data)


class RoundCancelView(MemberView):
    """Stop a round that runs, or waits to be taken up again; the serving bundle stays."""

    roles = {"POST": MANAGERS}

    @extend_schema(
        operation_id="cancel_round", request=None, responses={200: RoundWithoutEffortSerializer}
    )
    def post(self, request: Request, round_id: int) -> Response:
        found = self.fetch(rounds_for(request.user), pk=round_id)
        return Response(_row(request, cancel_round(round_id=found.pk)))


class RollbackView(MemberView):
    """Serve the previous bundle again."""

    roles = {"POST": MANAGERS}

    @extend_schema(
        operation_id="roll_back",
        parameters=[KEY],
        request=ServingSeenSerializer,
        responses={200: NowServingSerializer},
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        data = body_of(request, ServingSeenSerializer)
        roll_back(project=project, serving_seen=data["serving"], by=user_of(request))
        return Response(NowServingSerializer(serving_of(project.pk)).data)


def _row(request: Request, changed: Round) -> Any:  # noqa: ANN401  # DRF's own type
    found = rounds_for(request.user).get(pk=changed.pk)
    return RoundWithoutEffortSerializer(round_facts(found)).data
