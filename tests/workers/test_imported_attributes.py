"""Attributes that files declare come in with the labels that an import makes."""

import io
import zipfile
from typing import Any

import pytest

from annotation.models import Label, Revision
from annotation.services.labels import create_label, delete_label
from engine.datasets.files import ZipOut
from engine.datasets.formats import FORMATS, export
from engine.datasets.sample import Annotation, Dataset, Sample
from engine.datasets.sample import Label as Named
from tests.annotation.datasets import zipped
from tests.annotation.world import SIZE_HW, Api, World, png, square
from tests.workers.bringing import read, send, start, undo

COLOUR: dict[str, Any] = {
    "name": "colour",
    "kind": "choice",
    "choices": ["red", "blue"],
    "min": None,
    "max": None,
    "required": False,
    "default": "blue",
}
AGE: dict[str, Any] = COLOUR | {
    "name": "age",
    "kind": "number",
    "choices": [],
    "min": 0.0,
    "max": 9.0,
    "default": None,
}
FULL = COLOUR | {"name": "full", "choices": ["true", "false"], "default": "false"}
NOTE = COLOUR | {"name": "note", "kind": "text", "choices": [], "default": None}


def cvat(*labels: tuple[str, str]) -> bytes:
    """Pack a task of CVAT's in which each label has a mask of its own, with values.

    CVAT tells of each attribute which values it may have, be they none.
    """
    declared = "".join(
        f"<attribute><name>{name}</name><mutable>False</mutable><input_type>{kind}</input_type>"
        f"<default_value>{default}</default_value><values>{values}</values></attribute>"
        for name, kind, default, values in (
            ("colour", "select", "blue", "red\nblue"),
            ("age", "number", "", "0\n9\n1"),
            ("full", "checkbox", "false", "false"),
            ("note", "text", "", ""),
        )
    )
    told = "".join(
        f"<label><name>{label}</name><attributes>{declared}</attributes></label>"
        for label, _ in labels
    )
    shapes = "".join(
        f'<polygon label="{label}" points="{left},2;{left + 5},2;{left + 5},7;{left},7">'
        f"{values}</polygon>"
        for left, (label, values) in zip((2, 12, 22), labels, strict=False)
    )
    height, width = SIZE_HW
    text = (
        f"<annotations><version>1.1</version><meta><task><labels>{told}</labels></task></meta>"
        f'<image id="0" name="a.png" width="{width}" height="{height}">{shapes}</image>'
        "</annotations>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("annotations.xml", text)
        archive.writestr("images/a.png", png(1))
    return out.getvalue()


VALUES = (
    '<attribute name="colour">red</attribute><attribute name="age">3</attribute>'
    '<attribute name="full">true</attribute><attribute name="note">chipped</attribute>'
)


def defined(name: str) -> list[dict[str, Any]]:
    """The attributes of a label, without their ids and what they were."""
    label = Label.objects.get(name=name)
    return [{key: each[key] for key in COLOUR} for each in label.attributes]


def values() -> list[dict[str, Any]]:
    """The values on masks, by the attributes' names."""
    names = {each["id"]: each["name"] for label in Label.objects.all() for each in label.attributes}
    return [
        {names[key]: value for key, value in each.attributes.items()}
        for each in Revision.objects.order_by("pk")
    ]


def test_a_label_of_cvat_comes_in_with_its_attributes(world: World, manager: Api) -> None:
    import_id = send(world, cvat(("cup", VALUES)))
    looked = read(manager, import_id)["found"]

    brought = start(manager, import_id)["brought"]

    assert looked == {"images": 1, "masks": 1, "labels": 1, "attributes": 4}
    assert brought == {"images accepted": 1, "masks": 1, "attributes": 4}
    assert defined("cup") == [COLOUR, AGE, FULL, NOTE]
    assert values() == [{"colour": "red", "age": 3.0, "full": "true", "note": "chipped"}]


def test_a_label_that_is_there_stays_as_a_manager_defined_it(world: World, manager: Api) -> None:
    import_id = send(world, cvat(("cell", VALUES)))
    told = {
        f"attributes not defined: cell: {name}": 1 for name in ("age", "colour", "full", "note")
    }

    brought = start(manager, import_id)["brought"]

    assert brought == {"images accepted": 1, "masks": 1, **told}
    assert defined("cell") == []


def test_an_import_that_is_undone_takes_its_label_along_and_brings_it_back(
    world: World, manager: Api
) -> None:
    data = cvat(("cup", VALUES))
    first = send(world, data)
    start(manager, first)
    undo(manager, first)
    gone = Label.objects.get(name="cup")

    again = start(manager, send(world, data))["brought"]

    assert gone.is_deleted
    assert again["attributes"] == 4
    assert Label.objects.get(name="cup").attributes == gone.attributes


def test_a_label_that_comes_back_without_attributes_gets_those_that_are_declared(
    world: World, manager: Api
) -> None:
    delete_label(label=create_label(project=world.project, name="cup", color="#ff0000"))

    import_id = send(world, cvat(("cup", VALUES)))
    looked = read(manager, import_id)["found"]
    brought = start(manager, import_id)["brought"]

    assert looked["attributes"] == brought["attributes"] == 4
    assert defined("cup") == [COLOUR, AGE, FULL, NOTE]


def test_what_nobody_filled_in_is_no_value_that_does_not_fit(world: World, manager: Api) -> None:
    empty = VALUES.replace("chipped", "").replace(">3<", "><").replace("red", " red ")

    brought = start(manager, send(world, cvat(("cup", empty))))["brought"]

    assert brought == {"images accepted": 1, "masks": 1, "attributes": 2}
    assert values() == [{"colour": "red", "full": "true"}]


def test_a_text_that_no_save_may_send_does_not_come_in_either(world: World, manager: Api) -> None:
    long = VALUES.replace("chipped", "x" * 1001)

    brought = start(manager, send(world, cvat(("cup", long))))["brought"]

    told = {"attributes that do not fit: cup: note": 1}
    assert brought == {"images accepted": 1, "masks": 1, "attributes": 3, **told}


def test_a_file_that_tells_no_values_defines_nothing(world: World, manager: Api) -> None:
    """Exports as CVAT of labels that declare nothing, and older ones, call a choice a text."""
    mask = Annotation(square(2, 2), "cup", attributes={"colour": "red"})
    sample = Sample("a.png", SIZE_HW, (mask,), load_bytes=lambda: png(1))

    brought = start(manager, send(world, zipped("cvat", sample)))["brought"]

    assert brought["attributes not defined: cup: colour"] == 1
    assert defined("cup") == []


@pytest.mark.parametrize(
    "name", ["coco", "jsonl", "datumaro", "lvis", "cvat", "huggingface", "croissant"]
)
def test_what_another_project_defined_comes_in_with_its_export(
    world: World, manager: Api, name: str
) -> None:
    mask = Annotation(square(2, 2), "cup", attributes={"colour": "red", "age": 3.0})
    sample = Sample("a.png", SIZE_HW, (mask,), load_bytes=lambda: png(1))
    labels = (Named("cup", 1, {"attributes": [COLOUR | {"id": "7"}, AGE | {"id": "8"}]}),)
    dataset = Dataset(labels, lambda: iter([sample]), has_images=True)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        export(dataset, FORMATS[name], ZipOut(archive))

    brought = start(manager, send(world, out.getvalue()))["brought"]

    assert brought["attributes"] == 2
    assert defined("cup") == [COLOUR, AGE]
    assert values() == [{"colour": "red", "age": 3.0}]
