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


def find_project(given: str, user: User | None, *, is_created: bool) -> Project:
    """Find a project by its name or number, or make it."""
    alive = Project.objects.filter(deleted_at=None)
    named = list(alive.filter(name=given)[:2])
    if len(named) > 1:
        raise CommandError(f"Several projects are called {given!r}: give the number.")
    found = named[0] if named else None
    if found is None and given.isascii() and given.isdigit():
        found = alive.filter(pk=int(given)).first()
    if found is not None:
        return found
    if not is_created:
        raise CommandError(f"There is no project {given!r}; --create makes it.")
    if user is None:
        raise CommandError("--create needs --user: a project has a first manager.")
    return create_project(name=given[:100], created_by=user)
