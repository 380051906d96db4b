"""Simulated annotators: they do what people would, and the loop around them is the real one."""

import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import numpy as np
import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from PIL import Image as Picture_

from annotation import jobs, storage
from annotation.models import Caption, Embedding, Image, Job, Mask, Project, Proposal, Round
from annotation.services.bundles import ensure_pretrained
from annotation.services.rounds import cancel_round
from engine.masks.rle import RLE, decode, encode, iou
from engine.segmentation.items import AnnotatedImage, SeenImage
from engine.segmentation.predictor import OnnxPredictor
from engine.segmentation.proposals import MaskProposal
from tests.annotation.world import World
from tests.engine.captioning.tiny import save_language_model
from tests.workers.conftest import ENCODER_DIGEST
from tests.workers.describing import QUICK, install_models
from workers import evaluation
from workers.app import app
from workers.simulation import caption_command, loop, rehearsal
from workers.simulation.annotator import Offer, Scene, Target, annotate, correct, verify
from workers.simulation.extra_sets import parse_extra_set
from workers.simulation.pictures import (
    Picture,
    TrueMask,
    read_pictures,
    split_by_group,
    with_swapped_masks,
)
from workers.simulation.project import SimulatedProject
from workers.simulation.work import Effort, total

SIZE_HW = (60, 80)


def box(x: int, y: int, width: int, height: int) -> RLE:
    mask = np.zeros(SIZE_HW, bool)
    mask[y : y + height, x : x + width] = True
    return encode(mask)


class UselessPredictor:
    """Answers every click with an empty mask, so that only the brush helps."""

    def best_mask(self, *_: Any, **__: Any) -> Any:
        return np.zeros(SIZE_HW, bool), np.zeros((256, 256), np.float32), 0.5


@pytest.fixture
def scene() -> Scene:
    predictor = cast("OnnxPredictor", UselessPredictor())
    seen = SeenImage(SIZE_HW, np.zeros((256, 64, 64), np.float16))
    return Scene(seen, predictor, accept_iou=0.85)


def offer(rle: RLE) -> Offer:
    return Offer(uuid4(), rle)


THREE = [Target(box(x, 5, 16, 16), label=1) for x in (0, 20, 40)]


def good_close_and_wrong() -> tuple[Offer, Offer, Offer]:
    """Propose the first of THREE well, the second badly, and something that is not there."""
    return (
        offer(box(0, 5, 16, 15)),
        offer(box(20, 5, 11, 16)),
        offer(box(60, 40, 9, 9)),
    )


def test_proposals_are_accepted_corrected_or_rejected_and_what_is_missing_is_added(
    scene: Scene,
) -> None:
    good, close, wrong = good_close_and_wrong()

    operations = annotate(scene, [good, close, wrong], THREE)

    what = {op.get("proposal"): op.get("verdict", op["kind"]) for op in operations}
    assert what == {
        good.id: "accepted",
        close.id: "create",
        wrong.id: "rejected",
        None: "create",
    }
    for op in operations:
        if op["kind"] == "create":
            assert max(iou(op["rle"], target.rle) for target in THREE) >= scene.accept_iou
            assert 1 <= op["effort"]["clicks"] + op["effort"]["strokes"] <= 20


def test_two_proposals_for_one_object_are_not_both_accepted(scene: Scene) -> None:
    target = Target(box(0, 5, 16, 16), label=1)

    operations = annotate(scene, [offer(target.rle), offer(target.rle)], [target])

    assert Counter(op["verdict"] for op in operations) == {"accepted": 1, "rejected": 1}


def test_who_verifies_sends_on_what_is_badly_drawn_and_who_corrects_adds_what_is_missing(
    scene: Scene,
) -> None:
    good, close, wrong = good_close_and_wrong()

    verdicts = verify([good, close, wrong], THREE, scene.accept_iou)
    operations = correct(scene, [close], THREE, present=[good.rle])

    assert [op["verdict"] for op in verdicts] == ["accepted", "needs_work", "rejected"]
    assert [op.get("proposal") for op in operations] == [close.id, None]
    for op, target in zip(operations, THREE[1:], strict=True):
        assert iou(op["rle"], target.rle) >= scene.accept_iou


def test_who_corrects_leaves_what_is_good_and_was_never_verified(scene: Scene) -> None:
    good, close, wrong = good_close_and_wrong()

    operations = correct(scene, [good, close, wrong], THREE, present=[])

    told = [(op.get("proposal"), op.get("verdict", op["kind"])) for op in operations]
    assert told[:3] == [(good.id, "accepted"), (close.id, "create"), (wrong.id, "rejected")]


