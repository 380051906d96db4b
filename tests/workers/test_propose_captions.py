"""Captions are proposed with a real, tiny captioner: found by itself, once, and never blind."""

from typing import Any
from uuid import uuid4

import pytest
import torch
from django.db.models.functions import Now

from annotation import jobs
from annotation.models import Bundle, CaptionProposal, Image, Job
from annotation.services.bundles import ensure_pretrained, promote_bundle
from annotation.services.caption_proposals import propose_caption
from annotation.services.captions import save_caption
from annotation.services.jobs import MAX_ATTEMPTS, cancel_job, enqueue_job, sweep_jobs
from engine.captioning import proposals
from engine.captioning.facts import Inputs
from engine.captioning.items import DescribedImage
from engine.captioning.lora import Lora
from engine.captioning.model import build
from engine.captioning.reading import Reader
from engine.captioning.stored import CaptionerRecord, StoredCaptioner
from tests.annotation.world import World, make_image
from tests.engine.captioning.tiny import picture, pictures, save_language_model
from workers import propose_captions
from workers.tasks import run_job


@pytest.fixture(scope="module")
def captioner(tmp_path_factory: pytest.TempPathFactory) -> StoredCaptioner:
    """A captioner that writes whatever its random weights say, at once."""
    base = save_language_model(tmp_path_factory.mktemp("language"))
    lora, described = Lora(rank=2), pictures()
    reader = Reader.of(described, grid_side=2, most_masks=2)
    features = reader.features_of(described[0])
    torch.manual_seed(0)
    record = CaptionerRecord(
        base="",
        features=features,
        inputs=Inputs(neighbours=0),
        lora=lora,
        grid_side=2,
        most_masks=2,
        words={"clean": 3},
    )
    return StoredCaptioner(record, build(base, features, lora).eval(), reader)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, captioner: StoredCaptioner) -> list[int]:
    """The images that were read for the captioner; their pixels are another matter."""
    seen: list[int] = []

    def described_image(image: Image) -> DescribedImage:
        seen.append(image.pk)
        return picture(image.pk)

    monkeypatch.setattr(propose_captions, "captioner_of", lambda _: captioner)
    monkeypatch.setattr(propose_captions, "described_image", described_image)
    return seen


def queue(world: World) -> Job:
    args = {"project_id": world.project.pk}
    return enqueue_job(kind=jobs.PREPARE_IMAGES, project=world.project, args=args)


def run(world: World) -> Job:
    job = queue(world)
    run_job(job_id=job.pk)
    job.refresh_from_db()
    return job


def die_at(place: int, job: Job) -> None:
    """Let a worker that takes the job die as it reads an image: its first, second, ..."""
    read = 0

    def described_image(image: Image) -> DescribedImage:
        nonlocal read
        read += 1
        if read == place:
            raise SystemExit
        return picture(image.pk)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(propose_captions, "described_image", described_image)
        with pytest.raises(SystemExit):
            run_job(job_id=job.pk)
    Job.objects.filter(pk=job.pk).update(lease_until=Now())


def describe(world: World, image: Image) -> None:
    save_caption(caption_id=uuid4(), image=image, author=world.annotator, text="A cell.")


def test_images_that_nobody_described_get_a_caption_and_the_holdout_none(
    world: World, image: Image, read: list[int]
) -> None:
    describe(world, make_image(world.project, 1))
    make_image(world.project, 2, is_holdout=True)

    job = run(world)

    assert (job.state, job.error, job.message) == ("succeeded", "", propose_captions.MESSAGE)
    assert (job.progress_done, job.progress_total) == (1, 1)
    [proposal] = CaptionProposal.objects.all()
    assert (proposal.image, proposal.bundle) == (image, ensure_pretrained(project=world.project))
    assert proposal.text == " ".join(proposal.text.split()) != ""
    words = len(proposal.text.split())
    assert all(each["first"] < each["end"] <= words for each in proposal.phrases)


