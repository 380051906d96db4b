"""The effort table: what finished masks cost people."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView, user_of
from annotation.api.inputs import query_of
from annotation.models import Image
from annotation.selectors.effort_table import By, effort_table
from annotation.selectors.projects import projects_for


class EffortQuerySerializer(serializers.Serializer[Any]):
    by = serializers.ChoiceField(
        By.choices, help_text="What the rows are; annotator: what each did, whoever finished"
    )


class EffortFigureSerializer(serializers.Serializer[Any]):
    """A ratio of sums over images, with Student's interval of the linearised variance.

    A share that is the same on all images has the exact interval (Clopper and Pearson) of as many
    trials; a difference of such shares has none.
    """

    value = serializers.FloatField()
    low = serializers.FloatField(
        allow_null=True, help_text="2.5 % quantile; null: unknown, as of one image"
    )
    high = serializers.FloatField(allow_null=True, help_text="97.5 % quantile")
    n = serializers.IntegerField(help_text="Masks or proposals that it is of")


class SavedEffortSerializer(serializers.Serializer[Any]):
    seconds = EffortFigureSerializer(allow_null=True, help_text="For each mask")
    clicks = EffortFigureSerializer(allow_null=True, help_text="For each mask")


class EffortRowSerializer(serializers.Serializer[Any]):
    """What finished images and masks cost; a figure that nobody measured is null."""

    key = serializers.CharField(help_text="Of a bundle, size, label or person; empty: all")
    name = serializers.CharField(help_text="Of the key, for people")
    arm = serializers.ChoiceField(
        [*Image.Arm.choices, ("", "all")], help_text="Whose proposals they got"
    )
    images = serializers.IntegerField()
    unfinished = serializers.IntegerField(
        allow_null=True,
        help_text="Images begun beside these, which do not count yet; null unless by arm",
    )
    masks = serializers.IntegerField()
    seconds = EffortFigureSerializer(
        allow_null=True,
        help_text="For each mask of what was timed; by size and label, those at the mask alone",
    )
    clicks = EffortFigureSerializer(allow_null=True, help_text="For each mask")
    strokes = EffortFigureSerializer(allow_null=True, help_text="For each mask")
    untouched = EffortFigureSerializer(
        allow_null=True,
        help_text="Share of the proposals decided on; by size and label, of those accepted",
    )
    at_once = EffortFigureSerializer(
        allow_null=True,
        help_text="Share of them that was accepted with others at once and not looked at since",
    )
    iou = EffortFigureSerializer(allow_null=True, help_text="Of proposals and their final masks")
    saved = SavedEffortSerializer(
        allow_null=True,
        help_text="By what served, against images without proposals; by arm, within each model",
    )


class ProjectEffortView(MemberView):
    """For managers alone: who annotates shall not learn which images are in which arm."""

    roles = {"GET": MANAGERS}

    @extend_schema(
        operation_id="list_effort",
        parameters=[EffortQuerySerializer],
        responses=EffortRowSerializer(many=True),
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(user_of(request)), pk=project_id)
        rows = effort_table(project.pk, By(query_of(request, EffortQuerySerializer)["by"]))
        return Response(EffortRowSerializer(rows, many=True).data)
