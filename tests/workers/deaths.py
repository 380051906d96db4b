"""Deaths of a worker's process: it is real, and gets SIGKILL in the middle of its work."""

import faulthandler
import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db import connection, connections

from annotation import storage

# Who has not died by then waits for a lock that one of its parent's threads held.
HANGS_S: Final = 120


@dataclass
class Death:
    """Kills its own process the n-th time that it is met."""

    at: int
    met: int = 0

    def meet(self) -> None:
        self.met += 1
        if self.met == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


def die(run: Callable[[], None]) -> None:
    """Run something in a process of its own, and see it killed."""
    connections.close_all()
    connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's
    if (pid := os.fork()) == 0:
        try:
            _part_from_parent()
            run()
        except BaseException:
            traceback.print_exc()  # which the failing test shows
            raise
        finally:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status == -signal.SIGKILL, f"it ended with {status} instead, having done {run}"


def _part_from_parent() -> None:
    """Use nothing of the parent's, and no pool either.

    Its threads would have to connect within ten seconds, which in the fork of a large process on a
    busy machine they did not always.
    """
    faulthandler.dump_traceback_later(HANGS_S, exit=True)
    storage.client_for.cache_clear()  # its sockets are the parent's
    connection.settings_dict["OPTIONS"].pop("pool")
