"""Naming a version and saying what it is for."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView, user_of
from annotation.api.inputs import body_of
from annotation.api.versions import VersionSerializer
from annotation.models.dataset import TAG_NAME
from annotation.selectors.versions import versions_for
from annotation.services.version_tags import note_version, tag_version, untag_version


class NewTagSerializer(serializers.Serializer[Any]):
    name = serializers.RegexField(
        TAG_NAME,
        error_messages={
            "invalid": "A tag is of small letters, digits, dots, dashes and underscores, 60 at "
            "most, and not of the digits 0 to f alone, which could be a version's id."
        },
    )


class VersionNoteSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=1000, allow_blank=True, default="")


class VersionTagsView(MemberView):
    """Give a version a name that commands and people can use in place of its id."""

    roles = {"POST": MANAGERS}

    @extend_schema(
        operation_id="tag_version", request=NewTagSerializer, responses={200: VersionSerializer}
    )
    def post(self, request: Request, version_id: str) -> Response:
        version = self.fetch(versions_for(request.user), pk=version_id)
        name = body_of(request, NewTagSerializer)["name"]
        tag_version(version=version, name=name, by=user_of(request))
        found = versions_for(request.user).get(pk=version.pk)
        return Response(VersionSerializer(found).data)


class VersionTagView(MemberView):
    """Take a name away, so that it is free for another version."""

    roles = {"DELETE": MANAGERS}

    @extend_schema(operation_id="untag_version", responses={204: None})
    def delete(self, request: Request, version_id: str, tag_name: str) -> Response:
        version = self.fetch(versions_for(request.user), pk=version_id)
        untag_version(version=version, name=tag_name, by=user_of(request))
        return Response(status=204)


class VersionNoteView(MemberView):
    """Say what a version is for, in place of what was said before."""

    roles = {"PUT": MANAGERS}

    @extend_schema(
        operation_id="note_version",
        request=VersionNoteSerializer,
        responses={200: VersionSerializer},
    )
    def put(self, request: Request, version_id: str) -> Response:
        version = self.fetch(versions_for(request.user), pk=version_id)
        note = body_of(request, VersionNoteSerializer)["note"]
        note_version(version=version, note=note, by=user_of(request))
        found = versions_for(request.user).get(pk=version.pk)
        return Response(VersionSerializer(found).data)
