"""Import folders, zips and files; `--coco` adds the masks of a COCO file as seeds."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotation.models import Project, Upload
from annotation.services.coco_seeds import CocoSeeds
from annotation.services.images import add_image
from annotation.services.preparation import prepare_project
from annotation.services.projects import create_project
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
        parser.add_argument("--create", action="store_true", help="make the project if missing")
        parser.add_argument("--user", help="who imports (default: who made the project)")

    def handle(self, **options: Any) -> None:  # noqa: ANN401  # as Django passes them
        for path in [*options["paths"], *filter(None, [options["coco"]])]:
            if not path.exists():
                raise CommandError(f"{path}: there is no such file or folder.")
        user = self._user(options["user"])
        project = self._project(options["project"], user, is_created=options["create"])
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

    def _user(self, name: str | None) -> User | None:
        if name is None:
            return None
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"There is no user {name!r}.")
        return user

    def _project(self, given: str, user: User | None, *, is_created: bool) -> Project:
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

    def _refuse(self, name: str, reason: str) -> None:
        self.outcomes[Upload.State.REFUSED] += 1
        self._say(f"refused: {name}: {reason}")

    def _say(self, line: str) -> None:
        tqdm.write(line, file=self.stdout)


def _summary(outcomes: Counter[str]) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())) or "empty"
