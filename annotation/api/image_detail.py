"""Everything that the editor needs for one image, in a bounded number of queries.

Five hundred masks are usual: rows become plain dicts here, and the serializers only describe them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, cast

from django.contrib.auth.models import User
from django.urls import reverse
from rest_framework import serializers

from annotation import storage
from annotation.api.attributes import ValuesField
from annotation.api.inputs import RleField
from annotation.api.labels import LabelSerializer
from annotation.models import Assignment, Bundle, Embedding, Image, Proposal
from annotation.selectors.access import REVIEWERS, HasRole
from annotation.selectors.images import (
    OPEN,
    HasOpenComments,
    HasTakes,
    embeddings_of,
    mask_rows,
    open_proposals_of,
    stamp_of,
)
from annotation.selectors.overlap import seen_by
from annotation.selectors.projects import labels_of
from annotation.selectors.queue import assignment_shown, places_of
from annotation.selectors.serving import last_bundle_to_see, serving_bundle_of
from engine.segmentation.windows import Window

OPEN_STATES = [state.value for state in OPEN]
NOTHING_SAID: Final = {"text": "", "recording": None}


class MaskSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    label = serializers.IntegerField(allow_null=True)  # type: ignore[assignment]  # a field of this name
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]  # a field of this name
    revision = serializers.IntegerField()
    rle = RleField()
    area_px = serializers.IntegerField()
    z = serializers.IntegerField(help_text="Above masks that have less; of equals, the later here")
    attributes = ValuesField(help_text="By the attribute's id")
    author = serializers.CharField(
        allow_null=True, help_text="null, of a proposal: the model accepted it by itself"
    )
    proposal = serializers.UUIDField(allow_null=True)
    caption = serializers.CharField(help_text="What is said of it alone; empty: nothing")
    caption_recording = serializers.UUIDField(
        allow_null=True, help_text="The take in which that was spoken; null: typed"
    )
    slot = serializers.IntegerField(help_text="Of the place at which it was drawn")
    aside = serializers.BooleanField(
        help_text="Another person's, which does not count until a reviewer takes it in"
    )


class ProposalSerializer(serializers.Serializer[Any]):
    """Without its bundle, which would tell whoever annotates in which arm the image is.

    Nor may its score tell: one kind stands for a verifier's and for what a decoder thinks of
    itself, since not every bundle has a verifier. One of an outside model is in no arm, and tells
    whose it is.
    """

    id = serializers.UUIDField()
    label = serializers.IntegerField(allow_null=True)  # type: ignore[assignment]  # a field of this name
    rle = RleField()
    model = serializers.CharField(
        allow_null=True, help_text="An outside model, whose predictions an import brought"
    )
    score = serializers.FloatField(
        allow_null=True,
        help_text="How sure its model is, 0 to 1: how likely people accept it, if that was "
        "learned; null: an outside model that told none",
    )
    stability = serializers.FloatField(allow_null=True, help_text="null: an outside model's")
    point_xy = serializers.ListField(
        child=serializers.FloatField(),
        min_length=2,
        max_length=2,
        allow_null=True,
        help_text="Image pixels; null: an outside model's",
    )
    state = serializers.ChoiceField(OPEN_STATES, help_text="Not accepted or rejected yet")


class WindowSerializer(serializers.Serializer[Any]):
    """A part of the image that the encoder saw closer, in whole image pixels."""

    x = serializers.IntegerField()
    y = serializers.IntegerField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    url = serializers.CharField()


class EmbeddingSerializer(serializers.Serializer[Any]):
    """Little-endian float16, (256, 64, 64), of the whole image and of each window."""

    url = serializers.CharField()
    encoder_digest = serializers.CharField()
    windows = WindowSerializer(many=True, help_text="Where objects are small")


class ImageBundleSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    encoder_digest = serializers.CharField(help_text="Must equal the embedding's")
    decoder_url = serializers.CharField()


class AssignmentSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    state = serializers.ChoiceField(Assignment.State.choices)
    user = serializers.CharField(allow_null=True, help_text="Their user name")
    lease_until = serializers.DateTimeField(allow_null=True)


class GroupField(serializers.CharField):
    def __init__(self) -> None:
        super().__init__(
            help_text="Its images stay on one side of a split. Empty: it is by itself, or an "
            "annotator asks, whom it does not concern"
        )


def group_shown(image: Image, role: str) -> str:
    """Return the group of an image, which may name a patient, to those who split datasets."""
    return image.group if role in REVIEWERS else ""


class ImageDetailSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    project = serializers.IntegerField()
    file_name = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    version = serializers.IntegerField()
    stamp = serializers.CharField(help_text="Another one where models brought something else")
    status = serializers.ChoiceField(Image.Status.choices)
    review_comment = serializers.CharField()
    open_comments = serializers.IntegerField()
    has_takes = serializers.BooleanField(help_text="Somebody spoke of it")
    is_holdout = serializers.BooleanField()
    group = GroupField()
    is_looked_at = serializers.BooleanField(
        help_text="A model has proposed, a bundle's or an outside one, if only nothing"
    )
    slot = serializers.IntegerField(help_text="Of the set of masks that the person works on")
    people = serializers.IntegerField(help_text="That annotate it, each without the others' masks")
    display_url = serializers.CharField(help_text="Upright pixels, as the masks see them")
    embedding = EmbeddingSerializer(allow_null=True)
    bundle = ImageBundleSerializer(allow_null=True)
    masks = MaskSerializer(many=True)
    proposals = ProposalSerializer(many=True)
    labels = LabelSerializer(many=True)
    assignment = AssignmentSerializer(allow_null=True)


def image_detail(image: Image, user: User) -> dict[str, Any]:
    """Build the answer of GET /api/images/{id}, of an image that `image_to_show` found."""
    bundle, looks = _decoded_with(image)
    places = places_of(image.pk)
    assignment = assignment_shown(places, user)
    seen = seen_by(user, image=image, role=cast("HasRole", image).role, places=places)
    return {
        "id": image.pk,
        "project": image.project_id,
        "file_name": image.file_name,
        "width": image.width,
        "height": image.height,
        "version": image.version,
        "stamp": stamp_of(image),
        "status": image.status,
        "review_comment": image.review_comment,
        "open_comments": cast("HasOpenComments", image).open_comment_count,
        "has_takes": cast("HasTakes", image).has_takes,
        "is_holdout": image.is_holdout,
        "group": group_shown(image, cast("HasRole", image).role),
        # What an import brought stands in the place of a bundle's: none follow for who opens it.
        "is_looked_at": image.proposed_by_id is not None or image.outside_at is not None,
        "slot": seen.slot,
        "people": len(places),
        "display_url": display_url(image),
        "embedding": _embedding(image, looks),
        "bundle": bundle and _bundle(bundle),
        "masks": [_mask(row) for row in mask_rows(image.pk, seen)],
        "proposals": [proposal_row(proposal) for proposal in open_proposals_of(image, seen)],
        "labels": LabelSerializer(labels_of(image.project_id), many=True).data,
        "assignment": assignment and _assignment(assignment),
    }


def display_url(image: Image) -> str:
    """Where browsers get the upright pixels: the original when it shows them as they are."""
    key = storage.rendition_key if image.has_rendition else storage.original_key
    return storage.presign_get(key(image.sha256))


def _decoded_with(image: Image) -> tuple[Bundle | None, list[Embedding]]:
    """Return the bundle that answers clicks on an image, and what its encoder has seen of it.

    That is what serves. Where it has brought an encoder of its own, which has not seen the image
    yet, the last one goes on answering that served and has.
    """
    serving = serving_bundle_of(image.project_id)
    looks = embeddings_of(image, serving.encoder_digest) if serving else []
    if serving is None or looks:
        return serving, looks
    before = last_bundle_to_see(image)
    return (before, embeddings_of(image, before.encoder_digest)) if before else (serving, [])


def _embedding(image: Image, looks: Sequence[Embedding]) -> dict[str, Any] | None:
    if not looks:
        return None
    digest = looks[0].encoder_digest
    return {
        "url": storage.presign_get(storage.embedding_key(digest, image.sha256)),
        "encoder_digest": digest,
        "windows": [_window(image, each) for each in looks if each.window],
    }


def _window(image: Image, seen: Embedding) -> dict[str, Any]:
    address = reverse("image-window", args=[image.pk, seen.encoder_digest, seen.window])
    return {**asdict(Window.named(seen.window)), "url": address}


def _bundle(bundle: Bundle) -> dict[str, str]:
    return {
        "id": bundle.pk,
        "encoder_digest": bundle.encoder_digest,
        # Same origin and immutable: the cross-origin isolated page may fetch and keep it.
        "decoder_url": reverse("bundle-decoder", args=[bundle.pk]),
    }


def _mask(row: Mapping[str, Any]) -> dict[str, Any]:
    said = row["caption"] or NOTHING_SAID
    return {
        "id": str(row["id"]),
        "label": row["label_id"],
        "parent": row["parent_id"] and str(row["parent_id"]),
        "revision": row["revision"],
        "rle": row["rle"],
        "area_px": row["area_px"],
        "z": row["z"],
        "attributes": row["attributes"],
        "author": row["author"],
        "proposal": row["proposal_id"] and str(row["proposal_id"]),
        "caption": said["text"],
        "caption_recording": said["recording"],
        "slot": row["slot"],
        "aside": row["is_aside"],
    }


def proposal_row(proposal: Proposal) -> dict[str, Any]:
    """Write a proposal as ProposalSerializer describes it."""
    return {
        "id": str(proposal.pk),
        "label": proposal.suggested_label,
        "rle": proposal.rle,
        "model": proposal.outside_model and proposal.outside_model.name,
        "score": proposal.score,
        "stability": proposal.stability,
        "point_xy": proposal.point_xy,
        "state": proposal.state,
    }


def _assignment(assignment: Assignment) -> dict[str, Any]:
    return {
        "id": assignment.pk,
        "state": assignment.state,
        "user": assignment.user and assignment.user.username,
        "lease_until": assignment.lease_until,
    }
