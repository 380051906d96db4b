"""A label head names what it knows, says where it is not sure, and comes back whole."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save_file

from engine.verification.label_head import (
    LabelHead,
    load_label_head,
    save_label_head,
    train_label_head,
)

Floats = NDArray[np.float32]
NAMES = ("cup", "plate", "spoon")


def examples(
    count: int, noise: float, names: tuple[str, ...] = NAMES, seed: int = 0
) -> tuple[Floats, list[str], list[str]]:
    """Features that lie around a corner for each label, eight masks an image."""
    rng = np.random.default_rng(seed)
    labels = [names[number % len(names)] for number in range(count)]
    corners = np.eye(8, dtype=np.float32) * 2
    features = np.stack([corners[NAMES.index(label)] for label in labels])
    features += rng.normal(scale=noise, size=features.shape).astype(np.float32)
    return features, labels, [f"image-{number // 8}" for number in range(count)]


def said(head: LabelHead, features: Floats) -> list[str | None]:
    return [guess.label if guess.is_sure else None for guess in head.guess(features)]


def test_a_head_names_masks_that_it_has_not_seen() -> None:
    head = train_label_head(*examples(96, noise=0.3))
    features, labels, _ = examples(48, noise=0.3, seed=1)

    assert [guess.label for guess in head.guess(features)] == labels


def test_most_of_what_it_is_sure_of_is_right_where_labels_are_hard_to_tell() -> None:
    head = train_label_head(*examples(240, noise=1.5))
    features, labels, _ = examples(600, noise=1.5, seed=1)

    told = [
        (given, label)
        for given, label in zip(said(head, features), labels, strict=True)
        if given is not None
    ]

    assert 0 < len(told) < len(labels)
    assert np.mean([given == label for given, label in told]) > 0.72


def test_a_head_that_learned_from_noise_is_hardly_ever_sure() -> None:
    features, labels, images = examples(240, noise=0.3)
    shuffled = np.random.default_rng(3).permutation(np.array(labels)).tolist()

    head = train_label_head(features, shuffled, images)

    assert sum(given is not None for given in said(head, features)) < len(labels) / 20


@pytest.mark.parametrize("pair", [("cup", "plate"), ("plate", "cup")])
def test_of_what_is_called_two_things_at_once_it_is_not_sure_whichever_came_first(
    pair: tuple[str, str],
) -> None:
    for seed in range(20):
        features = np.random.default_rng(seed).normal(size=(3, 8)).astype(np.float32)
        twice, images = features.repeat(2, axis=0), [f"image-{number // 2}" for number in range(6)]

        head = train_label_head(twice, pair * 3, images)

        assert said(head, twice) == [None] * 6


def test_a_single_label_is_given_to_whatever_there_is() -> None:
    head = train_label_head(np.zeros((3, 0), np.float32), ["cell"] * 3, ["a", "a", "b"])

    assert not head.needs_features
    assert said(head, np.zeros((2, 0), np.float32)) == ["cell", "cell"]


def test_a_label_of_one_mask_does_the_others_no_harm() -> None:
    features, labels, images = examples(48, noise=0.3, names=NAMES[:2])
    corner = np.eye(8, dtype=np.float32)[2:3] * 2

    head = train_label_head(
        np.concatenate([features, corner]), [*labels, "spoon"], [*images, "image-0"]
    )

    assert head.labels == NAMES
    assert [guess.label for guess in head.guess(features)] == labels


def test_masks_of_one_image_prove_nothing_about_another() -> None:
    features, labels, _ = examples(9, noise=0.1)

    head = train_label_head(features, labels, ["image"] * 9)

    assert head.surest_min == pytest.approx(0.8)


def test_nothing_to_learn_from_is_an_error() -> None:
    with pytest.raises(ValueError, match="no labelled mask"):
        train_label_head(np.zeros((0, 8), np.float32), [], [])


def test_features_that_are_not_finite_are_refused_and_never_named() -> None:
    features, labels, images = examples(48, noise=0.3)
    head = train_label_head(features, labels, images)
    features[3, 2] = np.nan

    with pytest.raises(ValueError, match="not finite"):
        train_label_head(features, labels, images)
    assert said(head, features[3:4]) == [None]


def test_a_head_is_kept_in_a_file_and_comes_back_as_it_was(tmp_path: Path) -> None:
    features, labels, images = examples(96, noise=1.0)
    head = train_label_head(features, labels, images, "of an eye")
    path = tmp_path / "label_head.safetensors"

    save_label_head(head, path)
    again = load_label_head(path)

    assert (again.labels, again.features) == (head.labels, "of an eye")
    assert again.guess(features) == head.guess(features)


def test_the_same_head_is_the_same_bytes_each_time_that_it_is_written(tmp_path: Path) -> None:
    head = train_label_head(*examples(96, noise=1.0), "of an eye")
    path = tmp_path / "label_head.safetensors"

    written = set()
    for _ in range(20):
        save_label_head(head, path)
        written.add(path.read_bytes())

    assert len(written) == 1


def test_a_head_of_one_label_is_kept_as_well(tmp_path: Path) -> None:
    nothing = np.zeros((2, 0), np.float32)
    path = tmp_path / "label_head.safetensors"

    save_label_head(train_label_head(nothing, ["cell"] * 2, ["a", "b"]), path)

    assert said(load_label_head(path), nothing) == ["cell", "cell"]


def test_a_file_of_another_network_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "decoder.safetensors"
    save_file({"weights": np.zeros((2, 2), np.float32)}, path)

    with pytest.raises(ValueError, match=r"decoder\.safetensors is no label head"):
        load_label_head(path)
