"""Images alike, and what people agree on about them."""

import pytest
import torch

from engine.captioning.neighbours import Bank, Neighbours

CAPTIONS = [
    ["a dog runs on grass", "a brown dog on the grass"],
    ["a dog on grass", "something else entirely here"],
    ["a red bus"],
]
LABELS = [["dog"], ["dog", "person"], ["bus", "person"]]


@pytest.fixture
def neighbours() -> Neighbours:
    wholes = torch.nn.functional.normalize(torch.tensor([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]]))
    return Neighbours(Bank(["a", "b", "c"], CAPTIONS, LABELS, wholes))


def test_the_nearest_come_first_and_an_image_is_not_its_own_neighbour(
    neighbours: Neighbours,
) -> None:
    whole = torch.tensor([1.0, 0.0])

    assert neighbours.nearest(whole, 2) == [0, 1]
    assert neighbours.nearest(whole, 2, but="a") == [1, 2]
    assert neighbours.nearest_caption(whole, but="a") == "a dog on grass"


def test_shared_labels_make_images_alike_and_rare_ones_the_more(neighbours: Neighbours) -> None:
    between = torch.nn.functional.normalize(torch.tensor([1.0, 1.0]), dim=0)

    assert neighbours.nearest(between, 1, labels=["bus"]) == [2]
    assert neighbours.nearest(between, 1, labels=["person", "dog"]) == [1]
    assert neighbours.nearest(between, 3, labels=["bus", "person"])[0] == 2
    assert neighbours.nearest(between, 3, labels=["unheard of"]) == neighbours.nearest(between, 3)


def test_the_caption_most_like_the_others_leads(neighbours: Neighbours) -> None:
    ranked = neighbours.by_consensus(torch.tensor([1.0, 0.0]), images=2)

    assert sorted(ranked) == sorted([*CAPTIONS[0], *CAPTIONS[1]])
    assert ranked[-1] == "something else entirely here"


def test_candidates_are_put_in_order_by_each_other_and_by_what_stands_beside(
    neighbours: Neighbours,
) -> None:
    candidates = ["a red bus", "a dog on grass", "a dog runs on grass"]

    assert neighbours.rank(candidates)[-1] == "a red bus"
    assert neighbours.rank(candidates, ["a red bus", "the red bus"])[0] == "a red bus"


def test_an_empty_bank_finds_nothing() -> None:
    neighbours = Neighbours(Bank([], [], [], torch.zeros(0, 2)))

    assert neighbours.nearest(torch.zeros(2), 3) == []
    assert neighbours.nearest_caption(torch.zeros(2)) == ""
    assert neighbours.by_consensus(torch.zeros(2)) == []
    assert neighbours.rank(["one", "two"]) == ["one", "two"]


def test_a_bank_of_images_without_captions_is_refused() -> None:
    with pytest.raises(ValueError, match="described images only"):
        Bank(["a"], [[]], [[]], torch.zeros(1, 2))
