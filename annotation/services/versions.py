"""Cutting a dataset version: a manifest of what is annotated now, named by its own sha256."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from annotation import storage
from annotation.models import (
    Caption,
    CaptionPart,
    DatasetVersion,
    Image,
    Label,
    MaskCaption,
    Phrase,
    PhraseLink,
    Project,
    Transcript,
    Webhook,
)
from annotation.selectors.version_criteria import EVERYTHING, Criteria, json_of
from annotation.selectors.version_query import (
    Splits,
    images_in,
    masks_in,
    parent_in,
)
from annotation.selectors.versions import AttributeNames, attribute_names, model_estimate
from annotation.services.attributes import live
from annotation.services.deliveries import announce
from engine.datasets.manifest import ManifestMask, ManifestRow, write_manifest
from engine.datasets.sample import Annotation, Sample
from engine.datasets.traits import Losses, count_traits
from engine.masks.rle import digest

COUNTED = (
    *("images", "train", "val", "holdout", "unfinished"),
    *("masks", "transcripts", "captions", "mask_captions"),
)
log = structlog.get_logger(__name__)


def cut_version(
    *,
    project: Project,
    note: str = "",
    created_by: User | None,
    criteria: Criteria = EVERYTHING,
    progress: Callable[[int], None] = lambda _: None,
    keep: Callable[[DatasetVersion], None] = lambda _: None,
) -> DatasetVersion:
    """Freeze the project. The same content gives the same version, whoever cuts it and when.

    One statement reads it all, so that a save in between is either wholly in or wholly out.
    `criteria` choose what of it is frozen. `progress` is told of each image, and `keep` of the
    version in the transaction that makes its row: what they raise leaves none.

    Raises:
        DrawMovedError: work that came in between has changed the draw of a `val` split.

    """
    counts = dict.fromkeys(COUNTED, 0)
    traits: defaultdict[str, Losses] = defaultdict(Counter)
    scratch = Path(settings.SCRATCH_DIR)
    scratch.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=scratch) as folder:
        path = Path(folder) / "manifest.jsonl"
        with path.open("wb") as file:
            header = _header(project, criteria)
            rows = _counted(_rows(project, criteria, header, traits), counts, progress)
            version_id = write_manifest(file, header, rows)
        if not DatasetVersion.objects.filter(pk=version_id).exists():
            storage.put_file(storage.version_key(version_id), path, "application/jsonl")
    with transaction.atomic():
        version, is_new = DatasetVersion.objects.get_or_create(
            pk=version_id,
            defaults={
                "project": project,
                "counts": counts,
                "traits": traits,
                "criteria": json_of(criteria),
                "note": note,
                "created_by": created_by,
            },
        )
        if is_new:
            announce(
                project_id=project.pk,
                event=Webhook.Event.VERSION_CUT,
                subject=version_id,
                facts={"version": version_id, "counts": counts},
            )
        keep(version)
    if note and not version.note:  # a round cut it first, without a word
        DatasetVersion.objects.filter(pk=version_id, note="").update(note=note)
        version.refresh_from_db()
    if is_new:
        log.info("version_cut", version=version_id, project_id=project.pk, **counts)
    return version


def _header(project: Project, criteria: Criteria) -> dict[str, Any]:
    """Tell what the rows are of; that nothing was chosen is not told, by the same bytes as ever."""
    labels = [_label(label) for label in Label.objects.filter(project=project).order_by("pk")]
    query = json_of(criteria)
    header = {"project": {"id": project.pk, "name": project.name}, "labels": labels}
    return header | ({"query": query} if query else {})


def _label(label: Label) -> dict[str, Any]:
    """Describe a label; one without attributes as before there were any, by the same bytes."""
    told = ("id", "name", "kind", "choices", "min", "max", "required", "default")
    attributes = [{key: each[key] for key in told} for each in live(label.attributes)]  # type: ignore[literal-required]  # from told
    return {"id": label.pk, "name": label.name} | ({"attributes": attributes} if attributes else {})


def _rows(
    project: Project,
    criteria: Criteria,
    header: dict[str, Any],
    traits: defaultdict[str, Losses],
) -> Iterator[ManifestRow]:
    """Yield what has anything to say, in the order of the images' digests, and count its traits."""
    attributes = attribute_names(header)
    splits = Splits(project, criteria)
    for image in _annotated_images(project, criteria).iterator(chunk_size=50):
        found: dict[str, Any] = image.__dict__  # annotations, whose types Django does not know
        row = ManifestRow(
            image_sha256=image.sha256,
            file_name=image.file_name,
            size_hw=list(image.size_hw),
            group=image.group or None,
            split=splits.of(image),
            masks=[_mask(mask, attributes) for mask in found["mask_rows"]],
            transcripts=[
                _transcript(each, found["mask_rows"]) for each in found["transcript_rows"]
            ],
            captions=[_caption(caption) for caption in found["caption_rows"]],
        )
        traits[row["split"]].update(count_traits(_sample(row, found["mask_rows"])))
        yield row
    splits.check()


