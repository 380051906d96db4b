"""Training learns, remembers, resumes to the bit and never leaves half a result."""

import gc
import weakref
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from inspect import unwrap
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from engine.checkpoints import CheckpointNotWrittenError
from engine.divergence import TrainingDivergedError
from engine.masks.rle import RLE, encode
from engine.segmentation import trainer
from engine.segmentation.adapted import AdaptedDecoder, adapted, load_any, save_any
from engine.segmentation.checkpoint import load_state, save_state
from engine.segmentation.decoder import SamDecoder, load_decoder
from engine.segmentation.encoder import file_digest as digest
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.losses import decoder_loss
from engine.segmentation.prompts import grid_target
from engine.segmentation.trainer import (
    Chain,
    TrainConfig,
    Trainer,
    choose_precision,
    learned_clicks,
)
from engine.segmentation.training import StepReport, TrainingCancelled, train_decoder
from tests.full_disk import files_up_to

pytestmark = pytest.mark.slow  # each trains a decoder for some steps

SHORT = TrainConfig(
    steps=6,
    masks_per_step=2,
    chains=(Chain(2), Chain(4, 0.5, 2.0)),
    learned_max=2,
    checkpoint_every=2,
    precision="fp32",
    seed=3,
)
TrainFn = Callable[..., Path]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    """Sums in one order, so that two runs can be compared bit by bit."""
    torch.set_num_threads(1)


def square(top: int, left: int, side: int = 40) -> RLE:
    mask = np.zeros((256, 256), bool)
    mask[top : top + side, left : left + side] = True
    return encode(mask)


def image(seed: int, masks: list[RLE] | None = None) -> AnnotatedImage:
    """An embedding in which the objects can be seen: channel 0 is high on them."""
    masks = [square(20 + 10 * seed, 30), square(150, 120)] if masks is None else masks

    def embedding() -> NDArray[np.float16]:
        array = np.random.default_rng(seed).normal(size=(32, 64, 64)).astype(np.float16)
        array[0, 5 + 2 * seed : 15 + 2 * seed, 8:18] += 4
        return array

    return AnnotatedImage(f"image-{seed}", embedding, masks, (256, 256))


@pytest.fixture
def train(tiny_weights: Path, tmp_path: Path) -> TrainFn:
    return partial(run_training, tiny_weights, tmp_path)


