"""In which formats a version can leave, and what is to be told of it in each."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MemberView
from annotation.api.inputs import body_of, query_of
from annotation.api.once import KEY, once
from annotation.export_formats import FORMATS, KINDS
from annotation.selectors.export_offers import offers_of
from annotation.selectors.versions import versions_for
from annotation.services.exports import choice_of
from engine.datasets.choosing import Choice


class OffersQuerySerializer(serializers.Serializer[Any]):
    images = serializers.BooleanField(default=False, help_text="whether their files go along")


class ExportChoiceSerializer(serializers.Serializer[Any]):
    """What of a version leaves, and under which names."""

    splits = serializers.ListField(
        child=serializers.CharField(max_length=20), max_length=4, required=False, help_text="or all"
    )
    labels = serializers.DictField(
        child=serializers.CharField(max_length=100, allow_null=True),
        required=False,
        help_text="new names by name; null leaves a label's masks out",
    )
    images = serializers.BooleanField(default=False, help_text="whether their files go along")


class ExportOfferSerializer(serializers.Serializer[Any]):
    format = serializers.ChoiceField(choices=FORMATS)
    title = serializers.CharField()
    kind = serializers.ChoiceField(
        choices=sorted({*KINDS.values()}), help_text="of what it is made for"
    )
    losses = serializers.DictField(
        child=serializers.IntegerField(),
        allow_null=True,
        help_text="what it cannot hold of this version, by trait; null where that is not known",
    )
    anneal_only = serializers.DictField(
        child=serializers.IntegerField(),
        allow_null=True,
        help_text="what it holds in fields of ours, which other tools pass over: counted as losses",
    )
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="what else to know of it, for people"
    )
    uncounted = serializers.ListField(
        child=serializers.CharField(),
        help_text="traits of which the chosen labels may lose more than losses tell",
    )


class VersionOffersView(MemberView):
    """The formats, and what is to be told of this version in them, or of its splits.

    A POST tells it of a choice of labels as well, and changes nothing: counts stay those of all
    labels under their own names, and `notes` and `uncounted` say where that is not what is lost.
    """

    roles = {"GET": ANYONE, "POST": ANYONE}

    @extend_schema(
        operation_id="list_export_offers",
        parameters=[
            OpenApiParameter("split", str, many=True, description="all if left out"),
            OffersQuerySerializer,
        ],
        responses={200: ExportOfferSerializer(many=True)},
    )
    def get(self, request: Request, version_id: str) -> Response:
        version = self.fetch(versions_for(request.user), pk=version_id)
        splits = frozenset(request.query_params.getlist("split"))
        asked = query_of(request, OffersQuerySerializer)
        offers = offers_of(version, Choice(splits, has_images=asked["images"]))
        return Response(ExportOfferSerializer(offers, many=True).data)

    @extend_schema(
        operation_id="look_at_export_offers",
        parameters=[KEY],
        request=ExportChoiceSerializer,
        responses={200: ExportOfferSerializer(many=True)},
    )
    @once
    def post(self, request: Request, version_id: str) -> Response:
        version = self.fetch(versions_for(request.user), pk=version_id)
        offers = offers_of(version, choice_of(body_of(request, ExportChoiceSerializer)))
        return Response(ExportOfferSerializer(offers, many=True).data)
