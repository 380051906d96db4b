"""What changed between two versions of a project: totals, and images page by page."""

from collections.abc import Mapping
from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MemberView
from annotation.api.inputs import RleSerializer
from annotation.api.pagination import CURSOR, page_serializer
from annotation.api.round_examples import PicturedImageSerializer
from annotation.models import DatasetVersion
from annotation.selectors.access import REVIEWERS, HasRole
from annotation.selectors.version_diff import ChangedImage, diff_page, diff_totals_to_serve
from annotation.selectors.version_pages import splits_shown
from annotation.selectors.versions import versions_for
from engine.datasets.diff import MaskChange
from engine.datasets.diff_totals import KINDS


class KindCountsSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    removed = serializers.IntegerField()
    changed = serializers.IntegerField()


class MovesSerializer(serializers.Serializer[Any]):
    """How much went from one value to another."""

    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()


class LabelChangesSerializer(KindCountsSerializer):
    label = serializers.CharField(allow_null=True, help_text="null: masks without one")  # type: ignore[assignment]  # a field of this name
    came = serializers.IntegerField(help_text="from other labels")
    left = serializers.IntegerField(help_text="to other labels")


class AttributeChangesSerializer(serializers.Serializer[Any]):
    """An attribute that a label gained or lost, or that is defined otherwise."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name
    attribute = serializers.CharField()
    kind = serializers.ChoiceField(KINDS)
    fields = serializers.ListField(  # type: ignore[assignment]  # a field of this name
        child=serializers.CharField(), help_text="of one that changed: what of it"
    )


class ShapeChangesSerializer(serializers.Serializer[Any]):
    """IoU of old and new shape of masks that both versions have."""

    bins = serializers.ListField(
        child=serializers.IntegerField(), help_text="of equal width, from 0 to 1"
    )
    mean = serializers.FloatField(allow_null=True)
    measured = serializers.IntegerField(help_text="of many not all: those of the first images")
    reshaped = serializers.IntegerField()


class VersionDiffSerializer(serializers.Serializer[Any]):
    """Labels are told by the names that they have in the later version."""

    images = KindCountsSerializer()
    masks = KindCountsSerializer()
    mask_fields = serializers.DictField(
        child=serializers.IntegerField(), help_text="masks that both have, by what is different"
    )
    captions = KindCountsSerializer()
    image_fields = serializers.DictField(
        child=serializers.IntegerField(), help_text="images that both have, by what is different"
    )
    splits = MovesSerializer(many=True, help_text="images that changed their split")
    labels = LabelChangesSerializer(many=True)
    moves = MovesSerializer(many=True, help_text="masks that changed their label")
    renamed = MovesSerializer(many=True, help_text="labels themselves, by their names")
    labels_added = serializers.ListField(child=serializers.CharField())
    labels_removed = serializers.ListField(child=serializers.CharField())
    attributes = AttributeChangesSerializer(
        many=True, help_text="definitions, of labels that both versions have"
    )
    header_fields = serializers.ListField(
        child=serializers.CharField(), help_text="what else the manifests' headers tell otherwise"
    )
    iou = ShapeChangesSerializer()


class FieldChangeSerializer(serializers.Serializer[Any]):
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


class MaskChangeSerializer(serializers.Serializer[Any]):
    mask = serializers.UUIDField()
    kind = serializers.ChoiceField(KINDS)
    fields = serializers.ListField(  # type: ignore[assignment]  # a field of this name
        child=serializers.CharField(), help_text="what is different in a mask that both have"
    )
    label_before = serializers.CharField(allow_null=True)
    label_after = serializers.CharField(allow_null=True)
    iou = serializers.FloatField(allow_null=True, help_text="of both shapes, if these differ")
    before = RleSerializer(allow_null=True)
    after = RleSerializer(allow_null=True)


class CaptionChangeSerializer(FieldChangeSerializer):
    kind = serializers.ChoiceField(KINDS)
    mask = serializers.UUIDField(allow_null=True, help_text="null: it is the image's")


class ChangedImageSerializer(serializers.Serializer[Any]):
    sha256 = serializers.CharField()
    file_name = serializers.CharField()
    kind = serializers.ChoiceField(KINDS)
    image = PicturedImageSerializer(allow_null=True, help_text="null: it is in the trash")
    fields = serializers.ListField(  # type: ignore[assignment]  # a field of this name
        child=serializers.CharField(), help_text="what is different in an image that both have"
    )
    split = FieldChangeSerializer(help_text="null where a version does not have the image")
    group = FieldChangeSerializer()
    captions = CaptionChangeSerializer(many=True)
    masks = MaskChangeSerializer(many=True)


class VersionDiffView(MemberView):
    """What changed from one version to another, in totals."""

    roles = {"GET": ANYONE}

    @extend_schema(operation_id="diff_versions", responses={200: VersionDiffSerializer})
    def get(self, request: Request, version_id: str, other_id: str) -> Response:
        before, after = _both(self, request, version_id, other_id)
        return Response(VersionDiffSerializer(diff_totals_to_serve(before, after)).data)


class VersionDiffImagesView(MemberView):
    """The images that changed, sorted by their sha256, with what changed in each.

    Those that were not finished in either version are told reviewers and managers alone.
    """

    roles = {"GET": ANYONE}

    @extend_schema(
        operation_id="list_version_changes",
        parameters=[CURSOR],
        responses={200: page_serializer(ChangedImageSerializer)},
    )
    def get(self, request: Request, version_id: str, other_id: str) -> Response:
        before, after = _both(self, request, version_id, other_id)
        role = cast("HasRole", after).role
        shown = splits_shown(role)
        page = diff_page(before, after, request.query_params.get("cursor"), shown)
        rows = ChangedImageSerializer([_row(each, role) for each in page.results], many=True)
        return Response({"results": rows.data, "next": page.next})


def _both(
    view: MemberView, request: Request, version_id: str, other_id: str
) -> tuple[DatasetVersion, DatasetVersion]:
    before, after = (
        view.fetch(versions_for(request.user), pk=each) for each in (version_id, other_id)
    )
    return before, after


def _row(found: ChangedImage, role: str) -> dict[str, Any]:
    change = found.change
    sides: Mapping[str, Any] = {"before": change.before, "after": change.after}
    # Those of whom an image hides its group, too.
    groups = sides if role in REVIEWERS else dict.fromkeys(sides)
    return {
        "sha256": change.row["image_sha256"],
        "file_name": change.row["file_name"],
        "kind": change.kind,
        "image": found.image,
        "fields": change.fields,
        "split": {side: row and row["split"] for side, row in sides.items()},
        "group": {side: row and row["group"] for side, row in groups.items()},
        "captions": change.captions,
        "masks": [_mask(mask, found) for mask in change.masks],
    }


def _mask(mask: MaskChange, found: ChangedImage) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": mask.kind, "fields": mask.fields, "iou": mask.iou}
    for side, held in (("before", mask.before), ("after", mask.after)):
        label = held and held["label"]
        row[f"label_{side}"] = label and found.names.get(label, label)
        row[side] = held and found.shapes.get(held["rle_digest"])
        if held:
            row["mask"] = held["mask"]
    return row
