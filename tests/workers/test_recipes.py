"""Recipes: read as they were written, or refused by name."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from annotation.models import Bundle
from engine.bundle import LABEL_HEAD, PROMPT_HEAD, VERDICTS, VERIFIER
from engine.segmentation.prompt_head_training import PromptHeadConfig
from engine.segmentation.trainer import Chain, TrainConfig
from workers.mask_training import CHECKPOINTS, MADE
from workers.recipes import (
    LabelRecipe,
    MaskRecipe,
    kept_recipe,
    made_by,
    read_recipe,
    recipes_of,
)

RECIPE = MaskRecipe(
    dataset_version="d" * 64,
    parent="p" * 64,
    decoder=TrainConfig(steps=3, chains=(Chain(2, 0.5), Chain(1)), precision="fp32", seed=7),
    head=PromptHeadConfig(seed=7),
    turns=True,
    learns_encoder=False,
    photos=9,
    threads=2,
    made_by={"torch": "2"},
)


def left_by_a_killed_run(folder: Path) -> tuple[Path, Path]:
    """Leave what masks are made by, and captions in the same folder; return a file of each."""
    for name in (CHECKPOINTS, "captions", "digest"):
        (folder / name).mkdir()
    for name in (VERDICTS, f"digest/{PROMPT_HEAD}", f"digest/{VERIFIER}"):
        (folder / name).touch()
    own, others = folder / CHECKPOINTS / "checkpoint", folder / "captions" / "checkpoint"
    own.touch()
    others.touch()
    return own, others


def test_a_recipe_comes_back_from_json_as_it_was() -> None:
    assert read_recipe(MaskRecipe, json.loads(json.dumps(asdict(RECIPE)))) == RECIPE


def test_a_training_goes_on_by_the_recipe_that_it_began_by(tmp_path: Path) -> None:
    path = tmp_path / "recipe.json"
    checkpoint = left_by_a_killed_run(tmp_path)[0]

    begun = kept_recipe(path, MaskRecipe, lambda: RECIPE, MADE)
    later = kept_recipe(path, MaskRecipe, lambda: replace(RECIPE, photos=1), MADE)

    assert begun == later == RECIPE
    assert checkpoint.is_file()


def test_p7_a_training_begins_anew_where_an_upgrade_left_a_recipe_of_other_code(
    tmp_path: Path,
) -> None:
    path = tmp_path / "recipe.json"
    kept_recipe(path, MaskRecipe, lambda: RECIPE, MADE)
    told = json.loads(path.read_text())
    path.write_text(json.dumps(told | {"momentum": 0.9}))
    own, others = left_by_a_killed_run(tmp_path)

    anew = replace(RECIPE, photos=1)
    first = kept_recipe(path, MaskRecipe, lambda: anew, MADE)
    again = kept_recipe(path, MaskRecipe, lambda: RECIPE, MADE)

    assert first == again == anew
    assert (own.exists(), others.exists()) == (False, True)
    left = [each.name for each in tmp_path.rglob("*") if each.is_file()]
    assert sorted(left) == ["checkpoint", "recipe.json"]


def test_a_recipe_of_other_code_is_refused_by_the_field() -> None:
    told = asdict(RECIPE)
    told["decoder"]["momentum"] = told["decoder"].pop("lr")

    with pytest.raises(ValueError, match="other code, as to TrainConfig's lr, momentum"):
        read_recipe(MaskRecipe, told)


def test_code_libraries_and_machine_are_named() -> None:
    told = made_by()

    assert {"code", "torch", "onnxruntime", "device", "cpu"} <= told.keys()
    assert all(told.values())
    assert told == made_by()


def test_labels_of_before_they_had_a_recipe_are_made_by_that_of_their_masks() -> None:
    told = {"masks": asdict(RECIPE)}
    files = {"decoder.onnx": "a" * 64, LABEL_HEAD: "b" * 64}

    recipes = recipes_of(Bundle(manifest={"files": files, "recipe": told}))

    labels = read_recipe(LabelRecipe, recipes["labels"])
    assert labels == LabelRecipe(RECIPE.dataset_version, RECIPE.threads, RECIPE.made_by)
    del files[LABEL_HEAD]
    assert recipes_of(Bundle(manifest={"files": files, "recipe": told})) == told
