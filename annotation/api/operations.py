"""The operations of a save, as the wire has them."""

from typing import Any, Final

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from annotation.api.attributes import ValueChangesField
from annotation.api.inputs import RleField
from annotation.models import Operation
from annotation.models.project import MOST_OVERLAP

FAR: Final = 1_000_000  # pixels; beyond any image
HIGHEST_Z: Final = 32_000  # 16 bits keep it
DAY_MS: Final = 86_400_000
MAX_CAPTION: Final = 5_000  # characters
ONLY_ACCEPTED: Final = frozenset(
    {"mask", "label", "slot", "attributes", "is_unseen"}
)  # what a verdict makes
Kind = Operation.Kind


class PromptSerializer(serializers.Serializer[Any]):
    """A point with its label (1 object, 0 background), or a box; image pixels."""

    kind = serializers.ChoiceField(["point", "box"])
    xy = serializers.ListField(
        child=serializers.FloatField(min_value=-FAR, max_value=FAR),
        min_length=2,
        max_length=2,
        required=False,
    )
    box_xyxy = serializers.ListField(
        child=serializers.FloatField(min_value=-FAR, max_value=FAR),
        min_length=4,
        max_length=4,
        required=False,
    )
    label = serializers.IntegerField(min_value=0, max_value=1, required=False)  # type: ignore[assignment]  # a field of this name

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        needed = "xy" if given["kind"] == "point" else "box_xyxy"
        if needed not in given:
            raise serializers.ValidationError({needed: f"A {given['kind']} needs it."})
        return dict(given)


class OpeningSerializer(serializers.Serializer[Any]):
    """How long an image took, from when it was asked for."""

    paint_ms = serializers.IntegerField(
        min_value=0, max_value=DAY_MS, help_text="Until it was seen"
    )
    action_ms = serializers.IntegerField(
        min_value=0, max_value=DAY_MS, help_text="Until the person's first action"
    )


class OperationEffortSerializer(serializers.Serializer[Any]):
    """What it cost the person."""

    seconds = serializers.FloatField(min_value=0, max_value=86_400, default=0)
    clicks = serializers.IntegerField(min_value=0, max_value=100_000, default=0)
    strokes = serializers.IntegerField(min_value=0, max_value=100_000, default=0)
    prompts = PromptSerializer(many=True, default=list, max_length=1000)  # type: ignore[call-arg]  # of the list
    bundle = serializers.CharField(
        max_length=64, required=False, help_text="Whose decoder answered the prompts"
    )
    hypothesis = serializers.IntegerField(
        min_value=0, max_value=2, allow_null=True, required=False, help_text="Which of three it was"
    )
    picked = serializers.BooleanField(
        required=False, help_text="The person chose it, if only to keep it; kept with the operation"
    )
    tool = serializers.CharField(
        max_length=30, required=False, help_text="The tool or command; kept with the operation"
    )
    undos = serializers.IntegerField(
        min_value=0,
        max_value=100_000,
        required=False,
        help_text="How often the person took something back; kept with the operation",
    )
    opening = OpeningSerializer(
        required=False,
        help_text="Of the first operation after the image was opened; kept with the operation",
    )


class SlotField(serializers.IntegerField):
    """The set that a new mask is drawn in, where several people do one image."""

    def __init__(self) -> None:
        super().__init__(
            min_value=0,
            max_value=MOST_OVERLAP - 1,
            required=False,
            help_text="Of the author's place; else it is looked up",
        )


class ZField(serializers.IntegerField):
    """How high a mask lies among those that it overlaps."""

    def __init__(self) -> None:
        super().__init__(
            min_value=-HIGHEST_Z,
            max_value=HIGHEST_Z,
            required=False,
            help_text="Above masks that have less; of equals, the newer lies above",
        )


