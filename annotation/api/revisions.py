"""The history of one mask."""

from typing import Any, Final, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MANAGERS, MemberView, user_of
from annotation.api.attributes import ValuesField
from annotation.api.inputs import RleField
from annotation.api.operations import PromptSerializer
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.models import Operation
from annotation.selectors.access import HasRole
from annotation.selectors.revisions import mask_to_show, revisions_of

PAGE_SIZE: Final = 30  # each row carries its pixels


class RevisionSerializer(serializers.Serializer[Any]):
    """One state of a mask: what it was like, who made it so, from what, and at what effort."""

    number = serializers.IntegerField()
    kind = serializers.ChoiceField(
        Operation.Kind.choices, allow_null=True, help_text="What made it; null: an import"
    )
    created_at = serializers.DateTimeField()
    author = serializers.CharField(
        source="author_name", allow_null=True, help_text="null: the model accepted its own proposal"
    )
    label = serializers.IntegerField(source="label_id", allow_null=True)  # type: ignore[assignment]  # a field of this name
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]  # a field of this name
    rle = RleField(allow_null=True, help_text="null: it was deleted")
    area_px = serializers.IntegerField()
    z = serializers.IntegerField(help_text="Above masks that have less")
    attributes = ValuesField(help_text="By the attribute's id")
    proposal = serializers.UUIDField(source="proposal_id", allow_null=True)
    bundle = serializers.CharField(
        source="source_bundle",
        allow_null=True,
        help_text="Whose proposal the mask came from; for managers alone, as it tells the arm",
    )
    round = serializers.IntegerField(
        source="source_round",
        allow_null=True,
        help_text="That made the bundle; null: pretrained, or none",
    )
    model = serializers.CharField(
        source="source_model",
        allow_null=True,
        help_text="The outside model whose proposal the mask came from; null: a bundle's, or none",
    )
    origin = serializers.DictField(
        child=serializers.CharField(),
        help_text="Of an imported mask, what the files said: author, owner, source, verdict",
    )
    prompts = PromptSerializer(many=True)
    answered_by = serializers.CharField(
        source="bundle_id", allow_null=True, help_text="The bundle that answered the prompts"
    )
    answered_by_round = serializers.IntegerField(
        source="answering_round", allow_null=True, help_text="null: pretrained"
    )
    hypothesis = serializers.IntegerField(allow_null=True, help_text="Which of three it was, 0-2")
    picked = serializers.BooleanField(help_text="The person chose that hypothesis")
    tool = serializers.CharField(allow_null=True, help_text="Or command; null: not told")
    seconds = serializers.FloatField()
    clicks = serializers.IntegerField()
    strokes = serializers.IntegerField()
    undos = serializers.IntegerField()


class MaskRevisionsView(MemberView):
    roles = {"GET": ANYONE}

    @extend_schema(
        operation_id="list_revisions",
        parameters=[CURSOR],
        responses=page_serializer(RevisionSerializer),
        description="The newest first.",
    )
    def get(self, request: Request, mask_id: str) -> Response:
        mask = self.admit(mask_to_show(user_of(request), mask_id))
        page, cursor = page_of(revisions_of(mask), request, order=["-number"], size=PAGE_SIZE)
        is_managers = cast("HasRole", mask).role in MANAGERS
        rows = RevisionSerializer(page, many=True).data
        told = [row if is_managers else _without_arm(row) for row in rows]
        return Response({"results": told, "next": cursor})


def _without_arm(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out what tells whose proposals an image got; people's prompts what serves answers."""
    told = {**row, "bundle": None, "round": None}
    if row["author"] is None:
        told |= {"answered_by": None, "answered_by_round": None}
    return told
