"""The registry of bundles, for managers: what there is, what is said of it, what shall serve."""

from typing import Any, Final

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView, user_of
from annotation.api.inputs import body_of
from annotation.api.once import KEY, once
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.api.rebuilds import RebuildSerializer
from annotation.api.rounds import NowServingSerializer, ServingSeenSerializer
from annotation.api.serving import ServedBundleSerializer
from annotation.models import Alias, Bundle
from annotation.selectors.projects import projects_for
from annotation.selectors.registry import bundles_of, notes_on, registry_of
from annotation.selectors.serving import serving_of
from annotation.services.bundles import note_bundle
from annotation.services.rounds import promote_by_hand

PAGE: Final = 50


class BundleNoteSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class KeptNoteSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(help_text="Empty: what was said before was taken back")
    by = serializers.CharField(source="by.username")
    at = serializers.DateTimeField()


class LearnedFromSerializer(serializers.Serializer[Any]):
    """What the dataset version holds that a bundle was trained on."""

    version = serializers.CharField(source="pk")
    images = serializers.IntegerField(source="counts.train", help_text="To learn from")
    masks = serializers.IntegerField(source="counts.masks", help_text="The holdout's as well")


class RegisteredBundleSerializer(ServedBundleSerializer):
    """Where a bundle comes from, what it serves as, and the newest note on it."""

    parts = serializers.SerializerMethodField(
        help_text="What it has from its round, all else is of the base or of what served then; "
        "null: pretrained"
    )
    base = serializers.CharField(
        source="round.base_bundle_id", default=None, allow_null=True, help_text="null: pretrained"
    )
    learned_from = LearnedFromSerializer(
        source="dataset_version", allow_null=True, help_text="null: pretrained"
    )
    made_at = serializers.DateTimeField(source="created_at")
    made_by = serializers.CharField(
        source="round.created_by.username",
        default=None,
        allow_null=True,
        help_text="null: pretrained, or the round began by itself",
    )
    alias = serializers.ChoiceField(
        choices=Alias.Name.choices, allow_null=True, help_text="What it is to the project"
    )
    note = BundleNoteSerializer(allow_null=True)
    has_recipe = serializers.BooleanField(help_text="It can be made again, to be compared")
    rebuild = serializers.SerializerMethodField(help_text="The newest; null: none")

    @extend_schema_field(
        serializers.ListField(
            child=serializers.ChoiceField(choices=Bundle.Part.choices), allow_null=True
        )
    )
    def get_parts(self, bundle: Bundle) -> list[str] | None:
        return bundle.round.parts_of(bundle) if bundle.round else None

    @extend_schema_field(RebuildSerializer(allow_null=True))
    def get_rebuild(self, bundle: Any) -> Any:  # noqa: ANN401  # with what `registry_of` adds
        newest = next(iter(bundle.newest_rebuilds), None)
        return None if newest is None else RebuildSerializer(newest).data


class NoteSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=500, allow_blank=True, help_text="Empty: none")


class PromotionSerializer(ServingSeenSerializer):
    reason = serializers.CharField(max_length=500, help_text="Kept in the history of what served")


class ProjectBundlesView(MemberView):
    """Every bundle that served or may serve, the newest first."""

    roles = {"GET": MANAGERS}

    @extend_schema(
        operation_id="list_bundles",
        parameters=[CURSOR],
        responses=page_serializer(RegisteredBundleSerializer),
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        order = ("-round_number", "-created_at", "-id")
        page, cursor = page_of(registry_of(project.pk), request, order=order, size=PAGE)
        rows = RegisteredBundleSerializer(page, many=True)
        return Response({"results": rows.data, "next": cursor})


class BundleNoteView(MemberView):
    """Say something of a bundle, in place of what was said before."""

    roles = {"PUT": MANAGERS}

    @extend_schema(
        operation_id="note_bundle",
        request=NoteSerializer,
        responses={200: RegisteredBundleSerializer},
    )
    def put(self, request: Request, project_id: int, bundle_id: str) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        bundle = get_object_or_404(bundles_of(project.pk), pk=bundle_id)
        data = body_of(request, NoteSerializer)
        note_bundle(project=project, bundle=bundle, text=data["text"], by=user_of(request))
        noted = registry_of(project.pk).get(pk=bundle.pk)
        return Response(RegisteredBundleSerializer(noted).data)


class BundleNotesView(MemberView):
    """All that managers have said of a bundle, the newest first."""

    roles = {"GET": MANAGERS}

    @extend_schema(
        operation_id="list_bundle_notes",
        parameters=[CURSOR],
        responses=page_serializer(KeptNoteSerializer),
    )
    def get(self, request: Request, project_id: int, bundle_id: str) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        bundle = get_object_or_404(bundles_of(project.pk), pk=bundle_id)
        notes = notes_on(bundle, project_id=project.pk)
        page, cursor = page_of(notes, request, order=("-id",), size=PAGE)
        rows = KeptNoteSerializer(page, many=True)
        return Response({"results": rows.data, "next": cursor})


class BundlePromoteView(MemberView):
    """Serve a bundle, on a manager's own judgement."""

    roles = {"POST": MANAGERS}

    @extend_schema(
        operation_id="promote_bundle",
        parameters=[KEY],
        request=PromotionSerializer,
        responses={200: NowServingSerializer},
    )
    @once
    def post(self, request: Request, project_id: int, bundle_id: str) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        bundle = get_object_or_404(bundles_of(project.pk), pk=bundle_id)
        data = body_of(request, PromotionSerializer)
        promote_by_hand(
            project=project,
            bundle=bundle,
            serving_seen=data["serving"],
            reason=data["reason"],
            by=user_of(request),
        )
        return Response(NowServingSerializer(serving_of(project.pk)).data)
