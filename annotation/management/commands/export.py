"""`manage.py export PROJECT|VERSION --out FILE.zip`: a dataset version as a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from annotation.errors import DomainError
from annotation.export_formats import COCO, FORMATS
from annotation.models import DatasetVersion, Project
from annotation.services.exports import write_export
from annotation.services.versions import cut_version


class Command(BaseCommand):
    help = (
        "Export a dataset version in one format, with its manifest. A project's number cuts a "
        "version of what is annotated now; a version is named by the beginning of its id."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="PROJECT|VERSION")
        parser.add_argument("--out", type=Path, required=True, help="the zip file to write")
        parser.add_argument("--format", choices=FORMATS, default=COCO)

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ANN401, ARG002  # Django's signature
        version = _version(options["source"])
        out: Path = options["out"]
        unfinished = out.with_name(f"{out.name}.new")
        with tqdm(total=version.counts["images"], unit="image", disable=None) as bar:

            def show(done: int, _: int) -> None:
                bar.update(done - bar.n)

            try:
                write_export(version, unfinished, show, export_format=options["format"])
            except DomainError as error:
                unfinished.unlink(missing_ok=True)
                raise CommandError(str(error)) from error
        unfinished.replace(out)
        self.stdout.write(f"version {version.pk}\n{options['format']} in {out}\n")


def _version(source: str) -> DatasetVersion:
    """Find the version that a person means, or cut one of their project."""
    if source.isdecimal() and (project := Project.objects.filter(pk=int(source)).first()):
        return cut_version(project=project, created_by=None)
    found = list(DatasetVersion.objects.filter(pk__startswith=source)[:2])
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(f"{source!r} begins more than one version's id.")
    raise CommandError(f"{source!r} is neither a project's number nor a version's id.")
