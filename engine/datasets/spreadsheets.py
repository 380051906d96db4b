"""Tables that people open in a spreadsheet."""

from typing import Final

# Some programs take the wide forms of = + - @ for these.
_FORMULA: Final = (*"=+-@\t\r\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def plain_cell(text: str) -> str:
    """Keep a spreadsheet from taking text of a stranger's file for a formula.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
