"""A prompt head finds the objects that it was shown, and says where to click them."""

from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from engine.divergence import TrainingDivergedError
from engine.masks.rle import RLE, encode
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.object_finder import FoundObjects, ObjectFinder
from engine.segmentation.prompt_head import PromptHead, export_prompt_head
from engine.segmentation.prompt_head_training import (
    PromptHeadCancelled,
    PromptHeadConfig,
    box_loss,
    heat_loss,
    points_of,
    targets_of,
    train_prompt_head,
)
from engine.weights.paths import ModelPaths

DIM = 8
SIZE_HW = (192, 256)  # the frame's lower quarter is padding
CONFIG = PromptHeadConfig(steps=60, images_per_step=2, width=16, lr=5e-3)
SIDE = 20
CORNERS = ((20, 24), (28, 150), (120, 60), (130, 196))  # top and left of each object


def square(top: int, left: int, side: int = SIDE) -> RLE:
    mask = np.zeros(SIZE_HW, bool)
    mask[top : top + side, left : left + side] = True
    return encode(mask)


def image(shift: int) -> AnnotatedImage:
    """An embedding in which objects can be seen: channel 0 is high on them."""
    corners = [(top + shift, left + shift) for top, left in CORNERS]

    def embedding() -> NDArray[np.float16]:
        array = (
            np.random.default_rng(shift + 20)
            .normal(scale=0.2, size=(DIM, 64, 64))
            .astype(np.float16)
        )
        for top, left in corners:
            array[0, top // 4 : top // 4 + 5, left // 4 : left // 4 + 5] += 4
        return array

    return AnnotatedImage(f"image-{shift}", embedding, [square(*each) for each in corners], SIZE_HW)


def empty_image(seed: int) -> AnnotatedImage:
    """Something that looks like objects, but for channel 1, and that people do not want."""

    def embedding() -> NDArray[np.float16]:
        array = np.asarray(image(seed).load_embedding(), np.float16)
        array[1] += np.where(array[0] > 2, np.float16(4), np.float16(0))
        return array

    return AnnotatedImage(f"empty-{seed}", embedding, [], SIZE_HW)


def train(images: list[AnnotatedImage], config: PromptHeadConfig = CONFIG) -> PromptHead:
    return train_prompt_head(
        images, config=config, on_step=lambda *_: None, should_stop=lambda: False
    )


def found_in(
    finder: ObjectFinder, shift: int, heat_min: float = 0.3, most: int = 50
) -> FoundObjects:
    return finder.find(image(shift).load_embedding(), SIZE_HW, heat_min=heat_min, most=most)


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> ObjectFinder:
    torch.set_num_threads(1)
    head = train([image(shift) for shift in range(-12, 13, 3)])
    path = tmp_path_factory.mktemp("head") / "prompt_head.onnx"
    export_prompt_head(head, path)
    return ObjectFinder(path)


def test_a_head_finds_the_objects_of_an_image_that_it_has_not_seen(finder: ObjectFinder) -> None:
    found = found_in(finder, 8)

    middles = {(left + 8 + SIDE / 2, top + 8 + SIDE / 2) for top, left in CORNERS}
    nearest = [min(middles, key=lambda at: np.hypot(*(at - xy))) for xy in found.points_xy]
    assert set(nearest) == middles
    assert len(found.heat) == len(CORNERS)
    assert all(
        np.abs(np.array(at) - xy).max() < SIDE / 4
        for at, xy in zip(nearest, found.points_xy, strict=True)
    )


def test_it_tells_about_how_large_they_are(finder: ObjectFinder) -> None:
    found = found_in(finder, 8)

    sides = found.boxes_xyxy[:, 2:] - found.boxes_xyxy[:, :2]
    assert np.abs(sides - SIDE).max() < SIDE / 3


def test_the_likeliest_come_first_and_no_more_than_are_wanted(finder: ObjectFinder) -> None:
    found = found_in(finder, 8, heat_min=0.01, most=3)

    assert len(found.points_xy) == len(found.boxes_xyxy) == 3
    assert list(found.heat) == sorted(found.heat, reverse=True)


def test_nothing_is_found_in_the_padding_of_the_frame(finder: ObjectFinder) -> None:
    everything = found_in(finder, 8, heat_min=0.0)

    assert (everything.points_xy < (256, 192)).all()
    assert (everything.points_xy >= 0).all()


def test_an_image_without_objects_has_no_prompts(finder: ObjectFinder) -> None:
    empty = np.zeros((DIM, 64, 64), np.float16)

    found = finder.find(empty, SIZE_HW, heat_min=0.9, most=10)

    assert (found.points_xy.shape, found.boxes_xyxy.shape) == ((0, 2), (0, 4))


def test_the_same_seed_makes_the_same_head() -> None:
    config = PromptHeadConfig(steps=2, images_per_step=1, width=8)

    first, again = (train([image(0)], config).state_dict() for _ in range(2))

    assert all(torch.equal(first[name], again[name]) for name in first)


def test_a_head_that_broke_is_not_written(tmp_path: Path) -> None:
    head = PromptHead(DIM, 8)
    torch.nn.init.constant_(head.heat.weight, float("nan"))

    with pytest.raises(ValueError, match=r"not finite: heat\.weight"):
        export_prompt_head(head, tmp_path / "prompt_head.onnx")

    assert list(tmp_path.iterdir()) == []


def test_a_graph_of_another_network_is_refused_by_name(models: ModelPaths) -> None:
    with pytest.raises(ValueError, match=r"decoder\.onnx is no prompt head"):
        ObjectFinder(models.pretrained / "decoder.onnx")


def test_the_point_of_a_ring_lies_on_the_ring() -> None:
    y, x = np.mgrid[:192, :256] - np.array([96, 128])[:, None, None]
    ring = (np.hypot(x, y) < 80) & (np.hypot(x, y) > 50)
    image = AnnotatedImage(
        "ring", lambda: np.zeros((DIM, 64, 64), np.float16), [encode(ring)], SIZE_HW
    )

    points = points_of(image)

    [[row, column]] = points.cells  # 128 cells are 256 px
    assert ring[2 * row + 1, 2 * column + 1]
    assert targets_of(points).heat[row, column] == 1


def test_cells_near_the_point_of_an_object_learn_its_box_and_weigh_as_much_as_any_other() -> None:
    masks = [square(20, 24, side=16), square(20, 40, side=16), square(100, 100, side=60)]
    points = points_of(
        AnnotatedImage("three", lambda: np.zeros((DIM, 64, 64), np.float16), masks, SIZE_HW)
    )

    learned = targets_of(points)

    middle = learned.cells[:, ::-1] + 0.5
    low, high = middle - learned.sides[:, :2], middle + learned.sides[:, 2:]
    boxes = np.round(2 * np.concatenate([low, high], axis=1)).astype(int)  # a cell is 2 px
    by_box = {(24, 20, 40, 36): 0.0, (40, 20, 56, 36): 0.0, (100, 100, 160, 160): 0.0}
    for box, weight in zip(boxes, learned.weights, strict=True):
        by_box[tuple(box)] += float(weight)
    assert list(by_box.values()) == pytest.approx([1, 1, 1])
    assert len(boxes) > 3 * len(by_box)


def test_boxes_lose_by_how_far_they_do_not_overlap() -> None:
    wanted = torch.tensor([[2.0, 2.0, 2.0, 2.0]] * 3)
    found = torch.tensor([[2.0, 2.0, 2.0, 2.0], [2.0, 2.0, 6.0, 2.0], [1.0, 4.0, 1.0, 4.0]])

    losses = [float(box_loss(found[[at]], wanted[[at]], torch.ones(1))) for at in range(3)]

    across = 1 - (8 / 24 - (32 - 24) / 32)  # 2 by 8 over 4 by 4, in a hull of 4 by 8
    assert losses == pytest.approx([0, 0.5, across])


@pytest.mark.parametrize("each", [1, 10])
def test_from_empty_images_it_learns_where_nothing_is_and_finds_objects_as_well(
    each: int, tmp_path: Path
) -> None:
    torch.set_num_threads(1)
    shifts = range(-12, 13, 3)
    empty = [empty_image(shift) for shift in shifts] * each
    export_prompt_head(train([*map(image, shifts), *empty]), tmp_path / "prompt_head.onnx")

    finder = ObjectFinder(tmp_path / "prompt_head.onnx")

    there = finder.find(empty_image(8).load_embedding(), SIZE_HW, heat_min=0.3, most=50)
    assert len(there.heat) == 0
    assert len(found_in(finder, 8).heat) == len(CORNERS)


def test_a_step_on_nothing_but_an_empty_image_has_a_loss() -> None:
    losses: list[float] = []

    train_prompt_head(
        [empty_image(0), image(0)],
        config=PromptHeadConfig(steps=2, images_per_step=1, width=8),
        on_step=lambda _, loss: losses.append(loss),
        should_stop=lambda: False,
    )

    assert len(losses) == 2


def test_only_empty_images_are_no_training() -> None:
    with pytest.raises(ValueError, match="no mask to train on"):
        train([empty_image(0)])


def test_a_loss_that_is_no_number_stops_the_training() -> None:
    broken = AnnotatedImage(
        "broken", lambda: np.full((DIM, 64, 64), np.nan, np.float32), image(0).masks, SIZE_HW
    )

    with pytest.raises(
        TrainingDivergedError, match="The loss is nan at step 1 of 60 of the prompt"
    ):
        train([broken])


def test_a_gradient_that_is_no_number_stops_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "engine.segmentation.prompt_head_training.heat_loss",
        lambda logits, *_: (0 * logits.sum()).sqrt(),  # 0, and steep beyond all bounds there
    )

    with pytest.raises(TrainingDivergedError, match="The gradient is not finite at step 1 of 60"):
        train([image(0)])


def test_losses_that_come_to_be_far_higher_stop_the_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step = count(1)
    monkeypatch.setattr(
        "engine.segmentation.prompt_head_training.heat_loss",
        lambda *drawn: heat_loss(*drawn) + (0 if next(step) <= 20 else 100),
    )

    with pytest.raises(TrainingDivergedError, match="The loss has risen at step 40 of 60 of the p"):
        train([image(0)])


def test_a_training_stops_when_it_is_told_to() -> None:
    with pytest.raises(PromptHeadCancelled):
        train_prompt_head(
            [image(0)], config=CONFIG, on_step=lambda *_: None, should_stop=lambda: True
        )
