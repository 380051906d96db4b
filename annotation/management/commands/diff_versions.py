"""`manage.py diff_versions OLD NEW [--json]`: what changed between two dataset versions."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation.errors import DomainError
from annotation.selectors.version_diff import diff_totals
from annotation.selectors.version_names import version_named
from engine.datasets.diff_totals import summary_lines


class Command(BaseCommand):
    help = (
        "Tell what changed between two versions of a project, and how far shapes moved. A version "
        "is named by its tag or by the beginning of its id."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("old")
        parser.add_argument("new")
        parser.add_argument("--json", action="store_true", help="totals by label and more, as JSON")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ANN401, ARG002  # Django's signature
        try:
            old, new = version_named(options["old"]), version_named(options["new"])
            summary = diff_totals(old, new)
        except DomainError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(summary))
            return
        self.stdout.write(f"from {old.pk}\nto   {new.pk}\n")
        for line in summary_lines(summary):
            self.stdout.write(line)
