"""What a dataset version holds, page by page, to look at."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MemberView
from annotation.api.inputs import RleSerializer, query_of
from annotation.api.pagination import CURSOR, page_serializer
from annotation.api.round_examples import PicturedImageSerializer
from annotation.errors import NotAllowedError
from annotation.export_formats import SPLITS
from annotation.selectors.access import HasRole
from annotation.selectors.version_pages import splits_shown
from annotation.selectors.version_pictures import FrozenPicture, picture_page
from annotation.selectors.versions import versions_for


class PicturesQuerySerializer(serializers.Serializer[Any]):
    split = serializers.ChoiceField(
        SPLITS,
        required=False,
        help_text="without one: of all, of which unfinished is for who reviews",
    )


class FrozenShapeSerializer(serializers.Serializer[Any]):
    mask = serializers.UUIDField()
    label = serializers.CharField(  # type: ignore[assignment]  # a field of this name
        allow_null=True, help_text="as it was called then"
    )
    rle = RleSerializer()


class FrozenPictureSerializer(serializers.Serializer[Any]):
    """An image of the version, with its masks as they were then."""

    sha256 = serializers.CharField()
    file_name = serializers.CharField()
    split = serializers.ChoiceField(SPLITS)
    image = PicturedImageSerializer(allow_null=True, help_text="null: it is in the trash")
    masks = FrozenShapeSerializer(many=True)


class VersionPicturesView(MemberView):
    """The images that the version froze, sorted by their sha256.

    Those that were not finished then are shown to reviewers and managers alone: others may yet
    annotate them, without having seen what somebody else drew.
    """

    roles = {"GET": ANYONE}

    @extend_schema(
        operation_id="list_version_images",
        parameters=[CURSOR, PicturesQuerySerializer],
        responses={200: page_serializer(FrozenPictureSerializer)},
    )
    def get(self, request: Request, version_id: str) -> Response:
        version = self.fetch(versions_for(request.user), pk=version_id)
        asked = query_of(request, PicturesQuerySerializer)
        shown = splits_shown(cast("HasRole", version).role)
        split = asked.get("split")
        if split and split not in shown:
            raise NotAllowedError("Only a manager or reviewer sees images that are not finished.")
        page = picture_page(
            version, request.query_params.get("cursor"), {split} if split else shown
        )
        rows = FrozenPictureSerializer([_row(each) for each in page.results], many=True)
        return Response({"results": rows.data, "next": page.next})


def _row(found: FrozenPicture) -> dict[str, Any]:
    row = found.row
    return {
        "sha256": row["image_sha256"],
        "file_name": row["file_name"],
        "split": row["split"],
        "image": found.image,
        "masks": [
            {
                "mask": mask["mask"],
                "label": mask["label"] and found.names.get(mask["label"], mask["label"]),
                "rle": found.shapes[mask["rle_digest"]],
            }
            for mask in row["masks"]
        ],
    }
