"""Projects: what they are set to, what is in them and what they serve."""

from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation import caption_models, storage
from annotation.api.access import ANYONE, MANAGERS, MemberView, user_of
from annotation.api.inputs import body_of, query_of
from annotation.api.labels import LabelInputSerializer, LabelSerializer
from annotation.api.once import KEY, once
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.models import Membership, Project
from annotation.models.project import LEAST_PROMISE, MOST_OF_ARM, MOST_OVERLAP, MOST_PROMISE
from annotation.selectors.agreement import agreement_of
from annotation.selectors.counts import project_counts
from annotation.selectors.projects import (
    projects_for,
    trashed_projects_for,
    with_card,
    with_labels,
)
from annotation.selectors.queue import returned_images
from annotation.selectors.serving import serving_of
from annotation.selectors.to_learn import all_to_learn, finished_since_round, new_to_learn
from annotation.services import projects

PAGE: Final = 48  # cards, in whole rows of two or three
MOST_HOLDOUT = 0.9
MOST_VOICE_DAYS = 3650
MOST_PRICE = 86_400  # people's seconds for a minute of the machine


class ProjectCardSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    role = serializers.ChoiceField(Membership.Role.choices)
    images = serializers.IntegerField(source="image_count")
    done = serializers.IntegerField(source="done_count")
    returned = serializers.IntegerField(source="returned_count", help_text="To the person")
    thumb_urls = serializers.SerializerMethodField()
    deleted_at = serializers.DateTimeField(allow_null=True)

    def get_thumb_urls(self, project: Any) -> list[str]:  # noqa: ANN401  # an annotated Project
        return [storage.presign_get(storage.thumbnail_key(sha256)) for sha256 in project.thumbs]


class CountsSerializer(serializers.Serializer[Any]):
    images = serializers.IntegerField()
    todo = serializers.IntegerField()
    done = serializers.IntegerField()
    returned = serializers.IntegerField()
    reviewed = serializers.IntegerField()
    holdout = serializers.IntegerField()
    holdout_finished = serializers.IntegerField()
    embedded = serializers.IntegerField()
    proposals_pending = serializers.IntegerField()
    masks = serializers.IntegerField()
    masks_finished = serializers.IntegerField(help_text="On finished images")
    masks_to_learn = serializers.IntegerField(help_text="On finished images outside the holdout")
    recordings = serializers.IntegerField()


class ServingSerializer(serializers.Serializer[Any]):
    bundle = serializers.CharField()
    round = serializers.IntegerField(allow_null=True, help_text="null: pretrained")
    is_in_part = serializers.BooleanField(
        help_text="true: its round made another, too, with all that it trained"
    )


class NewsSerializer(serializers.Serializer[Any]):
    """What there is to learn from, for each part of a round: images with something new, and all."""

    masks = serializers.IntegerField()
    captions = serializers.IntegerField()
    all_masks = serializers.IntegerField(help_text="Images to learn masks from, new or not")
    all_captions = serializers.IntegerField(help_text="The same of descriptions")
    has_caption_models = serializers.BooleanField(
        help_text="false: `python -m engine.weights --captions` fetches what captions need"
    )


class AgreementSerializer(serializers.Serializer[Any]):
    """How far people agree who did the same images, as they finished them."""

    images = serializers.IntegerField()
    objects = serializers.IntegerField(help_text="That both have")
    masks = serializers.IntegerField(help_text="Of either")
    mean_iou = serializers.FloatField(allow_null=True, help_text="Of objects that both have")
    same_label_share = serializers.FloatField(allow_null=True, help_text="Of these objects")
    matched_share = serializers.FloatField(
        allow_null=True, help_text="Of all their masks, those whose object the other has too"
    )


class ProjectSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    role = serializers.ChoiceField(Membership.Role.choices)
    overlap = serializers.IntegerField(help_text="How many people do one image")
    overlap_share = serializers.FloatField(
        help_text="Of images, drawn by hash; one does the others"
    )
    holdout_share = serializers.FloatField()
    holdout_people = serializers.IntegerField(
        help_text="How many do an image of the holdout, at least"
    )
    caption_control_share = serializers.FloatField(
        help_text="Of images, drawn by hash, whose proposed description nobody sees"
    )
    without_proposals_share = serializers.FloatField(
        help_text="Of images, drawn by hash, for which no mask is proposed"
    )
    previous_bundle_share = serializers.FloatField(
        help_text="Of images, drawn by hash, for which the previous bundle proposes; while it is "
        "one that was rolled back, what serves does"
    )
    candidate_bundle_share = serializers.FloatField(
        help_text="Of images left to what serves, drawn by hash, for which one on trial proposes"
    )
    plan = serializers.ChoiceField(Project.Plan.choices)
    next_by = serializers.ChoiceField(
        Project.NextBy.choices, help_text="Which of the images that wait comes next"
    )
    listeners = serializers.ChoiceField(
        Project.Listeners.choices, help_text="The least role that may hear others' voices"
    )
    voice_days = serializers.IntegerField(
        allow_null=True, help_text="Days after which audio and traces are deleted; null: kept"
    )
    retrain_after_images = serializers.IntegerField(allow_null=True)
    retrain_every_hours = serializers.FloatField(allow_null=True)
    retrain_at_price = serializers.FloatField(
        allow_null=True,
        help_text="People's seconds that a minute of the machine is worth; null: no such rule",
    )
    auto_accept_precision = serializers.FloatField(
        allow_null=True, help_text="Promised of what the model accepts; null: people decide all"
    )
    labels = LabelSerializer(many=True)
    counts = CountsSerializer()
    serving = ServingSerializer(allow_null=True)
    finished_since_round = serializers.IntegerField()
    news = NewsSerializer()
    returned = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Images that were returned to the person, in the order in which they come",
    )
    agreement = AgreementSerializer(allow_null=True, help_text="null: nobody did the same image")
    holdout_agreement = AgreementSerializer(
        allow_null=True,
        help_text="On the holdout alone: a yardstick for IoU after one click",
    )
    deleted_at = serializers.DateTimeField(allow_null=True)


class ProjectInputSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(max_length=10_000, allow_blank=True, default="")
    labels = LabelInputSerializer(many=True, default=list)
    overlap = serializers.IntegerField(min_value=1, max_value=MOST_OVERLAP, default=1)
    overlap_share = serializers.FloatField(min_value=0, max_value=1, default=1)
    holdout_share = serializers.FloatField(min_value=0, max_value=MOST_HOLDOUT, default=0.1)
    plan = serializers.ChoiceField(Project.Plan.choices, default=Project.Plan.WHOLE)

    def validate_labels(self, given: list[dict[str, str]]) -> list[dict[str, str]]:
        names = [label["name"] for label in given]
        if len(set(names)) < len(names):
            raise serializers.ValidationError("Two labels have the same name.")
        return given


class ProjectPatchSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100, required=False)
    description = serializers.CharField(max_length=10_000, allow_blank=True, required=False)
    overlap = serializers.IntegerField(min_value=1, max_value=MOST_OVERLAP, required=False)
    overlap_share = serializers.FloatField(min_value=0, max_value=1, required=False)
    holdout_share = serializers.FloatField(
        min_value=0,
        max_value=MOST_HOLDOUT,
        required=False,
        help_text="For images imported from now on",
    )
    holdout_people = serializers.IntegerField(min_value=1, max_value=MOST_OVERLAP, required=False)
    caption_control_share = serializers.FloatField(
        min_value=0, max_value=1, required=False, help_text="For proposals made from now on"
    )
    without_proposals_share = serializers.FloatField(
        min_value=0, max_value=MOST_OF_ARM, required=False, help_text="Once a bundle proposes anew"
    )
    previous_bundle_share = serializers.FloatField(
        min_value=0, max_value=MOST_OF_ARM, required=False, help_text="Once a bundle proposes anew"
    )
    candidate_bundle_share = serializers.FloatField(
        min_value=0, max_value=MOST_OF_ARM, required=False, help_text="Once a trial begins"
    )
    plan = serializers.ChoiceField(
        Project.Plan.choices,
        required=False,
        help_text="One pass over each image, or three queues: verify, complete, correct",
    )
    next_by = serializers.ChoiceField(
        Project.NextBy.choices,
        required=False,
        help_text="Which image comes next: by import, at random, or as the model chooses; a job "
        "of preparing images makes the order",
    )
    listeners = serializers.ChoiceField(
        Project.Listeners.choices,
        required=False,
        help_text="The least role that may hear others' voices; speakers hear their own",
    )
    voice_days = serializers.IntegerField(
        min_value=1,
        max_value=MOST_VOICE_DAYS,
        allow_null=True,
        required=False,
        help_text="Counts at once, for all takes; what is deleted does not come back",
    )
    retrain_after_images = serializers.IntegerField(
        min_value=1, max_value=1_000_000, allow_null=True, required=False
    )
    retrain_every_hours = serializers.FloatField(
        min_value=0.1, max_value=8760.0, allow_null=True, required=False
    )
    retrain_at_price = serializers.FloatField(
        min_value=1,
        max_value=MOST_PRICE,
        allow_null=True,
        required=False,
        help_text="A round starts once it is expected to save more of people's time than it takes, "
        "a minute of the machine being worth so many of people's seconds",
    )
    auto_accept_precision = serializers.FloatField(
        min_value=LEAST_PROMISE,
        max_value=MOST_PROMISE,
        allow_null=True,
        required=False,
        help_text="For proposals made from now on",
    )


