"""Which bundle answered a person's prompts: kept with the revision, told by history and export."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from annotation.models import AliasMove, Bundle, Image, Project, Revision
from annotation.services.exports import write_version
from annotation.services.versions import cut_version
from engine.datasets.files import FolderOut
from tests.annotation.world import (
    Api,
    World,
    create,
    make_bundle,
    make_promoted_round,
    make_proposals,
    operation,
    square,
)

POINT = {"kind": "point", "xy": [4, 5], "label": 1}


def made_to_serve(project: Project, name: str) -> Bundle:
    bundle = make_bundle(name)
    AliasMove.objects.create(project=project, name="serving", to_bundle=bundle, reason="a test")
    return bundle


def answered_by(bundle: Bundle | None) -> dict[str, Any]:
    """The effort of an operation that came of a click; None: the page did not tell whose answer."""
    return {"prompts": [POINT], **({} if bundle is None else {"bundle": bundle.pk})}


def test_each_revision_keeps_the_bundle_that_answered_its_prompts(
    annotator: Api, world: World, image: Image
) -> None:
    before = made_to_serve(world.project, "a")
    after = made_to_serve(world.project, "b")  # while a page still worked with the one before
    drawn = create(effort=answered_by(before))
    mask = drawn["mask"]
    annotator.save(image, drawn)
    annotator.save(image, operation("revise", mask=mask, effort=answered_by(after)))
    annotator.save(image, operation("revise", mask=mask, rle=square(3, 3)))

    kept = Revision.objects.filter(mask=mask).order_by("number")

    assert [revision.bundle for revision in kept] == [before, after, None]


def test_a_page_that_does_not_tell_the_bundle_saves_as_before(
    annotator: Api, world: World, image: Image
) -> None:
    drawn = create(effort=answered_by(None))

    answer = annotator.save(image, drawn)

    assert answer.status_code == 200
    revision = Revision.objects.get(mask=drawn["mask"])
    assert (revision.prompts, revision.bundle) == ([POINT], None)


def test_a_bundle_that_never_served_the_project_is_refused_by_name(
    annotator: Api, world: World, image: Image
) -> None:
    elsewhere = made_to_serve(world.elsewhere, "a")

    for told in (elsewhere.pk, "f" * 64):
        answer = annotator.save(image, create(), create(effort={"bundle": told}))

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "operations[1].effort.bundle"
    too_long = annotator.save(image, create(effort={"bundle": "f" * 65}))
    assert too_long.json()["errors"][0]["field"] == "operations[0].effort.bundle"
    assert not Revision.objects.exists()


def test_the_bundles_of_a_save_cost_one_query_and_none_where_none_is_told(
    annotator: Api, world: World, image: Image, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    told = [made_to_serve(world.project, name) for name in "ab"]

    def save_of(effort: dict[str, Any], queries: int) -> None:
        operations = [create(effort=effort | {"seconds": at}) for at in range(50)]
        version = Image.objects.values_list("version", flat=True).get(pk=image.pk)
        with django_assert_num_queries(queries):
            assert annotator.save(image, *operations, version=version).status_code == 200

    bare = 12
    save_of({"clicks": 1}, bare)
    save_of(answered_by(None), bare)
    save_of(answered_by(told[0]), bare + 1)
    mixed = [create(effort=answered_by(told[at % 2])) for at in range(50)]
    with django_assert_num_queries(bare + 1):
        annotator.save(image, *mixed, version=3)


def test_the_history_tells_who_answered_beside_who_proposed(
    annotator: Api, manager: Api, world: World, image: Image
) -> None:
    pretrained, trained = (made_to_serve(world.project, name) for name in "ab")
    make_promoted_round(world.project, pretrained, trained)
    (proposal,) = make_proposals(image, pretrained)
    mask = str(uuid4())
    drawn = create(mask, proposal=str(proposal.pk), effort=answered_by(trained))
    annotator.save(image, drawn)
    annotator.save(image, operation("revise", mask=mask, effort=answered_by(pretrained)))
    annotator.save(image, operation("revise", mask=mask, rle=square(3, 3)))

    rows = manager.get(f"masks/{mask}/revisions").json()["results"]

    told = [(row["answered_by"], row["answered_by_round"]) for row in rows]
    assert told == [(None, None), (pretrained.pk, None), (trained.pk, 3)]
    assert {(row["bundle"], row["round"]) for row in rows} == {(pretrained.pk, None)}


def test_an_export_names_the_bundle_that_answered(
    annotator: Api, world: World, image: Image, tmp_path: Path
) -> None:
    bundle = made_to_serve(world.project, "a")
    annotator.save(image, create(at=(2, 2), effort=answered_by(bundle)), create(at=(12, 2)))
    version = cut_version(project=world.project, created_by=world.manager)

    write_version(version, FolderOut(tmp_path))

    found = json.loads((tmp_path / "annotations.json").read_bytes())["annotations"]
    told = {each["bbox"][0]: each["bundle"] for each in found}
    assert told == {2: bundle.pk, 12: None}


@pytest.mark.parametrize("bundle", [None, 7.5, [], {}, "a\0"])
def test_what_is_no_id_of_a_bundle_is_refused_by_name(
    annotator: Api, image: Image, bundle: object
) -> None:
    answer = annotator.save(image, create(effort={"bundle": bundle}))

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "operations[0].effort.bundle"
