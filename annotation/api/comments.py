"""Comments on an image, and what changed on it around a review."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MemberView, user_of
from annotation.api.inputs import body_of
from annotation.models import Comment, Image
from annotation.selectors.access import HasRole
from annotation.selectors.changes import Change, changes_for, with_last_verdict
from annotation.selectors.comments import MOST, comments_for, comments_of
from annotation.selectors.images import images_for
from annotation.services.comments import (
    Place,
    add_comment,
    reopen_comment,
    resolve_comment,
    withdraw_comment,
)
from engine.masks.rle import bbox_xywh


class CommentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    text = serializers.CharField()
    author = serializers.CharField(source="author.username")
    written_by = serializers.CharField(
        help_text="In the tool that an import brought it from; empty: it was written here"
    )
    created_at = serializers.DateTimeField()
    point_xy = serializers.ListField(
        child=serializers.FloatField(),
        min_length=2,
        max_length=2,
        allow_null=True,
        help_text="Image pixels; with neither point nor mask it is on the whole image",
    )
    mask = serializers.UUIDField(source="mask_id", allow_null=True)
    answers = serializers.UUIDField(
        source="answers_id", allow_null=True, help_text="The comment below which it stands"
    )
    resolved_by = serializers.CharField(
        source="resolved_by.username", allow_null=True, default=None
    )
    resolved_at = serializers.DateTimeField(allow_null=True)
    sealed_at = serializers.DateTimeField(
        allow_null=True, help_text="From then on its author cannot withdraw it"
    )


class CommentInputSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="made by the client")
    text = serializers.CharField(max_length=2000)
    point_xy = serializers.ListField(
        child=serializers.FloatField(),
        min_length=2,
        max_length=2,
        allow_null=True,
        default=None,
        help_text="Image pixels",
    )
    mask = serializers.UUIDField(allow_null=True, default=None, help_text="Instead of a point")
    answers = serializers.UUIDField(
        allow_null=True,
        default=None,
        help_text="The comment below which it stands, instead of a place of its own",
    )


class ChangeSerializer(serializers.Serializer[Any]):
    """What was done to a mask since the image was finished, or since its last verdict."""

    mask = serializers.UUIDField()
    kind = serializers.ChoiceField(["added", "revised", "deleted"])
    author = serializers.CharField(help_text="Of the newest revision")
    at = serializers.DateTimeField()
    label = serializers.IntegerField(allow_null=True)  # type: ignore[assignment]  # a field of this name
    box_xyxy = serializers.ListField(
        child=serializers.FloatField(),
        min_length=4,
        max_length=4,
        help_text="Where it is, or was; image pixels",
    )
    first_revision = serializers.IntegerField(
        help_text="Number of the first since then; the one before is how the mask was then"
    )
    last_revision = serializers.IntegerField(help_text="Number of the newest")


class ReviewNotesSerializer(serializers.Serializer[Any]):
    comments = CommentSerializer(many=True, help_text="The oldest first")
    since = serializers.ChoiceField(
        ["finished", "reviewed"],
        help_text="Since the image was finished; to who reviews it again, since its last verdict",
    )
    changes = ChangeSerializer(many=True, help_text="The newest first")


class ImageCommentsView(MemberView):
    """Who sees the image reads; reviewers and who works on the image write."""

    roles = {"GET": ANYONE, "POST": ANYONE}

    @extend_schema(operation_id="read_review_notes", responses=ReviewNotesSerializer)
    def get(self, request: Request, image_id: int) -> Response:
        image = self.fetch(with_last_verdict(images_for(user_of(request))), pk=image_id)
        told = changes_for(image, role=_role_of(image))
        notes = {
            "comments": comments_of(image.pk)[:MOST],
            "since": told.since,
            "changes": [_change(each) for each in told.masks],
        }
        return Response(ReviewNotesSerializer(notes).data)

    @extend_schema(
        operation_id="add_comment",
        request=CommentInputSerializer,
        responses={201: CommentSerializer},
    )
    def post(self, request: Request, image_id: int) -> Response:
        image = self.fetch(images_for(user_of(request)), pk=image_id)
        given = body_of(request, CommentInputSerializer)
        comment = add_comment(
            comment_id=given["id"],
            image=image,
            author=user_of(request),
            role=_role_of(image),
            text=given["text"],
            place=Place(given["point_xy"], given["mask"], given["answers"]),
        )
        return Response(CommentSerializer(comment).data, status=201)


class CommentView(MemberView):
    roles = {"DELETE": ANYONE}

    @extend_schema(operation_id="withdraw_comment", responses={204: None})
    def delete(self, request: Request, comment_id: str) -> Response:
        comment = self.fetch(comments_for(user_of(request)), pk=comment_id)
        withdraw_comment(comment=comment, by=user_of(request))
        return Response(status=204)


class CommentResolveView(MemberView):
    roles = {"POST": ANYONE}

    @extend_schema(operation_id="resolve_comment", request=None, responses=CommentSerializer)
    def post(self, request: Request, comment_id: str) -> Response:
        comment = self.fetch(comments_for(user_of(request)), pk=comment_id)
        user, role = user_of(request), _role_of(comment)
        resolved = resolve_comment(comment=comment, by=user, role=role)
        return Response(CommentSerializer(resolved).data)


class CommentReopenView(MemberView):
    roles = {"POST": ANYONE}

    @extend_schema(operation_id="reopen_comment", request=None, responses=CommentSerializer)
    def post(self, request: Request, comment_id: str) -> Response:
        comment = self.fetch(comments_for(user_of(request)), pk=comment_id)
        user, role = user_of(request), _role_of(comment)
        reopened = reopen_comment(comment=comment, by=user, role=role)
        return Response(CommentSerializer(reopened).data)


def _role_of(row: Image | Comment) -> str:
    return cast("HasRole", row).role


def _change(change: Change) -> dict[str, Any]:
    x, y, width, height = bbox_xywh(change.rle)
    return {
        "mask": change.mask_id,
        "kind": change.kind,
        "author": change.author,
        "at": change.at,
        "label": change.label_id,
        "box_xyxy": [x, y, x + width, y + height],
        "first_revision": change.first_revision,
        "last_revision": change.last_revision,
    }
