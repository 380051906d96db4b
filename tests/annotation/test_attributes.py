"""Attributes of labels: what managers define, what masks hold, and that no change breaks a save."""

import json
from typing import Any
from uuid import uuid4

import pytest

from annotation.models import Image, Label, Revision
from annotation.services.versions import cut_version
from tests.annotation.test_versions import exported
from tests.annotation.world import Api, World, create, make_bundle, make_proposals, operation

COLOUR, LENGTH, NOTE = (f"{digit * 8}-0000-4000-8000-000000000000" for digit in "123")
DEFINED: list[dict[str, Any]] = [
    {"id": COLOUR, "name": "Colour", "kind": "choice", "choices": ["red", "green"]},
    {"id": LENGTH, "name": "Length", "kind": "number", "min": 0, "max": 10, "required": True},
    {"id": NOTE, "name": "Note", "kind": "text", "default": "none"},
]


@pytest.fixture
def defined(manager: Api, world: World) -> int:
    """The label of the project, with three attributes."""
    answer = define(manager, world.label_id, DEFINED)
    assert answer.status_code == 200, answer.content
    return world.label_id


def define(manager: Api, label: int, attributes: list[dict[str, Any]]) -> Any:
    return manager.patch(f"labels/{label}", {"attributes": attributes})


def values_of(mask: str) -> dict[str, Any]:
    head = Revision.objects.filter(mask_id=mask).order_by("-number").first()
    assert head is not None
    return dict(head.attributes)


