"""Exports: a version written as one zip, the same bytes whenever it is asked for."""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from annotation import jobs
from annotation.errors import IdTakenError, NotAllowedError
from annotation.export_formats import COCO, DESCRIPTIONS, NARRATIVES, VOICED, VOICES
from annotation.models import DatasetVersion, Export
from annotation.selectors.versions import (
    AttributeNames,
    FrozenImage,
    FrozenMask,
    attribute_names,
    frozen_images,
    manifest_path,
    version_header,
)
from annotation.selectors.voices import hears_others
from annotation.services.export_archive import Report, entry
from annotation.services.exported_descriptions import write_version_descriptions
from annotation.services.exported_voices import write_narratives, write_narratives_with_voices
from annotation.services.jobs import enqueue_job
from engine.datasets.coco import write_coco
from engine.masks.rle import bbox_xywh

UNLABELLED: Final = 0  # the category of masks without a label
Write = Callable[[DatasetVersion, zipfile.ZipFile, Report | None], set[UUID]]


@transaction.atomic
def request_export(
    *, version: DatasetVersion, export_id: UUID, export_format: str, created_by: User | None
) -> Export:
    """Have a job write the version. The same id again returns the same export.

    What holds the voices of others is for those whom the project lets hear them.
    """
    if export_format in VOICED and not (created_by and hears_others(created_by, version.project)):
        raise NotAllowedError("The project's settings do not let you hear the voices of others.")
    known = Export.objects.filter(pk=export_id).first()
    if known is None:
        job = enqueue_job(
            kind=jobs.EXPORT_VERSION,
            project=version.project,
            args={"export_id": str(export_id)},
            created_by=created_by,
            idempotency_key=f"export:{export_id}",
        )
        known, _ = Export.objects.get_or_create(
            pk=export_id, defaults={"version": version, "format": export_format, "job": job}
        )
    if (known.version_id, known.format) != (version.pk, export_format):
        raise IdTakenError("Another export has this id.")
    return known


def write_export(
    version: DatasetVersion, path: Path, report: Report | None = None, *, export_format: str = COCO
) -> set[UUID]:
    """Write the version in one format, with the manifest that proves it, as one zip.

    Return the takes of which it holds the trace or the voice.
    """
    with zipfile.ZipFile(path, "w") as archive:
        voices = WRITERS[export_format](version, archive, report)
        with entry(archive, "manifest.jsonl") as out, manifest_path(version).open("rb") as manifest:
            while piece := manifest.read(1 << 20):
                out.write(piece)
    return voices


def write_version(version: DatasetVersion, out: BinaryIO, report: Report | None = None) -> None:
    """Stream a version as COCO JSON; memory does not grow with it."""
    header = version_header(version)
    write_coco(
        out,
        info={
            "description": header["project"]["name"],
            "version": version.pk,
            "contributor": "Anneal",
        },
        categories=[{"id": UNLABELLED, "name": "unlabelled"}, *header["labels"]],
        images=_images(version),
        annotations=_annotations(version, attribute_names(header), report),
    )


def _images(version: DatasetVersion) -> Iterator[dict[str, Any]]:
    for number, image in enumerate(frozen_images(version), start=1):
        row = image.row
        height, width = row["size_hw"]
        yield {
            "id": number,
            "file_name": row["file_name"],
            "height": height,
            "width": width,
            "sha256": row["image_sha256"],
            "group": row["group"],
            "split": row["split"],
            "captions": [caption["text"] for caption in row["captions"]],
        }


def _annotations(
    version: DatasetVersion, attributes: AttributeNames, report: Report | None
) -> Iterator[dict[str, Any]]:
    identity = 0
    for number, image in enumerate(frozen_images(version), start=1):
        for annotation in _annotations_of(image, attributes):
            identity += 1
            yield {"id": identity, "image_id": number, **annotation}
        if report is not None:
            report(number, version.counts["images"])


def _annotations_of(image: FrozenImage, attributes: AttributeNames) -> Iterator[dict[str, Any]]:
    for mask in image.masks:
        revision = mask.revision
        names = attributes.get(revision.label_id or UNLABELLED)
        yield {
            "category_id": revision.label_id or UNLABELLED,
            "segmentation": mask.rle,
            "area": revision.area_px,
            "bbox": list(bbox_xywh(mask.rle)),
            "iscrowd": 0,
            "mask": mask.mask,
            "parent": mask.parent,
            "revision": revision.number,
            "author": revision.author.username if revision.author else None,
            "bundle": revision.bundle_id,
            "proposal": str(revision.proposal_id) if revision.proposal_id else None,
            "created_at": revision.created_at.astimezone(UTC).isoformat(),
            **({} if names is None else {"attributes": _named(mask, names)}),
            **({"z": revision.z} if revision.z else {}),
            # Not `caption`, by which COCO tells a caption of the image from a mask.
            **({"region_caption": mask.caption} if mask.caption else {}),
        }


def _named(mask: FrozenMask, names: Mapping[str, str]) -> dict[str, str | float]:
    return {names[key]: value for key, value in mask.attributes.items()}


def _write_coco(
    version: DatasetVersion, archive: zipfile.ZipFile, report: Report | None
) -> set[UUID]:
    with entry(archive, "annotations.json") as out:
        write_version(version, out, report)
    return set()


def _write_descriptions(
    version: DatasetVersion, archive: zipfile.ZipFile, report: Report | None
) -> set[UUID]:
    with entry(archive, "descriptions.jsonl") as out:
        write_version_descriptions(version, out, report)
    return set()


WRITERS: Final[Mapping[str, Write]] = {
    COCO: _write_coco,
    DESCRIPTIONS: _write_descriptions,
    NARRATIVES: write_narratives,
    VOICES: write_narratives_with_voices,
}
