"""Reading a request: one way to validate, and the fields that several inputs share."""

import math
from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.request import Request

from engine.datasets.grouping import MAX_GROUP_BY
from engine.datasets.json_bounds import has_more_values

# A trace of 250,000 points, the largest body, has five for each; a save has a few hundred thousand.
MOST_VALUES: Final = 2_000_000
Input = dict[str, Any]


def body_of(request: Request, serializer: type[serializers.Serializer[Any]]) -> Input:
    """Return the validated body, or raise the error that names the fields."""
    return _validated(serializer, request.data)


def query_of(request: Request, serializer: type[serializers.Serializer[Any]]) -> Input:
    """Return the validated query parameters; a list's may be repeated."""
    given = request.query_params
    lists = (
        name
        for name, field in serializer().fields.items()
        if isinstance(field, serializers.ListField) and name in given
    )
    return _validated(serializer, given.dict() | {name: given.getlist(name) for name in lists})


class RleSerializer(serializers.Serializer[Any]):
    """A mask in COCO's compressed run-length form, column-major."""

    size = serializers.ListField(
        child=serializers.IntegerField(), min_length=2, max_length=2, help_text="[height, width]"
    )
    counts = serializers.CharField()


@extend_schema_field(RleSerializer)
class RleField(serializers.Field[Any, Any, Any, Any]):
    """Passes any JSON on: the engine's one validator checks it against the image's size."""

    def to_internal_value(self, data: object) -> object:
        return data

    def to_representation(self, value: object) -> object:
        return value


class FiniteField(serializers.FloatField):
    """A number as JSON has them: neither infinite nor none, which no row could hold."""

    default_error_messages = {"finite": "A finite number is needed."}

    def to_internal_value(self, data: Any) -> float:  # noqa: ANN401  # JSON
        number = super().to_internal_value(data)
        if not math.isfinite(number):
            self.fail("finite")
        return number


class ShortListField(serializers.ListField):
    """Counts before it looks at what is in the list: each wrong entry takes a kilobyte to name."""

    def to_internal_value(self, data: Any) -> list[Any]:  # noqa: ANN401  # JSON
        if isinstance(data, list) and self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return list(super().to_internal_value(data))


class ColorField(serializers.RegexField):
    """`#rrggbb`, kept in lower case."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401  # DRF's own keywords
        super().__init__(
            r"^#[0-9a-f]{6}$",
            error_messages={"invalid": "A color is # and six hexadecimal digits, such as #1f77b4."},
            **kwargs,
        )

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401  # JSON
        return super().to_internal_value(data.lower() if isinstance(data, str) else data)


class GroupByField(serializers.CharField):
    """By what new images belong together; services/image_groups.py says whether it can be."""

    def __init__(self) -> None:
        super().__init__(
            max_length=MAX_GROUP_BY,
            allow_blank=True,
            default="",
            help_text="folder, or a pattern such as {group}_{}.png: new images that share it stay "
            "on one side of the holdout and of val; a dataset's own groups count first",
        )


class BoundedJSONParser(BaseParser):
    """JSON of a bounded size and number of values, refused before it is decoded, and of a depth.

    None of REST framework's own: these have Django read the body first, within the bounds of forms.
    """

    media_type = JSONParser.media_type

    def most_bytes(self) -> int:
        return settings.MAX_JSON_BYTES

    def parse(
        self,
        stream: Any,  # noqa: ANN401  # a file or Django's request
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        refuse_longer(self.most_bytes(), parser_context)
        body: bytes = stream.read()
        if has_more_values(body, MOST_VALUES):
            raise RequestDataTooBig
        try:
            # In UTF-8, as JSON is: any other charset would have other values than were counted.
            context = {**(parser_context or {}), "encoding": "utf-8"}
            return JSONParser().parse(BytesIO(body), media_type, context)
        except RecursionError:
            raise ParseError("The JSON is nested too deep.") from None


class ShortJSONParser(BoundedJSONParser):
    """A few short fields, such as a name and a password, which strangers may send."""

    def most_bytes(self) -> int:
        return 16 * 1024


def refuse_longer(limit_bytes: int, parser_context: Mapping[str, Any] | None) -> None:
    """Refuse a body by the length that it is told to have, before any of it is read.

    Raises:
        RequestDataTooBig: it is longer than the limit.

    """
    request = (parser_context or {}).get("request")
    length = request.META.get("CONTENT_LENGTH") if request else None
    if int(length or 0) > limit_bytes:
        raise RequestDataTooBig


def _validated(serializer: type[serializers.Serializer[Any]], data: object) -> Input:
    checked = serializer(data=data)
    checked.is_valid(raise_exception=True)
    values: Input = checked.validated_data
    return values
