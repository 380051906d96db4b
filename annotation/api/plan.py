"""The queues of a project: their counts, and proposals to verify one after another."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import storage
from annotation.api.access import ANYONE, MemberView, user_of
from annotation.api.assignments import ClaimedSerializer
from annotation.api.image_detail import ProposalSerializer, display_url, proposal_row
from annotation.api.inputs import body_of
from annotation.models import Image, Proposal
from annotation.selectors.access import HasRole
from annotation.selectors.plan import queue_counts
from annotation.selectors.projects import projects_for
from annotation.services.verification import EVERY_LABEL, Batch, claim_proposals, of_label
from engine.masks.rle import bbox_xywh

MOST_KNOWN = 1000


class QueueCountsSerializer(serializers.Serializer[Any]):
    verify = serializers.IntegerField(help_text="Proposals")
    complete = serializers.IntegerField(help_text="Images")
    questions = serializers.IntegerField(
        help_text="Of the images to complete, those on which something was named without a mask"
    )
    correct = serializers.IntegerField(help_text="Images")
    review = serializers.IntegerField(help_text="Finished images; 0 for annotators")


class QueueCountsView(MemberView):
    roles = {"GET": ANYONE}

    @extend_schema(
        operation_id="get_queue_counts",
        responses=QueueCountsSerializer,
        description="What the person could do now, in each queue.",
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        role = cast("HasRole", project).role
        counts = queue_counts(project_id=project_id, user=user_of(request), role=role)
        return Response(counts)


class VerifyInputSerializer(serializers.Serializer[Any]):
    known = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=MOST_KNOWN,
        default=list,
        help_text="Proposals that the page has already",
    )
    label = serializers.IntegerField(  # type: ignore[assignment]  # a field of this name
        allow_null=True, required=False, help_text="Only this label's; null: only unlabelled ones"
    )


class ProposalToVerifySerializer(ProposalSerializer):
    image = serializers.IntegerField()
    box_xyxy = serializers.ListField(
        child=serializers.FloatField(), min_length=4, max_length=4, help_text="Image pixels"
    )


class ImageToVerifySerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    file_name = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    version = serializers.IntegerField()
    display_url = serializers.CharField(help_text="Upright pixels, as the masks see them")
    thumb_url = serializers.CharField()


class VerifyBatchSerializer(serializers.Serializer[Any]):
    proposals = ProposalToVerifySerializer(many=True)
    images = ImageToVerifySerializer(many=True)
    assignments = ClaimedSerializer(many=True)
    left = serializers.IntegerField(help_text="Besides these and the known ones")


class VerifyView(MemberView):
    roles = {"POST": ANYONE}

    @extend_schema(
        operation_id="claim_proposals",
        request=VerifyInputSerializer,
        responses=VerifyBatchSerializer,
        description="The next twenty proposals to verify; their images are claimed for the person.",
    )
    def post(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        given = body_of(request, VerifyInputSerializer)
        narrowed = of_label(given["label"]) if "label" in given else EVERY_LABEL
        batch = claim_proposals(
            project=project, user=user_of(request), known=given["known"], narrowed=narrowed
        )
        return Response(_batch(batch))


def _batch(batch: Batch) -> dict[str, Any]:
    images = {each.image_id: each.image for each in batch.proposals}
    return {
        "proposals": [_proposal(each) for each in batch.proposals],
        "images": [_image(each) for each in images.values()],
        "assignments": ClaimedSerializer(batch.places, many=True).data,
        "left": batch.left,
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    x, y, width, height = bbox_xywh(proposal.rle)
    box_xyxy = [x, y, x + width, y + height]
    return {**proposal_row(proposal), "image": proposal.image_id, "box_xyxy": box_xyxy}


def _image(image: Image) -> dict[str, Any]:
    return {
        "id": image.pk,
        "file_name": image.file_name,
        "width": image.width,
        "height": image.height,
        "version": image.version,
        "display_url": display_url(image),
        "thumb_url": storage.presign_get(storage.thumbnail_key(image.sha256)),
    }
