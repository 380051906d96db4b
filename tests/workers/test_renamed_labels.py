"""Labels of imports: one that was renamed here is still the same, and "unlabelled" may be one."""

import io
import zipfile
from typing import Any
from uuid import uuid4

import pytest

from annotation.models import Label, Revision
from annotation.services.import_looks import Looking, count_samples
from annotation.services.labels import create_label, labels_named, update_label
from engine.datasets.errors import DatasetError
from engine.datasets.files import ZipOut
from engine.datasets.formats import FORMATS, export
from engine.datasets.sample import Annotation, Dataset, Sample, labels_of
from engine.datasets.sample import Label as DatasetLabel
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import SIZE_HW, Api, World, make_image, square
from tests.workers.bringing import send, start


def names(world: World) -> set[str]:
    return set(world.project.labels.filter(deleted_at=None).values_list("name", flat=True))


def renamed(world: World, name: str, *others: str) -> Label:
    label = create_label(project=world.project, name=name, color="#123456")
    for other in others:
        label = update_label(label=label, changes={"name": other})
    return label


def test_label_that_was_renamed_is_found_by_its_old_name(world: World, manager: Api) -> None:
    start(manager, send(world, zipped("coco", cell(1))))
    before = names(world)
    nucleus = Label.objects.get(name="nucleus")
    update_label(label=nucleus, changes={"name": "Kern"})

    brought = start(manager, send(world, zipped("coco", cell(1), cell(2))))

    assert names(world) == before - {"nucleus"} | {"Kern"}
    assert brought["brought"]["masks"] == 2
    assert Revision.objects.filter(label=nucleus).count() == 2


def test_look_at_a_dataset_knows_a_label_by_its_old_name(world: World) -> None:
    label = renamed(world, "cat", "dog")
    age = {"id": str(uuid4()), "name": "age", "kind": "number", "required": False}
    unset: dict[str, Any] = {"default": None, "min": None, "max": None, "choices": []}
    update_label(label=label, changes={"attributes": [age | unset]})
    seen = Annotation(square(2, 2), "cat", attributes={"age": 4.0})
    dataset = Dataset(labels_of(["cat"]), lambda: iter([Sample("a.png", SIZE_HW, (seen,))]))
    make_image(world.project, 1, file_name="a.png")
    problems: list[DatasetError] = []

    looking = Looking.at(world.project, dataset)
    counts = count_samples(looking, dataset.samples(), problems.append)

    assert problems == []
    assert counts == {"images that were there": 1, "masks": 1, "attributes": 1}


def test_name_that_another_label_has_now_means_that_one(world: World) -> None:
    renamed(world, "cat", "dog")
    cat = create_label(project=world.project, name="cat", color="#123456")

    assert labels_named(project=world.project, names=["cat"])["cat"] == cat


def test_name_that_two_labels_had_means_neither(world: World) -> None:
    old = [renamed(world, "thing", name) for name in ("dog", "cat")]

    assert labels_named(project=world.project, names=["thing"])["thing"] not in old


@pytest.mark.parametrize("side_by_side", [["cat", "dog"], ["cat", "kitten"]])
def test_names_that_stand_side_by_side_mean_two_labels(
    world: World, side_by_side: list[str]
) -> None:
    renamed(world, "cat", "kitten", "dog")

    found = labels_named(project=world.project, names=side_by_side)

    assert len({found[name].pk for name in side_by_side}) == 2


def test_name_that_a_label_got_back_is_no_former_one(world: World) -> None:
    label = renamed(world, "cat", "dog", "cat")

    label.refresh_from_db()
    assert label.former_names == ["dog"]


def test_label_called_unlabelled_comes_back_as_itself_where_the_format_can_tell(
    world: World, manager: Api
) -> None:
    dataset = Dataset(
        (DatasetLabel("unlabelled", 1), DatasetLabel("nucleus", 2)),
        lambda: iter([cell(1, label="unlabelled")]),
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        export(dataset, FORMATS["coco"], ZipOut(archive))

    start(manager, send(world, out.getvalue()))

    assert "unlabelled" in names(world)
    assert Revision.objects.filter(label__name="unlabelled").count() == 1
