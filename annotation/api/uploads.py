"""Bringing images in: presigned addresses, resumable parts, and what became of each file."""

from typing import Any, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MANAGERS, MemberView, user_of
from annotation.api.inputs import GroupByField, body_of, query_of
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.models import Upload
from annotation.selectors.projects import projects_for
from annotation.selectors.uploads import uploads_for
from annotation.services.uploads import (
    begin_upload,
    cancel_upload,
    complete_upload,
    missing_parts,
)

MOST_PARTS: Final = 10_000  # as S3 has it
MOST_ASKED: Final = 50  # ids, as a server may take no address of more than 4,094 bytes


class UploadInputSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    file_name = serializers.CharField(max_length=500)
    bytes = serializers.IntegerField(min_value=1, max_value=2**53)
    batch = serializers.UUIDField(
        default=None,
        allow_null=True,
        help_text="the same of files that are sent together, whose images are undone together",
    )
    group_by = GroupByField()


class UploadPartSerializer(serializers.Serializer[Any]):
    """PUT the bytes from_byte up to but not including to_byte there: no other length is taken."""

    number = serializers.IntegerField()
    url = serializers.CharField()
    from_byte = serializers.IntegerField()
    to_byte = serializers.IntegerField()


class BegunUploadSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(Upload.State.choices)
    parts = UploadPartSerializer(many=True, help_text="Those still missing")


class UploadSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    file_name = serializers.CharField()
    state = serializers.ChoiceField(Upload.State.choices)
    message = serializers.CharField()
    image = serializers.IntegerField(source="image_id", allow_null=True)
    images_import = serializers.UUIDField(
        help_text="the import of the images that were sent together, to be undone; "
        "there is one as soon as one of them came"
    )


class SentPartSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(min_value=1, max_value=MOST_PARTS)
    etag = serializers.CharField(max_length=200)


class CompleteUploadSerializer(serializers.Serializer[Any]):
    parts = SentPartSerializer(many=True, default=list, max_length=MOST_PARTS)  # type: ignore[call-arg]  # the list's


class CompletedUploadSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(Upload.State.choices)


class UploadsQuerySerializer(serializers.Serializer[Any]):
    id = serializers.ListField(
        child=serializers.UUIDField(),
        default=list,
        max_length=MOST_ASKED,
        help_text="Of these alone; may be repeated",
    )


class UploadListView(MemberView):
    roles = {"GET": ANYONE, "POST": MANAGERS}

    @extend_schema(
        operation_id="list_uploads",
        parameters=[UploadsQuerySerializer, CURSOR],
        responses=page_serializer(UploadSerializer),
    )
    def get(self, request: Request, project_id: int) -> Response:
        self.fetch(projects_for(user_of(request)), pk=project_id)
        uploads = Upload.objects.filter(project_id=project_id)
        if ids := query_of(request, UploadsQuerySerializer)["id"]:
            uploads = uploads.filter(pk__in=ids)
        page, cursor = page_of(uploads, request, order=("-created_at", "-id"))
        return Response({"results": UploadSerializer(page, many=True).data, "next": cursor})

    @extend_schema(
        operation_id="begin_upload", request=UploadInputSerializer, responses=BegunUploadSerializer
    )
    def post(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        given = body_of(request, UploadInputSerializer)
        upload = begin_upload(
            project=project,
            upload_id=given["id"],
            file_name=given["file_name"],
            size_bytes=given["bytes"],
            batch=given["batch"],
            group_by=given["group_by"],
            created_by=user_of(request),
        )
        begun = {"id": upload.pk, "state": upload.state, "parts": missing_parts(upload)}
        return Response(BegunUploadSerializer(begun).data)


class UploadView(MemberView):
    """One file on its way. Deleting it lets go of what came of it; one that is not there is gone.

    A file that has arrived is refused: a job may be importing it.
    """

    roles = {"DELETE": MANAGERS}

    @extend_schema(operation_id="cancel_upload", responses={204: None})
    def delete(self, request: Request, project_id: int, upload_id: UUID) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        cancel_upload(project=project, upload_id=upload_id)
        return Response(status=204)


class UploadCompleteView(MemberView):
    roles = {"POST": MANAGERS}

    @extend_schema(
        operation_id="complete_upload",
        request=CompleteUploadSerializer,
        responses=CompletedUploadSerializer,
    )
    def post(self, request: Request, upload_id: str) -> Response:
        upload = self.fetch(uploads_for(user_of(request)), pk=upload_id)
        parts = body_of(request, CompleteUploadSerializer)["parts"]
        etags = {part["number"]: part["etag"] for part in parts}
        return Response(CompletedUploadSerializer(complete_upload(upload=upload, etags=etags)).data)
