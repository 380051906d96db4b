"""Each part of training can be left out, on images that share no group with those measured on."""

import json
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.masks.rle import encode
from engine.segmentation import ablation as ablation_module
from engine.segmentation.ablation import ROWS, Ablation, Score, Sides, split, spread
from engine.segmentation.coco_folder import read_groups
from engine.segmentation.encoder import OnnxEncoder
from engine.segmentation.items import AnnotatedImage, SeenImage
from engine.segmentation.prompt_head_training import PromptHeadConfig
from engine.segmentation.trainer import PRETRAINED_SHARE, Chain, TrainConfig
from engine.segmentation.windows import Window, windows_of, windows_of_masks
from tests.engine.segmentation.tiny_encoder import write_tiny_encoder

SIZE_HW = (256, 256)
SHORT = TrainConfig(steps=2, masks_per_step=1, chains=(Chain(1), Chain(1)), precision="fp32")
WHOLE = replace(SHORT, served_share=PRETRAINED_SHARE)


def mask_at(top: int, left: int, side: int) -> NDArray[np.bool_]:
    mask = np.zeros(SIZE_HW, bool)
    mask[top : top + side, left : left + side] = True
    return mask


def image(key: str, seed: int = 0) -> AnnotatedImage:
    def embedding() -> NDArray[np.float16]:
        return np.random.default_rng(seed).normal(size=(32, 64, 64)).astype(np.float16)

    return AnnotatedImage(key, embedding, [encode(mask_at(40, 40, 120))], SIZE_HW)


