"""Broken rules. One exception handler (api/problems.py) turns them into problem documents."""

from typing import Any


class DomainError(Exception):
    """A rule of the domain that a request broke; answered with `status` and `code`."""

    status = 409
    code = "conflict"

    def __init__(self, message: str, **extra: Any) -> None:  # noqa: ANN401  # members of the problem document, any JSON
        super().__init__(message)
        self.extra = extra
        self.reason = message  # as the log has it


class InvalidInputError(DomainError):
    """The request is well-formed JSON but a field cannot be used; `field` names it."""

    status = 400
    code = "invalid"


class NotAllowedError(DomainError):
    """The person may see the thing but not do this to it."""

    status = 403
    code = "not_allowed"


class StaleVersionError(DomainError):
    """Somebody saved in between; `missed` holds the operations that the client has not seen."""

    code = "stale_version"


class IdTakenError(DomainError):
    """The id that the client made belongs to something else."""

    code = "id_taken"
