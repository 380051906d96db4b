"""Import a dataset of another tool: images, masks, labels, parts and captions, in any format.

What cannot be used is printed with its file and line, and the rest comes in. Twice adds nothing.
`manage.py undo_import` takes out what an import brought, but for what people worked on since.
"""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from tqdm import tqdm

from annotation.errors import DomainError
from annotation.management.importer import (
    add_importer,
    find_project,
    find_user,
    known_project,
    say_counts,
    shown,
)
from annotation.models import DatasetImport
from annotation.selectors.dataset_imports import problems_of
from annotation.services.bucket_imports import checked_prefix, opened_bucket
from annotation.services.import_batches import batches
from annotation.services.import_looks import Looking, count_samples
from annotation.services.import_runs import run_import
from annotation.services.imported_values import named_apart
from annotation.services.preparation import prepare_project
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source, open_source
from engine.datasets.formats import READERS, Reader
from engine.datasets.formats.detect import detect_format
from engine.media.archive import OWN_LIMITS

NO_IMAGE: Final = "There is no image in it."


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="its name or number")
        parser.add_argument(
            "path",
            help="a folder, a zip, a tar or a file; or NAME:FOLDER of one of IMPORT_SOURCES",
        )
        parser.add_argument("--format", choices=READERS, help="told by the files if left out")
        parser.add_argument(
            "--finished", action="store_true", help="images with masks count as annotated"
        )
        parser.add_argument(
            "--proposals-by",
            default="",
            metavar="MODEL",
            help="masks with a score are its proposals, which people judge",
        )
        parser.add_argument("--dry-run", action="store_true", help="tell what would come in")
        add_importer(parser)

    def handle(self, **options: Any) -> None:  # noqa: ANN401  # as Django passes them
        try:
            with _opened(options["path"]) as source:
                form = READERS[options["format"]] if options["format"] else detect_format(source)
                if options["dry_run"]:
                    self._count(options, form, source)
                else:
                    self._import(options, form, source)
        except (DatasetError, DomainError) as error:  # of the files as a whole
            raise CommandError(str(error)) from None

    def _count(self, options: Mapping[str, Any], form: Reader, source: Source) -> None:
        there = known_project(options["project"])
        if there is None and not options["create"]:
            raise CommandError(f"There is no project {options['project']!r}.")
        dataset = form.read(source, self._refuse)
        self.stdout.write(f"{form.title}: {len(dataset.labels)} labels")
        counts: Counter[str] = Counter()
        looking = Looking.at(there, dataset, source=source, group_by=options["group_by"])
        for batch in batches(tqdm(dataset.samples(), unit="image", disable=None)):
            counts += count_samples(looking, batch, self._refuse)
        say_counts(self.stdout, named_apart(counts), none=NO_IMAGE)

    def _import(self, options: Mapping[str, Any], form: Reader, source: Source) -> None:
        user = find_user(options["user"])
        project = find_project(options["project"], user, is_created=options["create"])
        dataset_import = DatasetImport.objects.create(
            pk=uuid4(),
            project=project,
            source=Path(options["path"]).name,
            format=form.name,
            state=DatasetImport.State.IMPORTING,
            is_finished=options["finished"],
            proposals_by=options["proposals_by"][:100],
            group_by=options["group_by"],
            created_by=user or project.created_by,
        )
        self.stdout.write(f"{form.title}: import {dataset_import.pk}")
        try:
            with shown("image") as show:
                counts = run_import(dataset_import, source, fence=transaction.atomic, progress=show)
        finally:
            for each in problems_of(dataset_import).iterator():
                self._refuse(
                    DatasetError(each.fault, file=each.file, field=each.field, index=each.row)
                )
        say_counts(self.stdout, counts, none=NO_IMAGE)
        prepare_project(project=project, by=dataset_import.created_by)

    def _refuse(self, problem: DatasetError) -> None:
        with tqdm.external_write_mode():
            self.stdout.write(f"refused: {problem}")


@contextmanager
def _opened(path: str) -> Iterator[Source]:
    """Open what is on this machine, or else in a bucket that the deployment names."""
    name, colon, folder = path.partition(":")
    if Path(path).exists():
        yield open_source(Path(path), OWN_LIMITS)
    elif colon and name in settings.IMPORT_SOURCES:
        with opened_bucket(name, checked_prefix(folder), uuid4()) as (source, _):
            yield source
    else:
        raise CommandError(f"{path}: there is no such file or folder, and no such source.")
