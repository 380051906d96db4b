"""Lists that are read page by page: a cursor says of what, and holds the last row's sort keys."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from json import dumps, loads
from operator import attrgetter
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
    """Return one page and the cursor of the next. `order` must end with a unique field.

    Raises:
        InvalidInputError: the cursor asked for is none of this list's.

    """
    cursor, kind = request.query_params.get("cursor"), rows.model.__name__
    try:
        if cursor:
            rows = rows.filter(_after(_read(cursor, kind, len(order)), order))
        found = list(rows.order_by(*order)[: size + 1])
    except (ValidationError, ValueError, TypeError):
        raise _bad_cursor() from None
    if len(found) <= size:
        return found, None
    keys = [attrgetter(name.lstrip("-").replace("__", ".")) for name in order]
    return found[:size], _write(kind, [key(found[size - 1]) for key in keys])


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


def _write(kind: str, values: list[Any]) -> str:
    text = dumps([kind, *values], default=str)  # a datetime keeps its microseconds
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, kind: str, length: int) -> list[Any]:
    try:
        found = loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        raise _bad_cursor() from None
    if not isinstance(found, list) or found[:1] != [kind] or len(found) != 1 + length:
        raise _bad_cursor()
    values = found[1:]
    if not all(isinstance(value, int) or _is_text(value) for value in values):
        raise _bad_cursor()
    return values


def _is_text(value: object) -> bool:
    return isinstance(value, str) and "\0" not in value  # PostgreSQL has no text with a NUL


def _bad_cursor() -> InvalidInputError:
    return InvalidInputError("Not a cursor that this list gave.", field="cursor")
