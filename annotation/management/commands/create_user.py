"""Make an account: manage.py create_user NAME."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from annotation.errors import InvalidInputError
from annotation.services.accounts import create_account


class Command(BaseCommand):
    help = "Make an account, and write its password once, to be handed over."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what the person logs in with")

    def check_migrations(self) -> None:
        """Refuse while tables are still being made: this is the first command that anyone runs."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError(
                "The tables are not all there yet. Wait until `make up` says that Anneal "
                "is ready; without it, run `manage.py migrate`."
            )

    def handle(self, *, name: str, **_options: object) -> None:
        try:
            user, password = create_account(username=name)
        except InvalidInputError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{user.username} may log in with the password {password}")
        self.stdout.write("It is not shown again. They change it on the page of their account.")
