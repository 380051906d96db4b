"""`manage.py rebuild_bundle`: weights follow from version, recipe and seed, or it is told."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from threadpoolctl import threadpool_info, threadpool_limits

from annotation.models import Bundle, Image
from annotation.services.bundles import ensure_pretrained
from annotation.services.seeds import Seed
from annotation.services.versions import cut_version
from engine.bundle import MODEL_CARD, VERDICTS
from tests.annotation.world import World, make_image, square
from tests.workers.conftest import finish
from tests.workers.rebuilt import altered, bundle_of_a_round, rebuilt
from workers import evaluation

pytestmark = pytest.mark.slow


@pytest.fixture
def bundle(world: World, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    monkeypatch.setattr(evaluation, "MAX_CLICKS", 2)
    return bundle_of_a_round(world)


def test_a_rounds_bundle_is_made_again_to_the_bit(
    world: World, bundle: Bundle, tmp_path: Path
) -> None:
    make_image(world.project, 7)  # what happens since changes nothing
    finish(world, Image.objects.latest("pk"))

    said = rebuilt(bundle, keep=tmp_path / "kept")

    assert set(said.values()) == {"equal"}
    own = set(bundle.manifest["files"]) - {MODEL_CARD, VERDICTS}
    assert set(said) == own | {"thresholds", "encoder"}
    assert {"decoder.safetensors", "decoder.onnx", "prompt_head.onnx"} <= own
    assert (tmp_path / "kept" / "checkpoints" / "decoder.safetensors").is_file()
    with pytest.raises(CommandError, match="is not empty"):
        rebuilt(bundle, keep=tmp_path / "kept")


def test_as_many_threads_compute_as_the_recipe_says(bundle: Bundle) -> None:
    with threadpool_limits(limits=3):  # as on a machine with three cores
        rebuilt(bundle)

        found = {each["num_threads"] for each in threadpool_info()}

    assert found == {bundle.manifest["recipe"]["masks"]["threads"]}


def test_another_seed_is_found_out_by_the_files_that_it_changes(
    bundle: Bundle, tmp_path: Path
) -> None:
    recipe = bundle.manifest["recipe"]["masks"]

    decoder = altered(bundle, tmp_path / "a", "masks", decoder={**recipe["decoder"], "seed": 77})
    said = r"differ: decoder\.onnx, decoder\.safetensors.* noise: .* IoU at one click on \d"
    with pytest.raises(CommandError, match=said):
        rebuilt(decoder)
    head = altered(bundle, tmp_path / "b", "masks", head={**recipe["head"], "seed": 77})
    with pytest.raises(CommandError, match=r"1 of \d differ: prompt_head\.onnx"):
        rebuilt(head)


def test_other_masks_are_found_out(world: World, bundle: Bundle, tmp_path: Path) -> None:
    image = make_image(world.project, 8)
    finish(world, image, Seed(square(2, 20, 6)))
    other = cut_version(project=world.project, created_by=world.manager)
    said = altered(bundle, tmp_path / "a", "masks", dataset_version=other.pk)

    with pytest.raises(CommandError, match=r"differ: .*decoder\.safetensors, prompt_head\.onnx"):
        rebuilt(said)


def test_a_bundle_without_a_recipe_and_another_set_up_are_told(
    world: World, bundle: Bundle, settings: Any
) -> None:
    with pytest.raises(CommandError, match="has no recipe"):
        rebuilt(ensure_pretrained(project=world.project))
    with pytest.raises(CommandError, match="no bundle begins with"):
        call_command("rebuild_bundle", "nothing")
    settings.TORCH_THREADS += 1
    with pytest.raises(CommandError, match=r"made with TORCH_THREADS=\d, here it is \d"):
        rebuilt(bundle)
