"""Attributes of labels, and their values, as the wire has them."""

import math
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotation.services.attributes import (
    KINDS,
    LARGEST_NUMBER,
    LONGEST_CHOICE,
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_ATTRIBUTES,
    MOST_CHOICES,
    fault_of,
)

MOST_VALUES: Final = 200  # set by one operation

_text = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, trim_whitespace=False)


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "number"}]})
class AttributeValueField(serializers.Field[Any, Any, Any, Any]):
    """A text, or a finite number."""

    def to_internal_value(self, data: object) -> str | float:
        if isinstance(data, str):
            return str(_text.run_validation(data))
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise serializers.ValidationError("A value is a text or a number.")
        if not math.isfinite(data) or abs(data) > LARGEST_NUMBER:
            raise serializers.ValidationError("The number is too large.")
        return data

    def to_representation(self, value: Any) -> Any:  # noqa: ANN401  # JSON
        return value


class ValuesField(serializers.DictField):
    """Values by attribute id."""

    child = AttributeValueField()


class ValueChangesField(serializers.DictField):
    """The values that an operation sets, by attribute id; null takes one away."""

    child = AttributeValueField(allow_null=True)

    def to_internal_value(self, data: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
        if isinstance(data, dict) and len(data) > MOST_VALUES:
            raise serializers.ValidationError(f"At most {MOST_VALUES} values at once.")
        return dict(super().to_internal_value(data))


class AttributeSerializer(serializers.Serializer[Any]):
    """One attribute of a label. `choices` are a choice's, `min` and `max` a number's."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(KINDS)
    choices = serializers.ListField(child=serializers.CharField())
    min = serializers.FloatField(allow_null=True)
    max = serializers.FloatField(allow_null=True)
    required = serializers.BooleanField()  # type: ignore[assignment]  # a field of this name
    default = AttributeValueField(allow_null=True)
    deleted = serializers.BooleanField()


class AttributeInputSerializer(serializers.Serializer[Any]):
    """An attribute as a manager defines it."""

    id = serializers.UUIDField(help_text="Made by the client; stays through changes")
    name = serializers.CharField(max_length=LONGEST_NAME)
    kind = serializers.ChoiceField(KINDS)
    choices = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_CHOICE),
        max_length=MOST_CHOICES,
        default=list,
    )
    min = serializers.FloatField(
        allow_null=True, default=None, min_value=-LARGEST_NUMBER, max_value=LARGEST_NUMBER
    )
    max = serializers.FloatField(
        allow_null=True, default=None, min_value=-LARGEST_NUMBER, max_value=LARGEST_NUMBER
    )
    required = serializers.BooleanField(  # type: ignore[assignment]  # a field of this name
        default=False, help_text="An image is not finished while a mask lacks it"
    )
    default = AttributeValueField(allow_null=True, default=None, help_text="Of a new mask")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["kind"] != "choice":
            given["choices"] = []
        elif not given["choices"] or len(set(given["choices"])) < len(given["choices"]):
            raise serializers.ValidationError({"choices": "A choice needs choices, each once."})
        if given["kind"] != "number":
            given["min"] = given["max"] = None
        elif None not in (given["min"], given["max"]) and given["min"] > given["max"]:
            raise serializers.ValidationError({"max": "The largest is below the smallest."})
        default = None if given["default"] == "" else given["default"]
        if default is not None and (fault := fault_of(given, default)) is not None:
            raise serializers.ValidationError({"default": fault})
        return {**given, "id": str(given["id"]), "default": default}


class AttributesField(serializers.ListField):
    """All attributes of a label; one that is left out is deleted, one by its id brought back."""

    child = AttributeInputSerializer()

    def to_internal_value(self, data: Any) -> list[Any]:  # noqa: ANN401  # JSON
        given = list(super().to_internal_value(data))
        if len(given) > MOST_ATTRIBUTES:
            raise serializers.ValidationError(f"At most {MOST_ATTRIBUTES} attributes.")
        for key in ("id", "name"):
            if len({each[key] for each in given}) < len(given):
                raise serializers.ValidationError(f"Two attributes have the same {key}.")
        return given
