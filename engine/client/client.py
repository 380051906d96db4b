"""The client: a method for what a program does with Anneal."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from engine.client import operations as op
from engine.client.cancelling import cancel
from engine.client.choosing import one_named
from engine.client.connection import AnyProject
from engine.client.downloads import address_of, download
from engine.client.errors import AnnealError
from engine.client.learning import Learning
from engine.client.models import (
    AskedCriteria,
    BegunExport,
    ChangedImage,
    Criteria,
    DatasetImport,
    Export,
    ExportChoice,
    ExportOffer,
    Image,
    ImageVersion,
    NewExport,
    NewTag,
    NewVersion,
    NewVersionQuery,
    Version,
    VersionCut,
    VersionLook,
    VersionNote,
    VersionQuery,
)
from engine.client.transport import Query, pages
from engine.client.waiting import Progress, has_succeeded, nobody_looks, tell, wait_until

AnyVersion = str | Version


class Client(Learning):
    """One person's or program's door to one server. Every call may raise `AnnealError`.

    Close it, or use it in a `with` block, to give its connections back.
    """

    def versions(self, project: AnyProject) -> Iterator[Version]:
        """Yield a project's dataset versions, the newest first."""
        return pages(self._transport, op.VERSIONS, {}, project_id=self._id_of(project))

    def version(self, project: AnyProject, start: str = "") -> Version:
        """Return the version of a tag, or whose id starts so; the newest if nothing is asked for.

        Raises:
            AnnealError: none does, or more than one.

        """
        project_id = self._id_of(project)
        if start:
            query: Query = {"project": project_id}
            return self._transport.call(op.VERSION, query=query, version_id=quote(start, safe=""))
        newest = next(self.versions(project_id), None)
        if newest is None:
            raise AnnealError(0, "no_such_version", "No version was cut yet.")
        return newest

    def exports(self, version: AnyVersion) -> Iterator[Export]:
        """Yield all exports of a version, the last one asked for first."""
        return pages(self._transport, op.EXPORTS, {}, version_id=_version_id(version))

    def tag_version(self, version: AnyVersion, name: str) -> Version:
        """Give a version a name that may stand for its id; no other of the project may have it."""
        return self._transport.call(
            op.TAG_VERSION, NewTag(name=name), version_id=_version_id(version)
        )

    def untag_version(self, version: AnyVersion, name: str) -> None:
        """Take a name away, so that it is free for another version."""
        self._transport.answer(op.UNTAG_VERSION, version_id=_version_id(version), tag_name=name)

    def note_version(self, version: AnyVersion, note: str) -> Version:
        """Say what a version is for, in place of what was said before."""
        return self._transport.call(
            op.NOTE_VERSION, VersionNote(note=note), version_id=_version_id(version)
        )

    def versions_with(self, image: int | Image) -> Iterator[ImageVersion]:
        """Yield the versions that hold an image, by its id, the newest first."""
        image_id = image if isinstance(image, int) else image.id
        return pages(self._transport, op.IMAGE_VERSIONS, image_id=image_id)

    def diff(self, old: AnyVersion, new: AnyVersion) -> dict[str, Any]:
        """Return what the server says has changed between two versions, in totals."""
        return self._transport.call(op.DIFF, version_id=_version_id(old), other_id=_version_id(new))

    def changes(self, old: AnyVersion, new: AnyVersion) -> Iterator[ChangedImage]:
        """Yield the images that differ, by their sha256, with the IoU of shapes that changed."""
        ids = {"version_id": _version_id(old), "other_id": _version_id(new)}
        return pages(self._transport, op.CHANGED_IMAGES, {}, **ids)

    def distributions(self, version: AnyVersion) -> dict[str, Any]:
        """Return how the version is spread over splits, labels and sizes, as the server counts."""
        return self._transport.call(op.DISTRIBUTIONS, version_id=_version_id(version))

    def cut_version(  # one for each choice
        self,
        project: AnyProject,
        note: str = "",
        *,
        criteria: Criteria | None = None,
        query: str | VersionQuery | None = None,
        timeout_s: float | None = None,
        progress: Progress = nobody_looks,
    ) -> Version:
        """Freeze what is annotated now, and wait until it is. The same content is the same version.

        Args:
            project: whose work it is.
            note: what the version is for.
            criteria: what of it; None: everything.
            query: a saved one, or its name, in place of criteria.
            timeout_s: how long to wait at most; None: until it is done.
            progress: told of each step.

        """
        begun = self.begin_cut(project, note, criteria=criteria, query=query)
        return self.wait_for_cut(project, begun, timeout_s=timeout_s, progress=progress)

    def begin_cut(
        self,
        project: AnyProject,
        note: str = "",
        *,
        criteria: Criteria | None = None,
        query: str | VersionQuery | None = None,
    ) -> VersionCut:
        """Ask for a version, which `wait_for_cut` waits for. The arguments are `cut_version`'s."""
        project_id = self._id_of(project)
        wanted = NewVersion(note=note)
        if criteria is not None:
            wanted = NewVersion(note=note, criteria=criteria)
        elif query is not None:
            if isinstance(query, str):
                query = one_named(query, list(self.version_queries(project_id)))
            wanted = NewVersion(note=note, query=query.id)
        return self._transport.call(op.CUT_VERSION, wanted, project_id=project_id)

    def wait_for_cut(
        self,
        project: AnyProject,
        begun: VersionCut,
        *,
        timeout_s: float | None = None,
        progress: Progress = nobody_looks,
    ) -> Version:
        """Wait until a version is cut, as `begin_cut` returned it."""

        def cut() -> str | None:
            found = self._transport.call(op.VERSION_CUT, version_cut_id=begun.id)
            tell(progress, found.job, "The version")
            return found.version if has_succeeded(found.job) else None

        version_id = wait_until(cut, "The version", timeout_s)
        return self.version(project, version_id)

    def look_at_version(self, project: AnyProject, criteria: Criteria) -> VersionLook:
        """Count what a version of these criteria would hold, without cutting it."""
        return self._transport.call(
            op.LOOK_AT_VERSION,
            AskedCriteria(criteria=criteria),
            project_id=self._id_of(project),
        )

    def version_queries(self, project: AnyProject) -> Iterator[VersionQuery]:
        """Yield the saved queries of a project, by name."""
        return pages(self._transport, op.VERSION_QUERIES, project_id=self._id_of(project))

    def save_version_query(
        self, project: AnyProject, name: str, criteria: Criteria
    ) -> VersionQuery:
        """Keep criteria under a name; others under the same name are its next number."""
        return self._transport.call(
            op.SAVE_VERSION_QUERY,
            NewVersionQuery(name=name, criteria=criteria),
            project_id=self._id_of(project),
        )

    def drop_version_query(self, query: VersionQuery) -> None:
        """Offer a saved query no longer; versions go on naming it."""
        self._transport.answer(op.DROP_VERSION_QUERY, version_query_id=query.id)

    def manifest(self, version: AnyVersion, path: str | Path) -> Path:
        """Fetch a version's manifest and prove it by the version's id."""
        version_id = _version_id(version)
        answer = self._transport.answer(op.MANIFEST, version_id=version_id)
        return download(
            self._transport,
            answer.headers["Location"],
            Path(path),
            sha256=version_id,
            size_bytes=None,
            progress=nobody_looks,
        )

    def formats(
        self,
        version: AnyVersion,
        *,
        splits: Sequence[str] = (),
        labels: Mapping[str, str | None] | None = None,
        images: bool = False,
    ) -> list[ExportOffer]:
        """Return the formats, with what each cannot hold of what `export` would write."""
        version_id = _version_id(version)
        if labels:  # which no address can tell
            choice = ExportChoice(splits=list(splits), labels=dict(labels), images=images)
            return self._transport.call(op.FORMATS_OF_LABELS, choice, version_id=version_id)
        query: Query = {"split": list(splits), "images": images}
        return self._transport.call(op.FORMATS, query=query, version_id=version_id)

    def export(
        self,
        version: AnyVersion,
        format: str = "coco",  # noqa: A002  # the API's own word
        *,
        splits: Sequence[str] = (),
        labels: Mapping[str, str | None] | None = None,
        images: bool = False,
        addresses: bool = False,
        timeout_s: float | None = None,
        progress: Progress = nobody_looks,
    ) -> Export:
        """Have a version written in a format, and wait until it is.

        Without `splits` it is everything, half-annotated images among it, and as COCO one file;
        `anneal export` and the page take finished images alone where nothing is said. What was
        asked for before is not written again: an interrupted call goes on by calling again, and
        `cancel` stops it. The arguments are `begin_export`'s and `wait_for_export`'s.
        """
        begun = self.begin_export(
            version, format, splits=splits, labels=labels, images=images, addresses=addresses
        )
        return self.wait_for_export(begun, timeout_s=timeout_s, progress=progress)

    def begin_export(
        self,
        version: AnyVersion,
        format: str = "coco",  # noqa: A002  # the API's own word
        *,
        splits: Sequence[str] = (),
        labels: Mapping[str, str | None] | None = None,
        images: bool = False,
        addresses: bool = False,
    ) -> BegunExport:
        """Ask for a version in a format, which `wait_for_export` waits for.

        Args:
            version: what to write.
            format: one of `formats`, or descriptions, narratives, voices or
                huggingface_voices.
            splits: of train, val, holdout and unfinished; all if none is named, the unfinished
                as well: ["train", "val", "holdout"] leaves these out.
            labels: new names by name; None leaves a label's masks out.
            images: put the images' bytes in, too.
            addresses: tell where in the store the images lie: in image_addresses.jsonl; without
                images also in the fields that COCO, Label Studio and descriptions have for it.

        """
        wanted = NewExport(
            id=uuid4(),
            format=format,
            splits=list(splits),
            labels=dict(labels or {}),
            images=images,
            addresses=addresses,
        )
        asked = self._transport.call(op.EXPORT_VERSION, wanted, version_id=_version_id(version))
        return BegunExport(**asked.model_dump(), was_there=asked.id != wanted.id)

    def wait_for_export(
        self,
        export: Export,
        *,
        timeout_s: float | None = None,
        progress: Progress = nobody_looks,
    ) -> Export:
        """Wait until an export is written.

        Args:
            export: as `begin_export` returned it.
            timeout_s: how long to wait at most; None: until it is done.
            progress: told of each step.

        """

        def written() -> Export | None:
            found = self._transport.call(op.EXPORT, export_id=export.id)
            tell(progress, found.job, "The export")
            return found if has_succeeded(found.job) else None

        return wait_until(written, "The export", timeout_s)

    def cancel(self, begun: UUID) -> DatasetImport | Export | VersionCut:
        """Stop an import, an export or the cut of a version, by its id, at the server's next step.

        Raises:
            AnnealError: there is none of this id, or nothing is being done to it.

        """
        return cancel(self._transport, begun)

    def download(
        self, export: Export, path: str | Path, *, progress: Progress = nobody_looks
    ) -> Path:
        """Fetch a written export and prove it by its sha256.

        An interrupted call is resumed by calling again.
        """
        fresh = self._transport.call(op.EXPORT, export_id=export.id)
        return download(
            self._transport,
            address_of(fresh),
            Path(path),
            sha256=fresh.sha256,
            size_bytes=fresh.bytes,
            progress=progress,
        )


def _version_id(version: AnyVersion) -> str:
    return version if isinstance(version, str) else version.id