@pytest.fixture(scope="module")
def whole(tiny_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of a training that nothing disturbed."""
    return digest(run_training(tiny_weights, tmp_path_factory.mktemp("whole"), "run"))


def run_training(
    base: Path,
    parent: Path,
    folder: str,
    config: TrainConfig = SHORT,
    on_step: Callable[[StepReport], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
    images: list[AnnotatedImage] | None = None,
    others: list[AnnotatedImage] | None = None,
) -> Path:
    return train_decoder(
        [image(0), image(1)] if images is None else images,
        base=base,
        others=[image(5)] if others is None else others,
        config=config,
        checkpoint_dir=parent / folder,
        on_step=on_step,
        should_stop=should_stop,
    )


def trained(path: Path) -> SamDecoder:
    decoder = load_any(path)
    assert isinstance(decoder, AdaptedDecoder)
    return decoder.tuned


def test_the_loss_falls_and_every_step_is_reported(train: TrainFn) -> None:
    reports: list[StepReport] = []

    train("run", replace(SHORT, steps=20, chains=(Chain(2),), lr=2e-3), reports.append)

    losses = [report.loss for report in reports]
    assert [report.step for report in reports] == list(range(1, 21))
    assert reports[-1].seconds_left == 0
    assert np.mean(losses[-5:]) < 0.9 * np.mean(losses[:5])


def test_a_run_stopped_at_any_step_ends_with_the_same_bytes(train: TrainFn, whole: str) -> None:
    for stop_at in (1, 2, 3):
        done: list[StepReport] = []
        with pytest.raises(TrainingCancelled):
            train(f"cut-{stop_at}", on_step=done.append, should_stop=lambda: len(done) >= stop_at)  # noqa: B023
        resumed = train(f"cut-{stop_at}", on_step=done.append)

        assert [report.step for report in done] == [1, 2, 3, 4, 5, 6]
        assert digest(resumed) == whole


class Killed(BaseException):
    pass


def kill_at_5(report: StepReport) -> None:
    if report.step == 5:
        raise Killed


def test_a_killed_run_goes_on_from_its_last_complete_checkpoint(train: TrainFn, whole: str) -> None:
    with pytest.raises(Killed):
        train("killed", on_step=kill_at_5)
    reports: list[StepReport] = []
    resumed = train("killed", on_step=reports.append)

    assert [report.step for report in reports] == [5, 6]
    assert [len(report.losses) for report in reports] == [5, 6]
    assert digest(resumed) == whole


def test_a_killed_run_goes_on_though_another_had_come_further_in_the_same_folder(
    train: TrainFn, whole: str
) -> None:
    done: list[StepReport] = []
    with pytest.raises(TrainingCancelled):
        train("run", on_step=done.append, should_stop=lambda: len(done) >= 5, images=[image(0)])
    with pytest.raises(Killed):
        train("run", on_step=kill_at_5)
    steps: list[int] = []

    resumed = train("run", on_step=lambda report: steps.append(report.step))

    assert steps == [5, 6]
    assert digest(resumed) == whole


def test_a_run_cancelled_right_after_its_checkpoint_does_not_write_it_again(
    train: TrainFn, tmp_path: Path
) -> None:
    done: list[StepReport] = []
    written: list[int] = []

    def stop_after_4() -> bool:
        if len(done) == 4:
            written.append((tmp_path / "run" / "step-000004").stat().st_ino)
        return len(done) == 4

    with pytest.raises(TrainingCancelled):
        train("run", on_step=done.append, should_stop=stop_after_4)

    assert [(tmp_path / "run" / "step-000004").stat().st_ino] == written


def test_a_half_written_checkpoint_is_no_checkpoint_and_takes_no_room_for_long(
    train: TrainFn, whole: str, tmp_path: Path
) -> None:
    for left in (".writing-000005", "step-000005"):  # a kill in writing, and one in deleting
        (tmp_path / "cut" / left).mkdir(parents=True)
        (tmp_path / "cut" / left / "state.json").write_text("{")

    assert digest(train("cut")) == whole

    names = {path.name for path in (tmp_path / "cut").iterdir()}
    assert names == {"step-000004", "decoder.safetensors"}


@pytest.mark.parametrize("name", ["state.safetensors", "state.json"])
def test_a_checkpoint_whose_bytes_have_changed_is_not_gone_on_from(
    train: TrainFn, whole: str, tmp_path: Path, name: str
) -> None:
    with pytest.raises(Killed):
        train("altered", on_step=kill_at_5)
    path = tmp_path / "altered" / "step-000004" / name
    data = bytearray(path.read_bytes())
    data[-1] ^= 1  # of a weight; of the record's last brace
    path.write_bytes(data)
    steps: list[int] = []

    resumed = train("altered", on_step=lambda report: steps.append(report.step))

    assert steps == [1, 2, 3, 4, 5, 6]
    assert digest(resumed) == whole


def test_a_full_disk_is_told_with_what_it_takes_and_the_run_goes_on_once_there_is_room(
    train: TrainFn, whole: str, tmp_path: Path
) -> None:
    steps: list[int] = []
    with ExitStack() as full:

        def fill_after_3(report: StepReport) -> None:
            steps.append(report.step)
            if report.step == 3:
                full.enter_context(files_up_to(100_000))

        with pytest.raises(
            CheckpointNotWrittenError,
            match=r"of step 4 could not be written \(.*\)\. It takes \d MB; the disk of .*/run has",
        ):
            train("run", on_step=fill_after_3)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["step-000002"]

    resumed = train("run", on_step=lambda report: steps.append(report.step))

    assert steps == [1, 2, 3, 3, 4, 5, 6]
    assert digest(resumed) == whole


def test_a_checkpoint_of_other_masks_is_not_continued(train: TrainFn) -> None:
    done: list[StepReport] = []
    with pytest.raises(TrainingCancelled):
        train("run", on_step=done.append, should_stop=lambda: len(done) >= 3)
    steps: list[int] = []

    train("run", on_step=lambda r: steps.append(r.step), images=[image(0), image(2)])

    assert steps[0] == 1


class Seeing:
    """An encoder that tells how bright each cell of 4 px is, once in each channel."""

    digest = "seeing"

    def encode(self, pixels: NDArray[np.uint8]) -> NDArray[np.float16]:
        cells = pixels[::4, ::4, 0]
        return np.stack([cells / 255] * 32).astype(np.float16)


def test_what_made_the_embeddings_is_shown_images_turned_and_a_stopped_run_ends_the_same(
    tiny_weights: Path, tmp_path: Path
) -> None:
    pixels = np.zeros((256, 256, 3), np.uint8)
    pixels[20:60, 30:70] = 255
    upright = Seeing().encode(pixels)
    own = AnnotatedImage("own", lambda: upright, [square(20, 30)], (256, 256), {}, lambda: pixels)
    shown: list[NDArray[np.float16]] = []

    class Watched(Seeing):
        def encode(self, pixels: NDArray[np.uint8]) -> NDArray[np.float16]:
            shown.append(super().encode(pixels))
            return shown[-1]

    def run(folder: str, encoder: Seeing | None, stop_at: int = 99) -> Path:
        done: list[StepReport] = []
        return train_decoder(
            [own],
            base=tiny_weights,
            others=[],
            config=SHORT,
            checkpoint_dir=tmp_path / folder,
            on_step=done.append,
            should_stop=lambda: len(done) >= stop_at,
            encoder=encoder,
        )

    whole = run("whole", Watched())
    with pytest.raises(TrainingCancelled):
        run("stopped", Seeing(), stop_at=3)

    assert len({each.tobytes() for each in shown}) > 2
    assert all(not np.array_equal(each, upright) for each in shown)
    assert digest(run("stopped", Seeing())) == digest(whole)
    assert digest(run("never turned", None)) != digest(whole)


def test_another_seed_gives_another_decoder(train: TrainFn, whole: str) -> None:
    assert digest(train("run", replace(SHORT, seed=4))) != whole


def test_steps_take_turns_at_their_chains(
    tiny_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights: list[tuple[float, float]] = []

    def weighing(*arguments: Any) -> torch.Tensor:
        weights.append(arguments[-2:])
        return decoder_loss(*arguments)

    monkeypatch.setattr("engine.segmentation.trainer.decoder_loss", weighing)
    trainer = Trainer([image(0)], tiny_weights, SHORT)

    by_step = []
    for _ in range(4):
        weights.clear()
        trainer.train_step()
        by_step.append({*weights})

    assert by_step == [{(0.0, 1.0)}, {(0.5, 2.0)}] * 2


@pytest.mark.parametrize("begins_with", ["point", "box"])
def test_who_clicks_again_may_want_a_mask_otherwise_and_who_drew_a_box_does_not(
    tiny_weights: Path, monkeypatch: pytest.MonkeyPatch, begins_with: str
) -> None:
    judged_by: list[torch.Tensor] = []

    def judging(logits: torch.Tensor, iou: torch.Tensor, by: torch.Tensor, *rest: Any) -> Any:
        judged_by.append(by)
        return decoder_loss(logits, iou, by, *rest)

    monkeypatch.setattr("engine.segmentation.trainer.decoder_loss", judging)
    mask = square(100, 100)
    config = replace(
        SHORT,
        steps=4,
        chains=(Chain(8),),
        learned_max=8,
        box_share=float(begins_with == "box"),
        redrawn_share=1.0,
    )
    trainer = Trainer([image(0, [mask])], tiny_weights, config)
    target = torch.tensor(grid_target(mask))

    clicks = set()
    for _ in range(4):
        judged_by.clear()
        trainer.train_step()
        first, *later = [by[0] for by in judged_by]
        clicks.add(len(later))
        assert first.equal(target)
        for by in later:
            assert by.equal(later[0])  # one person draws a mask in one way
            assert by.equal(target) == (begins_with == "box")
    assert max(clicks) > 1


def test_nothing_holds_the_encoder_once_a_training_has_ended(
    tiny_weights: Path, tmp_path: Path
) -> None:
    pixels = np.zeros((256, 256, 3), np.uint8)
    encoder = Seeing()
    held = weakref.ref(encoder)
    done: list[StepReport] = []
    gc.disable()
    try:
        with pytest.raises(TrainingCancelled):
            train_decoder(
                [replace(image(0), load_pixels=lambda: pixels)],
                base=tiny_weights,
                others=[],
                config=SHORT,
                checkpoint_dir=tmp_path,
                on_step=done.append,
                should_stop=lambda: len(done) >= 1,
                encoder=encoder,
            )
        del encoder

        assert held() is None
    finally:
        gc.enable()


def test_what_cannot_be_turned_is_named_before_anything_is_trained(tiny_weights: Path) -> None:
    with pytest.raises(ValueError, match="image image-0 cannot be turned: it has no pixels"):
        Trainer([image(0)], tiny_weights, SHORT, Seeing())


def test_the_result_is_the_moving_average_of_the_weights(tiny_weights: Path) -> None:
    trainer = Trainer([image(0), image(1)], tiny_weights, replace(SHORT, average_decay=0.2))
    expected = {name: value.clone() for name, value in trainer.state.average.items()}
    for step in range(1, SHORT.steps + 1):
        trainer.train_step()
        decay = min(0.2, step / (step + 10))
        for name, value in trainer.model.named_parameters():
            expected[name] = decay * expected[name] + (1 - decay) * value.detach()

    result = trainer.result()

    for name, value in result.named_parameters():
        torch.testing.assert_close(value.detach(), expected[name])


def test_the_result_keeps_its_share_of_the_weights_that_served(
    train: TrainFn, whole: str, tiny_weights: Path, tmp_path: Path
) -> None:
    share = replace(SHORT, served_share=0.25)
    whole_path = tmp_path / "whole"
    uninterrupted = trained(train("whole", share))
    with pytest.raises(TrainingCancelled):
        train("cut", share, should_stop=iter([False, False, True]).__next__)
    resumed = train("cut", share)

    alone = trained(train("alone"))
    served = load_decoder(tiny_weights)
    for name, value in uninterrupted.named_parameters():
        expected = 0.75 * alone.get_parameter(name) + 0.25 * served.get_parameter(name)
        torch.testing.assert_close(value, expected)
    assert digest(resumed) == digest(whole_path / "decoder.safetensors") != whole


def test_a_round_goes_on_from_the_one_before_and_keeps_the_decoder_for_unfamiliar_images(
    tiny_weights: Path, tmp_path: Path
) -> None:
    images, photos = [image(0), image(1)], [image(5), image(6)]
    before = tmp_path / "before.safetensors"
    first = Trainer(images, tiny_weights, replace(SHORT, steps=2))
    first.train_step()
    first.train_step()
    learned = first.result().decoder
    save_any(adapted(tiny_weights, learned, images, photos), before)

    second = Trainer(images, before, replace(SHORT, steps=2, lr=0.0))
    second.train_step()
    second.train_step()
    result = adapted(before, second.result().decoder, images, photos)

    assert isinstance(result, AdaptedDecoder)
    for name, value in result.tuned.named_parameters():
        torch.testing.assert_close(value, learned.get_parameter(name))
    for name, value in result.base.named_parameters():
        assert torch.equal(value, load_decoder(tiny_weights).get_parameter(name))
    assert any(
        not torch.equal(value, result.base.get_parameter(name))
        for name, value in result.tuned.named_parameters()
    )


def test_every_image_has_its_turn_before_one_comes_again(tiny_weights: Path) -> None:
    trainer = Trainer([image(0), image(1), image(2)], tiny_weights, SHORT)

    keys = [trainer.image_of(step).key for step in range(12)]

    every = ["image-0", "image-1", "image-2"]
    assert [sorted(keys[at : at + 3]) for at in range(0, 12, 3)] == [every] * 4
    assert len({tuple(keys[at : at + 3]) for at in range(0, 12, 3)}) > 1


def test_a_loss_that_is_not_finite_stops_the_run_and_writes_nothing(
    train: TrainFn, tmp_path: Path
) -> None:
    broken = AnnotatedImage(
        "broken", lambda: np.full((32, 64, 64), np.nan, np.float32), [square(10, 10)], (256, 256)
    )

    with pytest.raises(TrainingDivergedError, match="The loss is nan at step 1 of 6"):
        train("run", images=[broken])

    assert not (tmp_path / "run" / "decoder.safetensors").exists()


def test_a_gradient_that_is_not_finite_is_named(
    train: TrainFn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "engine.segmentation.trainer.decoder_loss",
        lambda logits, *_: (0 * logits.sum()).sqrt(),  # 0, and steep beyond all bounds there
    )

    with pytest.raises(TrainingDivergedError, match="The gradient is not finite at step 1 of 6"):
        train("run")


def test_a_run_whose_losses_come_to_be_far_higher_stops_also_where_it_goes_on(
    tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.divergence.COMPARED", 2)
    killed, resumed = (
        Trainer([image(0)], tiny_weights, replace(SHORT, chains=(Chain(1),))) for _ in range(2)
    )
    killed.train_step()
    killed.train_step()
    with torch.no_grad():
        for value in killed.model.parameters():
            value.mul_(5)
    save_state(killed.state, tmp_path, killed.fingerprint)

    load_state(resumed.state, tmp_path, resumed.fingerprint)
    resumed.train_step()
    with pytest.raises(TrainingDivergedError, match="The loss has risen at step 4 of 6"):
        resumed.train_step()


def test_what_the_next_step_learns_from_is_read_meanwhile(
    tiny_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, has_read_twice = count(1), Event()
    one = image(0)

    def load_embedding() -> NDArray[np.float16] | NDArray[np.float32]:
        if next(reads) == 2:
            has_read_twice.set()
        return one.load_embedding()

    def learning(*arguments: Any) -> torch.Tensor:
        assert has_read_twice.wait(timeout=30)
        return decoder_loss(*arguments)

    monkeypatch.setattr("engine.segmentation.trainer.decoder_loss", learning)
    trainer = Trainer([replace(one, load_embedding=load_embedding)], tiny_weights, SHORT)

    trainer.train_step()

    assert trainer.state.step == 1


def test_images_without_masks_are_left_out_and_none_at_all_is_refused(train: TrainFn) -> None:
    empty = image(2, [encode(np.zeros((256, 256), bool))])

    train("some", images=[empty, image(0)])

    with pytest.raises(ValueError, match="no mask to train on"):
        train("none", images=[empty, image(3, [])])


def test_empty_images_are_familiar_as_well(train: TrainFn) -> None:
    def high_on(*channels: int, masks: Sequence[RLE] = ()) -> AnnotatedImage:
        array = np.zeros((32, 64, 64), np.float16)
        array[list(channels)] = 2
        return AnnotatedImage(f"{channels}", lambda: array, masks, (256, 256))

    masks = [square(20, 30)]
    own, empty, photo = high_on(0, masks=masks), high_on(1, 2), high_on(1, masks=masks)

    once = replace(SHORT, steps=1, chains=(Chain(1),))
    decoder = load_any(train("run", once, images=[own, empty] * 5, others=[photo] * 5))

    assert isinstance(decoder, AdaptedDecoder)
    seen = [torch.from_numpy(each.load_embedding())[None] for each in (own, empty, photo)]
    assert [decoder.is_familiar(each) for each in seen] == [True, True, False]


def test_a_long_chain_is_learned_at_its_first_click_and_a_few_later_ones() -> None:
    rng = np.random.default_rng(0)

    drawn = [learned_clicks(11, 4, rng) for _ in range(200)]

    assert learned_clicks(1, 4, rng) == [0]
    assert learned_clicks(3, 4, rng) == [0, 1, 2]
    assert all(len(set(clicks)) == 4 and clicks == sorted(clicks) for clicks in drawn)
    assert {click for clicks in drawn for click in clicks} == set(range(11))
    assert all(clicks[0] == 0 for clicks in drawn)


def test_an_unknown_precision_is_named() -> None:
    with pytest.raises(ValueError, match="'int8' is none of"):
        choose_precision("int8", torch.device("cpu"))


@pytest.mark.parametrize(("has_units", "chosen"), [(True, "bf16"), (False, "fp32")])
def test_a_gpu_trains_in_bf16_only_where_it_has_units_for_it(
    monkeypatch: pytest.MonkeyPatch, *, has_units: bool, chosen: str
) -> None:
    def is_supported(*, including_emulation: bool = True) -> bool:
        return has_units or including_emulation

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", is_supported)

    assert choose_precision("auto", torch.device("cuda")) == chosen


@pytest.mark.parametrize(("bf16_s", "chosen"), [(0.002, "bf16"), (0.06, "fp32")])
def test_a_cpu_trains_in_bf16_unless_products_in_it_take_far_longer(
    monkeypatch: pytest.MonkeyPatch, bf16_s: float, chosen: str
) -> None:
    took_s = {torch.bfloat16: bf16_s, torch.float32: 0.001}
    monkeypatch.setattr(trainer, "_product_s", took_s.__getitem__)
    monkeypatch.setattr(trainer, "has_bf16_units", unwrap(trainer.has_bf16_units))  # not kept

    assert choose_precision("auto", torch.device("cpu")) == chosen


def test_bf16_trains_too(train: TrainFn) -> None:
    assert train("run", replace(SHORT, precision="bf16")).is_file()
