"""Bundles enter whole and never change; aliases point at them and move by compare-and-swap."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from annotation import storage
from annotation.errors import DomainError
from annotation.local_copies import copies_of, proved_copy
from annotation.models import Alias, AliasMove, Bundle, BundleNote, Project
from annotation.selectors.serving import ROLLED_BACK, masks_of
from annotation.services.preparation import prepare_project
from engine.bundle import MANIFEST, read_bundle

SERVING: Final = Alias.Name.SERVING
PREVIOUS: Final = Alias.Name.PREVIOUS
CANDIDATE: Final = Alias.Name.CANDIDATE
log = structlog.get_logger(__name__)


class ServingMovedError(DomainError):
    """The project serves another bundle than the caller saw."""

    code = "serving_moved"


class NothingToRollBackError(DomainError):
    """The project has no previous bundle."""

    code = "nothing_to_roll_back"


def register_bundle(folder: Path) -> Bundle:
    """Put a verified bundle in the store, its manifest last, and write its row. Safe to repeat."""
    manifest = read_bundle(folder)
    known = Bundle.objects.filter(pk=manifest.id).first()
    if known is not None:
        return known
    for name in sorted(manifest.files):
        storage.put_file(storage.bundle_key(manifest.id, name), folder / name)
    storage.put_file(storage.bundle_key(manifest.id, MANIFEST), folder / MANIFEST)
    bundle, _ = Bundle.objects.get_or_create(
        pk=manifest.id,
        defaults={
            "encoder_digest": manifest.encoder_digest,
            "manifest": asdict(manifest),
            "dataset_version_id": manifest.dataset_version,
        },
    )
    return bundle


def fetch_bundle(bundle: Bundle) -> Path:
    """Return a local folder with the bundle's files, all of them proved; fetched once a machine.

    Raises:
        ObjectAlteredError: one of them was altered in the store.

    """
    folder = _local(bundle)
    for name, sha256 in {**bundle.manifest["files"], MANIFEST: bundle.pk}.items():
        proved_copy(storage.bundle_key(bundle.pk, name), folder / name, sha256=sha256)
    return folder


@contextmanager
def laid_out(folder: Path) -> Iterator[Bundle]:
    """Let a bundle be used like any other here, and forget it: it has no row, and is not stored."""
    manifest = read_bundle(folder)
    bundle = Bundle(
        pk=manifest.id, encoder_digest=manifest.encoder_digest, manifest=asdict(manifest)
    )
    copy = _local(bundle)
    shutil.copytree(folder, copy, dirs_exist_ok=True)
    try:
        yield bundle
    finally:
        shutil.rmtree(copy)


def _local(bundle: Bundle) -> Path:
    return copies_of("bundles") / bundle.pk


def ensure_pretrained(*, project: Project) -> Bundle:
    """Return what the project serves; a new project begins with the pretrained bundle."""
    serving = Alias.objects.filter(project=project, name=SERVING).select_related("bundle").first()
    if serving is not None:
        return serving.bundle
    pretrained = register_bundle(settings.PRETRAINED_BUNDLE)
    with transaction.atomic():
        alias, is_new = Alias.objects.get_or_create(
            project=project, name=SERVING, defaults={"bundle": pretrained}
        )
        if is_new:
            _record_move(project, SERVING, None, pretrained, reason="a new project", by=None)
    return alias.bundle


def hold_serving(*, project: Project, expected: str) -> Bundle:
    """Return the bundle that is expected to serve, and hold it there until the transaction ends.

    Raises:
        ServingMovedError: the project does not serve `expected`.

    """
    serving = Alias.objects.filter(project=project, name=SERVING, bundle_id=expected)
    held = serving.select_for_update(of=("self",)).select_related("bundle").first()
    if held is None:
        raise ServingMovedError("The project serves another bundle by now; look again.")
    return held.bundle


@transaction.atomic
def promote_bundle(
    *, project: Project, expected: str, to: Bundle, reason: str, by: User | None
) -> None:
    """Serve another bundle; what served becomes `previous`. Unfinished images are proposed again.

    A trial ends: it asked whether a candidate is better than what served until now. It goes on
    where the masks stay the same, as after a round of captions alone.

    Raises:
        ServingMovedError: the project does not serve `expected`.

    """
    served = hold_serving(project=project, expected=expected)
    Alias.objects.filter(project=project, name=SERVING).update(bundle=to)
    _record_move(project, SERVING, served, to, reason=reason, by=by)
    point_alias(project=project, name=PREVIOUS, to=served, reason=reason, by=by)
    if masks_of(served) != masks_of(to):
        point_alias(project=project, name=CANDIDATE, to=None, reason=reason, by=by)
    prepare_project(project=project, by=by)
    log.info("bundle_promoted", project_id=project.pk, bundle=to.pk, before=expected)


@transaction.atomic
def roll_back(*, project: Project, serving_seen: str, by: User) -> Bundle:
    """Serve the previous bundle again; rolling back twice returns to where one was.

    What served proposes nowhere meanwhile, not even to be compared: a manager had a reason.
    """
    previous = Alias.objects.filter(project=project, name=PREVIOUS).select_related("bundle").first()
    if previous is None:
        raise NothingToRollBackError("The project has no previous bundle.")
    promote_bundle(
        project=project, expected=serving_seen, to=previous.bundle, reason=ROLLED_BACK, by=by
    )
    return previous.bundle


def note_bundle(*, project: Project, bundle: Bundle, text: str, by: User) -> None:
    """Say something of a bundle in place of what was said before, which is kept. Safe to repeat."""
    notes = BundleNote.objects.filter(project=project, bundle=bundle)
    newest = notes.order_by("-pk").values_list("text", flat=True).first()
    if text != (newest or ""):
        BundleNote.objects.create(project=project, bundle=bundle, text=text, by=by)


@transaction.atomic
def point_alias(
    *, project: Project, name: Alias.Name, to: Bundle | None, reason: str, by: User | None
) -> None:
    """Let an alias point to a bundle, or to none; what it does already is no move."""
    aliases = Alias.objects.filter(project=project, name=name)
    alias = aliases.select_for_update(of=("self",)).select_related("bundle").first()
    before = alias.bundle if alias else None
    if before == to:
        return
    if to is None:
        aliases.delete()
    else:
        Alias.objects.update_or_create(project=project, name=name, defaults={"bundle": to})
    _record_move(project, name, before, to, reason=reason, by=by)


def _record_move(
    project: Project,
    name: Alias.Name,
    before: Bundle | None,
    after: Bundle | None,
    *,
    reason: str,
    by: User | None,
) -> None:
    share = None
    if name == CANDIDATE:  # read anew: whoever promotes may have read the project long before
        share = Project.objects.values_list("candidate_bundle_share", flat=True).get(pk=project.pk)
    AliasMove.objects.create(
        project=project,
        name=name,
        from_bundle=before,
        to_bundle=after,
        changes_masks=not (before and after) or masks_of(before) != masks_of(after),
        reason=reason,
        share=share,
        by=by,
    )