def test_what_gets_another_label_than_was_proposed_is_not_accepted_as_it_is(scene: Scene) -> None:
    offers = [
        Offer(uuid4(), each.rle, label) for each, label in zip(THREE, (1, 2, None), strict=True)
    ]
    effort = Effort()

    effort.add(verify(offers, THREE, scene.accept_iou), offers)

    assert (effort.settled, effort.masks, effort.accepted) == (3, 3, 2)
    assert effort.relabelled == 1


def test_a_brush_stroke_paints_one_region_and_keeps_holes(scene: Scene) -> None:
    ring = decode(box(10, 10, 30, 30)) & ~decode(box(20, 20, 10, 10))

    [op] = annotate(scene, [], [Target(encode(ring), label=1)])

    assert np.array_equal(decode(op["rle"]), ring)
    assert op["effort"]["strokes"] == 1


def picture(number: int, group: str) -> Picture:
    truth = (TrueMask(box(2, 2, 9, 9), "cell"),)
    return Picture(Path(f"{number}.png"), f"{number}.png", group, SIZE_HW, truth)


def test_a_group_stays_on_one_side_and_the_seed_decides_which() -> None:
    pictures = [picture(number, f"group {number % 7}") for number in range(70)]

    training, held_out = split_by_group(pictures, holdout=0.3, seed=1)
    again = split_by_group(pictures, holdout=0.3, seed=1)
    other = split_by_group(pictures, holdout=0.3, seed=2)

    assert not {each.group for each in training} & {each.group for each in held_out}
    assert (len(training), len(held_out)) == (50, 20)
    assert (training, held_out) == again
    assert {each.group for each in held_out} != {each.group for each in other[1]}


def test_swapped_masks_are_another_pictures_of_the_same_size() -> None:
    truth = [(TrueMask(box(n, n, n + 5, n + 5), "cell"),) for n in range(5)]
    small = [replace(picture(n, ""), truth=truth[n]) for n in range(3)]
    large = [replace(picture(n, ""), truth=truth[n], size_hw=(90, 90)) for n in (3, 4)]
    alone = replace(picture(5, ""), size_hw=(7, 7))

    swapped = with_swapped_masks([*small, alone, *large])

    assert [each.path for each in swapped] == [each.path for each in [*small, *large]]
    assert [each.truth for each in swapped] == [truth[n] for n in (1, 2, 0, 4, 3)]


@pytest.mark.parametrize("text", ["photos", "photos=only", "=a:b", "photos=/nowhere:/nothing"])
def test_a_set_that_cannot_be_read_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=text.replace("/", "/")):
        parse_extra_set(text)


def write_dataset(folder: Path, count: int, seed: int = 0) -> Path:
    """Draw bright boxes on noise, with their COCO file."""
    (folder / "images").mkdir(parents=True)
    rng = np.random.default_rng(seed)
    images: list[Any] = []
    annotations: list[Any] = []
    for number in range(1, count + 1):
        pixels = rng.integers(0, 90, (*SIZE_HW, 3), np.uint8)
        for place in range(2):
            rle = box(5 + 35 * place, 10 + number, 20, 25)
            pixels[decode(rle)] = 220
            annotation = {"id": len(annotations) + 1, "image_id": number, "category_id": 1}
            annotations.append({**annotation, "segmentation": rle, "iscrowd": 0})
        name = f"images/{number}.png"
        Picture_.fromarray(pixels).save(folder / name)
        height, width = SIZE_HW
        image = {"id": number, "file_name": name, "height": height, "width": width}
        images.append({**image, "group": number})
    content = {
        "images": images,
        "annotations": annotations,
        "categories": [{"id": 1, "name": "box"}],
    }
    (folder / "instances.json").write_text(json.dumps(content))
    return folder


