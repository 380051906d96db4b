"""The one error of this package."""


class DatasetError(ValueError):
    """A dataset file that is not as it must be; the message names file, field, index and fault."""

    def __init__(
        self, fault: str, *, file: str = "", field: str = "", index: int | None = None
    ) -> None:
        at = field if index is None else f"{field}[{index}]" if field else f"line {index}"
        super().__init__(": ".join(part for part in (file, at, fault) if part))
        self.fault = fault
        self.file = file
        self.field = field
        self.index = index
