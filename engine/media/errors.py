"""The one error of this package."""


class MediaError(ValueError):
    """A file that cannot be accepted.

    `code` is for programs; the message names the reason and what to do, for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
