"""Make a bundle again as a job, and keep how its files compare with those that there are."""

import shutil
from pathlib import Path
from typing import Final

from annotation.models import ComparedFile, Rebuild
from annotation.services.jobs import fenced
from annotation.services.rebuilds import record_rebuild
from engine.canonical import canonical_json
from engine.whole_file import whole_file
from workers.lease import Lease
from workers.networks import forget_networks
from workers.rebuild_folders import folder_of
from workers.rebuild_measuring import measure_rebuilt
from workers.rebuilding import changes_since, rebuild
from workers.recipes import made_by

MADE_BY: Final = "made_by.json"  # of the folder: what the files in it were made by


def rebuild_bundle(lease: Lease) -> None:
    """Make it again and compare. Killed and run again, it goes on from its last checkpoint."""
    rebuilds = Rebuild.objects.select_related("bundle")
    current = rebuilds.get(pk=str(lease.claim.args["rebuild_id"]))
    folder = folder_of(current.pk)
    if not current.files:
        _compare(lease, current, folder)
    shutil.rmtree(folder, ignore_errors=True)


def _compare(lease: Lease, current: Rebuild, folder: Path) -> None:
    lease.report(0, 0, "Reading the recipe")
    _clear_unless_same(folder)
    rebuilt = rebuild(current.bundle, folder, lease)
    metrics = measure_rebuilt(lease, current.bundle, rebuilt, folder)
    forget_networks()
    rows = [
        ComparedFile(name=row.name, recorded=row.recorded, made=row.made, note=row.note)
        for row in rebuilt.files
    ]
    changes = changes_since(current.bundle)
    with fenced(lease.claim):
        record_rebuild(rebuild=current, files=rows, changes=changes, metrics=metrics)


def _clear_unless_same(folder: Path) -> None:
    """Leave what a killed job left, unless other code or another machine would go on with it."""
    path, now = folder / MADE_BY, canonical_json(made_by())
    if path.is_file() and path.read_bytes() == now:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with whole_file(path) as scratch:
        scratch.write_bytes(now)
