"""A captioner learns what is told from what is seen, resumes, and never leaves half a result."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file

from engine.captioning.facts import Inputs
from engine.captioning.items import DescribedImage, Look, Style
from engine.captioning.lora import Lora
from engine.captioning.proposals import propose_captions
from engine.captioning.stored import load_captioner
from engine.captioning.trainer import CaptionTrainer, left_out
from engine.captioning.training import (
    CaptionConfig,
    StepReport,
    TrainingCancelled,
    train_captioner,
)
from engine.divergence import TrainingDivergedError
from tests.engine.captioning.tiny import SENTENCES, picture, pictures, save_language_model

SHORT = CaptionConfig(
    steps=5,
    images_per_step=2,
    captions_per_image=1,
    lora=Lora(rank=2, dropout=0.1),
    grid_side=2,
    checkpoint_every=2,
    precision="fp32",
    seed=3,
)
Trained = dict[str, list[float]]


def run(
    base: Path,
    folder: Path,
    config: CaptionConfig = SHORT,
    on_step: Callable[[StepReport], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
    images: Sequence[DescribedImage] | None = None,
) -> Path:
    return train_captioner(
        pictures() if images is None else images,
        base=base,
        config=config,
        checkpoint_dir=folder,
        on_step=on_step,
        should_stop=should_stop,
    )


def values(captioner: Path) -> Trained:
    tensors = load_file(captioner / "captioner.safetensors")
    return {name: tensor.flatten().tolist() for name, tensor in tensors.items()}


@pytest.fixture(scope="module")
def whole(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """What a training ends with that nothing disturbed."""
    return values(run(base, tmp_path_factory.mktemp("whole")))


def test_a_captioner_tells_what_it_sees(base: Path, tmp_path: Path) -> None:
    """From the image alone: dogs and buses differ in one channel."""
    losses: list[float] = []
    only_image = Inputs(mask_features=False, labels=False, places=False, tags=False, length=False)
    config = replace(
        SHORT, steps=60, inputs=only_image, adapter_lr=2e-2, fast_lr=1e-2, dropped_share=0.0,
        images_per_step=4, lora=Lora(rank=8, dropout=0.0),
    )  # fmt: skip
    images = [replace(image, captions=image.captions[:1]) for image in pictures()]

    folder = run(base, tmp_path, config, lambda report: losses.append(report.loss), images=images)

    proposals = list(propose_captions([picture(8), picture(9)], captioner=folder, base=base))
    assert losses[-1] < 0.5 * losses[0]
    assert [proposal.text for proposal in proposals] == [SENTENCES[0], SENTENCES[2]]
    assert [proposal.key for proposal in proposals] == ["picture-8", "picture-9"]


def test_a_run_stopped_at_any_step_ends_with_the_same_values(
    base: Path, tmp_path: Path, whole: Trained
) -> None:
    for stop_at in (1, 4):
        done: list[StepReport] = []
        with pytest.raises(TrainingCancelled):
            run(base, tmp_path / str(stop_at), SHORT, done.append, lambda: len(done) >= stop_at)  # noqa: B023
        resumed = run(base, tmp_path / str(stop_at), on_step=done.append)

        assert [report.step for report in done] == [1, 2, 3, 4, 5]
        assert values(resumed) == whole


def test_a_killed_run_goes_on_from_its_last_complete_checkpoint(
    base: Path, tmp_path: Path, whole: Trained
) -> None:
    class Killed(BaseException):
        pass

    def kill_at_3(report: StepReport) -> None:
        if report.step == 3:
            raise Killed

    with pytest.raises(Killed):
        run(base, tmp_path, on_step=kill_at_3)
    assert not (tmp_path / "captioner").exists()
    reports: list[StepReport] = []
    resumed = run(base, tmp_path, on_step=reports.append)

    assert [report.step for report in reports] == [3, 4, 5]
    assert [len(report.losses) for report in reports] == [3, 4, 5]
    assert values(resumed) == whole


def test_other_captions_or_another_base_begin_anew(base: Path, tmp_path: Path) -> None:
    run(base, tmp_path / "a")
    other = save_language_model(tmp_path / "other", seed=2)
    steps: list[int] = []

    run(other, tmp_path / "a", on_step=lambda report: steps.append(report.step))

    assert steps[0] == 1


def test_a_captioner_is_refused_by_another_base_than_its_own(base: Path, tmp_path: Path) -> None:
    folder = run(base, tmp_path / "a", replace(SHORT, steps=1))
    other = save_language_model(tmp_path / "other", seed=2)

    with pytest.raises(ValueError, match="trained on another model"):
        load_captioner(folder, other)


def test_a_stored_captioner_knows_how_long_peoples_texts_are(base: Path, tmp_path: Path) -> None:
    record = load_captioner(run(base, tmp_path, replace(SHORT, steps=1)), base).record

    assert record.words == {"clean": 7}
    assert record.inputs == SHORT.inputs


@pytest.mark.parametrize(("style", "samples"), [("clean", 0), ("raw", 2)])
def test_any_image_gets_a_proposal_in_either_style(
    base: Path, tmp_path: Path, style: Style, samples: int
) -> None:
    folder = run(base, tmp_path, replace(SHORT, steps=1))
    images = [picture(7), pictures()[0]]  # without masks and captions, and with

    found = list(
        propose_captions(images, captioner=folder, base=base, style=style, words=3, samples=samples)
    )

    assert [proposal.key for proposal in found] == ["picture-7", "picture-0"]
    assert all(isinstance(proposal.text, str) for proposal in found)


def test_an_image_is_never_shown_its_own_captions(base: Path) -> None:
    images = [picture(0, ["own words only"]), picture(2, ["a dog"]), picture(4, ["some dog"])]
    trainer = CaptionTrainer(images, base, SHORT)

    shown = trainer.reader.row(images[0], Inputs(neighbours=3)).knowledge

    assert "own words" not in shown
    assert "a dog" in shown
    assert "own words" in trainer.reader.row(picture(6), Inputs(neighbours=3)).knowledge


def test_inputs_are_left_out_now_and_then_each_by_itself() -> None:
    rng = np.random.default_rng(0)

    drawn = [left_out(Inputs(neighbours=3), 0.5, rng) for _ in range(100)]

    assert left_out(Inputs(), 0.0, rng) == Inputs()
    assert {one.neighbours for one in drawn} == {0, 3}
    assert {(one.image, one.labels) for one in drawn} == {
        (True, True), (True, False), (False, True), (False, False),
    }  # fmt: skip
    assert not any(left_out(Inputs(image=False), 0.5, rng).image for _ in range(20))


def test_nothing_to_learn_from_is_refused(base: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no described image"):
        run(base, tmp_path, images=[])
    with pytest.raises(ValueError, match="described images only"):
        run(base, tmp_path, images=[picture(0)])
    with pytest.raises(ValueError, match=r"config\.json is missing"):
        run(tmp_path, tmp_path)


def test_a_loss_that_is_not_finite_stops_the_run_and_writes_nothing(
    base: Path, tmp_path: Path
) -> None:
    broken = replace(pictures()[0], look=lambda: Look([np.full((6, 5, 5), np.nan, np.float32)]))

    with pytest.raises(TrainingDivergedError, match="at step 1 of 5"):
        run(base, tmp_path, replace(SHORT, dropped_share=0.0), images=[broken])

    assert not (tmp_path / "captioner").exists()


def test_losses_that_come_to_be_far_higher_stop_the_run(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.divergence.COMPARED", 2)
    trainer = CaptionTrainer(pictures(), base, SHORT)
    trainer.train_step()
    trainer.train_step()
    trainer.losses[:] = [0.1, 0.1]  # of a captioner that had all but learned its words

    trainer.train_step()
    with pytest.raises(TrainingDivergedError, match="The loss has risen at step 4 of 5"):
        trainer.train_step()


def test_bf16_trains_too(base: Path, tmp_path: Path) -> None:
    assert run(base, tmp_path, replace(SHORT, steps=1, precision="bf16")).is_dir()
