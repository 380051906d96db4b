"""Lists that are read page by page: a cursor holds the sort keys of the last row seen."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from json import dumps, loads
from typing import Any, Final, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request

from annotation.errors import InvalidInputError

SIZE: Final = 100
CURSOR: Final = OpenApiParameter("cursor", str, description="`next` of the page before")
Row = TypeVar("Row", bound=Model)


def page_of(
    rows: QuerySet[Row], request: Request, *, order: Sequence[str] = ("id",), size: int = SIZE
) -> tuple[list[Row], str | None]:
    """Return one page and the cursor of the next. `order` must end with a unique field."""
    cursor = request.query_params.get("cursor")
    try:
        if cursor:
            rows = rows.filter(_after(_read(cursor, len(order)), order))
        found = list(rows.order_by(*order)[: size + 1])
    except (ValidationError, ValueError, TypeError):
        raise _bad_cursor() from None
    if len(found) <= size:
        return found, None
    last = found[size - 1]
    return found[:size], _write([getattr(last, name.lstrip("-")) for name in order])


def page_serializer(item: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """Describe a page of `item` for the schema."""
    name = item.__name__.removesuffix("Serializer")
    fields = {"results": item(many=True), "next": serializers.CharField(allow_null=True)}
    return inline_serializer(f"{name}Page", fields)


def _after(values: list[Any], order: Sequence[str]) -> Q:
    """Build a > x, or a = x and b > y, and so on; a "-" turns the comparison."""
    after, same = Q(pk__in=[]), Q()
    for name, value in zip(order, values, strict=True):
        field = name.lstrip("-")
        after |= same & Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": value})
        same &= Q(**{field: value})
    return after


def _write(values: list[Any]) -> str:
    text = dumps(values, default=str)  # a datetime keeps its microseconds
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, length: int) -> list[Any]:
    try:
        values = loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        raise _bad_cursor() from None
    if not isinstance(values, list) or len(values) != length:
        raise _bad_cursor()
    if not all(isinstance(value, str | int) for value in values):
        raise _bad_cursor()
    return values


def _bad_cursor() -> InvalidInputError:
    return InvalidInputError("Not a cursor that this list gave.", field="cursor")
