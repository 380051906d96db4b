"""Dataset versions: cut, list, export, download."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponseRedirect
from django.utils.text import slugify
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import storage
from annotation.api.access import ANYONE, MANAGERS, REVIEWERS, MemberView, user_of
from annotation.api.export_offers import ExportChoiceSerializer
from annotation.api.inputs import body_of, query_of
from annotation.api.jobs import JobSerializer
from annotation.api.once import KEY, once
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.api.version_criteria import CriteriaSerializer, NamedQuerySerializer
from annotation.api.version_cuts import NewVersionSerializer, VersionCutSerializer
from annotation.errors import InvalidInputError
from annotation.export_formats import FORMATS, TITLES
from annotation.models import Alias, DatasetVersion, Export, Job
from annotation.selectors.export_offers import notes_of
from annotation.selectors.projects import projects_for
from annotation.selectors.version_criteria import criteria_of
from annotation.selectors.version_names import version_called
from annotation.selectors.version_queries import version_cuts_for, version_queries_for
from annotation.selectors.versions import exports_for, versions_for
from annotation.services.exports import choice_of, request_export
from annotation.services.version_cuts import request_cut

PAGE: Final = 50


def file_name(version: DatasetVersion, ending: str) -> str:
    """Name a download after project and version, in letters that every file system takes."""
    return f"{slugify(version.project.name) or 'dataset'}-{version.pk[:8]}{ending}"


class ExportSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    format = serializers.ChoiceField(choices=FORMATS)
    title = serializers.SerializerMethodField(help_text="the format's name for people")
    state = serializers.ChoiceField(choices=Job.State.choices, source="job.state")
    options = serializers.DictField(help_text="what was chosen: splits, labels, images")
    losses = serializers.DictField(
        child=serializers.IntegerField(), help_text="what the format could not hold, by trait"
    )
    anneal_only = serializers.DictField(
        child=serializers.IntegerField(),
        allow_null=True,
        help_text="what of it other tools pass over, by trait; null where that was not counted",
    )
    notes = serializers.SerializerMethodField(help_text="what else to know of it, for people")
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    download_url = serializers.SerializerMethodField(
        help_text="null until it is written, once it is closed or expired, and for who may not "
        "hear voices"
    )
    is_closed = serializers.SerializerMethodField(
        help_text="somebody in it deleted their voice or withdrew: export the version again"
    )
    is_expired = serializers.BooleanField(
        help_text="nobody asked for it for a while: asked for again, it has the same bytes"
    )
    expires_at = serializers.SerializerMethodField(
        help_text="if nobody asks for it before; null: it is not there, or kept for ever"
    )
    may_download = serializers.BooleanField()
    job = JobSerializer()
    created_at = serializers.DateTimeField()

    def get_title(self, export: Export) -> str:
        return TITLES.get(export.format, export.format)

    def get_notes(self, export: Export) -> list[str]:
        return notes_of(export.version, export.format, choice_of(export.options))

    def get_download_url(self, export: Export) -> str | None:
        if not export.is_there or not getattr(export, "may_download", False):
            return None
        name = file_name(export.version, f"-{export.format}.zip")
        return storage.presign_get(export.key, download_name=name)

    def get_is_closed(self, export: Export) -> bool:
        is_written = export.job.state == Job.State.SUCCEEDED
        return is_written and not export.key and not export.is_expired

    def get_expires_at(self, export: Export) -> datetime | None:
        if not export.is_there or not settings.EXPORT_DAYS:
            return None
        return export.used_at + timedelta(days=settings.EXPORT_DAYS)


class VersionCountsSerializer(serializers.Serializer[Any]):
    images = serializers.IntegerField()
    train = serializers.IntegerField()
    val = serializers.IntegerField(default=0, help_text="cut out of train; absent in older ones")
    holdout = serializers.IntegerField()
    unfinished = serializers.IntegerField(help_text="begun: exported, never trained on")
    masks = serializers.IntegerField()
    transcripts = serializers.IntegerField(help_text="takes with a text, corrected or not")
    captions = serializers.IntegerField(help_text="of images")
    mask_captions = serializers.IntegerField(
        default=0, help_text="masks with a caption; absent in older versions"
    )


class TrainedBundleSerializer(serializers.Serializer[Any]):
    """A bundle that learned from the version."""

    bundle = serializers.CharField()
    round = serializers.IntegerField(allow_null=True)
    alias = serializers.ChoiceField(
        choices=Alias.Name.choices,
        allow_null=True,
        help_text="What it is to the project; candidate: for managers alone",
    )


class VersionSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="sha256 of the manifest")
    counts = VersionCountsSerializer()
    criteria = CriteriaSerializer(help_text="what was chosen of the project; empty: everything")
    cut_from = NamedQuerySerializer(allow_null=True, help_text="the saved query, if it was one")
    note = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField(), source="tag_names")
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(source="created_by.username", allow_null=True, default=None)
    rounds = serializers.ListField(child=serializers.IntegerField(), source="round_numbers")
    bundles = TrainedBundleSerializer(many=True, source="trained")
    exports = ExportSerializer(
        many=True,
        source="last_exports",
        help_text="for managers, the last few that were asked for; nobody else is told",
    )
    exports_count = serializers.IntegerField(help_text="how many there are, for managers; else 0")


class NewExportSerializer(ExportChoiceSerializer):
    """An export that is to be made."""

    id = serializers.UUIDField(
        help_text="made by the client; the answer has another where the same was asked for before"
    )
    format = serializers.ChoiceField(choices=FORMATS)
    addresses = serializers.BooleanField(
        default=False,
        help_text="tell where in the store the images lie: in image_addresses.jsonl; without "
        "images also in COCO's coco_url, Label Studio's image, and image_url of descriptions",
    )


class ProjectVersionsView(MemberView):
    """The versions of a project, the newest first.

    Cutting one freezes all that was made so far, or what criteria or a saved query choose of it. A
    job does that: what it answers tells how far it is, and once it has ended, the version.
    """

    roles = {"GET": ANYONE, "POST": MANAGERS}

    @extend_schema(
        operation_id="list_versions",
        parameters=[CURSOR],
        responses=page_serializer(VersionSerializer),
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        found = versions_for(request.user).filter(project=project)
        page, cursor = page_of(found, request, order=("-created_at", "-id"), size=PAGE)
        return Response({"results": VersionSerializer(page, many=True).data, "next": cursor})

    @extend_schema(
        operation_id="cut_version",
        parameters=[KEY],
        request=NewVersionSerializer,
        responses={202: VersionCutSerializer},
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        data = body_of(request, NewVersionSerializer)
        query = None
        if data.get("query") is not None:
            saved = version_queries_for(request.user).filter(project=project)
            query = saved.filter(pk=data["query"]).first()
            if query is None or "criteria" in data:
                why = "Say criteria or a query, not both." if query else "There is no such query."
                raise InvalidInputError(why, field="query")
        cut = request_cut(
            project=project,
            criteria=criteria_of(data.get("criteria", {})),
            query=query,
            note=data["note"],
            created_by=user_of(request),
        )
        found = version_cuts_for(request.user).get(pk=cut.pk)
        return Response(VersionCutSerializer(found).data, status=202)


class ProjectQuerySerializer(serializers.Serializer[Any]):
    project = serializers.IntegerField(
        required=False, help_text="look among its versions alone, and among its tags"
    )


class VersionView(MemberView):
    """One version: by its id, by how that begins, or, where the project is said, by a tag."""

    roles = {"GET": ANYONE}

    @extend_schema(
        operation_id="read_version",
        parameters=[ProjectQuerySerializer],
        responses={200: VersionSerializer},
    )
    def get(self, request: Request, version_id: str) -> Response:
        project_id = query_of(request, ProjectQuerySerializer).get("project")
        found = version_called(version_id, versions_for(request.user), project_id=project_id)
        return Response(VersionSerializer(self.admit(found)).data)


class VersionManifestView(MemberView):
    """The manifest: its sha256 is the version's id, so that whoever has it can prove the version.

    For reviewers and managers: it holds what was said and named on images that are not finished.
    """

    roles = {"GET": REVIEWERS}

    @extend_schema(operation_id="read_manifest", responses={302: None})
    def get(self, request: Request, version_id: str) -> HttpResponseRedirect:
        version = self.fetch(versions_for(request.user), pk=version_id)
        name = file_name(version, ".jsonl")
        key = storage.version_key(version.pk)
        return HttpResponseRedirect(storage.presign_get(key, download_name=name))


class VersionExportsView(MemberView):
    """All exports of a version, the last one used first.

    A POST asks for one, in one format; a job writes it. Where the same was asked for before, that
    export is answered, under its own id: one under way, one that is written, or one that stopped
    and is begun again. What holds voices is written anew.

    For managers: a file tells what who annotates is not told, as of each mask the bundle that
    proposed it, and holds what others have not finished.

    Narratives hold where people pointed, and what is with voices how they sounded: all of these
    are for those who may hear others by the project's settings, and hold those who agree to it at
    that moment.
    """

    roles = {"GET": MANAGERS, "POST": MANAGERS}

    @extend_schema(
        operation_id="list_exports",
        parameters=[CURSOR],
        responses=page_serializer(ExportSerializer),
    )
    def get(self, request: Request, version_id: str) -> Response:
        version = self.fetch(versions_for(request.user), pk=version_id)
        exports = exports_for(request.user).filter(version=version)
        page, cursor = page_of(exports, request, order=("-used_at", "-id"), size=PAGE)
        return Response({"results": ExportSerializer(page, many=True).data, "next": cursor})

    @extend_schema(
        operation_id="export_version",
        request=NewExportSerializer,
        responses={201: ExportSerializer},
    )
    def post(self, request: Request, version_id: str) -> Response:
        version = self.fetch(versions_for(request.user), pk=version_id)
        data = body_of(request, NewExportSerializer)
        export = request_export(
            version=version,
            export_id=data["id"],
            export_format=data["format"],
            created_by=user_of(request),
            choice=choice_of(data),
        )
        found = exports_for(request.user).get(pk=export.pk)
        return Response(ExportSerializer(found).data, status=201)


class ExportView(MemberView):
    """One export, with a download link once its job has succeeded; for managers."""

    roles = {"GET": MANAGERS}

    @extend_schema(operation_id="read_export", responses={200: ExportSerializer})
    def get(self, request: Request, export_id: str) -> Response:
        export = self.fetch(exports_for(request.user), pk=export_id)
        return Response(ExportSerializer(export).data)
