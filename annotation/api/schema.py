"""What drf-spectacular is told about the whole API."""

from typing import Any, Final

METHODS: Final = {"get", "post", "put", "patch", "delete"}
PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457, with a code for programs and the fields that were wrong.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "code"],
    "additionalProperties": True,
}


def add_problems(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Give every operation the problem document as its answer to errors."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    answer = {
        "description": "A problem document (RFC 9457)",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    for path in result["paths"].values():
        for method, operation in path.items():
            if method in METHODS:
                operation["responses"]["default"] = answer
    return result
