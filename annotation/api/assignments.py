"""The queue of images: claim, keep, give back, finish."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MemberView, user_of
from annotation.api.inputs import body_of, query_of
from annotation.models import Image
from annotation.selectors.images import images_for, stamp_now
from annotation.selectors.plan import AHEAD, MOST_AHEAD, Queue, upcoming_image_ids
from annotation.selectors.projects import project_for
from annotation.selectors.queue import assignment_for
from annotation.services.assignments import (
    claim_as,
    extend_lease,
    finish_image,
    lock_member,
    release,
)

LONGEST_S = 7 * 86_400


class QueueQuerySerializer(serializers.Serializer[Any]):
    queue = serializers.ChoiceField(
        [Queue.COMPLETE.value, Queue.CORRECT.value, Queue.REVIEW.value],
        required=False,
        help_text="Of the project's plan, or of reviews; else all images",
    )


class ClaimInputSerializer(QueueQuerySerializer):
    image = serializers.IntegerField(required=False, help_text="That one, else the next")
    besides = serializers.IntegerField(
        required=False, help_text="An image being finished: another than that"
    )


class UpcomingQuerySerializer(QueueQuerySerializer):
    besides = serializers.IntegerField(required=False, help_text="The image that is open")
    count = serializers.IntegerField(min_value=1, max_value=MOST_AHEAD, default=AHEAD)


class ClaimedSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    image = serializers.IntegerField(source="image_id")
    slot = serializers.IntegerField(help_text="Of the set of masks to work on")
    stint = serializers.IntegerField(help_text="Which it is at this place: tell it at the end")
    lease_until = serializers.DateTimeField()


class ClaimSerializer(serializers.Serializer[Any]):
    assignment = ClaimedSerializer()
    stamp = serializers.CharField(help_text="The image's: what models bring comes no more")
    is_taken_now = serializers.BooleanField(help_text="It was not the person's before")


class LeaseSerializer(serializers.Serializer[Any]):
    lease_until = serializers.DateTimeField()


class StintSerializer(serializers.Serializer[Any]):
    stint = serializers.IntegerField(
        min_value=0,
        required=False,
        help_text="The claim's. Of one that has ended, nothing is done and nothing added",
    )


class FinishInputSerializer(StintSerializer):
    active_s = serializers.FloatField(min_value=0, max_value=LONGEST_S)


class ReleaseInputSerializer(StintSerializer):
    active_s = serializers.FloatField(min_value=0, max_value=LONGEST_S, default=0)


class FinishedSerializer(serializers.Serializer[Any]):
    image = serializers.IntegerField(source="id")
    status = serializers.ChoiceField(Image.Status.choices)


class ClaimView(MemberView):
    roles = {"POST": ANYONE}

    @extend_schema(
        operation_id="claim_image",
        request=ClaimInputSerializer,
        responses={200: ClaimSerializer, 204: None},
        description="204: nothing is left to do. 409 taken: others hold that image.",
    )
    def post(self, request: Request, project_id: int) -> Response:
        user = user_of(request)
        with transaction.atomic():
            member = self.admit(lock_member(project_id=project_id, user=user))
            given = body_of(request, ClaimInputSerializer)
            image_id = given.get("image")
            if image_id is not None:
                self.fetch(images_for(user), pk=image_id, project_id=project_id)
            place = claim_as(
                member,
                image_id=image_id,
                queue=given.get("queue"),
                besides=given.get("besides"),
            )
        if place is None:
            return Response(status=204)
        claimed = {
            "assignment": place,
            "stamp": stamp_now(place.image_id),
            "is_taken_now": place.is_taken_now,
        }
        return Response(ClaimSerializer(claimed).data)


class UpcomingView(MemberView):
    roles = {"GET": ANYONE}

    @extend_schema(
        operation_id="list_upcoming_images",
        parameters=[UpcomingQuerySerializer],
        responses=serializers.ListSerializer(child=serializers.IntegerField()),
        description="The images that the person would get next, in their order.",
    )
    def get(self, request: Request, project_id: int) -> Response:
        user = user_of(request)
        self.admit(project_for(user, project_id))
        asked = query_of(request, UpcomingQuerySerializer)
        return Response(upcoming_image_ids(project_id=project_id, user=user, **asked))


class AssignmentHeartbeatView(MemberView):
    roles = {"POST": ANYONE}

    @extend_schema(operation_id="extend_assignment", request=None, responses=LeaseSerializer)
    def post(self, request: Request, assignment_id: int) -> Response:
        assignment = self.admit(assignment_for(user_of(request), assignment_id))
        extended = extend_lease(assignment=assignment, user=user_of(request))
        return Response(LeaseSerializer(extended).data)


class AssignmentReleaseView(MemberView):
    roles = {"POST": ANYONE}

    @extend_schema(
        operation_id="release_assignment", request=ReleaseInputSerializer, responses={204: None}
    )
    def post(self, request: Request, assignment_id: int) -> Response:
        assignment = self.admit(assignment_for(user_of(request), assignment_id))
        given = body_of(request, ReleaseInputSerializer)
        release(assignment=assignment, user=user_of(request), **given)
        return Response(status=204)


class AssignmentFinishView(MemberView):
    roles = {"POST": ANYONE}

    @extend_schema(
        operation_id="finish_assignment",
        request=FinishInputSerializer,
        responses=FinishedSerializer,
    )
    def post(self, request: Request, assignment_id: int) -> Response:
        assignment = self.admit(assignment_for(user_of(request), assignment_id))
        given = body_of(request, FinishInputSerializer)
        image = finish_image(assignment=assignment, user=user_of(request), **given)
        return Response(FinishedSerializer(image).data)
