"""How a version is spread is counted row by row."""

from engine.datasets.distributions import MASKS, SHARES, DistributionCounter
from tests.engine.manifests import mask, row

NAMES = {"1": "cell", "2": "nucleus"}


def test_images_and_masks_are_counted_by_split_and_label() -> None:
    counter = DistributionCounter()
    counter.add(
        row("a", mask("1", label="2"), mask("2", label="2"), mask("3", label=None)), [1] * 3
    )
    counter.add(row("b", mask("4", label="1"), mask("5", label="2")), [1] * 2)
    counter.add(row("c", split="holdout"), [])

    found = counter.total(NAMES)

    assert found["splits"] == [
        {"split": "train", "images": 2, "masks": 5},
        {"split": "holdout", "images": 1, "masks": 0},
    ]
    labels = [(each["label"], each["masks"]) for each in found["labels"]]
    assert labels == [("nucleus", 3), (None, 1), ("cell", 1)]


def test_masks_are_counted_by_cocos_sizes_and_by_their_share_of_the_image() -> None:
    counter = DistributionCounter()
    areas = [1, 1023, 1024, 9215, 9216, 1_000_000]
    masks = [mask(str(at)) for at in range(len(areas))]
    counter.add(row("a", *masks, size_hw=[1000, 1000]), areas)

    found = counter.total(NAMES)

    assert found["sizes"] == {"small": 2, "medium": 2, "large": 2}
    shares = found["area_shares"]
    assert shares["edges"] == [*SHARES]
    assert shares["counts"] == [1, 0, 0, 0, 0, 2, 2, 0, 0, 0, 1]


def test_images_are_counted_by_their_masks_and_their_pixels() -> None:
    counter = DistributionCounter()
    for name, masks, size_hw in (("a", 0, [1, 1]), ("b", 1, [500, 500]), ("c", 1200, [8000, 6000])):
        own = [mask(f"{at:04}") for at in range(masks)]
        counter.add(row(name, *own, size_hw=size_hw), [1] * masks)

    found = counter.total(NAMES)

    counts = found["masks_per_image"]["counts"]
    assert {at: count for at, count in enumerate(counts) if count} == {0: 1, 1: 1, len(MASKS): 1}
    assert found["megapixels"]["counts"] == [1, 1, 0, 0, 0, 0, 0, 0, 1]


def test_nothing_is_spread_over_nothing() -> None:
    found = DistributionCounter().total(NAMES)

    assert (found["splits"], found["labels"]) == ([], [])
    assert not any(found["area_shares"]["counts"] + found["masks_per_image"]["counts"])
