"""What a round measured on the blind holdout, as the API tells it."""

from typing import Any, Final

from rest_framework import serializers

from annotation.api.auto_accept import PrecisionSerializer
from annotation.models import Bundle

DESCRIBERS: Final = [("captioner", "captioner"), ("neighbours", "neighbours")]


class ClickFiguresSerializer(serializers.Serializer[Any]):
    """What clicks on some objects of the blind holdout come to."""

    miou_1 = serializers.FloatField(help_text="mean IoU after one click")
    miou_3 = serializers.FloatField()
    miou_5 = serializers.FloatField()
    noc_85 = serializers.FloatField(help_text="clicks to reach IoU 0.85, at most 20")
    noc_90 = serializers.FloatField()
    objects = serializers.IntegerField()


class CalibrationBinSerializer(serializers.Serializer[Any]):
    """Proposals that the verifier gave about the same score."""

    score = serializers.FloatField(help_text="mean")
    accepted = serializers.FloatField(help_text="share that is as good as a person's")
    proposals = serializers.IntegerField()


class LabelFiguresSerializer(serializers.Serializer[Any]):
    """How a bundle names the holdout's masks."""

    masks = serializers.IntegerField(help_text="those that people labelled")
    right = serializers.IntegerField(help_text="of these, whose likeliest label is theirs")
    named = serializers.IntegerField(help_text="where it is sure enough to propose the label")
    named_right = serializers.IntegerField(help_text="of these again")


class SizePrecisionSerializer(serializers.Serializer[Any]):
    """Automatic proposals on the objects of one size."""

    ap_50 = serializers.FloatField()
    ap_75 = serializers.FloatField()
    objects = serializers.IntegerField(help_text="all of them on the images of `ap_images`")


class KeptPromiseSerializer(serializers.Serializer[Any]):
    """What a bundle would accept by itself of its proposals here, had it promised a precision."""

    promise = serializers.FloatField(help_text="share that shall be right")
    threshold = serializers.FloatField(
        allow_null=True,
        help_text="score from which on it accepts; null: by people's verdicts it cannot promise it",
    )
    proposals = serializers.IntegerField()
    taken = serializers.IntegerField(help_text="of these, those that it would accept")
    right = serializers.IntegerField(
        help_text="of these again, those with an IoU of 0.85 or more with a finished mask"
    )
    precision = PrecisionSerializer(
        allow_null=True, help_text="of those taken, over images; null: there are none"
    )
    saved = serializers.FloatField(
        help_text="share of all proposals that nobody need decide: of those taken, some are audited"
    )


class FiguresSerializer(ClickFiguresSerializer):
    """How one bundle does on the blind holdout."""

    by_size = serializers.DictField(
        child=ClickFiguresSerializer(),
        required=False,
        help_text="small, medium, large: those that there are objects of",
    )
    ap_50 = serializers.FloatField(allow_null=True, help_text="of automatic proposals")
    ap_75 = serializers.FloatField(allow_null=True)
    ap_images = serializers.IntegerField(help_text="images with objects, of those proposed on")
    ap_by_size = serializers.DictField(
        child=SizePrecisionSerializer(),
        required=False,
        help_text="small, medium, large: those that there are objects of",
    )
    calibration_error = serializers.FloatField(
        required=False, help_text="of the verifier: expected calibration error on these images"
    )
    calibration_by_chance = serializers.FloatField(
        required=False,
        help_text="what so few proposals would show of that in the mean if each score were right",
    )
    calibration_bins = CalibrationBinSerializer(many=True, required=False)
    promises = KeptPromiseSerializer(
        many=True, required=False, help_text="of the verifier: what each came to on these images"
    )
    labels = LabelFiguresSerializer(required=False)


class IntervalSerializer(serializers.Serializer[Any]):
    """Paired bootstrap over images: candidate minus serving."""

    mean = serializers.FloatField()
    low = serializers.FloatField(help_text="2.5 % quantile")
    high = serializers.FloatField(help_text="97.5 % quantile")


class SizeDifferenceSerializer(IntervalSerializer):
    clicks = IntervalSerializer(required=False, help_text="to IoU 0.85")
    objects = serializers.IntegerField()


class DifferenceSerializer(IntervalSerializer):
    """How the candidate differs in IoU after one click, and in clicks to 0.85."""

    clicks = IntervalSerializer(required=False, help_text="to IoU 0.85")
    by_size = serializers.DictField(child=SizeDifferenceSerializer(), required=False)
    labels = IntervalSerializer(
        required=False, help_text="Of masks named rightly less those named wrongly, a mask"
    )


class CaptionFiguresSerializer(serializers.Serializer[Any]):
    """How a bundle describes the holdout's described images."""

    cider = serializers.FloatField(help_text="CIDEr-D, n-grams weighed by these images")
    f1 = serializers.FloatField(help_text="F1 of content words, 0 to 1")
    images = serializers.IntegerField()
    by = serializers.ChoiceField(
        choices=DESCRIBERS, help_text="neighbours: a caption of images alike, without a captioner"
    )


class CaptionMetricsSerializer(serializers.Serializer[Any]):
    serving = CaptionFiguresSerializer(required=False)
    candidate = CaptionFiguresSerializer(required=False)
    difference = IntervalSerializer(required=False, help_text="in CIDEr")


class AlsoFiguresSerializer(serializers.Serializer[Any]):
    """Mean IoU after one click on another project's holdout, as of its newest version."""

    project = serializers.IntegerField()
    name = serializers.CharField()
    version = serializers.CharField(allow_null=True, help_text="null: none was cut")
    objects = serializers.IntegerField(help_text="0: there was nothing to measure on")
    shared = serializers.IntegerField(
        required=False, help_text="Images left out, as they may be learned from here"
    )
    serving = serializers.FloatField(required=False)
    candidate = serializers.FloatField(required=False)
    difference = IntervalSerializer(required=False)


class RoundMetricsSerializer(serializers.Serializer[Any]):
    serving = FiguresSerializer(required=False)
    candidate = FiguresSerializer(required=False)
    difference = DifferenceSerializer(required=False)
    also = AlsoFiguresSerializer(
        many=True, required=False, help_text="Of projects that it must not forget"
    )
    captions = CaptionMetricsSerializer(required=False)
    passed = serializers.ListField(
        child=serializers.ChoiceField(choices=Bundle.Part.choices),
        required=False,
        help_text="Parts of its bundle that the gate let through. Of the others what served goes "
        "on, unless none passed and a manager promoted the round all the same",
    )
    judging_s = serializers.FloatField(
        required=False, help_text="What measuring on the holdout took, of the last run of its job"
    )
