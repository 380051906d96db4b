"""Images: the list, the page of one, the trash, review."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import storage
from annotation.api.access import ANYONE, MANAGERS, REVIEWERS, MemberView, user_of
from annotation.api.assignments import ReleaseInputSerializer
from annotation.api.image_detail import ImageDetailSerializer, group_shown, image_detail
from annotation.api.inputs import body_of, query_of
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.models import Image
from annotation.selectors.access import HasRole
from annotation.selectors.images import (
    all_images_for,
    image_to_show,
    images_for,
    matching,
    restorable_images_for,
    trashed,
    with_figures,
)
from annotation.selectors.projects import projects_for
from annotation.services.images import delete_image, restore_image
from annotation.services.reopen import reopen_image
from annotation.services.review import review_image, take_back_verdict


class ImageSerializer(serializers.Serializer[Any]):
    """One line of the list."""

    id = serializers.IntegerField()
    file_name = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    thumb_url = serializers.SerializerMethodField()
    status = serializers.ChoiceField(Image.Status.choices)
    version = serializers.IntegerField()
    masks = serializers.IntegerField(source="mask_count")
    proposals = serializers.IntegerField(source="pending_count")
    open_comments = serializers.IntegerField(source="open_comment_count")
    has_takes = serializers.BooleanField(help_text="Somebody spoke of it")
    is_holdout = serializers.BooleanField()
    group = serializers.SerializerMethodField(help_text="As of one image")
    assignee = serializers.CharField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)

    def get_thumb_url(self, image: Image) -> str:
        return storage.presign_get(storage.thumbnail_key(image.sha256))

    def get_group(self, image: Image) -> str:
        return group_shown(image, self.context["role"])


class ImageQuerySerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(Image.Status.choices, required=False)
    search = serializers.CharField(max_length=200, required=False, help_text="In the file name")
    trash = serializers.BooleanField(default=False, help_text="What can still be restored")


class ImageListView(MemberView):
    roles = {"GET": ANYONE}

    @extend_schema(
        operation_id="list_images",
        parameters=[ImageQuerySerializer, CURSOR],
        responses=page_serializer(ImageSerializer),
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        query = query_of(request, ImageQuerySerializer)
        inside = Image.objects.filter(project_id=project_id)
        images = trashed(inside) if query["trash"] else inside.filter(deleted_at=None)
        images = matching(images, status=query.get("status"), search=query.get("search"))
        page, cursor = page_of(with_figures(images), request)
        context = {"role": cast("HasRole", project).role}
        rows = ImageSerializer(page, many=True, context=context).data
        return Response({"results": rows, "next": cursor})


class ImageView(MemberView):
    roles = {"GET": ANYONE, "DELETE": MANAGERS}

    @extend_schema(operation_id="get_image", responses=ImageDetailSerializer)
    def get(self, request: Request, image_id: int) -> Response:
        image = self.admit(image_to_show(user_of(request), image_id))
        headers = {"ETag": f'"{image.version}"'}
        return Response(image_detail(image, user_of(request)), headers=headers)

    @extend_schema(operation_id="delete_image", responses={204: None})
    def delete(self, request: Request, image_id: int) -> Response:
        image = self.fetch(all_images_for(user_of(request)), pk=image_id)
        delete_image(image=image, by=user_of(request))
        return Response(status=204)


class ImageRestoreView(MemberView):
    roles = {"POST": MANAGERS}

    @extend_schema(operation_id="restore_image", request=None, responses={204: None})
    def post(self, request: Request, image_id: int) -> Response:
        image = self.fetch(restorable_images_for(user_of(request)), pk=image_id)
        restore_image(image=image, by=user_of(request))
        return Response(status=204)


class ReviewInputSerializer(ReleaseInputSerializer):
    """A verdict, which ends the stint of a claimed review."""

    verdict = serializers.ChoiceField([Image.Status.REVIEWED.value, Image.Status.RETURNED.value])
    comment = serializers.CharField(
        max_length=5000,
        allow_blank=True,
        default="",
        help_text="Needed to return an image that has no open comment",
    )
    version = serializers.IntegerField(
        min_value=0,
        required=False,
        help_text="Which the reviewer saw: 409 stale_version if others have changed it since",
    )


class ReviewSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(Image.Status.choices)
    review_comment = serializers.CharField()


class ImageReviewView(MemberView):
    roles = {"POST": REVIEWERS, "DELETE": REVIEWERS}

    @extend_schema(
        operation_id="review_image", request=ReviewInputSerializer, responses=ReviewSerializer
    )
    def post(self, request: Request, image_id: int) -> Response:
        image = self.fetch(images_for(user_of(request)), pk=image_id)
        given = body_of(request, ReviewInputSerializer)
        reviewed = review_image(image=image, reviewer=user_of(request), **given)
        return Response(ReviewSerializer(reviewed).data)

    @extend_schema(operation_id="take_back_verdict", responses=ReviewSerializer)
    def delete(self, request: Request, image_id: int) -> Response:
        image = self.fetch(images_for(user_of(request)), pk=image_id)
        unreviewed = take_back_verdict(image=image, reviewer=user_of(request))
        return Response(ReviewSerializer(unreviewed).data)


class ReopenedSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(Image.Status.choices)


class ImageReopenView(MemberView):
    roles = {"POST": ANYONE}

    @extend_schema(
        operation_id="reopen_image",
        request=None,
        responses=ReopenedSerializer,
        description="By who annotated it, or a reviewer or manager. 409 under_review: too late.",
    )
    def post(self, request: Request, image_id: int) -> Response:
        image = self.fetch(images_for(user_of(request)), pk=image_id)
        reopened = reopen_image(image=image, user=user_of(request))
        return Response(ReopenedSerializer(reopened).data)
