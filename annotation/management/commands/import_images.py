"""Import the images in folders, zips and files, and nothing but the images.

`manage.py import_dataset` imports masks as well, COCO's and any other format's.
"""

from argparse import SUPPRESS, ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotation.management.importer import add_importer, find_project, find_user
from annotation.models import Upload
from annotation.services.images import add_image
from annotation.services.preparation import prepare_project
from annotation.services.sources import SourceFile, list_files, read_files
from engine.datasets.grouping import group_of

NO_COCO: Final = (
    "import_images takes no --coco any more. Put {file} beside its images, and import their folder "
    "with `manage.py import_dataset {project} FOLDER`: it also brings captions, parts and order."
)


class Command(BaseCommand):
    """One bad file never stops the others: each refusal is printed with its name and reason."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="its name or number")
        parser.add_argument("paths", nargs="+", type=Path, help="folders, zips or image files")
        parser.add_argument("--coco", type=Path, help=SUPPRESS)
        add_importer(parser)

    def handle(self, **options: Any) -> None:  # noqa: ANN401  # as Django passes them
        if options["coco"]:
            raise CommandError(NO_COCO.format(project=options["project"], file=options["coco"]))
        for path in options["paths"]:
            if not path.exists():
                raise CommandError(f"{path}: there is no such file or folder.")
        user = find_user(options["user"])
        project = find_project(options["project"], user, is_created=options["create"])
        self.user = user or project.created_by
        self.project = project
        self.outcomes: Counter[str] = Counter()
        self.group_by: str = options["group_by"]
        files = list_files(options["paths"])
        for file in tqdm(read_files(files), total=len(files), unit="file", disable=None):
            self._import(file)
        prepare_project(project=project, by=self.user)
        self._say(f"{project.name}: " + _summary(self.outcomes))
        if not self.outcomes.keys() - {Upload.State.REFUSED}:
            raise CommandError("No image was imported.")

    def _import(self, file: SourceFile) -> None:
        if file.data is None:
            self._refuse(file.name, file.reason)
            return
        added = add_image(
            project=self.project,
            data=file.data,
            file_name=file.name[:500],
            group=group_of(file.place, self.group_by),
            created_by=self.user,
        )
        if added.image is None:
            self._refuse(file.name, added.message)
            return
        self.outcomes[added.outcome] += 1

    def _refuse(self, name: str, reason: str) -> None:
        self.outcomes[Upload.State.REFUSED] += 1
        self._say(f"refused: {name}: {reason}")

    def _say(self, line: str) -> None:
        with tqdm.external_write_mode():
            self.stdout.write(line)


def _summary(outcomes: Counter[str]) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())) or "empty"
