"""Where an import goes and as whose work: what the commands that import have in common."""

from argparse import ArgumentParser

from django.contrib.auth.models import User
from django.core.management.base import CommandError

from annotation.models import Project
from annotation.services.projects import create_project


def add_importer(parser: ArgumentParser) -> None:
    parser.add_argument("--create", action="store_true", help="make the project if missing")
    parser.add_argument("--user", help="who imports (default: who made the project)")


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
