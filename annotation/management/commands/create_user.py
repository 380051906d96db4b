"""Make an account: manage.py create_user NAME."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from annotation.errors import InvalidInputError
from annotation.services.accounts import create_account


class Command(BaseCommand):
    help = "Make an account, and write its password once, to be handed over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what the person logs in with")

    def handle(self, *, name: str, **_options: object) -> None:
        try:
            user, password = create_account(username=name)
        except InvalidInputError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{user.username} may log in with the password {password}")
        self.stdout.write("It is not shown again. They change it on the page of their account.")
