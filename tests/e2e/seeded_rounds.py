"""Rounds without an hour of training: bundles that serve, and figures that one can read by heart.

Called inside the stack: `manage.py shell -c "from tests.e2e.seeded_rounds import ..."`.
"""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from annotation.models import (
    Agreement,
    Bundle,
    DatasetVersion,
    Embedding,
    Image,
    Job,
    Project,
    Round,
)
from annotation.selectors.doubts import FEWEST
from annotation.services.bundles import ensure_pretrained, register_bundle
from engine.bundle import read_bundle
from tests.annotation.verdicts import note_verdict
from tests.e2e.reviewing import box
from tests.quick_bundle import write_again

CLICKS = {"miou_1": 0.7, "miou_3": 0.8, "miou_5": 0.9, "noc_85": 4.0, "noc_90": 6.0}
TRUSTED = {
    "calibration_error": 0.031,
    "calibration_by_chance": 0.049,
    "calibration_bins": [{"score": 0.87, "accepted": 0.9, "proposals": 430}],
}
PROPOSED = {"ap_50": 0.8, "ap_75": 0.6, "ap_images": 2, **TRUSTED}
SIZES_PROPOSED = {
    "small": {"ap_50": 0.7, "ap_75": 0.4, "objects": 21},
    "large": {"ap_50": 0.9, "ap_75": 0.7, "objects": 36},
}
SURE = {"mean": 0.05, "low": 0.02, "high": 0.08}


def seed_rounds(project_id: int) -> None:
    """Make two rounds of the pretrained bundle, each refused, on a holdout that grew in between.

    The pretrained bundle counts as having proposed on the first two images, and as having been
    held back from the next two; round 1, on trial, proposed on the others. Each took 14 minutes,
    two of them for judging.
    """
    project = Project.objects.get(pk=project_id)
    pretrained = ensure_pretrained(project=project)
    images = Image.objects.filter(project=project)
    images.update(proposed_by=pretrained, arm=Image.Arm.NONE)
    images.filter(pk__in=[image.pk for image in _first_two(project)]).update(arm=Image.Arm.SERVING)
    for number, objects in ((1, 30), (2, 44)):
        version = DatasetVersion.objects.create(
            pk=f"{number:08}{project_id:056}",
            project=project,
            counts={"images": 20 * number, "train": 16 * number, "masks": 90 * number},
        )
        Round.objects.create(
            project=project,
            number=number,
            trigger="manual",
            state="refused",
            dataset_version=version,
            base_bundle=pretrained,
            bundle=_bundle_of(version, points_per_side=4 + number),
            job=_job_of(project),
            created_by=project.created_by,
            decision="Not promoted: large objects pay for the others, 0.25 clicks more to IoU 0.85 "
            f"on {objects - objects // 3}.",
            metrics=_metrics(pretrained, objects),
            examples=_examples(project) | ({"failures": _failures(project)} if number > 1 else {}),
            finished_at=project.created_at,
        )
    tried = Bundle.objects.get(round__project=project, round__number=1)
    others = images.order_by("pk").values("pk")[4:]
    images.filter(pk__in=others).update(proposed_by=tried, arm=Image.Arm.CANDIDATE)
    _agree_on_the_holdout(project)


def seed_training(project_id: int) -> None:
    """Let a third round be training: 45 of 120 steps, the loss falling, five minutes to go."""
    project = Project.objects.get(pk=project_id)
    newest = project.rounds.order_by("-number").first()
    assert newest is not None
    now = timezone.now()
    Round.objects.create(
        project=project,
        number=newest.number + 1,
        trigger="manual",
        state="training",
        dataset_version=newest.dataset_version,
        base_bundle=newest.base_bundle,
        job=Job.objects.create(
            project=project,
            kind="workers.run_round",
            state="running",
            fencing_token=1,
            attempt=1,
            lease_until=now + timedelta(hours=1),
            started_at=now - timedelta(minutes=4),
            progress_done=45,
            progress_total=120,
            message="Training, 286 s left",
        ),
        created_by=project.created_by,
        curve=[{"step": step, "loss": 2 + 6 / step} for step in range(1, 46)],
    )


