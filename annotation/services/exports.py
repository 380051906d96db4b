"""Exports: a version written as one zip, the same bytes whenever it is asked for."""

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from annotation import jobs, storage
from annotation.errors import DomainError, IdTakenError, NotAllowedError
from annotation.export_formats import (
    COCO,
    DESCRIPTIONS,
    HUGGINGFACE_VOICES,
    MANIFEST,
    NARRATIVES,
    SPLITS,
    VOICED,
    VOICES,
)
from annotation.models import DatasetVersion, Export
from annotation.selectors.export_choices import has_manifest, splits_of
from annotation.selectors.version_dataset import (
    LOST_AS_EVER,
    Report,
    as_ever,
    dataset_of,
    images_of,
    tells_addresses,
    with_addresses,
    with_unique_names,
)
from annotation.selectors.version_labels import missing_labels, without_unused
from annotation.selectors.versions import manifest_path
from annotation.selectors.voices import hears_others
from annotation.selectors.words_lost import words_lost
from annotation.services.equal_exports import equal_export
from annotation.services.export_archive import entry, unpacked_entry
from annotation.services.exported_descriptions import write_version_descriptions
from annotation.services.exported_voices import (
    voices_beside,
    write_narratives,
    write_narratives_with_voices,
)
from annotation.services.jobs import enqueue_job
from engine.canonical import canonical_json
from engine.datasets.choosing import EVERYTHING, Choice, chosen
from engine.datasets.files import Out, ZipOut
from engine.datasets.formats import FORMATS, Format, Told, export, export_apart
from engine.datasets.formats.huggingface import with_voices
from engine.datasets.manifest_files import write_parquet
from engine.datasets.sample import UNLABELLED
from engine.datasets.traits import Losses

ADDRESSES: Final = "image_addresses.jsonl"


class ChoiceError(DomainError):
    """What was chosen of a version cannot be exported as it was asked for."""

    code = "export_choice"


@dataclass(frozen=True, slots=True)
class Written:
    """What an export holds, what its format could not hold, and what only we read back."""

    voices: set[UUID] = field(default_factory=set)  # takes whose trace or voice is in it
    losses: Losses = field(default_factory=Losses)
    own: Losses = field(default_factory=Losses)


Write = Callable[[DatasetVersion, zipfile.ZipFile, Report | None, Choice], Written]


@transaction.atomic
def request_export(
    *,
    version: DatasetVersion,
    export_id: UUID,
    export_format: str,
    created_by: User | None,
    choice: Choice = EVERYTHING,
) -> Export:
    """Have a job write the version. The same id again returns the same export.

    So does a request for the same under another id: see `equal_export`. What holds the voices of
    others is for those whom the project lets hear them.

    Raises:
        ChoiceError: the format cannot hold what was chosen, or there is nothing of it.

    """
    if export_format in VOICED and not (created_by and hears_others(created_by, version.project)):
        raise NotAllowedError("The project's settings do not let you hear the voices of others.")
    check_choice(version, export_format, choice)
    options = options_of(choice)
    # Of two equal requests at once the second waits here, and finds what the first has begun.
    DatasetVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    known = Export.objects.filter(pk=export_id).first() or equal_export(
        version=version, export_format=export_format, options=options
    )
    if known is None:
        job = enqueue_job(
            kind=jobs.EXPORT_VERSION,
            project=version.project,
            args={"export_id": str(export_id)},
            created_by=created_by,
            idempotency_key=f"export:{export_id}",
        )
        known, _ = Export.objects.get_or_create(
            pk=export_id,
            defaults={
                "version": version,
                "format": export_format,
                "options": options,
                "job": job,
            },
        )
    if (known.version_id, known.format, known.options) != (version.pk, export_format, options):
        raise IdTakenError("Another export has this id.")
    return known


def check_choice(version: DatasetVersion, export_format: str, choice: Choice) -> None:
    """Refuse what a format cannot hold, before anything is written.

    Raises:
        ChoiceError: as above.

    """
    if export_format == MANIFEST and choice != EVERYTHING:
        raise ChoiceError("The manifest is exported as a whole: leave the choice out.")
    if unknown := sorted(choice.splits - set(SPLITS)):
        raise ChoiceError(f"There is no split {unknown[0]!r}: choose among {', '.join(SPLITS)}.")
    if choice.labels:
        if missing := missing_labels(version, choice.labels.keys()):
            raise ChoiceError(f"The version has no label {missing[0]!r}.")
        if UNLABELLED in choice.labels.values():
            raise ChoiceError(f"No label can be called {UNLABELLED!r}: masks without one are.")
    if choice.splits and not splits_of(version, choice):
        raise ChoiceError("There is no image in what was chosen.")


