"""Where an import goes, as whose work, and how far it is: what commands that import share."""

from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.core.management.base import CommandError, OutputWrapper
from tqdm import tqdm

from annotation.errors import InvalidInputError
from annotation.models import Project
from annotation.services.image_groups import checked_group_by
from annotation.services.projects import create_project


def add_importer(parser: ArgumentParser) -> None:
    parser.add_argument("--create", action="store_true", help="make the project if missing")
    parser.add_argument("--user", help="who imports (default: who made the project)")
    parser.add_argument(
        "--group-by",
        type=_group_by,
        default="",
        metavar="folder|PATTERN",
        help="new images of one folder, or with the same {group} in a name such as "
        "{group}_{}.png, stay on one side of the holdout and of val; a dataset's own groups count "
        "first, and images that are there keep theirs",
    )


def _group_by(given: str) -> str:
    try:
        return checked_group_by(given)
    except InvalidInputError as error:
        raise ArgumentTypeError(str(error)) from None


def find_user(name: str | None) -> User | None:
    if name is None:
        return None
    user = User.objects.filter(username=name).first()
    if user is None:
        raise CommandError(f"There is no user {name!r}.")
    return user


def known_project(given: str) -> Project | None:
    """Find a project by its name, or else by its number."""
    alive = Project.objects.filter(deleted_at=None)
    named = list(alive.filter(name=given)[:2])
    if len(named) > 1:
        raise CommandError(f"Several projects are called {given!r}: give the number.")
    if not named and given.isascii() and given.isdigit():
        return alive.filter(pk=int(given)).first()
    return named[0] if named else None


def find_project(given: str, user: User | None, *, is_created: bool) -> Project:
    """Find a project, or make it."""
    if (found := known_project(given)) is not None:
        return found
    if not is_created:
        raise CommandError(f"There is no project {given!r}; --create makes it.")
    if user is None:
        raise CommandError("--create needs --user: a project has a first manager.")
    return create_project(name=given[:100], created_by=user)


@contextmanager
def shown(unit: str) -> Iterator[Callable[[int, int], None]]:
    """Yield what shows on a terminal how many are done, and of how many where that is known."""
    with tqdm(unit=unit, disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total or None
            bar.update(done - bar.n)

        yield show


def say_counts(out: OutputWrapper, counts: Counter[str], *, none: str) -> None:
    """Print what was counted, a line each; where that is nothing, say so and fail."""
    for what, count in sorted(counts.items()):
        out.write(f"{count} {what}")
    if not counts:
        raise CommandError(none)
