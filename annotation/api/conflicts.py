"""Where the people differ who did the same image."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import REVIEWERS, MemberView, user_of
from annotation.api.inputs import RleField
from annotation.selectors.agreement import pairs_on
from annotation.selectors.images import images_for
from annotation.selectors.queue import places_of


class PersonSerializer(serializers.Serializer[Any]):
    slot = serializers.IntegerField(help_text="Of their set of masks; 0 is the first person's")
    username = serializers.CharField(source="user.username", allow_null=True, default=None)


class FinishedMaskSerializer(serializers.Serializer[Any]):
    """A mask as its annotator finished it, whatever has become of it since."""

    mask = serializers.UUIDField(source="mask_id")
    label = serializers.IntegerField(source="label_id", allow_null=True)  # type: ignore[assignment]  # a field of this name
    rle = RleField()


class PairSerializer(serializers.Serializer[Any]):
    """One object in the first person's set and in another's; null: that set lacks it."""

    slot = serializers.IntegerField(help_text="Of the other person")
    first = FinishedMaskSerializer(allow_null=True)
    other = FinishedMaskSerializer(allow_null=True)
    iou = serializers.FloatField(allow_null=True)
    same_label = serializers.BooleanField(source="is_same_label", allow_null=True)


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
        places = places_of(image.pk)
        pairs = pairs_on(image, [place.slot for place in places[1:]])
        return Response(ConflictsSerializer({"people": places, "pairs": pairs}).data)