def encode_size(pixels: NDArray[np.uint8]) -> NDArray[np.float16]:
    """An embedding that tells what it was made of."""
    return np.full((1, 1, 1), pixels.shape[1], np.float16)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two images of one group, a small object in the first; one image by itself; one empty."""
    rows, annotations = [], []
    for number, name in enumerate(["a", "b", "c", "empty"], start=1):
        Image.new("RGB", (256, 256)).save(tmp_path / f"{name}.png")
        rows.append({"id": number, "file_name": f"{name}.png", "height": 256, "width": 256})
        if name in "ab":
            rows[-1]["group"] = "slide"
        if name != "empty":
            rle = encode(mask_at(10, 10, 12 if name == "a" else 100))
            annotation = {"id": number, "image_id": number, "category_id": 1, "segmentation": rle}
            annotations.append({**annotation, "iscrowd": 0})
    truth = {
        "images": rows,
        "categories": [{"id": 1, "name": "cell"}],
        "annotations": annotations,
    }
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    return tmp_path


def test_images_come_with_their_groups_and_can_be_looked_at_through_any_window(
    folder: Path,
) -> None:
    groups = read_groups(folder, folder / "truth.json", encode_size)

    assert {name: [each.key for each in images] for name, images in groups.items()} == {
        "slide": ["a.png", "b.png"],
        "c.png": ["c.png"],
    }
    first, second = groups["slide"]
    assert list(first.closer) == list(second.closer) == [*windows_of(SIZE_HW)]
    assert {look().item() - window.width for window, look in first.closer.items()} == {0}
    assert first.load_embedding().item() == 256
    [wanted] = windows_of_masks(first.masks, SIZE_HW)
    assert list(first.with_windows([wanted]).closer) == [wanted]


def test_what_was_encoded_once_is_read_from_the_cache(folder: Path) -> None:
    [first, _] = read_groups(folder, folder / "truth.json", encode_size, folder / "kept")["slide"]
    first.load_embedding()
    window, *_ = first.closer
    first.closer[window]()

    def fail(_: NDArray[np.uint8]) -> NDArray[np.float16]:
        raise AssertionError("it was known")

    [again, _] = read_groups(folder, folder / "truth.json", fail, folder / "kept")["slide"]

    assert again.load_embedding().item() == 256
    assert again.closer[window]().item() == window.width


def test_an_image_of_another_size_than_its_masks_is_named(folder: Path) -> None:
    Image.new("RGB", (200, 256)).save(folder / "c.png")
    [image] = read_groups(folder, folder / "truth.json", encode_size)["c.png"]

    with pytest.raises(ValueError, match=r"c\.png is \(256, 200\) high and wide"):
        image.load_embedding()


def test_a_group_is_on_one_side_and_too_few_images_are_said() -> None:
    groups = {f"slide {n}": [image(f"{n}{part}") for part in "ab"] for n in range(6)}

    train, holdout = split(groups, train=6, holdout=3, seed=1)

    assert (len(train), len(holdout)) == (8, 3)
    assert not {each.key[0] for each in train} & {each.key[0] for each in holdout}
    assert split(groups, train=6, holdout=3, seed=1) == (train, holdout)
    with pytest.raises(ValueError, match="cannot draw 9 and 3 of 12 images"):
        split(groups, train=9, holdout=3, seed=1)


def test_images_to_train_on_can_be_unlike_each_other() -> None:
    alike = [image(f"alike {n}", seed=0) for n in range(8)]
    others = [image(f"other {n}", seed=n) for n in (1, 2)]

    chosen = spread([*alike, *others], 4)

    assert {each.key for each in others} < {each.key for each in chosen}
    assert chosen[0] is alike[0]  # one in five is left to chance


def test_every_row_changes_one_part() -> None:
    whole = asdict(ROWS["all"])
    others = [asdict(parts) for row, parts in ROWS.items() if row != "all"]

    changed = [[part for part in whole if whole[part] != parts[part]] for parts in others]

    assert sorted(part for [part] in changed) == sorted(whole)


def test_without_an_average_the_last_weights_are_the_result() -> None:
    assert ROWS["all"].applied_to(SHORT) == WHOLE
    assert ROWS["no average"].applied_to(SHORT) == replace(WHOLE, average_decay=0.0)


def test_without_masks_redrawn_all_clicks_ask_for_the_masks_as_they_are() -> None:
    assert ROWS["none redrawn"].applied_to(SHORT) == replace(WHOLE, redrawn_share=0.0)


def test_a_training_keeps_a_part_of_the_pretrained_weights_but_where_it_is_left_out() -> None:
    assert ROWS["none kept"].applied_to(SHORT) == SHORT


@pytest.mark.slow
def test_a_row_is_trained_measured_and_not_trained_again(
    tiny_weights: Path, tmp_path: Path
) -> None:
    own = replace(image("a"), load_pixels=partial(picture, 0))
    sides = Sides([own], [image("b", 1)], also=[image("c", 2)])
    path = write_tiny_encoder(tmp_path / "encoder.onnx")
    ablation = Ablation(
        sides, [], OnnxEncoder(path), encoder_path=path, seen_by=Mock(side_effect=OSError)
    )
    steps: list[tuple[str, int]] = []

    def score(row: str, config: TrainConfig = SHORT) -> Score:
        return ablation.train(
            row,
            base=tiny_weights,
            config=config,
            head_config=PromptHeadConfig(steps=1, width=8),
            work=tmp_path,
            show=lambda done, _, what: steps.append((what, done)),
        )

    first = score("all")
    grid = score("no head")
    upright = score("no turns")
    seeded = score("all", replace(SHORT, seed=1))

    assert first.also is not None
    assert first.clicks.objects == first.also.objects == 1
    assert 0 <= first.clicks.miou_1 <= 1
    assert grid.clicks == first.clicks  # of the same decoder
    assert upright.clicks != first.clicks
    assert seeded.clicks != first.clicks
    assert first.against(first)["noc_85"] == {"mean": 0, "low": 0, "high": 0}
    change = upright.against(first)["miou_1"]
    assert change["mean"] == pytest.approx(upright.clicks.miou_1 - first.clicks.miou_1)
    assert steps.count(("training", 2)) == 3  # all but "no head"
    assert steps.count(("learning where objects are", 1)) == 3


@pytest.mark.slow
def test_a_row_is_measured_through_the_windows_that_its_head_asks_for_and_no_others(
    tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: set[Window] = set()

    def look(window: Window) -> NDArray[np.float16]:
        looked.add(window)
        return image("b", 1).load_embedding().astype(np.float16)

    small = [encode(mask_at(10, 10, 12))]
    [wanted] = windows_of_masks(small, SIZE_HW)
    every = {window: partial(look, window) for window in windows_of(SIZE_HW)}
    holdout = replace(image("b", 1), masks=small, closer=every)
    path = write_tiny_encoder(tmp_path / "encoder.onnx")
    own = replace(image("a"), load_pixels=partial(picture, 0))
    seen_by = Mock(side_effect=OSError)
    ablation = Ablation(Sides([own], [holdout], []), [], OnnxEncoder(path), path, seen_by)

    def looked_through(row: str, *asked: Window) -> set[Window]:
        looked.clear()

        def of_an_image(seen: SeenImage, *_: Any, **__: Any) -> list[Window]:
            return [each for each in asked if each in seen.closer]

        monkeypatch.setattr(ablation_module, "windows_asked", of_an_image)
        ablation.train(
            row,
            base=tiny_weights,
            config=SHORT,
            head_config=PromptHeadConfig(steps=1, width=8),
            work=tmp_path,
            show=lambda *_: None,
        )
        return set(looked)

    assert looked_through("all") == set()
    assert looked_through("all", wanted) == {wanted}
    assert looked_through("no head", wanted) == set()
    assert looked_through("no windows", wanted) == set()


@pytest.mark.slow
def test_where_the_encoder_learned_all_is_measured_as_it_sees_it(
    tiny_weights: Path, tmp_path: Path
) -> None:
    def seen(encoder: Path) -> Sides:
        encode = OnnxEncoder(encoder).encode
        train, holdout, also = (
            replace(image(key, seed), load_pixels=partial(picture, seed)).seen_by(encode)
            for seed, key in enumerate("abc")
        )
        return Sides([train], [holdout], [also])

    first = write_tiny_encoder(tmp_path / "encoder.onnx")
    seen_by = Mock(side_effect=seen)
    ablation = Ablation(seen(first), [], OnnxEncoder(first), encoder_path=first, seen_by=seen_by)

    score = ablation.train(
        "encoder learns",
        base=tiny_weights,
        config=SHORT,
        head_config=PromptHeadConfig(steps=1, width=8),
        work=tmp_path,
        show=lambda *_: None,
    )

    [[learned]] = [call.args for call in seen_by.call_args_list]
    assert OnnxEncoder(learned).digest != OnnxEncoder(first).digest
    assert score.also is not None
    assert score.clicks.objects == score.also.objects == 1


def picture(seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 255, (*SIZE_HW, 3)).astype(np.uint8)
