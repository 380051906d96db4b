"""Where the people differ who did the same image."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import REVIEWERS, MemberView, user_of
from annotation.selectors.agreement import Pair, pairs_on
from annotation.selectors.images import images_for
from annotation.selectors.queue import places_of


class PersonSerializer(serializers.Serializer[Any]):
    slot = serializers.IntegerField(help_text="Of their set of masks; 0 is the first person's")
    username = serializers.CharField(source="user.username", allow_null=True, default=None)


class PairSerializer(serializers.Serializer[Any]):
    """One object as the first person and another finished it; null: the other has it alone."""

    slot = serializers.IntegerField(help_text="Of the other person")
    first = serializers.UUIDField(allow_null=True, help_text="The first person's mask")
    other = serializers.UUIDField(allow_null=True, help_text="The other's mask")
    iou = serializers.FloatField(allow_null=True)
    same_label = serializers.BooleanField(allow_null=True)


class ConflictsSerializer(serializers.Serializer[Any]):
    people = PersonSerializer(many=True)
    pairs = PairSerializer(
        many=True, help_text="The least alike first, then what one person has alone"
    )


class ImageConflictsView(MemberView):
    roles = {"GET": REVIEWERS}

    @extend_schema(operation_id="read_conflicts", responses=ConflictsSerializer)
    def get(self, request: Request, image_id: int) -> Response:
        image = self.fetch(images_for(user_of(request)), pk=image_id)
        places = list(places_of(image.pk))
        pairs = pairs_on(image, [place.slot for place in places[1:]])
        found = {"people": places, "pairs": [_pair(each) for each in pairs]}
        return Response(ConflictsSerializer(found).data)


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "slot": pair.slot,
        "first": pair.first and pair.first.mask_id,
        "other": pair.other and pair.other.mask_id,
        "iou": pair.iou,
        "same_label": pair.is_same_label,
    }
