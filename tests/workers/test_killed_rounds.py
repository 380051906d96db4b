"""A round whose process is killed, in any of its stages, comes out as if it never had been (P7).

The process is real, and gets SIGKILL in the middle of its work; what it held is taken over by the
next, as after the end of its lease, which gets as far as the next place where it is killed.
"""

import os
import shutil
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

import pytest
import torch
from django.conf import LazySettings
from django.db.models.functions import Now

from annotation import jobs, storage
from annotation.models import Alias, AliasMove, Bundle, Job, Round
from annotation.services import rounds
from annotation.services.bundles import ensure_pretrained, fetch_bundle
from annotation.services.images import add_image
from annotation.services.jobs import retry_job, sweep_jobs
from annotation.services.rounds import start_round
from annotation.services.seeds import Seed
from annotation.services.settlement import settle_failures
from engine import checkpoints
from engine.bundle import LABEL_HEAD, PROMPT_HEAD, VERIFIER
from engine.segmentation import prompt_head_training, thresholds, trainer, training
from engine.segmentation.decoder import build_decoder
from engine.segmentation.trainer import Chain, TrainConfig
from engine.segmentation.windows import Window
from engine.verification.verifier import Verifier
from engine.verification.verifier_training import JudgedProposal, train_verifier
from tests.annotation.world import World, png, square
from tests.engine.verification.people import judged
from tests.random_bundle import write_random_bundle
from tests.workers.conftest import ENCODER_DIGEST, QuickEncoder, finish
from tests.workers.deaths import Death, die
from tests.workers.rebuilt import rebuilt
from workers import (
    embeddings,
    evaluation,
    labels,
    lease,
    mask_training,
    networks,
    run_round,
    verifiers,
)
from workers.round_folders import folder_of
from workers.tasks import run_job

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DIM: Final = 32  # of embeddings, where the released decoder's have 256
SIZE_HW: Final = (240, 320)
STEPS: Final = 5


@dataclass(frozen=True)
class Place:
    """Where a round's process is killed: at the n-th call of something."""

    stage: str
    owner: Any
    name: str
    when: str = "before"  # or "after", or "halfway": the file that it writes has half its bytes
    at: int = 1


PLACES: Final = (
    Place("freezing", run_round, "freeze_version"),
    Place("embedding: in the store, without its row", embeddings, "store_embedding", "after", 2),
    Place("looking closer", Window, "crop", at=2),
    Place("the decoder's first step", trainer, "decoder_loss"),
    Place("a checkpoint", checkpoints, "save_file", "halfway"),
    Place("a step after a checkpoint", trainer, "decoder_loss", at=4),
    Place("a checkpoint, of which the last one is still there", shutil, "rmtree"),
    Place("the decoder's file", training, "save_any", "halfway"),
    Place("its ONNX graph", mask_training, "export_decoder", "halfway"),
    Place("the prompt head's second step", prompt_head_training, "heat_loss", at=2),
    Place("the prompt head's file", mask_training, "export_prompt_head", "halfway"),
    Place("the thresholds", thresholds, "find_candidates", at=2),
    Place("what the verifier learns from", verifiers, "judge_by_masks", at=2),
    Place("the verifier's file", Verifier, "save", "halfway"),
    Place("the label head's file", labels, "save_label_head", "halfway"),
    Place("the bundle's folder", shutil, "copyfile", "halfway", 3),
    Place("the bundle on its way to the store", storage, "put_file", at=3),
    Place("the bundle in the store, not in the round", run_round, "record_bundle", "after"),
    Place("clicks", evaluation, "click_object", at=2),
    Place("the candidate's proposals, once what serves was measured", evaluation, "propose", at=2),
    Place("the gate", run_round, "judge"),
    Place("the promotion, before it is kept", rounds, "promote_bundle", "after"),
    Place("a promoted round, its folder still there", shutil, "rmtree"),
    Place("a promoted round, its job not ended", lease, "succeed_job"),
)


@pytest.fixture(scope="session")
def bundle_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    decoder = build_decoder(dim=DIM, mlp_dim=64)
    return write_random_bundle(tmp_path_factory.mktemp("tiny"), decoder, ENCODER_DIGEST)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> QuickEncoder:
    encoder = QuickEncoder(DIM)
    monkeypatch.setattr(networks, "_encoder", lru_cache(lambda _: encoder))
    monkeypatch.setattr(embeddings, "SHAPE", (DIM, 64, 64))
    return encoder