def _sample(row: ManifestRow, masks: Sequence[dict[str, Any]]) -> Sample:
    """Return an image as far as traits are counted on it."""
    height, width = row["size_hw"]
    return Sample(
        row["file_name"],
        (height, width),
        tuple(
            Annotation(
                each["rle"],
                mask["label"],
                id=mask["mask"],
                parent=mask["parent"],
                z=mask.get("z", 0),
                caption=mask.get("caption"),
                attributes=mask.get("attributes", {}),
                predicted_iou=(each["estimate"] or {}).get("predicted_iou"),
                extra={"revision": mask["revision"]},
            )
            for each, mask in zip(masks, row["masks"], strict=True)
        ),
        tuple(str(caption["text"]) for caption in row["captions"]),
        row["split"],
        row["group"],
        row["image_sha256"],
    )


def _mask(found: dict[str, Any], attributes: AttributeNames) -> ManifestMask:
    own = attributes.get(found["label"], {})
    values = {key: value for key, value in found["attributes"].items() if key in own}
    mask = ManifestMask(
        mask=found["mask"],
        revision=str(found["revision"]),
        label=None if found["label"] is None else str(found["label"]),
        rle_digest=digest(found["rle"]),
        parent=found["parent"],
    )
    if values:
        mask["attributes"] = values
    if found["z"]:
        mask["z"] = found["z"]
    said = found["caption"] or {}
    if said.get("text"):
        mask["caption"] = said["text"]
        if said["recording"]:
            mask["caption_recording"] = said["recording"]
    return mask


def _transcript(found: dict[str, Any], masks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Keep the phrases that speak of masks of the version, and the mask that the take is about.

    Without any, the row is as ever.
    """
    own = {mask["mask"] for mask in masks}
    linked = [
        {**each, "masks": [mask for mask in each["masks"] if mask in own]}
        for each in found["phrases"]
    ]
    phrases = [each for each in linked if each["masks"]]
    told = {key: found[key] for key in ("id", "kind", "recording", "text")}
    about = {"mask": found["mask"]} if found["mask"] else {}
    return told | about | ({"phrases": phrases} if phrases else {})


def _caption(found: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a caption has not: rows from before there were such things stay the same."""
    parts = [_words(part) for part in found.pop("parts")]
    return _words(found) | ({"parts": parts} if parts else {})


def _words(found: dict[str, Any]) -> dict[str, Any]:
    """Name a bundle only where the words are its own."""
    return {key: value for key, value in found.items() if key != "bundle" or value is not None}


def _parts() -> ArraySubquery:
    parts = CaptionPart.objects.filter(caption=OuterRef("pk")).order_by("number")
    row = JSONObject(
        author="author__username", recording="recording_id", text="text", bundle="bundle_id"
    )
    return ArraySubquery(parts.values(row=row))


def _confirmed_phrases() -> ArraySubquery:
    """Return a transcript's phrases whose newest link a person confirmed, in their order."""
    newest = PhraseLink.objects.filter(phrase=OuterRef("pk")).order_by("-number")
    phrases = Phrase.objects.filter(transcript=OuterRef("pk")).annotate(
        said=Subquery(newest.values("kind")[:1]), linked=Subquery(newest.values("masks")[:1])
    )
    confirmed = phrases.filter(said=PhraseLink.Kind.CONFIRMED).order_by("first")
    row = JSONObject(first="first", end="end", masks="linked")
    return ArraySubquery(confirmed.values(row=row))


def _annotated_images(project: Project, criteria: Criteria) -> QuerySet[Image]:
    said = MaskCaption.objects.filter(mask=OuterRef("pk")).order_by("-created_at")
    masks = (
        masks_in(criteria)
        .annotate(
            caption=Subquery(said.values(row=JSONObject(text="text", recording="recording_id"))[:1])
        )
        .order_by("pk")
    )
    transcripts = Transcript.objects.filter(
        recording__image=OuterRef("pk"), recording__deleted_at=None
    ).order_by("pk")
    captions = Caption.objects.filter(image=OuterRef("pk"), withdrawn_at=None).order_by("pk")
    return (
        images_in(project, criteria)
        .annotate(
            mask_rows=ArraySubquery(
                masks.values(
                    row=JSONObject(
                        mask=F("pk"),
                        revision=F("head__number"),
                        label=F("head__label_id"),
                        rle=F("head__rle"),
                        attributes=F("head__attributes"),
                        z=F("head__z"),
                        parent=parent_in(criteria),
                        caption=F("caption"),
                        estimate=model_estimate("head__"),
                    )
                )
            ),
            transcript_rows=ArraySubquery(
                transcripts.values(
                    row=JSONObject(
                        id=F("pk"),
                        kind="kind",
                        recording="recording_id",
                        mask="recording__mask_id",
                        text="text",
                        phrases=_confirmed_phrases(),
                    )
                )
            ),
            caption_rows=ArraySubquery(
                captions.values(
                    row=JSONObject(
                        id=F("pk"),
                        recording="recording_id",
                        text="text",
                        bundle="bundle_id",
                        parts=_parts(),
                    )
                )
            ),
        )
        .order_by("sha256")
    )


def _counted(
    rows: Iterator[ManifestRow], counts: dict[str, int], progress: Callable[[int], None]
) -> Iterator[ManifestRow]:
    for row in rows:
        counts["images"] += 1
        progress(counts["images"])
        counts[row["split"]] += 1
        counts["masks"] += len(row["masks"])
        # A take that was corrected has two texts, and is one description.
        counts["transcripts"] += len({each["recording"] for each in row["transcripts"]})
        counts["captions"] += len(row["captions"])
        counts["mask_captions"] += sum("caption" in mask for mask in row["masks"])
        yield row
