"""Which images of a project belong together, and giving them groups by their names."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView, user_of
from annotation.api.inputs import body_of, query_of
from annotation.selectors.image_groups import find_groups
from annotation.selectors.projects import projects_for
from annotation.services.given_groups import give_groups, look_at_groups
from engine.datasets.grouping import MAX_GROUP, MAX_GROUP_BY


class ImageGroupSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    images = serializers.IntegerField()


class ImageGroupsSerializer(serializers.Serializer[Any]):
    """What a version's criteria may name; no version divides a group by `val`."""

    count = serializers.IntegerField(help_text="of all groups, whatever was searched for")
    found = ImageGroupSerializer(many=True, help_text="the first twenty by name")


class GroupSearchSerializer(serializers.Serializer[Any]):
    search = serializers.CharField(
        max_length=MAX_GROUP, allow_blank=True, default="", help_text="In the name"
    )


class NewGroupsSerializer(serializers.Serializer[Any]):
    group_by = serializers.CharField(
        max_length=MAX_GROUP_BY,
        help_text="folder, or a pattern of names such as {group}_{}.png, as for an import",
    )
    regroup = serializers.BooleanField(
        default=False, help_text="give images that have a group the one of their name, too"
    )
    dry_run = serializers.BooleanField(default=False, help_text="only tell what would be done")


class NamedGroupsSerializer(serializers.Serializer[Any]):
    images = serializers.IntegerField()
    groups = serializers.IntegerField()
    largest = ImageGroupSerializer(many=True, help_text="twenty at most")


class GivenGroupsSerializer(serializers.Serializer[Any]):
    """What became of the images, or would; those in the trash count."""

    given = NamedGroupsSerializer(help_text="images that got a group")
    divided = NamedGroupsSerializer(
        help_text="groups that would have images on both sides of the holdout, where each image "
        "stays: none of theirs got them"
    )
    kept = serializers.IntegerField(help_text="images that keep another group")
    nameless = serializers.IntegerField(
        help_text="images without a group whose names tell none either"
    )


class ProjectImageGroupsView(MemberView):
    """The groups of a project's images. Those of one share a side of the holdout, and of `val`.

    Groups are given by names, and never move an image to the other side of the holdout. For
    versions that are cut later, images that got one are drawn for `val` with their group.
    """

    roles = {"GET": MANAGERS, "POST": MANAGERS}

    @extend_schema(
        operation_id="find_image_groups",
        parameters=[GroupSearchSerializer],
        responses=ImageGroupsSerializer,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        search = query_of(request, GroupSearchSerializer)["search"]
        return Response(ImageGroupsSerializer(find_groups(project, search)).data)

    @extend_schema(
        operation_id="give_image_groups",
        request=NewGroupsSerializer,
        responses={200: GivenGroupsSerializer},
    )
    def post(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        data = body_of(request, NewGroupsSerializer)
        group_by, regroup = data["group_by"], data["regroup"]
        if data["dry_run"]:
            told = look_at_groups(project=project, group_by=group_by, regroup=regroup)
        else:
            told = give_groups(
                project=project, group_by=group_by, regroup=regroup, by=user_of(request)
            )
        return Response(GivenGroupsSerializer(told).data)
