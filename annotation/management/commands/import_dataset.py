"""Import a dataset of another tool: images, masks, labels, parts and captions, in any format.

What cannot be used is printed with its file and line, and the rest comes in. Twice adds nothing.
"""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotation.management.importer import (
    add_importer,
    find_project,
    find_user,
    known_project,
)
from annotation.services.dataset_imports import (
    begin_import,
    count_sample,
    detect_format,
    import_sample,
)
from annotation.services.preparation import prepare_project
from engine.datasets.errors import DatasetError
from engine.datasets.files import open_source
from engine.datasets.formats import FORMATS
from engine.datasets.sample import Sample
from engine.media.errors import MediaError


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="its name or number")
        parser.add_argument("path", type=Path, help="a folder or a zip")
        parser.add_argument("--format", choices=FORMATS, help="told by the files if left out")
        parser.add_argument("--dry-run", action="store_true", help="tell what would come in")
        add_importer(parser)

    def handle(self, **options: Any) -> None:  # noqa: ANN401  # as Django passes them
        path: Path = options["path"]
        if not path.exists():
            raise CommandError(f"{path}: there is no such file or folder.")
        try:
            source = open_source(path)
            form = FORMATS[options["format"]] if options["format"] else detect_format(source)
            dataset = form.read(source, self._refuse)
        except (DatasetError, MediaError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{form.title}: {len(dataset.labels)} labels")
        user = find_user(options["user"])
        if options["dry_run"]:
            there = known_project(options["project"])
            if there is None and not options["create"]:
                raise CommandError(f"There is no project {options['project']!r}.")
            self._each(dataset.samples(), lambda sample: count_sample(there, sample))
            return
        project = find_project(options["project"], user, is_created=options["create"])
        importing = begin_import(
            project=project, dataset=dataset, author=user or project.created_by
        )
        self._each(dataset.samples(), lambda sample: import_sample(importing, sample, self._refuse))
        prepare_project(project=project, by=importing.author)

    def _each(self, samples: Iterable[Sample], take: Callable[[Sample], Counter[str]]) -> None:
        totals: Counter[str] = Counter()
        try:
            for sample in tqdm(samples, unit="image", disable=None):
                totals += take(sample)
        except DatasetError as error:  # of the files as a whole: what came in stays
            raise CommandError(str(error)) from None
        for what, count in sorted(totals.items()):
            self.stdout.write(f"{count} {what}")
        if not totals:
            raise CommandError("There is no image in it.")

    def _refuse(self, problem: DatasetError) -> None:
        with tqdm.external_write_mode():
            self.stdout.write(f"refused: {problem}")
