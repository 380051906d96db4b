"""The part of the client that brings data in."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

from engine.client import datasets
from engine.client import operations as op
from engine.client.connection import AnyProject, Connection
from engine.client.downloads import fetch
from engine.client.errors import AnnealError
from engine.client.models import (
    IMPORT_READY,
    IMPORT_UNREADABLE,
    UPLOAD_REFUSED,
    BucketImport,
    DatasetImport,
    GivenGroups,
    Image,
    ImportedDataset,
    NewGroups,
    Upload,
)
from engine.client.packing import faults_of, is_dataset, packed
from engine.client.transport import Query, pages
from engine.client.uploads import (
    UnfinishedUploads,
    ended_uploads,
    files_below,
    files_of_folders,
    send_files,
)
from engine.client.waiting import Progress, nobody_looks, wait_until
from engine.datasets.grouping import FOLDER


class Incoming(Connection):
    """A project's images and what is sent to it."""

    def images(
        self, project: AnyProject, *, status: str | None = None, search: str | None = None
    ) -> Iterator[Image]:
        """Yield a project's images in the order of their import, fetched page by page."""
        query = {"status": status, "search": search}
        return pages(self._transport, op.IMAGES, query, project_id=self._id_of(project))

    def give_groups(
        self,
        project: AnyProject,
        group_by: str,
        *,
        regroup: bool = False,
        dry_run: bool = False,
    ) -> GivenGroups:
        """Give images that are there the groups which an import would have given them.

        Each stays on its side of the holdout: where that divides a group, none of its images gets
        it, which the answer tells. Later imports join the groups.

        Args:
            project: whose images.
            group_by: "folder", or a pattern of names such as "{group}_{}.png".
            regroup: give it to images that have a group, too.
            dry_run: only tell what would be done.

        """
        wanted = NewGroups(group_by=group_by, regroup=regroup, dry_run=dry_run)
        return self._transport.call(op.GIVE_GROUPS, wanted, project_id=self._id_of(project))

    def uploads(self, project: AnyProject) -> Iterator[Upload]:
        """Yield what became of each file that was sent, the newest first."""
        return pages(self._transport, op.UPLOADS, {}, project_id=self._id_of(project))

    def upload_images(
        self,
        project: AnyProject,
        paths: Iterable[str | Path],
        *,
        group_by: str = "",
        unfinished: Path | None = None,
        timeout_s: float | None = None,
        progress: Progress = nobody_looks,
    ) -> list[Upload]:
        """Send images, zips of images and folders of both, and wait until each was looked at.

        One that is refused stops no other: look at `state` and `message`. A dataset of another tool
        is accepted, too, and waits: see `dataset_of`, `bring_in` and `take_images`.

        `group_by` says which new images stay on one side of the holdout and of val: "folder", or a
        pattern such as "{group}_{}.png" for their names. A dataset's own groups count first, and
        images that are there keep theirs.

        With `unfinished`, a folder in which the ids of uploads are kept meanwhile, an interrupted
        call is resumed by calling again. Without, the server forgets the file that was being sent.
        """
        with UnfinishedUploads(unfinished, self.url) as known:
            return self.send(
                project,
                paths,
                unfinished=known,
                group_by=group_by,
                timeout_s=timeout_s,
                progress=progress,
            )

    def send(
        self,
        project: AnyProject,
        paths: Iterable[str | Path],
        *,
        unfinished: UnfinishedUploads,
        group_by: str = "",
        timeout_s: float | None = None,
        progress: Progress = nobody_looks,
    ) -> list[Upload]:
        """Do what `upload_images` does within a longer work, for which ids of uploads are kept."""
        project_id = self._id_of(project)
        named = [Path(path) for path in paths]
        files = files_of_folders(named) if group_by.strip() == FOLDER else files_below(named)
        sent, refused = send_files(
            self._transport,
            project_id,
            files,
            unfinished=unfinished,
            group_by=group_by,
            progress=progress,
        )

        ended: dict[UUID, Upload] = {}

        def looked_at() -> list[Upload] | None:
            waiting = [each for each in sent if each not in ended]
            found = ended_uploads(self._transport, project_id, waiting)
            ended.update((each.id, each) for each in found)
            progress(len(ended), len(sent), "Looking at the files")
            return [ended[each] for each in sent] if len(found) == len(waiting) else None

        return refused + wait_until(looked_at, "Looking at the files", timeout_s)

    def most_bytes(self) -> int:
        """Return how long a file may be that is sent."""
        return self.session().max_upload_bytes

    def dataset_imports(self, project: AnyProject) -> Iterator[DatasetImport]:
        """Yield the datasets of other tools that were sent to a project, the newest first."""
        return pages(self._transport, op.DATASET_IMPORTS, {}, project_id=self._id_of(project))

    def dataset_of(self, upload: Upload) -> DatasetImport | None:
        """Return the dataset that an upload turned out to hold; None if it holds none."""
        if upload.state == UPLOAD_REFUSED or upload.image is not None:
            return None
        return datasets.import_of(self._transport, upload.id)

    def import_of_images(self, upload: Upload) -> DatasetImport | None:
        """Return the import of the images that were sent with a file; None if none came.

        `undo_import` takes them out, but for those that people have worked on since.
        """
        return datasets.import_of(self._transport, upload.images_import)

    def import_dataset(  # noqa: PLR0913  # each by its name
        self,
        project: AnyProject,
        path: str | Path,
        *,
        format: str | None = None,  # noqa: A002  # the API's own word
        finished: bool = False,
        proposals_by: str = "",
        group_by: str = "",
        dry_run: bool = False,
        unfinished: Path | None = None,
        timeout_s: float | None = None,
        progress: Progress = nobody_looks,
    ) -> ImportedDataset:
        """Bring in a dataset of another tool: images and all that is told of them.

        What cannot be used is in `problems`, and the rest comes in. Twice adds nothing.

        Args:
            project: where to.
            path: a folder, which is sent as a zip, a zip or a file.
            format: name of its format; the server tells it by the files if left out.
            finished: its masks are finished work, so that images with any count as annotated.
            proposals_by: a model's name: masks with a score are its proposals, for people to judge.
            group_by: see `upload_images`.
            dry_run: only tell in `found` what would come in; nothing is kept of what was sent.
            unfinished: see `upload_images`; the ids are kept until the import has ended.
            timeout_s: how long to wait for each step at most; None: until it is done.
            progress: told of each step.

        Raises:
            AnnealError: it is no dataset, may be of several formats, or nothing in it is usable.

        """
        with (
            packed([Path(path)], self.most_bytes, progress) as [file],
            UnfinishedUploads(unfinished, self.url, {file: Path(path)}) as known,
        ):
            if file.exists() and not is_dataset(file):
                broken = "".join(f" {fault}." for fault in faults_of(file))
                told = f"{path} is no dataset that is known.{broken}"
                raise AnnealError(0, "no_dataset", told)
            [upload] = self.send(
                project,
                [file],
                unfinished=known,
                group_by=group_by,
                timeout_s=timeout_s,
                progress=progress,
            )
            found = self.dataset_of(upload)
            if found is not None:
                with known.until_over(upload.id):
                    brought = self.bring_in(
                        found.id,
                        format=format,
                        finished=finished,
                        proposals_by=proposals_by,
                        dry_run=dry_run,
                        timeout_s=timeout_s,
                        progress=progress,
                    )
        if found is None:
            raise AnnealError(0, "no_dataset", f"{upload.file_name}: {upload.message}")
        return _readable(brought)

    def import_sources(self, project: AnyProject) -> list[str]:
        """Return the names of the buckets that the server lets managers import from."""
        return self._transport.call(op.IMPORT_SOURCES, project_id=self._id_of(project))

    def offer_bucket(
        self, project: AnyProject, bucket: str, prefix: str = "", *, group_by: str = ""
    ) -> DatasetImport:
        """Have what lies in a bucket looked at; `bring_in` brings it in."""
        wanted = BucketImport(id=uuid4(), bucket=bucket, prefix=prefix, group_by=group_by)
        project_id = self._id_of(project)
        return self._transport.call(op.BUCKET_IMPORT, wanted, project_id=project_id)

    def unfinished_bucket(
        self,
        project: AnyProject,
        bucket: str,
        prefix: str = "",
        *,
        format: str | None = None,  # noqa: A002  # the API's own word
        finished: bool = False,
        proposals_by: str = "",
        group_by: str = "",
        dry_run: bool = False,
    ) -> DatasetImport | None:
        """Return the last import of a place if `bring_in` would go on with it; None if not.

        It would with one that runs or stopped, and with one that was looked at and waits, where the
        arguments are the same and the files have not changed. A dry run goes on with none: it
        discards what it looked at, which somebody else may be about to bring in.
        """
        if dry_run:
            return None
        place: Query = {"bucket": bucket, "prefix": prefix}
        project_id = self._id_of(project)
        last = next(pages(self._transport, op.DATASET_IMPORTS, place, project_id=project_id), None)
        # A server that is older than this lists all places.
        if last is None or (last.bucket, last.prefix) != (bucket, prefix.strip("/")):
            return None
        goes_on = datasets.would_go_on(
            last, format, finished=finished, proposals_by=proposals_by, group_by=group_by
        )
        return last if goes_on else None

    def import_bucket(  # noqa: PLR0913  # each by its name
        self,
        project: AnyProject,
        bucket: str,
        prefix: str = "",
        *,
        format: str | None = None,  # noqa: A002  # the API's own word
        finished: bool = False,
        proposals_by: str = "",
        group_by: str = "",
        dry_run: bool = False,
        timeout_s: float | None = None,
        progress: Progress = nobody_looks,
    ) -> ImportedDataset:
        """Bring in a dataset, or images alone, that lie in a bucket which the server may read.

        Again it brings what is new there; interrupted, it goes on. `bucket` is one of
        `import_sources`, `prefix` a folder or a file in it, and the rest as `import_dataset` has
        it. If the images are `is_in_part`, `message` says which annotations no reader knows.

        Raises:
            AnnealError: it may be of several formats, or nothing in it is usable.

        """
        begun = self.unfinished_bucket(
            project,
            bucket,
            prefix,
            format=format,
            finished=finished,
            proposals_by=proposals_by,
            group_by=group_by,
            dry_run=dry_run,
        )
        found = begun or self.offer_bucket(project, bucket, prefix, group_by=group_by)
        brought = self.bring_in(
            found.id,
            format=format,
            finished=finished,
            proposals_by=proposals_by,
            dry_run=dry_run,
            timeout_s=timeout_s,
            progress=progress,
        )
        return _readable(brought)

    def bring_in(
        self,
        import_id: UUID,
        *,
        format: str | None = None,  # noqa: A002  # the API's own word
        finished: bool = False,
        proposals_by: str = "",
        dry_run: bool = False,
        timeout_s: float | None = None,
        progress: Progress = nobody_looks,
    ) -> ImportedDataset:
        """Bring in a dataset that was sent. One that is unreadable comes back so, with `message`.

        Of such a one, and in a dry run, nothing is kept. The arguments are `import_dataset`'s.
        """
        waiting: datasets.Waiting = {"timeout_s": timeout_s, "progress": progress}
        found = datasets.look_at(self._transport, import_id, format, **waiting)
        told = datasets.with_problems(self._transport, found)
        if found.state == IMPORT_UNREADABLE or (dry_run and found.state == IMPORT_READY):
            self._transport.call(op.DISCARD_IMPORT, dataset_import_id=import_id)
            return told
        if dry_run:
            return told
        brought = datasets.bring_in(
            self._transport, import_id, finished=finished, proposals_by=proposals_by, **waiting
        )
        return datasets.with_problems(self._transport, brought)

    def take_images(
        self,
        project: AnyProject,
        import_id: UUID,
        *,
        timeout_s: float | None = None,
        progress: Progress = nobody_looks,
    ) -> Upload:
        """Bring in the images of a dataset that was sent as a zip, and nothing else of it."""
        datasets.look_at(self._transport, import_id, None, timeout_s=timeout_s, progress=progress)
        self._transport.call(op.IMPORT_IMAGES, dataset_import_id=import_id)
        project_id = self._id_of(project)

        def looked_at() -> Upload | None:
            progress(0, 0, "Looking at the images")
            ended = ended_uploads(self._transport, project_id, [import_id])
            return ended[0] if ended else None

        return wait_until(looked_at, "Looking at the images", timeout_s)

    def cancel_import(self, import_id: UUID) -> DatasetImport:
        """Stop the look at a dataset, its import or its undo, at the server's next step.

        What is in by then stays: `import_dataset` goes on, `undo_import` takes it out.

        Raises:
            AnnealError: nothing is being done to it.

        """
        return datasets.cancel(self._transport, import_id)

    def undo_import(
        self,
        import_id: UUID,
        *,
        timeout_s: float | None = None,
        progress: Progress = nobody_looks,
    ) -> DatasetImport:
        """Take out a dataset, or images that were sent, but for what people have worked on since.

        `brought` then says what went.
        """
        return datasets.take_out(self._transport, import_id, timeout_s=timeout_s, progress=progress)

    def refused_rows(
        self, import_id: UUID, path: str | Path, *, progress: Progress = nobody_looks
    ) -> Path:
        """Fetch a zip of what of an import cannot be used; `problems.csv` in it says why.

        Mend it and give it to `import_dataset`: exactly that comes in, and nothing is doubled.

        Raises:
            AnnealError: nothing was refused, or its rows are not kept any more.

        """
        answer = self._transport.answer(op.REFUSED_ROWS, dataset_import_id=import_id)
        return fetch(self._transport, answer.headers["Location"], Path(path), progress=progress)


def _readable(brought: ImportedDataset) -> ImportedDataset:
    if brought.state == IMPORT_UNREADABLE:
        raise AnnealError(0, "unreadable", f"{brought.file_name}: {brought.message}")
    return brought
