"""How a dataset version is spread over splits, labels and sizes."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MemberView
from annotation.selectors.versions import versions_for
from annotation.services.distributions import distributions_of


class BinsSerializer(serializers.Serializer[Any]):
    """Counts in bins: one below the first edge, one from each edge on."""

    edges = serializers.ListField(child=serializers.FloatField())
    counts = serializers.ListField(child=serializers.IntegerField())


class SplitMasksSerializer(serializers.Serializer[Any]):
    split = serializers.CharField()
    images = serializers.IntegerField()
    masks = serializers.IntegerField()


class LabelMasksSerializer(serializers.Serializer[Any]):
    label = serializers.CharField(  # type: ignore[assignment]  # a field of this name
        allow_null=True,
        help_text="as exports name it, several of one name told apart; null: masks without one",
    )
    masks = serializers.IntegerField()


class MaskSizesSerializer(serializers.Serializer[Any]):
    """Masks by COCO's sizes: below 32 and 96 pixels square."""

    small = serializers.IntegerField()
    medium = serializers.IntegerField()
    large = serializers.IntegerField()


class VersionDistributionsSerializer(serializers.Serializer[Any]):
    splits = SplitMasksSerializer(many=True)
    labels = LabelMasksSerializer(many=True, help_text="those with most masks first")
    sizes = MaskSizesSerializer()
    area_shares = BinsSerializer(help_text="masks by the share of their image that they cover")
    masks_per_image = BinsSerializer(help_text="images by how many masks they have")
    megapixels = BinsSerializer(help_text="images by how many million pixels they have")


class VersionDistributionsView(MemberView):
    """How the version is spread. What was cut long ago is counted when it is first asked for."""

    roles = {"GET": ANYONE}

    @extend_schema(
        operation_id="read_distributions", responses={200: VersionDistributionsSerializer}
    )
    def get(self, request: Request, version_id: str) -> Response:
        version = self.fetch(versions_for(request.user), pk=version_id)
        return Response(VersionDistributionsSerializer(distributions_of(version)).data)
