"""Tables that people open in a spreadsheet."""


def plain_cell(text: str) -> str:
    """Keep a spreadsheet from taking text of a stranger's file for a formula.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
