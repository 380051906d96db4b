"""Datasets of other tools that were uploaded: what is in them, bringing them in, undoing that."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponseRedirect, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MANAGERS, MemberView, user_of
from annotation.api.inputs import body_of, query_of
from annotation.api.jobs import JobSerializer
from annotation.api.once import KEY, once
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.models import DatasetImport
from annotation.selectors.dataset_imports import dataset_imports_for, problems_of
from annotation.selectors.projects import projects_for
from annotation.services.bucket_imports import MAX_PREFIX, checked_prefix
from annotation.services.import_requests import (
    discard_dataset,
    look_again,
    request_undo,
    start_import,
    take_images_alone,
)
from annotation.services.refused_rows import address_of_refused_rows
from engine.datasets.formats import READERS
from engine.datasets.formats.images_alone import IMAGES_ALONE
from engine.datasets.spreadsheets import plain_cell


class DatasetFormatSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()


class DatasetImportSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="that of the upload, if it was one")
    file_name = serializers.CharField(source="source")
    bucket = serializers.CharField(help_text="the import source that it lies in; empty: uploaded")
    prefix = serializers.CharField(help_text="the folder or file there")
    format = serializers.CharField(help_text="empty where it is not clear")
    title = serializers.SerializerMethodField(help_text="the format's name for people")
    candidates = serializers.SerializerMethodField(help_text="what it may be")
    state = serializers.ChoiceField(choices=DatasetImport.State.choices)
    message = serializers.CharField()
    finished = serializers.BooleanField(
        source="is_finished", help_text="its masks came in as finished work"
    )
    proposals_by = serializers.CharField(
        help_text="the model whose proposals its masks with a score came in as; empty: as masks"
    )
    group_by = serializers.CharField(
        help_text="by what images belong together that its files tell no group of"
    )
    found = serializers.DictField(
        child=serializers.IntegerField(), help_text="what would come in, counted"
    )
    brought = serializers.DictField(
        child=serializers.IntegerField(), help_text="what came in; after an undo, what went"
    )
    problems_count = serializers.IntegerField(help_text="parts that cannot be used")
    job = JobSerializer(allow_null=True, help_text="the last one")
    created_by = serializers.CharField(source="created_by.username")
    created_at = serializers.DateTimeField()

    def get_title(self, found: DatasetImport) -> str:
        return READERS[found.format].title if found.format in READERS else found.format

    @extend_schema_field(DatasetFormatSerializer(many=True))
    def get_candidates(self, found: DatasetImport) -> list[dict[str, str]]:
        known = (READERS[name] for name in found.candidates if name in READERS)
        return [{"name": each.name, "title": each.title} for each in known]


class ImportProblemSerializer(serializers.Serializer[Any]):
    file = serializers.CharField()
    field = serializers.CharField()
    row = serializers.IntegerField(allow_null=True, help_text="line, or place in the field's list")
    fault = serializers.CharField()


class StartedImportSerializer(serializers.Serializer[Any]):
    finished = serializers.BooleanField(
        default=False, help_text="its masks are finished work: images with any count as annotated"
    )
    proposals_by = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=100,
        help_text="a model: masks with a score are its proposals, which people judge",
    )


class ChosenFormatSerializer(serializers.Serializer[Any]):
    format = serializers.CharField(
        max_length=30, allow_blank=True, help_text="empty, of a bucket: told by its files"
    )


class PlaceQuerySerializer(serializers.Serializer[Any]):
    bucket = serializers.CharField(
        required=False, max_length=50, help_text="only what came from this import source"
    )
    prefix = serializers.CharField(
        default="", allow_blank=True, max_length=MAX_PREFIX, help_text="and there from this place"
    )


class ImportFormatsView(MemberView):
    """The formats as which a dataset may be read, one for each reader."""

    roles = {"GET": MANAGERS}

    @extend_schema(operation_id="list_import_formats", responses=DatasetFormatSerializer(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        self.fetch(projects_for(request.user), pk=project_id)
        # YOLO's two are read as one; images alone are asked for in another way.
        readers = {each.read: each for each in reversed(list(READERS.values()))}
        del readers[IMAGES_ALONE.read]
        offered = sorted(readers.values(), key=lambda each: each.title.casefold())
        return Response(DatasetFormatSerializer(offered, many=True).data)


class ProjectDatasetImportsView(MemberView):
    """The datasets that were brought to a project, the newest first."""

    roles = {"GET": ANYONE}

    @extend_schema(
        operation_id="list_dataset_imports",
        parameters=[PlaceQuerySerializer, CURSOR],
        responses=page_serializer(DatasetImportSerializer),
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        found = dataset_imports_for(request.user).filter(project=project)
        place = query_of(request, PlaceQuerySerializer)
        if "bucket" in place:
            prefix = checked_prefix(place["prefix"])
            found = found.filter(bucket=place["bucket"], prefix=prefix)
        page, cursor = page_of(found, request, order=("-created_at", "-id"), size=20)
        return Response({"results": DatasetImportSerializer(page, many=True).data, "next": cursor})


class DatasetImportView(MemberView):
    """One import. Deleting it before anything came in discards what was uploaded."""

    roles = {"GET": ANYONE, "DELETE": MANAGERS}

    @extend_schema(operation_id="read_dataset_import", responses=DatasetImportSerializer)
    def get(self, request: Request, dataset_import_id: str) -> Response:
        found = self.fetch(dataset_imports_for(request.user), pk=dataset_import_id)
        return Response(DatasetImportSerializer(found).data)

    @extend_schema(operation_id="discard_dataset_import", responses={204: None})
    def delete(self, request: Request, dataset_import_id: str) -> Response:
        found = self.fetch(dataset_imports_for(request.user), pk=dataset_import_id)
        discard_dataset(dataset_import=found)
        return Response(status=204)


class DatasetImportCheckView(MemberView):
    """Look at it again, as one of the format that is said."""

    roles = {"POST": MANAGERS}

    @extend_schema(
        operation_id="check_dataset_import",
        parameters=[KEY],
        request=ChosenFormatSerializer,
        responses=DatasetImportSerializer,
    )
    @once
    def post(self, request: Request, dataset_import_id: str) -> Response:
        found = self.fetch(dataset_imports_for(request.user), pk=dataset_import_id)
        name = body_of(request, ChosenFormatSerializer)["format"]
        look_again(dataset_import=found, format_name=name)
        return _answer(request, dataset_import_id)


class DatasetImportStartView(MemberView):
    """Bring it in, or go on where it stopped."""

    roles = {"POST": MANAGERS}

    @extend_schema(
        operation_id="start_dataset_import",
        parameters=[KEY],
        request=StartedImportSerializer,
        responses=DatasetImportSerializer,
    )
    @once
    def post(self, request: Request, dataset_import_id: str) -> Response:
        found = self.fetch(dataset_imports_for(request.user), pk=dataset_import_id)
        said = body_of(request, StartedImportSerializer)
        start_import(
            dataset_import=found,
            by=user_of(request),
            is_finished=said["finished"],
            proposals_by=said["proposals_by"],
        )
        return _answer(request, dataset_import_id)


class DatasetImportUndoView(MemberView):
    """Take out what it brought, but for what people have worked on since."""

    roles = {"POST": MANAGERS}

    @extend_schema(
        operation_id="undo_dataset_import",
        parameters=[KEY],
        request=None,
        responses=DatasetImportSerializer,
    )
    @once
    def post(self, request: Request, dataset_import_id: str) -> Response:
        found = self.fetch(dataset_imports_for(request.user), pk=dataset_import_id)
        request_undo(dataset_import=found, by=user_of(request))
        return _answer(request, dataset_import_id)


class DatasetImportImagesView(MemberView):
    """Import the images of the zip, and nothing else of it."""

    roles = {"POST": MANAGERS}

    @extend_schema(
        operation_id="import_dataset_images",
        parameters=[KEY],
        request=None,
        responses=DatasetImportSerializer,
    )
    @once
    def post(self, request: Request, dataset_import_id: str) -> Response:
        found = self.fetch(dataset_imports_for(request.user), pk=dataset_import_id)
        take_images_alone(dataset_import=found)
        return _answer(request, dataset_import_id)


class DatasetImportProblemsView(MemberView):
    """What of it cannot be used: where that stands, and why."""

    roles = {"GET": MANAGERS}

    @extend_schema(
        operation_id="list_import_problems",
        parameters=[CURSOR],
        responses=page_serializer(ImportProblemSerializer),
    )
    def get(self, request: Request, dataset_import_id: str) -> Response:
        found = self.fetch(dataset_imports_for(request.user), pk=dataset_import_id)
        page, cursor = page_of(problems_of(found), request, size=20)
        return Response({"results": ImportProblemSerializer(page, many=True).data, "next": cursor})


class DatasetImportProblemsTableView(MemberView):
    """The same as a table for a spreadsheet."""

    roles = {"GET": MANAGERS}

    @extend_schema(
        operation_id="download_import_problems",
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request, dataset_import_id: str) -> StreamingHttpResponse:
        found = self.fetch(dataset_imports_for(request.user), pk=dataset_import_id)
        answer = StreamingHttpResponse(_lines(found), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="problems-{str(found.pk)[:8]}.csv"'
        return answer


class DatasetImportRefusedView(MemberView):
    """A zip of what of it cannot be used: mended and sent again, exactly that comes in."""

    roles = {"GET": MANAGERS}

    @extend_schema(operation_id="download_refused_rows", responses={302: None})
    def get(self, request: Request, dataset_import_id: str) -> HttpResponseRedirect:
        found = self.fetch(dataset_imports_for(request.user), pk=dataset_import_id)
        return HttpResponseRedirect(address_of_refused_rows(found))


def _answer(request: Request, dataset_import_id: str) -> Response:
    found = dataset_imports_for(request.user).get(pk=dataset_import_id)
    return Response(DatasetImportSerializer(found).data)


def _lines(found: DatasetImport) -> Iterator[str]:
    table = csv.writer(_Line())
    yield table.writerow(["file", "field", "row", "fault"])
    for each in problems_of(found).iterator():
        row = "" if each.row is None else each.row
        yield table.writerow(
            [plain_cell(each.file), plain_cell(each.field), row, plain_cell(each.fault)]
        )


class _Line:
    """Hands back what a csv writer writes."""

    def write(self, line: str) -> str:
        return line
