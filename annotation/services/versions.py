"""Cutting a dataset version: a manifest of what is annotated now, named by its own sha256."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
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
)
from annotation.scratch_folders import scratch_folder
from annotation.selectors.export_offers import TURNED
from annotation.selectors.streaming import JsonRows, Read, one_moment
from annotation.selectors.version_criteria import EVERYTHING, Criteria, json_of
from annotation.selectors.version_dataset import label_names
from annotation.selectors.version_query import (
    Splits,
    images_in,
    masks_in,
)
from annotation.selectors.versions import attribute_names, model_estimate
from annotation.services.attributes import Definition, live
from annotation.services.deliveries import announce_version
from annotation.services.manifest_rows import FoundImage, manifest_row, sample_of, takes_of
from engine.datasets.distributions import DistributionCounter
from engine.datasets.header_labels import DELETED
from engine.datasets.manifest import ManifestRow, write_manifest
from engine.datasets.traits import count_traits
from engine.datasets.words import count_words

COUNTED = (
    *("images", "train", "val", "holdout", "unfinished"),
    *("masks", "transcripts", "captions", "mask_captions"),
)
UPRIGHT = 1  # EXIF's orientation of most images
log = structlog.get_logger(__name__)


def cut_version(
    *,
    project: Project,
    note: str = "",
    created_by: User | None,
    criteria: Criteria = EVERYTHING,
    progress: Callable[[int], None] = lambda _: None,
    keep: Callable[[DatasetVersion], None] = lambda _: None,
    on_new: Callable[[DatasetVersion], None] = announce_version,
) -> DatasetVersion:
    """Freeze the project. The same content gives the same version, whoever cuts it and when.

    All is read as it is at one moment: a save in between is either wholly in or wholly out.
    `criteria` choose what of it is frozen. `progress` is told of each image, and `keep` of the
    version in the transaction that makes its row: what they raise leaves none. So is `on_new`,
    where there was no such version.
    """
    counts = dict.fromkeys(COUNTED, 0)
    traits: defaultdict[str, Counter[str]] = defaultdict(Counter)
    spread = DistributionCounter()
    with scratch_folder(settings.SCRATCH_DIR, "cut-") as folder:
        path = folder / "manifest.jsonl"
        with path.open("wb") as file, one_moment() as read:
            header = _header(project, criteria, read)
            found = _rows(project, criteria, header, traits, spread, read)
            rows = _counted(found, counts, progress)
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
                "distributions": spread.total(label_names(header)),
                "note": note,
                "created_by": created_by,
            },
        )
        if is_new:
            on_new(version)
        keep(version)
    if version.distributions is None:  # cut before they were counted
        version.distributions = spread.total(label_names(header))
        version.save(update_fields=["distributions"])
    if note and not version.note:  # a round cut it first, without a word
        DatasetVersion.objects.filter(pk=version_id, note="").update(note=note)
        version.refresh_from_db()
    if is_new:
        log.info("version_cut", version=version_id, project_id=project.pk, **counts)
    return version


def _header(project: Project, criteria: Criteria, read: Read) -> dict[str, Any]:
    """Tell what the rows are of; that nothing was chosen is not told, by the same bytes as ever."""
    labels = Label.objects.filter(project=project).order_by("pk")
    rows = read(labels.values_list("pk", "name", "attributes", "deleted_at"))
    header = {
        "project": {"id": project.pk, "name": project.name},
        "labels": [_label(*row) for row in rows],
    }
    query = json_of(criteria)
    return header | ({"query": query} if query else {})


def _label(
    label_id: int, name: str, attributes: list[Definition], deleted_at: datetime | None
) -> dict[str, Any]:
    """Describe a label; a living one without attributes by the same bytes as ever."""
    told = ("id", "name", "kind", "choices", "min", "max", "required", "default")
    living = [{key: each[key] for key in told} for each in live(attributes)]  # type: ignore[literal-required]  # from told
    return {
        "id": label_id,
        "name": name,
        **({"attributes": living} if living else {}),
        **({} if deleted_at is None else {DELETED: True}),
    }


def _rows(
    project: Project,
    criteria: Criteria,
    header: dict[str, Any],
    traits: defaultdict[str, Counter[str]],
    spread: DistributionCounter,
    read: Read,
) -> Iterator[ManifestRow]:
    """Yield what has anything to say, in the order of the images' digests, and count it."""
    attributes = attribute_names(header)
    splits = Splits(project, criteria, read)
    images = _annotated_images(project, criteria).values_list(*FoundImage._fields)
    for image in map(FoundImage._make, read(images)):
        row = manifest_row(image, attributes, splits.of(image))
        told = traits[row["split"]]
        told.update(count_traits(sample_of(row, image.mask_rows)))
        told.update(count_words(row, takes_of(image)))
        if image.orientation != UPRIGHT:
            told[TURNED] += 1
        spread.add(row, [mask["area"] for mask in image.mask_rows])
        yield row


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
        .order_by("created_at", "pk")  # as they are stacked, by which it is told what is covered
    )
    transcripts = Transcript.objects.filter(
        recording__image=OuterRef("pk"), recording__deleted_at=None
    ).order_by("pk")
    captions = Caption.objects.filter(image=OuterRef("pk"), withdrawn_at=None).order_by("pk")
    return (
        images_in(project, criteria)
        .annotate(
            mask_rows=JsonRows(
                masks.values(
                    row=JSONObject(
                        mask=F("pk"),
                        revision=F("head__number"),
                        label=F("head__label_id"),
                        rle=F("head__rle"),
                        area=F("head__area_px"),
                        attributes=F("head__attributes"),
                        z=F("head__z"),
                        parent=F("parent_id"),
                        caption=F("caption"),
                        estimate=model_estimate("head__"),
                    )
                )
            ),
            transcript_rows=JsonRows(
                transcripts.values(
                    row=JSONObject(
                        id=F("pk"),
                        kind="kind",
                        recording="recording_id",
                        mask="recording__mask_id",
                        text="text",
                        created_at="created_at",
                        phrases=_confirmed_phrases(),
                    )
                )
            ),
            caption_rows=JsonRows(
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