def seed_doubts(project_id: int) -> None:
    """Let ada accept what grace rejects, where the model expects hardly anybody to accept."""
    project = Project.objects.get(pk=project_id)
    pretrained = ensure_pretrained(project=project)
    images = Image.objects.filter(project=project).order_by("pk")[:4]
    for name, final_iou in (("ada", 1.0), ("grace", None)):
        person = User.objects.get(username=name)
        for image in [*images] * (FEWEST // 4):
            note_verdict(person, image, pretrained, final_iou, score=0.05)


def seed_stream(project_id: int) -> None:
    """Let 40 images have been learned from, 30 alike have come since, and then 25 unlike these."""
    project = Project.objects.get(pk=project_id)
    first, second = project.rounds.order_by("number")
    hour = timedelta(hours=1)
    Round.objects.filter(pk=first.pk).update(created_at=project.created_at - 3 * hour)
    Round.objects.filter(pk=second.pk).update(created_at=project.created_at - hour)
    Image.objects.filter(project=project).update(created_at=project.created_at - 4 * hour)
    _come(project, 40, at=0, before=4 * hour)
    _come(project, 30, at=0, before=2 * hour)
    _come(project, 25, at=9, before=timedelta())


def _come(project: Project, count: int, *, at: float, before: timedelta) -> None:
    """Let finished images have come so long before the project, all embedded around a point."""
    pretrained, known = ensure_pretrained(project=project), Image.objects.count()
    rng = np.random.default_rng(known)
    came = project.created_at - before
    images = Image.objects.bulk_create(
        Image(
            project=project, sha256=f"{project.pk:032x}{number:032x}", file_name=f"{number}.png",
            width=64, height=64, bytes=1, format="PNG", orientation=1, status=Image.Status.DONE,
            finished_at=came, proposed_by=pretrained, arm=Image.Arm.NONE,
        )
        for number in range(known, known + count)
    )  # fmt: skip
    Image.objects.filter(pk__in=[image.pk for image in images]).update(created_at=came)
    Embedding.objects.bulk_create(
        Embedding(
            image_sha256=image.sha256,
            encoder_digest=pretrained.encoder_digest,
            pooled=rng.normal(at, 1, 256).astype("<f2").tobytes(),
        )
        for image in images
    )


def _agree_on_the_holdout(project: Project) -> None:
    """Let two people have done an image of the holdout, where they have three objects in common."""
    held = Image.objects.create(
        project=project, sha256="e" * 64, file_name="held.png", width=64, height=64, bytes=1,
        format="PNG", orientation=1, is_holdout=True, status=Image.Status.DONE,
    )  # fmt: skip
    Agreement.objects.create(
        image=held, slot=1, matched=3, same_label=3, iou_sum=2.61, only_first=0, only_other=1
    )


def _job_of(project: Project) -> Job:
    return Job.objects.create(
        project=project,
        kind="workers.run_round",
        state="succeeded",
        fencing_token=1,
        started_at=project.created_at - timedelta(minutes=14),
        finished_at=project.created_at,
    )


def _bundle_of(version: DatasetVersion, points_per_side: int) -> Bundle:
    """Register a bundle that proposes from another grid."""
    source = Path(settings.PRETRAINED_BUNDLE)
    with TemporaryDirectory() as folder:
        made = write_again(
            Path(folder) / "bundle",
            source,
            points_per_side=points_per_side,
            dataset_version=version.pk,
            parent=read_bundle(source).id,
            recipe={"masks": {}},  # that there is one: nobody trains by it here
        )
        return register_bundle(made)


def _metrics(against: Bundle, objects: int) -> dict[str, Any]:
    """Figures of a candidate that is better, but takes more clicks for large objects."""
    few = objects // 3
    sizes = {"small": CLICKS | {"objects": few}, "large": CLICKS | {"objects": objects - few}}
    before = {
        **CLICKS,
        **PROPOSED,
        "objects": objects,
        "by_size": sizes,
        "ap_by_size": SIZES_PROPOSED,
        "promises": _promises(taken=30),
    }
    after = {
        **before,
        "miou_1": 0.75,
        "noc_85": 3.5,
        "by_size": {
            "small": sizes["small"] | {"miou_1": 0.64, "noc_85": 2.0},
            "large": sizes["large"] | {"miou_1": 0.81, "noc_85": 4.25},
        },
        "promises": _promises(taken=60),
    }
    return {
        "against": against.pk,
        "judging_s": 120.0,
        "holdout": f"of {objects} objects",
        "serving": before,
        "candidate": after,
        "difference": {
            **SURE,
            "clicks": {"mean": -0.5, "low": -0.8, "high": -0.2},
            "by_size": {
                "small": {
                    "mean": -0.06,
                    "low": -0.1,
                    "high": -0.02,
                    "objects": few,
                    "clicks": {"mean": -2.0, "low": -2.9, "high": -1.1},
                },
                "large": {
                    "mean": 0.11,
                    "low": 0.07,
                    "high": 0.15,
                    "objects": objects - few,
                    "clicks": {"mean": 0.25, "low": 0.1, "high": 0.4},
                },
            },
        },
    }


def _promises(taken: int) -> list[dict[str, Any]]:
    """Of 120 proposals: 95 % cannot be promised, 90 % is kept, and 85 % is not."""
    kept = {"share": 0.95, "low": 0.861, "high": 0.99}
    broken = {"share": 0.7, "low": 0.6, "high": 0.79}
    came_to = ((0.95, None, 0, None), (0.9, 0.78, taken, kept), (0.85, 0.66, taken + 30, broken))
    return [
        {
            "promise": promise,
            "threshold": threshold,
            "proposals": 120,
            "taken": count,
            "right": round(count * precision["share"]) if precision else 0,
            "precision": precision,
            "saved": 0.9 * count / 120,
        }
        for promise, threshold, count, precision in came_to
    ]


def _examples(project: Project) -> dict[str, Any]:
    """One click is better on the first image, and worse on the second."""
    good, poor = (
        {"iou": iou, "rle": box(x, y)["rle"]} for iou, x, y in ((0.91, 41, 31), (0.4, 46, 36))
    )
    first, second = (
        {"image": image.sha256, "truth": box(40, 30)["rle"]} for image in _first_two(project)
    )
    return {
        "gained": [{**first, "serving": poor, "candidate": good}],
        "lost": [{**second, "serving": good, "candidate": poor}],
    }


def _failures(project: Project) -> list[dict[str, Any]]:
    """One click is poor on the first image; on the second an object is missed, and one made up."""
    first, second = (image.sha256 for image in _first_two(project))
    truth, poor, made_up = (box(x, y)["rle"] for x, y in ((40, 30), (52, 36), (10, 70)))
    kept = [
        (first, "click", 0.34, truth, poor),
        (second, "missed", 0.0, truth, None),
        (second, "false", 0.0, None, made_up),
    ]
    names = ("image", "kind", "iou", "truth", "answer")
    return [dict(zip(names, each, strict=True)) | {"size": "medium"} for each in kept]


def _first_two(project: Project) -> list[Image]:
    return list(Image.objects.filter(project=project).order_by("pk")[:2])
