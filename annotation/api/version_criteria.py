"""What a version shall hold, as requests and answers say it."""

from typing import Any, Final

from rest_framework import serializers

from annotation.api.inputs import FiniteField
from annotation.models import VersionQuery

MOST: Final = 1000  # values of one criterion


class CriteriaSerializer(serializers.Serializer[Any]):
    """What of a project a version holds; whatever is left out chooses nothing."""

    splits = serializers.ListField(
        child=serializers.CharField(max_length=20),
        max_length=3,
        required=False,
        help_text="of train, holdout and unfinished; or all",
    )
    labels = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        max_length=MOST,
        required=False,
        help_text="only masks of these, by id",
    )
    drop_empty = serializers.BooleanField(
        required=False, help_text="leave out images without a mask, or without one of the labels"
    )
    reviewed = serializers.BooleanField(required=False, help_text="only what a reviewer accepted")
    agreement = FiniteField(
        required=False,
        allow_null=True,
        help_text="at least, from 0 to 1: the IoU of the objects that several people found, to all "
        "that any found. Images that one person did have none, and are left out",
    )
    rounds = serializers.ListField(
        child=serializers.IntegerField(min_value=0),
        max_length=MOST,
        required=False,
        help_text="whose model proposed on the image last; 0: the pretrained one",
    )
    finished_from = serializers.DateField(
        required=False, allow_null=True, help_text="the first day, by UTC"
    )
    finished_to = serializers.DateField(
        required=False, allow_null=True, help_text="the last day, by UTC"
    )
    groups = serializers.ListField(
        child=serializers.CharField(max_length=100), max_length=MOST, required=False
    )
    val_share = FiniteField(
        required=False,
        allow_null=True,
        help_text="of train that becomes the val split, above 0 and below 1: drawn by hash, of "
        "each label its share, groups whole. What is finished later moves nothing drawn before",
    )

    def to_internal_value(self, data: Any) -> Any:  # noqa: ANN401  # JSON
        """Refuse what is no criterion: left out unseen, a slip would cut everything."""
        if isinstance(data, dict) and (unknown := sorted(data.keys() - self.fields.keys())):
            known = ", ".join(self.fields)
            raise serializers.ValidationError(
                {unknown[0]: [f"There is no such criterion; there are {known}."]}
            )
        return super().to_internal_value(data)


class NamedQuerySerializer(serializers.Serializer[VersionQuery]):
    """The saved query that a version was cut from."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    number = serializers.IntegerField(help_text="of this name, from 1")
