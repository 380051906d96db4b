"""`manage.py cut_version PROJECT [options]`: freeze a project, or a part of it, here and now."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from annotation.errors import DomainError
from annotation.models import DatasetVersion, Project, VersionQuery
from annotation.selectors.version_criteria import SPLITS, Criteria, criteria_of
from annotation.selectors.version_query import count_splits
from annotation.services.version_cuts import cut_now
from annotation.services.version_queries import (
    NothingToCutError,
    check_criteria,
    check_something,
)


class Command(BaseCommand):
    help = (
        "Cut a version of a project: of everything that is finished or begun, of what options "
        "choose, or of a saved query."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", type=int)
        parser.add_argument("--note", default="")
        parser.add_argument("--query", help="a saved query's name, in place of the options below")
        parser.add_argument("--split", nargs="+", default=[], help=", ".join(SPLITS))
        parser.add_argument("--label", nargs="+", default=[], help="only masks of these")
        parser.add_argument(
            "--drop-empty", action="store_true", help="without images that have no such mask"
        )
        parser.add_argument("--reviewed", action="store_true")
        parser.add_argument("--agreement", type=float, help="at least, from 0 to 1")
        parser.add_argument(
            "--round", nargs="+", type=int, default=[], help="whose model proposed; 0: pretrained"
        )
        parser.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DAY")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DAY")
        parser.add_argument("--group", nargs="+", default=[])
        parser.add_argument("--val", type=float, metavar="SHARE", help="of train, drawn by hash")
        parser.add_argument("--dry-run", action="store_true", help="only count")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ANN401, ARG002  # Django's signature
        project = Project.objects.filter(pk=options["project"], deleted_at=None).first()
        if project is None:
            raise CommandError(f"There is no project {options['project']}.")
        criteria = _criteria(project, options)
        query = _query(project, options["query"], criteria)
        criteria = criteria_of(query.criteria) if query else criteria
        try:
            if options["dry_run"]:
                check_criteria(project, criteria)
                self._tell_look(project, criteria, as_json=options["json"])
                return
            with tqdm(unit="image", disable=None) as bar:

                def show(done: int, total: int) -> None:
                    bar.total = total
                    bar.update(done - bar.n)

                version = cut_now(
                    project=project,
                    criteria=criteria,
                    query=query,
                    note=options["note"],
                    progress=show,
                )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self._tell(version, as_json=options["json"])

    def _tell_look(self, project: Project, criteria: Criteria, *, as_json: bool) -> None:
        found = count_splits(project, criteria)
        if as_json:
            self.stdout.write(json.dumps({name: each._asdict() for name, each in found.items()}))
            return
        if not found:
            self.stdout.write(_why_nothing(project, criteria))
        for name, each in found.items():
            self.stdout.write(f"{name}: {each.images} images, {each.masks} masks")

    def _tell(self, version: DatasetVersion, *, as_json: bool) -> None:
        if as_json:
            told = {"id": version.pk, "counts": version.counts, "criteria": version.criteria}
            self.stdout.write(json.dumps(told))
            return
        self.stdout.write(f"version {version.pk}")
        for name, count in version.counts.items():
            if count:
                self.stdout.write(f"{name}: {count}")


def _why_nothing(project: Project, criteria: Criteria) -> str:
    try:
        check_something(project, criteria)
    except NothingToCutError as error:
        return str(error)
    return "No image is finished or begun."  # a version of everything may hold nothing


def _criteria(project: Project, options: dict[str, Any]) -> Criteria:
    names = options["label"]
    labels = project.labels.filter(deleted_at=None, name__in=names)
    known = {label.name: label.pk for label in labels}
    if missing := [name for name in names if name not in known]:
        raise CommandError(f"The project has no label {missing[0]!r}.")
    return Criteria(
        splits=frozenset(options["split"]),
        labels=frozenset(known.values()),
        drop_empty=options["drop_empty"],
        reviewed=options["reviewed"],
        agreement=options["agreement"],
        rounds=frozenset(options["round"]),
        finished_from=options["first"],
        finished_to=options["last"],
        groups=frozenset(options["group"]),
        val_share=options["val"],
    )


def _query(project: Project, name: str | None, criteria: Criteria) -> VersionQuery | None:
    if name is None:
        return None
    if criteria != Criteria():
        raise CommandError("--query stands in place of the other options.")
    named = VersionQuery.objects.filter(project=project, name=name, dropped_at=None)
    query = named.order_by("-number").first()
    if query is None:
        raise CommandError(f"The project has no query {name!r}.")
    return query