def test_a_manager_defines_them_and_everybody_reads_them(
    manager: Api, annotator: Api, image: Image, defined: int
) -> None:
    [label] = annotator.get(f"images/{image.pk}").json()["labels"]

    told = {each["name"]: each for each in label["attributes"]}
    assert list(told) == ["Colour", "Length", "Note"]
    assert told["Colour"]["choices"] == ["red", "green"]
    assert (told["Length"]["min"], told["Length"]["max"], told["Length"]["required"]) == (0, 10, 1)
    assert (told["Note"]["default"], told["Note"]["deleted"]) == ("none", False)
    assert "ever" not in told["Colour"]
    assert define(annotator, defined, []).status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "colour"}, "attributes[0].kind"),
        ({"name": " "}, "attributes[0].name"),
        ({"choices": []}, "attributes[0].choices"),
        ({"choices": ["red", "red"]}, "attributes[0].choices"),
        ({"default": "pink"}, "attributes[0].default"),
        ({"kind": "number", "default": "pink"}, "attributes[0].default"),
        ({"kind": "number", "min": 3, "max": 2}, "attributes[0].max"),
        ({"id": "1"}, "attributes[0].id"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused_by_name(
    manager: Api, world: World, change: dict[str, Any], field: str
) -> None:
    answer = define(manager, world.label_id, [{**DEFINED[0], **change}])

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert Label.objects.get(pk=world.label_id).attributes == []


def test_it_keeps_its_kind_and_its_label(manager: Api, world: World, defined: int) -> None:
    other = manager.post(f"projects/{world.project.pk}/labels", {"name": "b", "color": "#000000"})

    turned = define(manager, defined, [{"id": COLOUR, "name": "Colour", "kind": "text"}])
    taken = define(manager, other.json()["id"], DEFINED[:1])

    assert turned.json()["errors"][0]["field"] == "attributes[0].kind"
    assert taken.json()["errors"][0]["field"] == "attributes[0].id"


def test_values_are_set_one_by_one_and_kept_with_each_revision(
    annotator: Api, reviewer: Api, image: Image, defined: int
) -> None:
    drawn = create(label=defined, attributes={COLOUR: "red"})
    mask = drawn["mask"]
    annotator.save(image, drawn)
    reviewer.save(image, operation("revise", mask=mask, attributes={LENGTH: 2.5}))
    annotator.save(image, operation("revise", mask=mask, attributes={COLOUR: None, NOTE: "é"}))
    annotator.save(image, operation("delete", mask=mask))
    answer = annotator.save(image, operation("revise", mask=mask, label=None))

    assert answer.status_code == 200, answer.content
    rows = annotator.get(f"masks/{mask}/revisions").json()["results"]
    assert [row["attributes"] for row in reversed(rows)] == [
        {COLOUR: "red"},
        {COLOUR: "red", LENGTH: 2.5},
        {LENGTH: 2.5, NOTE: "é"},
        {LENGTH: 2.5, NOTE: "é"},
        {LENGTH: 2.5, NOTE: "é"},
    ]
    [shown] = annotator.get(f"images/{image.pk}").json()["masks"]
    assert shown["attributes"] == {LENGTH: 2.5, NOTE: "é"}


def test_an_accepted_proposal_begins_with_values(
    annotator: Api, image: Image, defined: int
) -> None:
    [proposal] = make_proposals(image, make_bundle())
    accept = operation(
        "verdict",
        proposal=str(proposal.pk),
        verdict="accepted",
        mask=str(uuid4()),
        label=defined,
        attributes={NOTE: "none"},
    )

    assert annotator.save(image, accept).status_code == 200
    assert values_of(accept["mask"]) == {NOTE: "none"}


def test_two_people_who_set_different_ones_both_keep_theirs(
    annotator: Api, reviewer: Api, image: Image, defined: int
) -> None:
    drawn = create(label=defined)
    annotator.save(image, drawn)
    theirs = operation("revise", mask=drawn["mask"], attributes={COLOUR: "green"})
    mine = operation("revise", mask=drawn["mask"], attributes={LENGTH: 4})
    reviewer.save(image, theirs, version=1)

    stale = annotator.save(image, mine, version=1)
    annotator.save(image, mine, version=stale.json()["version"])
    again = annotator.save(image, mine, version=stale.json()["version"])

    [missed] = stale.json()["missed"]
    assert missed["attributes"] == {COLOUR: "green"}
    assert again.status_code == 200
    assert values_of(drawn["mask"]) == {COLOUR: "green", LENGTH: 4}
    assert Revision.objects.filter(mask_id=drawn["mask"]).count() == 3


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        (COLOUR, "pink", "none of the choices"),
        (COLOUR, 3, "text"),
        (LENGTH, "3", "number"),
        (LENGTH, 11, "at most 10"),
        (LENGTH, -0.5, "at least 0"),
        (LENGTH, True, "text or a number"),
        (LENGTH, 1e300, "too large"),
        (NOTE, "x" * 1001, "1000"),
        (NOTE, "a\x00b", "Null"),
        (NOTE, ["list"], "text or a number"),
        ("99999999-0000-4000-8000-000000000000", "red", "no such attribute"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_its_field(
    annotator: Api, image: Image, defined: int, key: str, value: object, word: str
) -> None:
    answer = annotator.save(image, create(label=defined, attributes={key: value}))

    assert answer.status_code == 400, answer.content
    [error] = answer.json()["errors"]
    assert error["field"].startswith(f"operations[0].attributes.{key}")
    assert word in error["message"]
    assert not Revision.objects.exists()


def test_taking_away_an_attribute_or_a_choice_or_a_range_breaks_no_save(
    manager: Api, annotator: Api, image: Image, defined: int
) -> None:
    narrowed = [
        {**DEFINED[0], "choices": ["green"]},
        {**DEFINED[1], "min": 1, "max": 2},
    ]
    assert define(manager, defined, narrowed).status_code == 200

    drawn = create(label=defined, attributes={COLOUR: "red", LENGTH: 9, NOTE: "from before"})
    answer = annotator.save(image, drawn)

    assert answer.status_code == 200, answer.content
    assert values_of(drawn["mask"]) == {COLOUR: "red", LENGTH: 9, NOTE: "from before"}
    [label] = annotator.get(f"images/{image.pk}").json()["labels"]
    assert [(each["name"], each["deleted"]) for each in label["attributes"]] == [
        ("Colour", False),
        ("Length", False),
        ("Note", True),
    ]


def test_one_that_was_deleted_comes_back_with_its_values(
    manager: Api, annotator: Api, image: Image, defined: int
) -> None:
    drawn = create(label=defined, attributes={NOTE: "kept"})
    annotator.save(image, drawn)
    define(manager, defined, DEFINED[:2])

    answer = define(manager, defined, DEFINED)

    assert not any(each["deleted"] for each in answer.json()["attributes"])
    assert values_of(drawn["mask"]) == {NOTE: "kept"}


def test_an_export_names_the_values_of_the_masks_label(
    manager: Api, annotator: Api, world: World, image: Image, defined: int
) -> None:
    named = create(label=defined, attributes={COLOUR: "red", NOTE: "gone"})
    unlabelled = create(at=(12, 2), attributes={COLOUR: "green"})
    annotator.save(image, named, unlabelled)
    define(manager, defined, [{**DEFINED[0], "name": "Paint"}, DEFINED[1]])
    version = cut_version(project=world.project, created_by=None)
    define(manager, defined, [])

    content = exported(version)

    found = {each["mask_id"]: each.get("attributes") for each in content["annotations"]}
    assert found == {named["mask"]: {"Paint": "red"}, unlabelled["mask"]: None}
    [category] = [each for each in content["categories"] if each["name"] == "cell"]
    assert [each["name"] for each in category["attributes"]] == ["Paint", "Length"]


def test_a_version_without_attributes_is_as_it_was_before_there_were_any(
    manager: Api, annotator: Api, world: World, image: Image, defined: int
) -> None:
    define(manager, defined, [])
    annotator.save(image, create(label=defined))

    version = cut_version(project=world.project, created_by=None)

    assert "attributes" not in json.dumps(exported(version))