@pytest.fixture
def delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a job in this process when the loop waits for it."""

    def deliver(job_id: int, _: Any) -> None:
        job = Job.objects.get(pk=job_id)
        app.tasks[job.kind](job_id=job_id)
        job.refresh_from_db()
        assert job.state == "succeeded", job.error

    monkeypatch.setattr(loop, "wait_for", deliver)
    monkeypatch.setattr(evaluation, "MAX_CLICKS", 2)


@pytest.mark.slow
@pytest.mark.parametrize("plan", ["whole", "queues"])
def test_the_loop_runs_through_the_services_of_people(
    world: World, delivered: None, tmp_path: Path, plan: str
) -> None:
    data, out = write_dataset(tmp_path / "data", 6), tmp_path / "out.json"

    call_command(
        "simulate_rounds",
        images=data / "images",
        coco=data / "instances.json",
        rounds=1,
        per_round=2,
        holdout=0.34,
        also=[parse_extra_set(f"same={data / 'images'}:{data / 'instances.json'}")],
        json=out,
        plan=plan,
    )

    report = json.loads(out.read_text())
    queues = {"whole": ["whole"], "queues": ["verify", "complete", "correct"]}[plan]
    first, second = report["rounds"]
    assert (first["round"], second["round"]) == (0, 1)
    assert first["bundle"] != second["bundle"]
    for row in (first, second):
        assert {"miou_1", "miou_3", "miou_5", "noc_85", "noc_90", "ap_50"} <= row["holdout"].keys()
        assert row["holdout"]["objects"] == 4
        by_size = row["holdout"]["ap_by_size"].values()
        assert sum(size["objects"] for size in by_size) == 4
        assert row["also"]["same"]["objects"] == 12
        assert (row["rehearsed"]["images"], row["rehearsed"]["masks"]) == (2, 4)
        assert list(row["rehearsed_by_queue"]) == queues
        assert {"prepare", "evaluate", "rehearse"} < row["seconds"].keys()
    assert first["masks_finished"] == 4
    assert first["clicks_per_mask"] is not None
    assert (first["worked_with"], second["worked_with"]) == (first["bundle"], "")
    assert list(first["effort"]) == queues
    assert sum(effort["masks"] for effort in first["effort"].values()) == 4
    assert sum(effort["images"] for effort in first["effort"].values()) == 2
    assert report["protocol"]["plan"] == plan
    assert report["protocol"]["objects_per_image"] == 5
    assert not Proposal.objects.filter(image__is_holdout=True).exists()
    trained = Round.objects.get().dataset_version
    assert trained is not None
    assert (trained.counts["train"], trained.counts["holdout"]) == (2, 2)
    assert set(Image.objects.values_list("status", flat=True)) == {"done"}
    assert Job.objects.filter(kind=jobs.RUN_ROUND, state="succeeded").count() == 1


@pytest.mark.slow
def test_what_serves_at_first_is_measured_once_as_the_first_round_judges_by_it(
    world: World, delivered: None, tmp_path: Path
) -> None:
    unknown = 1  # what other tests measured is in the store still
    data, out = write_dataset(tmp_path / "data", 6, seed=unknown), tmp_path / "out.json"
    known = set(storage.list_keys("evaluations/"))

    first = run_rounds_of(data, out)["rounds"][0]

    judged = Round.objects.get().metrics["serving"]
    assert {name: judged[name] for name in ("miou_1", "noc_85", "ap_50")} == {
        name: first["holdout"][name] for name in ("miou_1", "noc_85", "ap_50")
    }
    made = set(storage.list_keys(f"evaluations/{first['bundle']}/")) - known
    assert len(made) == 1


@pytest.mark.parametrize("plan", ["whole", "queues"])
def test_a_rehearsal_counts_a_wrong_label_as_a_correction_and_leaves_nothing_behind(
    world: World, tmp_path: Path, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write_dataset(tmp_path / "data", 2)
    pictures = [
        replace(each, truth=(each.truth[0], replace(each.truth[1], label="lid")))
        for each in read_pictures(data / "images", data / "instances.json")
    ]
    people = SimulatedProject.of(data / "images", pictures, seed=0, plan=plan)
    bundle = ensure_pretrained(project=people.project)
    images = []
    for picture in pictures:
        image = people.import_finished(picture, is_holdout=True)
        truth = [mask.rle for mask in picture.truth]
        images.append(AnnotatedImage(image.sha256, no_embedding, truth, image.size_hw))
    box_label = people.labels["box"].pk
    monkeypatch.setattr(rehearsal, "propose", lambda *_, **__: found(pictures[0]))
    monkeypatch.setattr(rehearsal, "namer_of", lambda _: AlwaysSays(box_label))
    before = [model.objects.count() for model in (Project, Image, Mask, Proposal)]

    efforts = rehearsal.rehearse(people, bundle, images[:1], 0.85, lambda *_: None)

    effort = total(efforts.values())
    assert list(efforts) == {"whole": ["whole"]}.get(plan, ["verify", "complete", "correct"])
    assert (effort.images, effort.settled, effort.masks, effort.clicks) == (1, 2, 2, 0)
    assert (effort.accepted, effort.relabelled) == (1, 1)
    assert [model.objects.count() for model in (Project, Image, Mask, Proposal)] == before


@dataclass(frozen=True)
class AlwaysSays:
    """Stands for the loaded label head."""

    label: int

    def labels(self, _: str, masks: list[RLE]) -> list[int]:
        return [self.label] * len(masks)


def no_embedding() -> Any:
    return np.zeros((256, 64, 64), np.float16)


def found(picture: Picture) -> list[MaskProposal]:
    """Propose exactly what is there."""
    return [MaskProposal(mask.rle, (0, 0, 9, 9), 0.9, 0.9, (1, 1)) for mask in picture.truth]


def run_rounds_of(data: Path, out: Path, **options: Any) -> dict[str, Any]:
    call_command(
        "simulate_rounds",
        images=data / "images",
        coco=data / "instances.json",
        **({"rounds": 1, "per_round": 2, "holdout": 0.34, "json": out} | options),
    )
    report: dict[str, Any] = json.loads(out.read_text())
    return report


def stop_at(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupt the loop, once, where it waits for a job of a kind, which is done all the same."""
    wait_for = loop.wait_for

    def interrupted(job_id: int, show: Any) -> None:
        wait_for(job_id, show)
        if Job.objects.get(pk=job_id).kind == kind:
            monkeypatch.setattr(loop, "wait_for", wait_for)
            raise KeyboardInterrupt

    monkeypatch.setattr(loop, "wait_for", interrupted)