def test_a_caption_with_bytes_that_the_database_cannot_keep_is_proposed_without_them(
    world: World, image: Image, read: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = proposals.CaptionProposal("", "A\0cell\0 \n divides.\0", ())
    monkeypatch.setattr(proposals, "propose_captions", lambda *_, **__: [written])

    job = run(world)

    assert (job.state, job.error) == ("succeeded", "")
    assert CaptionProposal.objects.get(image=image).text == "A cell divides."


def test_a_killed_run_goes_on_where_it_stopped_and_a_second_one_finds_nothing(
    world: World, image: Image, read: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    second = make_image(world.project, 1)

    def fail_at_second(**given: Any) -> CaptionProposal | None:
        if given["image"] == second:
            raise RuntimeError("killed")
        return propose_caption(**given)

    with monkeypatch.context() as patch:
        patch.setattr(propose_captions, "propose_caption", fail_at_second)
        assert run(world).state == "failed"
    kept = CaptionProposal.objects.get()

    run(world)
    run(world)

    assert read == [image.pk, second.pk, second.pk]
    assert list(CaptionProposal.objects.filter(pk=kept.pk).values_list("text", flat=True)) == [
        kept.text
    ]
    assert CaptionProposal.objects.count() == 2


def test_a_job_that_dies_after_each_caption_gets_to_its_end(world: World, read: list[int]) -> None:
    images = [make_image(world.project, seed) for seed in range(MAX_ATTEMPTS + 2)]
    job = queue(world)

    for _ in range(MAX_ATTEMPTS + 1):
        die_at(2, job)
    run_job(job_id=job.pk)

    job.refresh_from_db()
    assert (job.state, job.error) == ("succeeded", "")
    assert CaptionProposal.objects.count() == len(images)


def test_a_job_that_dies_at_the_same_caption_is_given_up(
    world: World, image: Image, read: list[int]
) -> None:
    make_image(world.project, 1)
    job = queue(world)

    die_at(2, job)  # the second image is the first of each attempt after this
    for _ in range(MAX_ATTEMPTS - 1):
        die_at(1, job)
    sweep_jobs()

    job.refresh_from_db()
    assert (job.state, "vanished" in job.error) == ("failed", True)
    assert CaptionProposal.objects.get().image == image


def test_a_cancelled_job_reads_no_further_image(
    world: World,
    image: Image,
    captioner: StoredCaptioner,
    read: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def load_and_cancel(_: Bundle) -> StoredCaptioner:
        cancel_job(job_id=Job.objects.get(kind=jobs.PREPARE_IMAGES).pk)
        return captioner

    monkeypatch.setattr(propose_captions, "captioner_of", load_and_cancel)

    job = run(world)

    assert job.state == "cancelled"
    assert read == []


def test_a_captioner_that_serves_no_longer_writes_no_more(
    world: World,
    image: Image,
    captioner: StoredCaptioner,
    read: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = ensure_pretrained(project=world.project)
    newer = Bundle.objects.create(
        pk="b" * 64, encoder_digest=old.encoder_digest, manifest=old.manifest
    )
    loaded: list[Bundle] = []

    def load_as_another_comes(bundle: Bundle) -> StoredCaptioner:
        loaded.append(bundle)
        if bundle == old:
            promote_bundle(
                project=world.project, expected=old.pk, to=newer, reason="a test", by=world.manager
            )
        return captioner

    monkeypatch.setattr(propose_captions, "captioner_of", load_as_another_comes)

    job = run(world)

    assert (job.state, job.error) == ("succeeded", "")
    assert loaded == [old, newer]
    assert CaptionProposal.objects.get().bundle == newer


def test_a_bundle_without_a_captioner_proposes_none(world: World, image: Image) -> None:
    job = run(world)

    assert (job.state, job.error) == ("succeeded", "")
    assert not CaptionProposal.objects.exists()
