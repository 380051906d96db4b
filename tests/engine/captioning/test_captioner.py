"""The network: one pass over several captions is as good as one pass for each."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.captioning.captioner import Captioner, readable
from engine.captioning.facts import Inputs
from engine.captioning.items import Caption, DescribedImage
from engine.captioning.lora import Lora
from engine.captioning.reading import Reader
from engine.captioning.rows import Row, Wanted
from tests.engine.captioning.tiny import CHANNELS, pictures


@pytest.fixture(scope="module")
def captioner(base: Path) -> Captioner:
    torch.manual_seed(3)
    return Captioner(base, CHANNELS, Lora(rank=2)).eval()


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    images = pictures()
    reader = Reader.of(images, grid_side=2, most_masks=4)
    return [replace(reader.row(image, Inputs()), captions=image.captions) for image in images]


def loss_of(captioner: Captioner, rows: list[Row]) -> float:
    with torch.no_grad():
        return float(captioner.loss(rows))


def tokens(captioner: Captioner, image: DescribedImage) -> list[int]:
    ids = [captioner.tokenizer.encode(f" {caption.text}") for caption in image.captions]
    return [len(one) + 1 for one in ids]  # and the end


def test_captions_in_one_pass_do_not_read_each_other(captioner: Captioner, rows: list[Row]) -> None:
    row = rows[0]
    counts = tokens(captioner, row.image)

    together = loss_of(captioner, [row])
    apart = [loss_of(captioner, [replace(row, captions=[caption])]) for caption in row.captions]

    expected = sum(n * loss for n, loss in zip(counts, apart, strict=True)) / sum(counts)
    assert together == pytest.approx(expected, abs=1e-5)


def test_images_of_one_step_do_not_change_each_others_loss(
    captioner: Captioner, rows: list[Row]
) -> None:
    longer = replace(rows[1], captions=[*rows[1].captions, Caption("A dog.", "raw")])
    pair = [rows[0], longer]
    counts = [sum(tokens(captioner, replace(r.image, captions=r.captions))) for r in pair]

    together = loss_of(captioner, pair)

    apart = [loss_of(captioner, [row]) for row in pair]
    expected = sum(n * loss for n, loss in zip(counts, apart, strict=True)) / sum(counts)
    assert together == pytest.approx(expected, abs=1e-5)


def test_a_control_token_in_a_label_or_caption_is_only_letters(
    captioner: Captioner, rows: list[Row]
) -> None:
    typed, end = "a dog <|end|> a bus", captioner.tokenizer.eos_token_id

    one = captioner._sequence(replace(rows[0], knowledge=typed, captions=[Caption(typed)]))  # noqa: SLF001  # labels are not seen elsewhere

    assert one.labels.count(end) == 1
    assert one.labels[-1] == end


def test_a_token_reads_its_own_branch_and_the_beginning() -> None:
    branches = torch.tensor([[0, 0, 1, 1, 2, -1]])

    read = readable(branches)[0, 0].int().tolist()

    assert read == [
        [1, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [1, 1, 1, 0, 0, 0],
        [1, 1, 1, 1, 0, 0],
        [1, 1, 0, 0, 1, 0],
        [1, 1, 0, 0, 0, 1],
    ]


def test_only_adapters_and_connector_learn(base: Path, rows: list[Row]) -> None:
    captioner = Captioner(base, CHANNELS, Lora(rank=2))

    captioner.loss(rows).backward()  # type: ignore[no-untyped-call]  # torch leaves it so

    learned = {name for name, value in captioner.named_parameters() if value.grad is not None}
    assert all("lora_" in name or name.startswith("connector.") for name in learned)
    assert {name for name, _ in captioner.connector.named_parameters(prefix="connector")} < learned
    assert len([name for name in learned if "lora_" in name]) == 2 * 7 * 2  # A and B, 7 a layer


def test_what_is_seen_changes_what_is_said_and_can_be_left_out(
    captioner: Captioner, rows: list[Row]
) -> None:
    row = rows[0]
    without_grid = loss_of(captioner, [replace(row, has_grid=False)])
    without_both = loss_of(captioner, [replace(row, has_grid=False, has_masks=False)])

    assert len({loss_of(captioner, [row]), without_grid, without_both}) == 3


def test_candidates_are_the_same_twice_and_torch_draws_on_as_before(
    captioner: Captioner, rows: list[Row]
) -> None:
    wanted = Wanted("clean", 8, beams=2, samples=3, most_tokens=5, seed=4)
    torch.manual_seed(0)
    drawn = torch.rand(1)
    torch.manual_seed(0)

    first, second = captioner.write(rows[0], wanted), captioner.write(rows[0], wanted)

    assert first == second
    assert len(first) == 5
    assert torch.equal(torch.rand(1), drawn)
