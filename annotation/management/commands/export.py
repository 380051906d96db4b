"""`manage.py export PROJECT|VERSION --out FILE.zip`: a dataset version as a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from annotation.errors import DomainError
from annotation.export_formats import COCO, FORMATS, MANIFEST, SPLITS
from annotation.models import DatasetVersion, Project
from annotation.selectors.export_offers import notes_of
from annotation.selectors.version_names import VersionNameError, version_named
from annotation.services.exports import check_choice, write_export
from annotation.services.versions import cut_version
from engine.datasets.choosing import Choice, renaming_of
from engine.datasets.errors import DatasetError
from engine.datasets.export_splits import ALL, lines_of_splits, splits_meant


class Command(BaseCommand):
    help = (
        "Export a dataset version in one format, with its manifest. A project's number cuts a "
        "version of what is annotated now; a version is named by its tag or by how its id begins. "
        "Without --split it is of finished images, or if none is finished of those that were begun."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="PROJECT|VERSION")
        parser.add_argument("--out", type=Path, required=True, help="the zip file to write")
        parser.add_argument("--format", choices=FORMATS, default=COCO)
        parser.add_argument("--images", action="store_true", help="put the images' bytes in too")
        parser.add_argument(
            "--addresses", action="store_true", help="tell where in the store the images lie"
        )
        parser.add_argument(
            "--split", nargs="+", default=[], help=f"{', '.join(SPLITS)}, or {ALL} for everything"
        )
        parser.add_argument(
            "--label",
            nargs="+",
            default=[],
            metavar="OLD=NEW",
            help="rename labels; OLD= leaves its masks out",
        )

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ANN401, ARG002  # Django's signature
        version = _version(options["source"])
        named: list[str] = options["split"]
        is_whole = options["format"] == MANIFEST and not named
        splits = [] if is_whole else splits_meant(named, version.counts)
        choice = Choice(
            frozenset(splits),
            _labels(options["label"]),
            has_images=options["images"],
            has_addresses=options["addresses"],
        )
        out: Path = options["out"]
        unfinished = out.with_name(f"{out.name}.new")
        with tqdm(total=version.counts["images"], unit="image", disable=None) as bar:

            def show(done: int, _: int) -> None:
                bar.update(done - bar.n)

            try:
                check_choice(version, options["format"], choice)
                written = write_export(
                    version, unfinished, show, export_format=options["format"], choice=choice
                )
            except (DomainError, DatasetError) as error:
                unfinished.unlink(missing_ok=True)
                raise CommandError(str(error)) from error
        unfinished.replace(out)
        self.stdout.write(f"version {version.pk}\n{options['format']} in {out}\n")
        if splits and not named:
            for line in lines_of_splits(splits, version.counts):
                self.stdout.write(f"{line}\n")
        for trait, count in sorted(written.losses.items()):
            self.stdout.write(f"not held: {count} {trait.replace('_', ' ')}\n")
        for trait, count in sorted(written.own.items()):
            self.stdout.write(f"only Anneal reads back: {count} {trait.replace('_', ' ')}\n")
        for note in notes_of(version, options["format"], choice):
            self.stdout.write(f"note: {note}\n")


def _labels(pairs: list[str]) -> dict[str, str | None]:
    """Read OLD=NEW; nothing after the sign leaves a label out."""
    try:
        return dict(map(renaming_of, pairs))
    except DatasetError as error:
        raise CommandError(f"--label {error}.") from None


def _version(source: str) -> DatasetVersion:
    """Find the version that a person means, or cut one of their project."""
    if source.isdecimal() and (project := Project.objects.filter(pk=int(source)).first()):
        return cut_version(project=project, created_by=None)
    try:
        return version_named(source)
    except VersionNameError as error:
        raise CommandError(f"{error} Nor is it a project's number.") from error
