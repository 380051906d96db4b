"""The dataset versions that hold an image."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MemberView
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.selectors.image_versions import versions_with
from annotation.selectors.images import images_for
from annotation.selectors.versions import versions_for

SEARCHED = 20  # versions, for a page: each may have to be fetched first


class ImageVersionSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(source="version.pk")
    tags = serializers.ListField(child=serializers.CharField(), source="version.tag_names")
    note = serializers.CharField(source="version.note")
    created_at = serializers.DateTimeField(source="version.created_at")
    split = serializers.CharField()
    masks = serializers.IntegerField()
    captions = serializers.IntegerField(help_text="of the image, not of its masks")


class ImageVersionsView(MemberView):
    """The versions that hold the image, the newest first.

    A page tells of so many versions of the project; it may be empty, and others follow.
    """

    roles = {"GET": ANYONE}

    @extend_schema(
        operation_id="list_image_versions",
        parameters=[CURSOR],
        responses={200: page_serializer(ImageVersionSerializer)},
    )
    def get(self, request: Request, image_id: int) -> Response:
        image = self.fetch(images_for(request.user), pk=image_id)
        versions, following = page_of(
            versions_for(request.user).filter(project=image.project_id),
            request,
            order=("-created_at", "pk"),
            size=SEARCHED,
        )
        rows = ImageVersionSerializer(versions_with(image, versions), many=True)
        return Response({"results": rows.data, "next": following})
