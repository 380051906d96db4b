"""What files declare of attributes is what the settings page would take, or nothing comes of it."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.api.attributes import AttributesField
from annotation.services.attributes import MOST_ATTRIBUTES, MOST_CHOICES
from annotation.services.declared_attributes import attributes_by_label, declared_attributes
from engine.datasets.sample import Dataset, Label

COLOUR = {
    "name": "colour",
    "kind": "choice",
    "choices": ["red", "blue"],
    "min": None,
    "max": None,
    "required": True,
    "default": "red",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
KEYS = ("name", "kind", "choices", "min", "max", "required", "default")
ANYTHING = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(KEYS, JSON) | {"kind": st.sampled_from(["choice", "number", "text"])},
)


def declared(*told: object) -> list[dict[str, Any]]:
    return [dict(each) for each in declared_attributes({"attributes": list(told)})]


def test_a_definition_comes_in_whole_under_an_id_of_its_own() -> None:
    [first], [second] = declared(COLOUR), declared(COLOUR)

    assert {key: first[key] for key in KEYS} == COLOUR
    assert not first["deleted"]
    assert first["id"] != second["id"]


@given(st.lists(ANYTHING | JSON, max_size=4))
def test_whatever_files_tell_the_settings_page_takes_what_comes_of_it(told: list[object]) -> None:
    found = declared(*told)

    AttributesField().run_validation([{key: each[key] for key in ("id", *KEYS)} for each in found])


@pytest.mark.parametrize(
    "told",
    [
        "colour",
        {},
        COLOUR | {"name": ""},
        COLOUR | {"name": "x" * 61},
        COLOUR | {"name": 3},
        COLOUR | {"kind": "colour"},
        COLOUR | {"choices": []},
        COLOUR | {"choices": ["red", ""]},
        COLOUR | {"choices": ["red", 3]},
        COLOUR | {"choices": [f"{n}" for n in range(MOST_CHOICES + 1)]},
    ],
)
def test_what_the_settings_page_would_refuse_is_left_out(told: object) -> None:
    assert declared(told) == []
    assert declared_attributes({"attributes": told}) == []
    assert declared_attributes({}) == []


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"min": 1, "max": 3}, {"min": 1.0, "max": 3.0}),
        ({"min": 3, "max": 1}, {"min": None, "max": None}),
        ({"min": math.nan, "max": math.inf}, {"min": None, "max": None}),
        ({"min": True, "max": "3"}, {"min": None, "max": None}),
        ({"min": -(10**400), "max": 10**400}, {"min": None, "max": None}),
        ({"max": 3, "default": 2}, {"default": 2.0}),
        ({"max": 3, "default": 4}, {"default": None}),
        ({"default": "x"}, {"default": None}),
        ({"required": "yes"}, {"required": False}),
    ],
)
def test_what_does_not_fit_a_number_is_no_part_of_it(
    told: dict[str, object], kept: dict[str, object]
) -> None:
    [found] = declared({"name": "age", "kind": "number", **told})

    assert {key: found[key] for key in kept} == kept


def test_of_labels_that_have_one_name_here_the_first_that_declares_any_counts() -> None:
    told = [{}, {"attributes": [COLOUR]}, {"attributes": [COLOUR | {"name": "age"}]}]
    names = ("cup", " cup", "cup ")
    labels = [Label(name, 1, extra) for name, extra in zip(names, told, strict=True)]

    found = attributes_by_label(Dataset(tuple(labels), lambda: iter(())))

    assert {name: [each["name"] for each in kept] for name, kept in found.items()} == {
        "cup": ["colour"]
    }


def test_halves_of_signs_that_no_database_holds_are_left_out() -> None:
    [found] = declared(COLOUR | {"name": "col\ud800our\0", "choices": ["r\0ed"], "default": None})

    assert (found["name"], found["choices"]) == ("colour", ["red"])


def test_of_a_name_told_twice_the_first_counts_and_of_very_many_some() -> None:
    many = [COLOUR | {"name": f"a{n}"} for n in range(MOST_ATTRIBUTES + 5)]

    assert [each["required"] for each in declared(COLOUR, COLOUR | {"required": False})] == [True]
    assert [each["name"] for each in declared(*many)] == [f"a{n}" for n in range(MOST_ATTRIBUTES)]
