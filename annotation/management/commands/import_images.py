"""Import folders, zips and files; `--coco` adds the masks of a COCO file as seeds."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotation.management.importer import add_importer, find_project, find_user
from annotation.models import Upload
from annotation.services.coco_seeds import CocoSeeds
from annotation.services.images import add_image
from annotation.services.preparation import prepare_project
from annotation.services.sources import SourceFile, list_files, read_files
from engine.datasets.coco import read_coco
from engine.datasets.errors import DatasetError


class Command(BaseCommand):
    """One bad file never stops the others: each refusal is printed with its name and reason."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="its name or number")
        parser.add_argument("paths", nargs="+", type=Path, help="folders, zips or image files")
        parser.add_argument("--coco", type=Path, help="COCO JSON whose masks become seeds")
        add_importer(parser)

    def handle(self, **options: Any) -> None:  # noqa: ANN401  # as Django passes them
        for path in [*options["paths"], *filter(None, [options["coco"]])]:
            if not path.exists():
                raise CommandError(f"{path}: there is no such file or folder.")
        user = find_user(options["user"])
        project = find_project(options["project"], user, is_created=options["create"])
        self.user = user or project.created_by
        self.project = project
        self.seeds = self._seeds(options["coco"])
        self.outcomes: Counter[str] = Counter()
        files = list_files(options["paths"])
        for file in tqdm(read_files(files), total=len(files), unit="file", disable=None):
            self._import(file)
        prepare_project(project=project, by=self.user)
        self._say(f"{project.name}: " + _summary(self.outcomes))
        if not self.outcomes.keys() - {Upload.State.REFUSED, "masks refused"}:
            raise CommandError("No image was imported.")

    def _import(self, file: SourceFile) -> None:
        if file.data is None:
            self._refuse(file.name, file.reason)
            return
        added = add_image(
            project=self.project,
            data=file.data,
            file_name=file.name[:500],
            group=self.seeds.group_of(file.name) if self.seeds else "",
            created_by=self.user,
        )
        if added.image is None:
            self._refuse(file.name, added.message)
            return
        self.outcomes[added.outcome] += 1
        if self.seeds:
            count, refusals = self.seeds.seed(added.image, file.name, author=self.user)
            self.outcomes["masks"] += count
            for reason in refusals:
                self.outcomes["masks refused"] += 1
                self._say(f"mask refused: {file.name}: {reason}")

    def _seeds(self, path: Path | None) -> CocoSeeds | None:
        if path is None:
            return None
        try:
            dataset = read_coco(path, on_problem=lambda problem: self._say(f"refused: {problem}"))
        except DatasetError as error:
            raise CommandError(str(error)) from None
        return CocoSeeds(dataset, project=self.project)

    def _refuse(self, name: str, reason: str) -> None:
        self.outcomes[Upload.State.REFUSED] += 1
        self._say(f"refused: {name}: {reason}")

    def _say(self, line: str) -> None:
        with tqdm.external_write_mode():
            self.stdout.write(line)


def _summary(outcomes: Counter[str]) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())) or "empty"