class TrashQuerySerializer(serializers.Serializer[Any]):
    trash = serializers.BooleanField(default=False, help_text="What can still be restored")


class ProjectListView(APIView):
    """The person's own projects. Anyone who is logged in may make one and is its first manager."""

    within_projects = ("GET",)

    @extend_schema(
        operation_id="list_projects",
        parameters=[TrashQuerySerializer, CURSOR],
        responses=page_serializer(ProjectCardSerializer),
    )
    def get(self, request: Request) -> Response:
        wants_trash = query_of(request, TrashQuerySerializer)["trash"]
        mine = (trashed_projects_for if wants_trash else projects_for)(user_of(request))
        page, cursor = page_of(with_card(mine, user_of(request)), request, size=PAGE)
        return Response({"results": ProjectCardSerializer(page, many=True).data, "next": cursor})

    @extend_schema(
        operation_id="create_project",
        parameters=[KEY],
        request=ProjectInputSerializer,
        responses={201: ProjectSerializer},
    )
    @once
    def post(self, request: Request) -> Response:
        given = body_of(request, ProjectInputSerializer)
        project = projects.create_project(created_by=user_of(request), **given)
        return _project(request, project.pk, status=201)


class ProjectView(MemberView):
    roles = {"GET": ANYONE, "PATCH": MANAGERS, "DELETE": MANAGERS}

    @extend_schema(operation_id="get_project", responses=ProjectSerializer)
    def get(self, request: Request, project_id: int) -> Response:
        self.fetch(projects_for(user_of(request)), pk=project_id)
        return _project(request, project_id)

    @extend_schema(
        operation_id="update_project", request=ProjectPatchSerializer, responses=ProjectSerializer
    )
    def patch(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        projects.update_project(project=project, changes=body_of(request, ProjectPatchSerializer))
        return _project(request, project_id)

    @extend_schema(operation_id="delete_project", responses={204: None})
    def delete(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        projects.delete_project(project=project, by=user_of(request))
        return Response(status=204)


class ProjectRestoreView(MemberView):
    roles = {"POST": MANAGERS}

    @extend_schema(operation_id="restore_project", request=None, responses=ProjectSerializer)
    def post(self, request: Request, project_id: int) -> Response:
        either = trashed_projects_for(user_of(request)) | projects_for(user_of(request))
        project = self.fetch(either, pk=project_id)
        projects.restore_project(project=project, by=user_of(request))
        return _project(request, project_id)


def _project(request: Request, project_id: int, *, status: int = 200) -> Response:
    mine: Project = with_labels(projects_for(user_of(request))).get(pk=project_id)
    figures = {
        "counts": project_counts(project_id),
        "serving": serving_of(project_id),
        "finished_since_round": finished_since_round(project_id),
        "news": {
            **new_to_learn(project_id),
            **{f"all_{part}": count for part, count in all_to_learn(project_id).items()},
            "has_caption_models": caption_models.are_installed(),
        },
        "agreement": agreement_of(project_id),
        "holdout_agreement": agreement_of(project_id, holdout=True),
        "returned": returned_images(project_id=project_id, user=user_of(request)),
    }
    for name, value in figures.items():
        setattr(mine, name, value)
    return Response(ProjectSerializer(mine).data, status=status)
