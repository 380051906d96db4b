"""The part of the client that brings data in."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.client import operations as op
from engine.client.connection import AnyProject, Connection
from engine.client.models import Image, Upload
from engine.client.transport import pages
from engine.client.uploads import UnfinishedUploads, ended_uploads, files_below, send_files
from engine.client.waiting import Progress, nobody_looks, wait_until


class Incoming(Connection):
    """A project's images and what is sent to it."""

    def images(
        self, project: AnyProject, *, status: str | None = None, search: str | None = None
    ) -> Iterator[Image]:
        """Yield a project's images in the order of their import, fetched page by page."""
        query = {"status": status, "search": search}
        return pages(self._transport, op.IMAGES, query, project_id=self._id_of(project))

    def uploads(self, project: AnyProject) -> Iterator[Upload]:
        """Yield what became of each file that was sent, the newest first."""
        return pages(self._transport, op.UPLOADS, {}, project_id=self._id_of(project))

    def upload_images(
        self,
        project: AnyProject,
        paths: Iterable[str | Path],
        *,
        unfinished: Path | None = None,
        timeout_s: float | None = None,
        progress: Progress = nobody_looks,
    ) -> list[Upload]:
        """Send images, zips of images and folders of both, and wait until each was looked at.

        One that is refused stops no other: look at `state` and `message`. With `unfinished`, a
        folder in which the ids of uploads are kept meanwhile, an interrupted call is resumed by
        calling again.
        """
        project_id = self._id_of(project)
        known = UnfinishedUploads(unfinished, self.url)
        sent = send_files(
            self._transport,
            project_id,
            files_below(Path(path) for path in paths),
            unfinished=known,
            progress=progress,
        )

        def looked_at() -> list[Upload] | None:
            ended = ended_uploads(self._transport, project_id, sent)
            progress(len(ended), len(sent), "Looking at the files")
            return ended if len(ended) == len(sent) else None

        outcomes = wait_until(looked_at, "Looking at the files", timeout_s)
        known.forget()
        return outcomes
