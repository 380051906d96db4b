"""What a person has chosen: read with their session, and kept choice by choice."""

import json
import math
import re
from typing import Any, Final

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.api.access import user_of
from annotation.api.authentication import SessionAuthentication
from annotation.api.inputs import body_of
from annotation.services.preferences import keep_preferences

MOST_BYTES: Final = 16_384  # of one choice, as JSON: some hundred changed keys
MOST_LEVELS: Final = 3  # of objects and lists in each other
_REFUSED_BY_POSTGRESQL: Final = re.compile(r"[\x00\ud800-\udfff]")


@extend_schema_field({"type": "object", "additionalProperties": {}})
class ChoiceObjectField(serializers.Field[Any, Any, Any, Any]):
    """A JSON object of a bounded size. What is in it is the pages' own: they trust none of it."""

    def to_internal_value(self, data: object) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError("A choice is a JSON object.")
        if not _can_be_kept(data, MOST_LEVELS):
            raise serializers.ValidationError("It holds a value that cannot be kept.")
        if len(json.dumps(data)) > MOST_BYTES:
            raise serializers.ValidationError(f"It is larger than {MOST_BYTES} bytes.")
        return data

    def to_representation(self, value: Any) -> Any:  # noqa: ANN401  # JSON
        return value


class ChoicesSerializer(serializers.Serializer[Any]):
    """Each by its name; what was never chosen is left out."""

    habits = ChoiceObjectField(
        required=False, help_text="The tool, the brush, the order of the list"
    )
    look = ChoiceObjectField(required=False, help_text="How masks and image are drawn")
    keys = ChoiceObjectField(required=False, help_text="Changed keys by the ids of their commands")
    display = ChoiceObjectField(
        required=False, help_text="The colours, the size of text, the hand that draws"
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if unknown := sorted(set(self.initial_data) - set(self.fields)):
            raise serializers.ValidationError(dict.fromkeys(unknown, "No choice has this name."))
        return dict(given)


class PreferencesSerializer(serializers.Serializer[Any]):
    values = ChoicesSerializer()
    updated_at = serializers.DateTimeField(
        allow_null=True, help_text="Null while nothing was chosen"
    )


class PreferencesView(APIView):
    """The signed-in person's own choices. `GET /api/session` tells them."""

    authentication_classes = [SessionAuthentication]

    @extend_schema(
        operation_id="keep_preferences", request=ChoicesSerializer, responses=PreferencesSerializer
    )
    def patch(self, request: Request) -> Response:
        kept = keep_preferences(user=user_of(request), chosen=body_of(request, ChoicesSerializer))
        return Response(PreferencesSerializer(kept).data)


def _can_be_kept(value: object, levels: int) -> bool:
    if isinstance(value, dict):
        inside = [*value.keys(), *value.values()]
        return levels > 0 and all(_can_be_kept(each, levels - 1) for each in inside)
    if isinstance(value, list):
        return levels > 0 and all(_can_be_kept(each, levels - 1) for each in value)
    if isinstance(value, str):
        return _REFUSED_BY_POSTGRESQL.search(value) is None
    return not isinstance(value, float) or math.isfinite(value)
