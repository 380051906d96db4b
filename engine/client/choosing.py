"""From what a person says to the one thing that is meant."""

from collections.abc import Sequence

from engine.client.errors import AnnealError
from engine.client.models import (
    Label,
    Project,
    ProjectCard,
    RegisteredBundle,
    VersionQuery,
)


def one_meant(text: str, projects: Sequence[ProjectCard]) -> int:
    """Return the id of the project that is meant by its name or, if none has that name, by its id.

    Raises:
        AnnealError: none is called so, or more than one is, or it is also the id of another.

    """
    if text.isdecimal() and text not in {each.name for each in projects}:
        return int(text)
    named = one_called(text, projects)
    for other in projects:
        if text.isdecimal() and other.id == int(text) and other != named:
            fault = f"{text} is the name of one project and the id of another"
            say = f"say {named.id} for the first, or {other.name!r} for the other"
            raise AnnealError(0, "ambiguous", f"{fault}: {say}.")
    return named.id


def one_called(name: str, projects: Sequence[ProjectCard]) -> ProjectCard:
    """Return the project of a name; capitals count only where they tell two apart.

    Raises:
        AnnealError: none is called so, or more than one.

    """
    found = [each for each in projects if each.name == name] or [
        each for each in projects if each.name.lower() == name.lower()
    ]
    if len(found) != 1:
        how_many = f"{len(found)} projects are" if found else "no project is"
        raise AnnealError(
            0, "no_such_project", f"Of yours, {how_many} called {name!r}. Say its id instead."
        )
    return found[0]


def one_named(name: str, queries: Sequence[VersionQuery]) -> VersionQuery:
    """Return the saved query of a name.

    Raises:
        AnnealError: there is none.

    """
    for each in queries:
        if each.name == name:
            return each
    known = ", ".join(each.name for each in queries) or "none"
    raise AnnealError(0, "no_such_query", f"No query is called {name!r}; there are: {known}.")


def one_bundle(start: str, bundles: Sequence[RegisteredBundle]) -> RegisteredBundle:
    """Return the bundle whose id starts so.

    Raises:
        AnnealError: there is none, or more than one.

    """
    found = [each for each in bundles if each.bundle.startswith(start.lower())]
    if len(found) != 1:
        raise AnnealError(
            0, "no_such_bundle", f"{len(found)} of the project's bundles start with {start!r}."
        )
    return found[0]


def label_ids(names: Sequence[str], labels: Sequence[Label]) -> list[int]:
    """Return the ids of labels by their names.

    Raises:
        AnnealError: one is not there.

    """
    known = {each.name: each.id for each in labels if not each.deleted}
    if missing := [name for name in names if name not in known]:
        raise AnnealError(
            0, "no_such_label", f"No label is called {missing[0]!r}; there are: {', '.join(known)}."
        )
    return [known[name] for name in names]


def what_serves(project: Project) -> str:
    """Return the id of the bundle that serves the project.

    Raises:
        AnnealError: none does.

    """
    if project.serving is None:
        raise AnnealError(0, "nothing_serves", "No bundle serves the project yet.")
    return project.serving.bundle
