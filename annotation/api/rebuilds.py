"""Bundles made again by their recipes, for managers: begin it, and see how the files compare."""

from typing import Any, Final

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView, user_of
from annotation.api.jobs import JobSerializer
from annotation.api.once import KEY, once
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.api.round_metrics import RoundMetricsSerializer
from annotation.models import Rebuild
from annotation.selectors.projects import projects_for
from annotation.selectors.rebuilds import rebuilds_for, rebuilds_of
from annotation.selectors.registry import bundles_of
from annotation.services.rebuilds import begin_rebuild, is_within_noise, noise_words

PAGE: Final = 20


class RebuiltFileSerializer(serializers.Serializer[Any]):
    """One file of a bundle, or its thresholds or encoder, beside what was made again."""

    name = serializers.CharField()
    recorded = serializers.CharField(
        allow_null=True, help_text="sha256 of what the bundle has; null: it has none"
    )
    made = serializers.CharField(
        allow_null=True, help_text="sha256 of what was made again; null: nothing was"
    )
    note = serializers.CharField(help_text="With what else it was compared, if so")


class RebuildSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    bundle = serializers.CharField(source="bundle_id")
    is_equal = serializers.BooleanField(
        allow_null=True, help_text="Every file came out the same; null: not compared yet"
    )
    files = RebuiltFileSerializer(many=True, help_text="Empty: not compared yet")
    changes = serializers.ListField(
        child=serializers.CharField(),
        help_text="What was not as it had been, code, libraries or the machine, in words",
    )
    metrics = RoundMetricsSerializer(
        help_text="Where files differ, both on the holdout of the version it was trained on. "
        "serving: the bundle; candidate: what was made again"
    )
    is_within_noise = serializers.SerializerMethodField(
        help_text="Neither IoU at one click nor CIDEr surely differs by more than chance would "
        "have it; null: not measured"
    )
    verdict = serializers.SerializerMethodField(
        help_text="What that comes to, in words; empty: not compared, or every file is equal"
    )
    job = JobSerializer()
    created_by = serializers.CharField(source="created_by.username", allow_null=True, default=None)
    created_at = serializers.DateTimeField()

    def get_is_within_noise(self, rebuild: Rebuild) -> bool | None:
        return is_within_noise(rebuild.metrics)

    def get_verdict(self, rebuild: Rebuild) -> str:
        return noise_words(rebuild.metrics) if rebuild.is_equal is False else ""


class BundleRebuildsView(MemberView):
    """Every time that a bundle was made again, the newest first."""

    roles = {"GET": MANAGERS, "POST": MANAGERS}

    @extend_schema(
        operation_id="list_rebuilds",
        parameters=[CURSOR],
        responses=page_serializer(RebuildSerializer),
    )
    def get(self, request: Request, project_id: int, bundle_id: str) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        bundle = get_object_or_404(bundles_of(project.pk), pk=bundle_id)
        rebuilds = rebuilds_of(project.pk, bundle.pk)
        page, cursor = page_of(rebuilds, request, order=("-created_at", "-id"), size=PAGE)
        return Response({"results": RebuildSerializer(page, many=True).data, "next": cursor})

    @extend_schema(
        operation_id="rebuild_bundle",
        description="Train again by the bundle's recipe, which takes as long as its training did, "
        "and compare every file; where they differ, both are measured on the holdout. Asked for "
        "while it is under way, the answer is that one. 409 no_recipe: it came ready, or was "
        "made before recipes were kept",
        parameters=[KEY],
        request=None,
        responses={201: RebuildSerializer},
    )
    @once
    def post(self, request: Request, project_id: int, bundle_id: str) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        bundle = get_object_or_404(bundles_of(project.pk), pk=bundle_id)
        begun = begin_rebuild(project=project, bundle=bundle, by=user_of(request))
        return Response(RebuildSerializer(rebuilds_for(request.user).get(pk=begun.pk)).data, 201)


class RebuildView(MemberView):
    """One of them, with how its files compare once its job has succeeded."""

    roles = {"GET": MANAGERS}

    @extend_schema(operation_id="read_rebuild", responses={200: RebuildSerializer})
    def get(self, request: Request, rebuild_id: str) -> Response:
        rebuild = self.fetch(rebuilds_for(request.user), pk=rebuild_id)
        return Response(RebuildSerializer(rebuild).data)
