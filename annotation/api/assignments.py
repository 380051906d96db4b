"""The queue of images: claim, keep, give back, finish."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MemberView, user_of
from annotation.api.inputs import body_of
from annotation.models import Image
from annotation.selectors.images import images_for
from annotation.selectors.projects import projects_for
from annotation.selectors.queue import assignments_for, upcoming_image_ids
from annotation.services.assignments import claim_image, extend_lease, finish_image, release


class ClaimInputSerializer(serializers.Serializer[Any]):
    image = serializers.IntegerField(required=False, help_text="That one, else the next")


class ClaimedSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    image = serializers.IntegerField(source="image_id")
    lease_until = serializers.DateTimeField()


class ClaimSerializer(serializers.Serializer[Any]):
    assignment = ClaimedSerializer()


class LeaseSerializer(serializers.Serializer[Any]):
    lease_until = serializers.DateTimeField()


class FinishInputSerializer(serializers.Serializer[Any]):
    active_s = serializers.FloatField(min_value=0, max_value=7 * 86_400)


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
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        image_id = body_of(request, ClaimInputSerializer).get("image")
        if image_id is not None:
            self.fetch(images_for(user_of(request)), pk=image_id, project_id=project_id)
        place = claim_image(project=project, user=user_of(request), image_id=image_id)
        if place is None:
            return Response(status=204)
        return Response(ClaimSerializer({"assignment": place}).data)


class UpcomingView(MemberView):
    roles = {"GET": ANYONE}

    @extend_schema(
        operation_id="list_upcoming_images",
        responses=serializers.ListSerializer(child=serializers.IntegerField()),
    )
    def get(self, request: Request, project_id: int) -> Response:
        self.fetch(projects_for(user_of(request)), pk=project_id)
        return Response(upcoming_image_ids(project_id=project_id, user=user_of(request)))


class AssignmentHeartbeatView(MemberView):
    roles = {"POST": ANYONE}

    @extend_schema(operation_id="extend_assignment", request=None, responses=LeaseSerializer)
    def post(self, request: Request, assignment_id: int) -> Response:
        assignment = self.fetch(assignments_for(user_of(request)), pk=assignment_id)
        extended = extend_lease(assignment=assignment, user=user_of(request))
        return Response(LeaseSerializer(extended).data)


class AssignmentReleaseView(MemberView):
    roles = {"POST": ANYONE}

    @extend_schema(operation_id="release_assignment", request=None, responses={204: None})
    def post(self, request: Request, assignment_id: int) -> Response:
        assignment = self.fetch(assignments_for(user_of(request)), pk=assignment_id)
        release(assignment=assignment, user=user_of(request))
        return Response(status=204)


class AssignmentFinishView(MemberView):
    roles = {"POST": ANYONE}

    @extend_schema(
        operation_id="finish_assignment",
        request=FinishInputSerializer,
        responses=FinishedSerializer,
    )
    def post(self, request: Request, assignment_id: int) -> Response:
        assignment = self.fetch(assignments_for(user_of(request)), pk=assignment_id)
        active_s = body_of(request, FinishInputSerializer)["active_s"]
        image = finish_image(assignment=assignment, user=user_of(request), active_s=active_s)
        return Response(FinishedSerializer(image).data)
