"""`manage.py rebuild_bundle BUNDLE`: train again by a bundle's recipe, and compare the weights."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation.errors import DomainError
from annotation.models import Bundle
from annotation.services.rebuilds import noise_words
from engine.divergence import TrainingDivergedError
from workers.rebuild_measuring import measure_rebuilt
from workers.rebuilding import Compared, changes_since, rebuild
from workers.watch import Onlooker, Show

SHOWN: Final = 12  # characters of a digest


class Command(BaseCommand):
    """Ends with 0 only if every file but the card came out the same."""

    help = "Make a bundle again from its version, recipe and seed; compare file by file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("bundle", help="its id, or how that begins")
        parser.add_argument("--keep", type=Path, help="a new folder, for what is made")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ANN401  # Django's
        del args
        bundle = _bundle(options["bundle"])
        with ExitStack() as stack:
            folder = options["keep"] or Path(
                stack.enter_context(TemporaryDirectory(prefix="rebuild-", dir=_scratch()))
            )
            if folder.exists() and any(folder.iterdir()):
                raise CommandError(f"{folder} is not empty: what is there would be taken for made")
            folder.mkdir(parents=True, exist_ok=True)
            try:
                shown = Onlooker(_in_tenths(self.stderr.write))
                rebuilt = rebuild(bundle, folder, shown)
                metrics = measure_rebuilt(shown, bundle, rebuilt, folder)
            except (ValueError, DomainError, TrainingDivergedError) as error:
                raise CommandError(str(error)) from error
        rows = rebuilt.files
        for row in rows:
            self.stdout.write(_line(row))
        different = [row.name for row in rows if not row.is_equal]
        for change in changes_since(bundle):
            self.stdout.write(f"not as it was: {change}")
        if different:
            told = f"{len(different)} of {len(rows)} differ: {', '.join(different)}"
            raise CommandError(f"{told}. {noise_words(metrics)}")
        self.stdout.write(f"all {len(rows)} are equal")


def _in_tenths(write: Callable[[str], object]) -> Show:
    """Tell whoever waits at a terminal of each tenth once."""
    last = ""

    def show(done: int, total: int, message: str) -> None:
        nonlocal last
        tenth = f"{message} {10 * done // total * 10} %" if total else message
        if tenth != last:
            write(tenth)
        last = tenth

    return show


def _bundle(beginning: str) -> Bundle:
    found = list(Bundle.objects.filter(pk__startswith=beginning)[:2])
    if len(found) != 1:
        many = "several bundles begin" if found else "no bundle begins"
        raise CommandError(f"{many} with {beginning!r}")
    return found[0]


def _scratch() -> Path:
    folder = Path(settings.SCRATCH_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _line(row: Compared) -> str:
    verdict = "equal" if row.is_equal else "DIFFERS"
    recorded, made = ((digest or "none")[:SHOWN] for digest in (row.recorded, row.made))
    return f"{row.name:<24} {verdict:<8} {recorded:<12} {made:<12} {row.note}".rstrip()
