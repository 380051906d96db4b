"""Whose work a CVAT export is, and how far it had come there: the XML says so of tasks and jobs.

What people said to each other, CVAT's issues, is in no export of annotations.
"""

from typing import Final, TypeAlias

from engine.datasets.formats.fields import text_of
from engine.datasets.xml_elements import Element

Origin: TypeAlias = dict[str, str]
_NAMES: Final = ("username", "email")
_DECIDED: Final = ("status", "stage", "state")  # of a task or a job, as versions of CVAT tell it


def origins_in(meta: Element) -> dict[str, Origin]:
    """Tell of each task by its id, and by "" of what the whole file is.

    Who had a task to do is its author; who only made it for others is its owner.
    """
    told: dict[str, Origin] = {}
    for whole in meta:
        if whole.tag in {"project", "task", "job"}:
            told[""] = _origin(whole)
            for task in whole.iter("task"):
                told[task.findtext("id") or ""] = _origin(task)
    return told


def _origin(element: Element) -> Origin:
    told = {
        "author": _person(element.find("assignee")),
        "owner": _person(element.find("owner")),
        "verdict": ", ".join(
            text for key in _DECIDED if (text := text_of((element.findtext(key) or "").strip()))
        ),
    }
    return {key: text for key, text in told.items() if text}


def _person(element: Element | None) -> str:
    if element is None:
        return ""
    found = (text_of((element.findtext(key) or "").strip()) for key in _NAMES)
    return next((name for name in found if name), text_of((element.text or "").strip()) or "")
