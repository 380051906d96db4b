"""Cut a version of what a project holds, or of what a query chooses of it."""

from functools import partial

from annotation.models import VersionCut
from annotation.services.jobs import fenced
from annotation.services.version_cuts import run_cut
from workers.lease import Lease


def cut_version(lease: Lease) -> None:
    """Cut the version that was asked for. Killed and run again, it is cut once."""
    cuts = VersionCut.objects.select_related("project", "query", "version", "created_by")
    cut = cuts.get(pk=str(lease.claim.args["version_cut_id"]))

    def show(done: int, total: int) -> None:
        lease.report(done, total, "Cutting the version")

    run_cut(cut, fence=partial(fenced, lease.claim), progress=show)
