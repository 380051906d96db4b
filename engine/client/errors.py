"""What a call can end in besides its answer."""

from collections.abc import Mapping
from typing import Any


class AnnealError(Exception):
    """A refusal of the server, read from its problem document.

    `code` is for programs and stays the same; `message` is for people. `field` names what was wrong
    in the request, where it was one thing. `problem` is the whole document, `{}` if there was none.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        field: str | None = None,
        problem: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status  # of HTTP; 0: the server did not say it
        self.code = code
        self.message = message
        self.field = field
        self.problem = dict(problem or {})


class UnreachableError(AnnealError):
    """No answer came, however often it was tried: nobody knows whether the request was done."""

    def __init__(self, message: str) -> None:
        super().__init__(0, "unreachable", message)


class JobEndedError(AnnealError):
    """The job that was waited for failed or was cancelled."""

    def __init__(self, message: str) -> None:
        super().__init__(0, "job_ended", message)


class WaitedTooLongError(AnnealError):
    """What was waited for goes on, but not within the time that the caller gave it."""

    def __init__(self, message: str) -> None:
        super().__init__(0, "waited_too_long", message)
