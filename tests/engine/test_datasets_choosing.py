"""A part of a dataset under other names; names that any system takes, each once."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.choosing import Choice, chosen
from engine.datasets.errors import DatasetError
from engine.datasets.naming import repeated_stems, safe_name, told_apart
from engine.datasets.sample import Label
from tests.engine.datasets_corpus import LABELS, corpus, dataset_of


def test_splits_are_chosen_and_images_stay_behind_unless_asked_for() -> None:
    whole = dataset_of(corpus())

    held_out = chosen(whole, Choice(frozenset({"holdout"})))
    with_images = chosen(whole, Choice(has_images=True))

    assert [sample.file_name for sample in held_out.samples()] == ["whole.png"]
    assert not held_out.has_images
    assert all(sample.load_bytes is None for sample in held_out.samples())
    assert list(with_images.samples()) == corpus()
    assert all(sample.load_bytes for sample in with_images.samples())


def test_labels_are_united_renamed_and_left_out_with_what_hangs_on_them() -> None:
    part = chosen(
        dataset_of(corpus()),
        Choice(labels={"Zellkern, groß": "cell", "cell": "cell", "核 \"<&'>": None}),
    )

    whole = next(each for each in part.samples() if each.file_name == "whole.png")
    assert part.labels == (Label("cell", 1), Label("unused", 4))
    assert [(each.label, each.parent) for each in whole.annotations] == [
        ("cell", None),
        ("cell", "a"),
    ]
    parts = chosen(dataset_of(corpus()), Choice(labels={"cell": None}))
    whole = next(each for each in parts.samples() if each.file_name == "whole.png")
    assert [each.parent for each in whole.annotations] == [None]


def test_a_label_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(DatasetError, match="no label 'cel'"):
        chosen(dataset_of([], LABELS), Choice(labels={"cel": "cell"}))


@given(st.text())
def test_any_name_becomes_one_that_stays_below_its_folder(name: str) -> None:
    safe = safe_name(name)

    parts = PurePosixPath(safe).parts
    assert parts
    assert not {"..", "/", "."} & set(parts)
    assert not set(safe) & set('\\:*?"<>|\x00\n')
    assert safe_name(safe) == safe


@pytest.mark.parametrize("name", ["a.png", "scan 3/tile (2).tif", "Ä/核.jpeg", "archive.zip/b.png"])
def test_ordinary_names_stay_as_they_are(name: str) -> None:
    assert safe_name(name) == name


def test_images_whose_names_differ_by_ending_or_case_alone_are_told_apart() -> None:
    names = ["a/x.png", "a/X.jpg", "a/y.png", "b/x.png"]

    found = [told_apart(name, f"{n}" * 64, repeated_stems(names)) for n, name in enumerate(names)]

    assert found == ["a/x-00000000.png", "a/X-11111111.jpg", "a/y.png", "b/x.png"]
