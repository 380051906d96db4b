"""Take out what an import of a dataset brought, but for what people have worked on since."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from annotation.errors import DomainError
from annotation.management.importer import say_counts, shown
from annotation.models import DatasetImport
from annotation.services.import_requests import begin_undo
from annotation.services.import_undo import undo_import


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=UUID, help="of the import, as import_dataset told it")

    def handle(self, **options: Any) -> None:  # noqa: ANN401  # as Django passes them
        found = DatasetImport.objects.filter(pk=options["id"]).first()
        if found is None:
            raise CommandError(f"There is no import {options['id']}.")
        try:
            begun = begin_undo(dataset_import=found)
            with shown("image") as show:
                counts = undo_import(
                    begun, by=begun.created_by, fence=transaction.atomic, progress=show
                )
        except DomainError as error:
            raise CommandError(str(error)) from None
        say_counts(self.stdout, counts, none="Nothing is left to undo.")
