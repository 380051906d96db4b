"""Saving masks and verdicts."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, REVIEWERS, MemberView, check_role, user_of
from annotation.api.inputs import ShortListField, body_of
from annotation.api.operations import OperationField
from annotation.api.problems import ProblemSerializer
from annotation.errors import DomainError, InvalidInputError
from annotation.selectors.images import image_to_save_to
from annotation.services.masks import save_operations


class VersionNotGivenError(DomainError):
    """A save must say which version it was made on (RFC 6585)."""

    status = 428
    code = "version_required"


class SaveInputSerializer(serializers.Serializer[Any]):
    operations = ShortListField(child=OperationField(), min_length=1, max_length=1000)


class SavedMaskSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    revision = serializers.IntegerField()


class SaveResultSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    masks = SavedMaskSerializer(many=True)


class StaleProblemSerializer(ProblemSerializer):
    """Somebody saved in between: rebase on `missed` and send again with `version`."""

    version = serializers.IntegerField()
    missed = serializers.ListField(
        child=OperationField(), help_text="Each also has author and image_version"
    )


class ImageMasksView(MemberView):
    """Saves are accepted from any member, on images in the trash too: work is never refused."""

    roles = {"PATCH": ANYONE}

    @extend_schema(
        operation_id="save_masks",
        parameters=[
            OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True),
        ],
        request=SaveInputSerializer,
        responses={200: SaveResultSerializer, 409: OpenApiResponse(StaleProblemSerializer)},
    )
    def patch(self, request: Request, image_id: int) -> Response:
        image = self.admit(image_to_save_to(user_of(request), image_id))
        operations = body_of(request, SaveInputSerializer)["operations"]
        if any("aside" in op for op in operations):
            check_role(image, REVIEWERS)
        saved = save_operations(
            image_id=image.pk,
            operations=operations,
            expected_version=_expected_version(request),
            author=user_of(request),
        )
        masks = [{"id": str(mask_id), "revision": number} for mask_id, number in saved.masks]
        headers = {"ETag": f'"{saved.version}"'}
        return Response({"version": saved.version, "masks": masks}, headers=headers)


def _expected_version(request: Request) -> int:
    given = request.headers.get("If-Match")
    if given is None:
        raise VersionNotGivenError('Say which version the save was made on: If-Match: "<version>".')
    bare = given.strip().removeprefix("W/").strip('"')
    if not (bare.isascii() and bare.isdigit() and len(bare) <= len("9999999999")):
        raise InvalidInputError('If-Match must be "<version>", a whole number.', field="If-Match")
    return int(bare)
