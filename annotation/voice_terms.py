"""What people agree to before their voice is recorded: each version of the text, word for word.

A row of Consent names the version. A text that somebody may have agreed to is never edited: what
changes gets the next number, and everybody is asked again before their next take.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class VoiceTerms:
    """One version, as the dialog shows it."""

    title: str
    intro: str
    points: tuple[str, ...]
    closing: str


TERMS: Final = {
    1: VoiceTerms(
        title="May your voice be recorded?",
        intro="Your voice is personal data. If you agree:",
        points=(
            "what you say and where you point is recorded while you record a take;",
            "it is turned into text on this server; your voice never leaves it;",
            "the people of an image's project can listen to its takes;",
            (
                "you can delete the voice of any take at any time, for good;"
                " your corrected text stays."
            ),
        ),
        closing=(
            "It counts for all your projects. You can withdraw it under Your account, in the menu"
            " at the top right."
        ),
    ),
    2: VoiceTerms(
        title="May your voice be recorded?",
        intro="Your voice is personal data. If you agree:",
        points=(
            "what you say and where you point is recorded while you record a take;",
            "it is turned into text on this server; your voice never leaves it;",
            "nobody but you can listen, unless a project's settings name the role that may;",
            "a project may delete voices by itself after some days; its settings say so;",
            "you can delete the voice of one take, or of all, at any time and for good;",
            "texts stay, and say who spoke.",
        ),
        closing="It counts for all your projects. You can withdraw it under Your account.",
    ),
    3: VoiceTerms(
        title="May your voice be recorded?",
        intro="Your voice is personal data. If you agree:",
        points=(
            "what you say and where you point is recorded while you record a take;",
            "it is turned into text on this server;",
            "nobody but you can listen, unless a project's settings name the role that may;",
            (
                "who may listen may also export it with the project's data, as long as you agree;"
                " what they have downloaded by then stays with them;"
            ),
            "a project may delete voices by itself after some days; its settings say so;",
            "you can delete the voice of one take, or of all, at any time and for good;",
            "texts stay, and say who spoke.",
        ),
        closing="It counts for all your projects. You can withdraw it under Your account.",
    ),
}
VERSION: Final = max(TERMS)
EXPORTS_SINCE: Final = 3  # who agreed to less was promised that their voice never leaves the server
