"""What labels declare of their attributes is told to CVAT in its words, and read again."""

from dataclasses import replace
from typing import Any

import pytest

from engine.datasets.formats.cvat import CVAT
from engine.datasets.sample import Annotation, Label, Value
from tests.engine.datasets_broken import read_files, small_sample, written_of

CHOICE: dict[str, Any] = {
    "name": "colour", "kind": "choice", "choices": ["red", "light blue"],
    "min": None, "max": None, "required": False, "default": "red",
}  # fmt: skip
FULL = CHOICE | {"choices": ["true", "false"], "default": None}
RANGE = CHOICE | {"kind": "number", "choices": [], "min": 0.0, "max": 2.5, "default": 1e-7}
NUMBER = RANGE | {"min": None, "max": None, "default": None}
TEXT = CHOICE | {"kind": "text", "choices": [], "default": 'a "b" & <c>'}


def there_and_back(told: object, *values: Value) -> tuple[list[dict[str, Any]], list[Value], str]:
    """Return what is declared and which values masks have, once it was written and read."""
    masks = [each for each in small_sample().annotations if each.rle]
    annotations = tuple(
        Annotation(masks[0].rle, "cup", id=f"m{number}", attributes={"colour": value})
        for number, value in enumerate(values)
    )
    sample = replace(small_sample(), annotations=annotations)
    files = written_of(CVAT, [sample], (Label("cup", 1, {"attributes": told}),))
    [found], dataset, problems = read_files(CVAT, files)
    assert problems == []
    declared: Any = next(each for each in dataset.labels if each.name == "cup").extra
    held = [each.attributes["colour"] for each in found.annotations]
    return declared.get("attributes", []), held, files["annotations.xml"].decode()


@pytest.mark.parametrize(
    ("told", "value"),
    [(CHOICE, "light blue"), (RANGE, 1e-7), (NUMBER, -3.0), (TEXT, " x\ny "), (FULL, True)],
    ids=["choice", "range", "number", "text", "checkbox"],
)
def test_definition_and_value_come_back_as_they_are(told: dict[str, Any], value: Value) -> None:
    declared, held, _ = there_and_back([told], value)

    assert (declared, held) == ([told], [value])


def test_choice_of_true_and_false_is_a_checkbox_to_cvat_and_a_text_stays_one_to_us() -> None:
    values: list[Value] = ["true", False]

    declared, held, text = there_and_back([FULL], *values)

    assert "<input_type>checkbox</input_type>" in text
    assert (declared, held) == ([FULL], values)


def test_choice_that_a_mask_has_and_nobody_offers_any_more_is_told_too() -> None:
    declared, held, _ = there_and_back([CHOICE], "green", "red")

    assert declared == [CHOICE | {"choices": ["red", "light blue", "green"]}]
    assert held == ["green", "red"]


def test_range_that_a_value_lies_outside_of_is_told_no_more() -> None:
    declared, held, _ = there_and_back([RANGE], 3.0)

    assert (declared, held) == ([RANGE | {"min": None, "max": None}], [3.0])


@pytest.mark.parametrize("value", [2.0, True, "two\nlines", "\x01"])
def test_value_of_another_kind_makes_a_choice_a_text(value: Value) -> None:
    declared, held, _ = there_and_back([CHOICE], value)

    assert (declared, held) == ([], [value])


@pytest.mark.parametrize(
    "told",
    [
        *(CHOICE | {"choices": choices} for choices in ([], ["", "b"], [" a"], ["a\nb"], ["\x01"])),
        *(CHOICE | {"kind": "odd"}, CHOICE | {"name": ""}, CHOICE | {"name": 3}),
        *(CHOICE | {"choices": "red"}, {}, 5, None),
    ],
)
def test_what_cvat_has_no_word_for_is_not_declared(told: object) -> None:
    declared, held, _ = there_and_back([told], "red")

    assert (declared, held) == ([], ["red"])


def test_whatever_stands_where_definitions_do_is_passed_over() -> None:
    for told in (None, "x", {"name": "colour"}, [[CHOICE]], 1e9):
        assert there_and_back(told, "red")[0] == []


def test_attributes_keep_their_order_and_those_that_nobody_declared_follow() -> None:
    declared, _, text = there_and_back([TEXT | {"name": "z"}, RANGE | {"name": "a"}], "red")

    assert [each["name"] for each in declared] == ["z", "a"]
    assert text.index("<name>a</name>") < text.index("<name>colour</name>")