@pytest.mark.slow
@pytest.mark.parametrize("plan", ["whole", "queues"])
def test_a_run_that_was_stopped_goes_on_with_the_round_that_it_was_in(
    world: World, delivered: None, tmp_path: Path, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, out = write_dataset(tmp_path / "data", 6), tmp_path / "out.json"
    options = {"plan": plan, "rounds": 2, "per_round": 1}
    stop_at(jobs.RUN_ROUND, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        run_rounds_of(data, out, **options)
    [stopped] = json.loads(out.read_text())["rounds"]

    resumed = run_rounds_of(data, out, **options, resume=True)
    again = run_rounds_of(data, out, **options, resume=True)

    rounds = Round.objects.filter(project_id=resumed["project"]).order_by("number")
    first, *later = resumed["rounds"]
    assert first == stopped
    assert [row["bundle"] for row in later] == [each.bundle_id for each in rounds]
    assert [row["images_finished"] for row in resumed["rounds"]] == [1, 1, 0]
    assert [row["holdout"]["objects"] for row in resumed["rounds"]] == [4, 4, 4]
    assert all(row["masks_finished"] == 2 for row in resumed["rounds"][:2])
    assert again["rounds"] == resumed["rounds"]


@pytest.mark.slow
def test_a_run_whose_round_was_cancelled_goes_on_with_that_round(
    world: World, delivered: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, out = write_dataset(tmp_path / "data", 6), tmp_path / "out.json"
    deliver = loop.wait_for

    def cancelled(job_id: int, show: Any) -> None:
        under_way = Round.objects.filter(job_id=job_id).first()
        if under_way is None:
            deliver(job_id, show)
            return
        assert cancel_round(round_id=under_way.pk).state == Round.State.CANCELLED
        monkeypatch.setattr(loop, "wait_for", deliver)
        raise loop.JobFailedError("cancelled")

    monkeypatch.setattr(loop, "wait_for", cancelled)
    with pytest.raises(CommandError, match="cancelled"):
        run_rounds_of(data, out, rounds=1, per_round=1)

    resumed = run_rounds_of(data, out, rounds=1, per_round=1, resume=True)

    [gone_on] = Round.objects.filter(project_id=resumed["project"])
    assert [row["bundle"] for row in resumed["rounds"][1:]] == [gone_on.bundle_id]
    assert gone_on.state in {Round.State.PROMOTED, Round.State.REFUSED}


@pytest.mark.slow
def test_a_run_that_was_stopped_is_not_mistaken_for_another(
    world: World, delivered: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, out = write_dataset(tmp_path / "data", 6), tmp_path / "out.json"
    stop_at(jobs.RUN_ROUND, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        run_rounds_of(data, out)

    for options, message in (
        ({"seed": 1}, "of a run with seed 0, and not 1"),
        ({"json": None}, "--resume needs the --json"),
        ({"json": data / "instances.json"}, "is of no run that can go on"),
        ({"json": tmp_path / "nothing.json"}, "No such file"),
    ):
        with pytest.raises(CommandError, match=message):
            run_rounds_of(data, out, resume=True, **options)

    finished = Image.objects.filter(is_holdout=False, status="done").values("pk")
    Image.objects.filter(pk__in=finished[:1]).update(status="todo")
    with pytest.raises(CommandError, match="while its people were at work"):
        run_rounds_of(data, out, resume=True)


@pytest.mark.slow
def test_with_an_order_all_images_are_there_at_first_and_a_round_takes_the_next(
    world: World, delivered: None, tmp_path: Path
) -> None:
    data = write_dataset(tmp_path / "data", 6)
    pictures = read_pictures(data / "images", data / "instances.json")
    people = SimulatedProject.of(data / "images", pictures, seed=0, plan="whole")
    plan = loop.Plan(pictures[:4], pictures[4:], 1, 2, 0.85, also=[], next_by="random")

    report = next(loop.run_rounds(people, plan, lambda *_: None))

    assert report.effort["whole"].images == 2
    waiting = Image.objects.filter(status="todo")
    taken = Image.objects.filter(status="done", is_holdout=False)
    assert (len(taken), len(waiting)) == (2, 2)
    assert max(each.sha256 for each in taken) < min(each.sha256 for each in waiting)


def write_captions(data: Path, count: int) -> Path:
    """Caption every image of a dataset twice."""
    images = json.loads((data / "instances.json").read_text())["images"]
    texts = ("a bright box on noise", "boxes in the dark")
    captions = [
        {"id": 2 * image["id"] + turn, "image_id": image["id"], "caption": text}
        for image in images[:count]
        for turn, text in enumerate(texts)
    ]
    path = data / "captions.json"
    path.write_text(json.dumps({"images": images, "annotations": captions, "categories": []}))
    return path


@pytest.mark.slow
def test_with_captions_rounds_train_a_captioner_alone(
    world: World, delivered: None, tmp_path: Path, settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    base = save_language_model(tmp_path / "language")
    install_models(tmp_path / "models", base, settings, monkeypatch)
    monkeypatch.setattr("workers.simulation.describing.wait_for", loop.wait_for)
    monkeypatch.setattr(caption_command, "CaptionConfig", QUICK)
    data, out = write_dataset(tmp_path / "data", 6), tmp_path / "out.json"

    call_command(
        "simulate_rounds",
        images=data / "images",
        coco=data / "instances.json",
        captions=write_captions(data, 6),
        rounds=2,
        holdout=0.34,
        inputs=["masks"],
        json=out,
    )

    report = json.loads(out.read_text())
    assert [(row["images"], row["captions"]) for row in report["rounds"]] == [(2, 4), (4, 8)]
    for row in report["rounds"]:
        assert {"cider", "f1", "seconds", "peak_mib", "promoted"} <= row.keys()
        names = [each["row"] for each in row["baselines"]]
        assert names == ["one person", "nearest image", "consensus of five"]
    assert [row["row"] for row in report["inputs"]] == ["masks"]
    assert not Proposal.objects.exists()
    assert not Embedding.objects.filter(encoder_digest=ENCODER_DIGEST).exists()
    assert list(Round.objects.values_list("parts", flat=True)) == [["captions"]] * 2
    describers = Caption.objects.values_list("author__username", flat=True)
    assert set(describers) == {"simulated-describer-1", "simulated-describer-2"}


def test_inputs_that_nobody_knows_are_refused_by_name(
    world: World, tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_models(tmp_path / "models", tmp_path, settings, monkeypatch)
    (tmp_path / "config.json").write_text("{}")
    data = write_dataset(tmp_path / "data", 3)

    with pytest.raises(CommandError, match="got smell"):
        call_command(
            "simulate_rounds",
            images=data / "images",
            coco=data / "instances.json",
            captions=write_captions(data, 3),
            rounds=1,
            holdout=0.5,
            inputs=["smell"],
        )


def test_an_order_of_images_is_for_one_pass(db: None, tmp_path: Path) -> None:
    data = write_dataset(tmp_path / "data", 3)

    with pytest.raises(CommandError, match="--next needs --plan whole"):
        call_command(
            "simulate_rounds",
            images=data / "images",
            coco=data / "instances.json",
            plan="queues",
            next="model",
        )


def test_more_images_than_there_are_is_said_at_once(db: None, tmp_path: Path) -> None:
    data = write_dataset(tmp_path / "data", 3)

    with pytest.raises(CommandError, match="need 40 images; 2 are left"):
        call_command(
            "simulate_rounds",
            images=data / "images",
            coco=data / "instances.json",
            rounds=2,
            per_round=20,
            holdout=0.34,
        )
