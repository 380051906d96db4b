"""What a round learned: objects of the blind holdout, so managers alone see them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView
from annotation.api.image_detail import display_url
from annotation.api.inputs import RleSerializer
from annotation.models import Image
from annotation.selectors.round_examples import examples_of_round
from annotation.selectors.rounds import rounds_for


class PicturedImageSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    file_name = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    display_url = serializers.SerializerMethodField()

    def get_display_url(self, image: Image) -> str:
        return display_url(image)


class AnswerSerializer(serializers.Serializer[Any]):
    """What a bundle made of one click."""

    iou = serializers.FloatField()
    rle = RleSerializer()


class ExampleSerializer(serializers.Serializer[Any]):
    image = PicturedImageSerializer()
    truth = RleSerializer(help_text="the finished mask")
    serving = AnswerSerializer()
    candidate = AnswerSerializer()


class FailureSerializer(serializers.Serializer[Any]):
    """An object that one click or the proposals fail on, or a proposal that is no object."""

    image = PicturedImageSerializer()
    kind = serializers.ChoiceField(
        choices=["click", "missed", "false"],
        help_text="poor after one click; found by no proposal; a proposal that finds no object",
    )
    iou = serializers.FloatField(help_text="of the two masks")
    size = serializers.ChoiceField(choices=["small", "medium", "large"])
    truth = RleSerializer(allow_null=True, help_text="the finished mask, or that nearest")
    answer = RleSerializer(allow_null=True, help_text="the candidate's, or its nearest")


class ExamplesSerializer(serializers.Serializer[Any]):
    """The largest changes first, one object of an image; failures by kind, the worst first."""

    gained = ExampleSerializer(many=True)
    lost = ExampleSerializer(many=True)
    failures = FailureSerializer(
        many=True, allow_null=True, help_text="null: the round was judged before they were kept"
    )


class RoundExamplesView(MemberView):
    """What one click gained and lost most on, with both bundles' answers, and what failed."""

    roles = {"GET": MANAGERS}

    @extend_schema(operation_id="read_round_examples", responses={200: ExamplesSerializer})
    def get(self, request: Request, round_id: int) -> Response:
        found = self.fetch(rounds_for(request.user), pk=round_id)
        return Response(ExamplesSerializer(examples_of_round(found)).data)