def options_of(choice: Choice) -> dict[str, Any]:
    """Return a choice as its row keeps it; that of everything is empty."""
    options: dict[str, Any] = {}
    if choice.splits:
        options["splits"] = sorted(choice.splits)
    if choice.labels:
        options["labels"] = dict(sorted(choice.labels.items()))
    if choice.has_images:
        options["images"] = True
    if choice.has_addresses:
        options["addresses"] = True
    return options


def choice_of(options: Mapping[str, Any]) -> Choice:
    """Return what `options_of` was given."""
    return Choice(
        frozenset(options.get("splits", ())),
        options.get("labels", {}),
        bool(options.get("images", False)),
        bool(options.get("addresses", False)),
    )


def write_export(
    version: DatasetVersion,
    path: Path,
    report: Report | None = None,
    *,
    export_format: str = COCO,
    choice: Choice = EVERYTHING,
) -> Written:
    """Write the version in one format as one zip; all of it with the manifest that proves it.

    A part goes without: the manifest tells of what was left out, as the holdout's captions.
    """
    with zipfile.ZipFile(path, "w") as archive:
        if export_format in FORMATS:
            told = write_version(version, ZipOut(archive), report, FORMATS[export_format], choice)
            written = Written(losses=told.losses, own=told.own)
        else:
            written = WRITERS[export_format](version, archive, report, choice)
        written.losses.update(words_lost(version, export_format, choice))
        if choice.has_addresses:
            _list_addresses(version, archive, choice)
        if export_format != MANIFEST and has_manifest(version, choice):
            _copy_manifest(version, archive)
    return written


def _list_addresses(version: DatasetVersion, archive: zipfile.ZipFile, choice: Choice) -> None:
    """Tell where in the store the images lie, by the names that the export gives them."""
    images = chosen(images_of(version), replace(choice, labels={}))
    with entry(archive, ADDRESSES) as out:
        for image in with_unique_names(images, version).samples():
            address = storage.original_address(str(image.sha256))
            told = {"file_name": image.file_name, "split": image.split, "sha256": image.sha256}
            out.write(canonical_json(told | {"address": address}) + b"\n")


def _copy_manifest(version: DatasetVersion, archive: zipfile.ZipFile) -> None:
    with entry(archive, "manifest.jsonl") as out, manifest_path(version).open("rb") as manifest:
        while piece := manifest.read(1 << 20):
            out.write(piece)


def write_version(
    version: DatasetVersion,
    out: Out,
    report: Report | None = None,
    form: Format = FORMATS[COCO],
    choice: Choice = EVERYTHING,
) -> Told:
    """Write the masks of a version in a format, and return what is to be told of it."""
    whole, wanted = without_unused(dataset_of(version, report), choice, version)
    if form.name == COCO and choice == EVERYTHING:
        # As ever, for the same version to give the same bytes: one file, in which images and labels
        # have the names that they came with, and images say their splits.
        told = export(as_ever(replace(whole, has_images=False)), form, out)
        for trait in LOST_AS_EVER:
            told.losses[trait] += sum(
                each.get(trait, 0) for each in (version.traits or {}).values()
            )
        return Told(+told.losses, told.own)
    dataset = with_unique_names(chosen(whole, wanted), version)
    if tells_addresses(version, choice):
        dataset = with_addresses(dataset)
    return export_apart(dataset, form, out, splits_of(version, choice))


def _write_descriptions(
    version: DatasetVersion, archive: zipfile.ZipFile, report: Report | None, choice: Choice
) -> Written:
    write_version_descriptions(version, archive, report, choice)
    return Written()


def _write_narratives(
    version: DatasetVersion, archive: zipfile.ZipFile, report: Report | None, choice: Choice
) -> Written:
    return Written(write_narratives(version, archive, report, choice))


def _write_voices(
    version: DatasetVersion, archive: zipfile.ZipFile, report: Report | None, choice: Choice
) -> Written:
    return Written(write_narratives_with_voices(version, archive, report, choice))


def _write_huggingface_voices(
    version: DatasetVersion, archive: zipfile.ZipFile, report: Report | None, choice: Choice
) -> Written:
    taken: set[UUID] = set()
    form = with_voices(voices_beside(version, report, choice, taken))
    told = write_version(version, ZipOut(archive), report, form, choice)
    return Written(taken, told.losses, told.own)


def _write_manifest(
    version: DatasetVersion,
    archive: zipfile.ZipFile,
    report: Report | None,
    choice: Choice,  # noqa: ARG001  # a manifest is of everything
) -> Written:
    total = version.counts["images"]

    def show(done: int) -> None:
        if report is not None:
            report(done, total)

    with unpacked_entry(archive, "manifest.parquet") as out, manifest_path(version).open("rb") as m:
        write_parquet(m, out, report=show)
    return Written()


WRITERS: Final[Mapping[str, Write]] = {
    DESCRIPTIONS: _write_descriptions,
    NARRATIVES: _write_narratives,
    VOICES: _write_voices,
    HUGGINGFACE_VOICES: _write_huggingface_voices,
    MANIFEST: _write_manifest,
}
