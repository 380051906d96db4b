"""Errors as problem documents (RFC 9457), whoever raised them."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response

from annotation.errors import DomainError, InvalidInputError

CONTENT_TYPE = "application/problem+json"
log = structlog.get_logger(__name__)


class FieldErrorSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="A path such as operations[2].rle")
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457, with a code for programs and the fields that were wrong."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = FieldErrorSerializer(many=True, required=False)  # type: ignore[assignment]  # a field of this name


def problem(
    code_of_status: int,
    code: str,
    detail: str,
    **extra: Any,  # noqa: ANN401  # members, any JSON
) -> dict[str, Any]:
    """Build the document."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(code_of_status).phrase,
        "status": code_of_status,
        "detail": detail,
        "code": code,
        **extra,
    }


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:  # noqa: ARG001  # DRF's handler
    """Answer an exception of a view; None lets what nobody foresaw be a logged 500."""
    if isinstance(error, DomainError):
        return _of_domain(error)
    error = _as_api_exception(error)
    if not isinstance(error, exceptions.APIException):
        return None
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]  # set by DRF's view
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]  # of Throttled
    if isinstance(error, exceptions.ValidationError):
        fields = list(field_errors(error.detail))
        body = problem(error.status_code, "invalid", _sentence(fields), errors=fields)
    else:
        codes = error.get_codes()
        code = codes if isinstance(codes, str) else "invalid"
        body = problem(error.status_code, code, str(error.detail))
    return Response(body, error.status_code, headers=headers, content_type=CONTENT_TYPE)


def field_errors(detail: object, path: str = "") -> Iterator[dict[str, str]]:
    """Flatten DRF's nested errors to paths such as `operations[2].rle`."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            if name == "non_field_errors":
                yield from field_errors(inner, path)
            elif isinstance(name, int):  # ListField keys errors by index
                yield from field_errors(inner, f"{path}[{name}]")
            else:
                yield from field_errors(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from field_errors(inner, f"{path}[{index}]" if nested else path)
    else:
        yield {"field": path or "body", "message": str(detail)}


def server_error(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  # Django's handler500
    """Answer what nobody foresaw, without a word of its inside."""
    return _json(500, "server_error", "Something broke on the server; it has been logged.")


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001
    return _json(404, "not_found", "There is nothing at this address.")


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001
    return _json(400, "bad_request", "The request cannot be read.")


def csrf_failure(request: HttpRequest, reason: str = "") -> JsonResponse:  # noqa: ARG001
    return _json(403, "csrf_failed", reason or "The CSRF token is missing or wrong.")


def locked_out(
    request: HttpRequest,  # noqa: ARG001  # axes' handler
    credentials: dict[str, Any] | None = None,  # noqa: ARG001
) -> JsonResponse:
    """Answer a login after too many wrong passwords."""
    response = _json(429, "locked_out", "Too many wrong passwords. Try again in 15 minutes.")
    response.headers["Retry-After"] = "900"
    return response


def _of_domain(error: DomainError) -> Response:
    extra = dict(error.extra)
    if isinstance(error, InvalidInputError) and "field" in extra:
        extra["errors"] = [{"field": extra.pop("field"), "message": str(error)}]
    if error.status >= status.HTTP_500_INTERNAL_SERVER_ERROR:
        log.error("request_failed", code=error.code, reason=error.reason)
    body = problem(error.status, error.code, str(error), **extra)
    return Response(body, error.status, content_type=CONTENT_TYPE)


def _as_api_exception(error: Exception) -> Exception:
    if isinstance(error, Http404):
        return exceptions.NotFound("There is no such thing, or it is not yours.")
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        too_big = exceptions.APIException("The request body is too large.", "too_large")
        too_big.status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
        return too_big
    return error


def _sentence(fields: list[dict[str, str]]) -> str:
    first = fields[0] if fields else {"field": "body", "message": "is not valid"}
    more = f" (and {len(fields) - 1} more)" if len(fields) > 1 else ""
    return f"{first['field']}: {first['message']}{more}"


def _json(code_of_status: int, code: str, detail: str) -> JsonResponse:
    return JsonResponse(
        problem(code_of_status, code, detail), status=code_of_status, content_type=CONTENT_TYPE
    )