@pytest.fixture
def started(
    world: World, settings: LazySettings, promoting: None, monkeypatch: pytest.MonkeyPatch
) -> Round:
    """A round of all stages on two images that nobody has embedded, beside one of the holdout."""

    def taught(own: list[JudgedProposal], verdicts: list[JudgedProposal]) -> Verifier | None:
        return train_verifier([*judged(200), *own], verdicts)  # what it finds is too little

    settings.TRAIN_STEPS = STEPS
    quick = partial(TrainConfig, chains=(Chain(1),), masks_per_step=2, checkpoint_every=2)
    monkeypatch.setattr(mask_training, "TrainConfig", quick)
    monkeypatch.setattr(evaluation, "MAX_CLICKS", 2)
    monkeypatch.setattr(verifiers, "train_verifier", taught)
    ensure_pretrained(project=world.project)
    label = world.project.labels.get()
    for seed in range(3):
        added = add_image(
            project=world.project,
            data=png(seed, SIZE_HW),
            file_name=f"{seed}.png",
            created_by=world.manager,
        )
        assert added.image is not None
        added.image.is_holdout = seed == 2
        added.image.save(update_fields=["is_holdout"])
        small, large = square(20, 20, 12, SIZE_HW), square(150 + seed, 100, 90, SIZE_HW)
        finish(world, added.image, Seed(small, label), Seed(large, label))
    return start_round(project=world.project, trigger="manual", created_by=world.manager)


def run_and_die(job_id: int, place: Place) -> None:
    death, honest = Death(place.at), getattr(place.owner, place.name)

    def dying(*args: Any, **kwargs: Any) -> Any:
        if place.when == "before":
            death.meet()
        made = honest(*args, **kwargs)
        if place.when == "halfway" and death.met + 1 == death.at:
            path = Path(args[1])
            os.truncate(path, path.stat().st_size // 2)
        if place.when != "before":
            death.meet()
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place.owner, place.name, dying)
        run_job(job_id=job_id)


def bring_back(job_id: int) -> None:
    """Let the lease of the dead end; what is given up after three of them, a person runs again."""
    assert Job.objects.filter(pk=job_id, state="running").update(lease_until=Now()) == 1
    sweep_jobs()
    if Job.objects.filter(pk=job_id, state="failed").exists():
        settle_failures()
        retry_job(job_id=job_id)


def assert_whole_ones_serve(current: Round) -> None:
    """What serves is what did, until a round says otherwise; all that is a bundle is whole."""
    serving = Alias.objects.get(project=current.project_id, name="serving").bundle
    current.refresh_from_db()
    is_promoted = current.state == "promoted"
    assert serving == (current.bundle if is_promoted else current.base_bundle)
    for bundle in Bundle.objects.all():
        fetch_bundle(bundle)


def test_a_round_that_is_killed_in_each_of_its_stages_ends_as_if_it_never_was(
    world: World, started: Round
) -> None:
    assert started.job_id is not None

    for place in PLACES:
        die(partial(run_and_die, started.job_id, place))
        assert_whole_ones_serve(started)
        bring_back(started.job_id)
    run_job(job_id=started.job_id)

    job = Job.objects.get(pk=started.job_id)
    assert (job.state, job.error) == ("succeeded", "")
    assert_whole_ones_serve(started)
    assert started.state == "promoted", started.decision
    assert [point["step"] for point in started.curve] == list(range(1, STEPS + 1))
    assert started.metrics["candidate"]["objects"] == 2
    [bundle] = Bundle.objects.exclude(pk=started.base_bundle_id)
    assert started.bundle == bundle
    moves = AliasMove.objects.filter(project=world.project, name="serving", to_bundle=bundle)
    assert moves.count() == 1
    waiting = Job.objects.filter(kind=jobs.PREPARE_IMAGES, state="queued")
    assert waiting.count() == 1
    assert not folder_of(started).exists()
    undisturbed = rebuilt(bundle)
    assert {PROMPT_HEAD, LABEL_HEAD, VERIFIER, "decoder.onnx", "thresholds"} < set(undisturbed)
    assert set(undisturbed.values()) == {"equal"}
