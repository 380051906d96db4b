"""Which splits leave where nobody names any, and how that is said."""

import pytest

from engine.datasets.export_splits import lines_of_splits, splits_meant

COUNTS = {"images": 15, "train": 2, "val": 0, "holdout": 1, "unfinished": 12, "masks": 40}


@pytest.mark.parametrize(
    ("named", "images", "meant"),
    [
        ((), COUNTS, ["train", "holdout"]),
        ((), {"unfinished": 3}, ["unfinished"]),
        ((), {"images": 0}, []),
        (("unfinished",), COUNTS, ["unfinished"]),
        (("all",), COUNTS, []),
        (("train", "all"), COUNTS, []),
        (("nonsense",), COUNTS, ["nonsense"]),
    ],
)
def test_finished_images_leave_where_nothing_is_said(
    named: tuple[str, ...], images: dict[str, int], meant: list[str]
) -> None:
    assert splits_meant(named, images) == meant


def test_what_stays_behind_is_counted_and_how_to_take_it_is_told() -> None:
    assert list(lines_of_splits(["train", "holdout"], COUNTS)) == [
        "splits: train, holdout",
        "left out: 12 unfinished images; --split unfinished takes them, --split all everything",
    ]
    assert list(lines_of_splits(["train"], {"train": 2})) == ["splits: train"]
    assert list(lines_of_splits(["unfinished"], {"unfinished": 3})) == ["splits: unfinished"]