class CreateOperationSerializer(serializers.Serializer[Any]):
    """A new mask; with `proposal`, what the person made of it, which accepts it."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField([Kind.CREATE.value])
    mask = serializers.UUIDField()
    label = serializers.IntegerField(allow_null=True)  # type: ignore[assignment]  # a field of this name
    parent = serializers.UUIDField(allow_null=True, required=False)  # type: ignore[assignment]  # a field of this name
    rle = RleField()
    z = ZField()
    attributes = ValueChangesField(required=False)
    proposal = serializers.UUIDField(allow_null=True, required=False)
    slot = SlotField()
    effort = OperationEffortSerializer(required=False)


class ReviseOperationSerializer(serializers.Serializer[Any]):
    """A mask's next revision; of a deleted mask, it brings it back."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField([Kind.REVISE.value])
    mask = serializers.UUIDField()
    rle = RleField(required=False)
    z = ZField()
    label = serializers.IntegerField(allow_null=True, required=False)  # type: ignore[assignment]  # a field of this name
    parent = serializers.UUIDField(allow_null=True, required=False)  # type: ignore[assignment]  # a field of this name
    aside = serializers.BooleanField(
        required=False, help_text="Reviewers only: whether it stands aside, or counts"
    )
    attributes = ValueChangesField(required=False)
    effort = OperationEffortSerializer(required=False)


class DeleteOperationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField([Kind.DELETE.value])
    mask = serializers.UUIDField()
    effort = OperationEffortSerializer(required=False)


class VerdictOperationSerializer(serializers.Serializer[Any]):
    """Accept a proposal untouched, as a mask; reject it; send it on; or take the verdict back.

    Sent on to whoever corrects: `needs_work`, an object badly drawn; `not_sure`, for others to say.
    """

    id = serializers.UUIDField()
    kind = serializers.ChoiceField([Kind.VERDICT.value])
    proposal = serializers.UUIDField()
    verdict = serializers.ChoiceField(["accepted", "rejected", "needs_work", "not_sure", "pending"])
    mask = serializers.UUIDField(required=False, help_text="Required to accept")
    label = serializers.IntegerField(allow_null=True, required=False)  # type: ignore[assignment]  # a field of this name
    slot = SlotField()
    attributes = ValueChangesField(required=False)
    is_unseen = serializers.BooleanField(
        required=False,
        help_text="Accepted with others at once: it tells nothing of how right the model is",
    )
    effort = OperationEffortSerializer(required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["verdict"] != "accepted":
            return {key: given[key] for key in given if key not in ONLY_ACCEPTED}
        if "mask" not in given:
            raise serializers.ValidationError({"mask": "An acceptance needs the new mask's id."})
        return {"label": None, **given}


class CaptionOperationSerializer(serializers.Serializer[Any]):
    """What is said of one mask. The newest counts; an empty one takes the caption away."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField([Kind.CAPTION.value])
    mask = serializers.UUIDField()
    text = serializers.CharField(max_length=MAX_CAPTION, allow_blank=True)
    recording = serializers.UUIDField(
        required=False,
        help_text="The take in which it was spoken; typed if not told",
    )
    effort = OperationEffortSerializer(required=False)


BY_KIND: Final[dict[str, serializers.Serializer[Any]]] = {
    Kind.CREATE: CreateOperationSerializer(),
    Kind.REVISE: ReviseOperationSerializer(),
    Kind.DELETE: DeleteOperationSerializer(),
    Kind.VERDICT: VerdictOperationSerializer(),
    Kind.CAPTION: CaptionOperationSerializer(),
}


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="Operation",
        serializers={kind: type(serializer) for kind, serializer in BY_KIND.items()},
        resource_type_field_name="kind",
    )
)
class OperationField(serializers.Field[Any, Any, Any, Any]):
    """One of the five kinds."""

    def to_internal_value(self, data: object) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError("An operation is an object.")
        kind = data.get("kind")
        serializer = BY_KIND.get(kind) if isinstance(kind, str) else None
        if serializer is None:
            raise serializers.ValidationError({"kind": f"One of {', '.join(BY_KIND)}."})
        return dict(serializer.run_validation(data))

    def to_representation(self, value: object) -> object:
        return value
