"""What is said of one mask."""

from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MemberView, user_of
from annotation.api.inputs import body_of
from annotation.api.operations import MAX_CAPTION
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.selectors.descriptions import captions_of_mask
from annotation.selectors.revisions import mask_to_show, masks_for
from annotation.services.captions import caption_mask

PAGE: Final = 50


class MaskCaptionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    text = serializers.CharField(help_text="empty: it was taken away")
    author = serializers.CharField(source="author.username")
    recording = serializers.UUIDField(
        source="recording_id", allow_null=True, help_text="null: it was typed"
    )
    created_at = serializers.DateTimeField()


class NewMaskCaptionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="made by the client")
    text = serializers.CharField(max_length=MAX_CAPTION, allow_blank=True)
    recording = serializers.UUIDField(
        allow_null=True, default=None, help_text="about the mask, in which it was spoken"
    )


class MaskCaptionsView(MemberView):
    """Captions of a mask, the newest first: that one counts. Writing one keeps the older ones.

    Read by who sees the mask. Written by any member, as saves are: it may come late.
    """

    roles = {"GET": ANYONE, "POST": ANYONE}

    @extend_schema(
        operation_id="list_mask_captions",
        parameters=[CURSOR],
        responses=page_serializer(MaskCaptionSerializer),
    )
    def get(self, request: Request, mask_id: str) -> Response:
        mask = self.admit(mask_to_show(user_of(request), mask_id))
        order = ("-created_at", "-id")
        page, cursor = page_of(captions_of_mask(mask), request, order=order, size=PAGE)
        return Response({"results": MaskCaptionSerializer(page, many=True).data, "next": cursor})

    @extend_schema(
        operation_id="save_mask_caption",
        request=NewMaskCaptionSerializer,
        responses={201: MaskCaptionSerializer},
    )
    def post(self, request: Request, mask_id: str) -> Response:
        user = user_of(request)
        mask = self.fetch(masks_for(user), pk=mask_id)
        data = body_of(request, NewMaskCaptionSerializer)
        caption = caption_mask(
            caption_id=data["id"],
            mask=mask,
            author=user,
            text=data["text"],
            recording_id=data["recording"],
        )
        return Response(MaskCaptionSerializer(caption).data, status=201)
