"""A version leaves by the same bytes whatever people and models have done since (DESIGN P6)."""

import hashlib
from pathlib import Path
from uuid import uuid4

import pytest

from annotation.export_formats import FORMATS, MANIFEST
from annotation.models import Alias, DatasetVersion, Image, Label, Mask, Operation, Project
from annotation.services.bundles import promote_bundle
from annotation.services.captions import caption_mask, save_caption
from annotation.services.exports import write_export
from annotation.services.labels import delete_label, update_label
from annotation.services.projects import update_project
from annotation.services.versions import cut_version
from engine.datasets.choosing import EVERYTHING, Choice
from tests.annotation.speaking import correct, heard, spoken
from tests.annotation.world import (
    Api,
    World,
    create,
    make_bundle,
    make_image,
    make_proposals,
    operation,
    square,
)

EDITS = 1000
EACH = 20  # edits of one save


def digests(version: DatasetVersion, path: Path) -> dict[str, str]:
    """Every format with its images, and COCO without, by the sha256 of its zip."""
    found = {}
    for name in FORMATS:
        choice = EVERYTHING if name == MANIFEST else Choice(has_images=True)
        write_export(version, path, export_format=name, choice=choice)
        found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    write_export(version, path)
    return found | {"plain": hashlib.sha256(path.read_bytes()).hexdigest()}


@pytest.mark.slow
def test_an_export_after_a_thousand_edits_and_another_bundle_has_the_same_bytes(
    world: World, annotator: Api, tmp_path: Path
) -> None:
    bundle, other = make_bundle("a"), make_bundle("b")
    Alias.objects.create(project=world.project, name="serving", bundle=bundle)
    image, untouched = (make_image(world.project, seed) for seed in range(2))
    whole, part = str(uuid4()), str(uuid4())
    proposal = make_proposals(image, bundle)[0]
    labelled = {"label": world.label_id}
    saved = annotator.save(
        image,
        create(whole) | labelled,
        create(part, at=(3, 3), parent=whole),
        operation("verdict", proposal=str(proposal.pk), verdict="accepted", mask=str(uuid4())),
    )
    assert saved.status_code == 200, saved.content
    annotator.save(untouched, create() | labelled)
    save_caption(caption_id=uuid4(), image=image, author=world.annotator, text="A cell.")
    Project.objects.filter(pk=world.project.pk).update(listeners="manager")
    take = spoken(world, image)
    heard(take)
    version = cut_version(project=world.project, created_by=world.manager)

    before = digests(version, tmp_path / "out.zip")
    for step in range(EDITS // EACH):
        edits = [
            operation(
                "revise",
                mask=(whole, part)[edit % 2],
                rle=square(step % 20, edit % 16, 1 + edit % 5),
            )
            for edit in range(EACH)
        ]
        assert annotator.save(image, *edits).status_code == 200
    label = Label.objects.get(pk=world.label_id)
    update_label(label=label, changes={"name": "nucleus", "color": "#000000"})
    delete_label(label=label)
    update_project(project=world.project, changes={"name": "Another"})
    save_caption(caption_id=uuid4(), image=image, author=world.annotator, text="Not a cell.")
    correct(take, world.reviewer, "a red pail")
    heard(spoken(world, image), "another bucket")
    masks = Mask.objects.filter(image=image)
    caption_mask(caption_id=uuid4(), mask=masks[0], author=world.manager, text="Chipped.")
    gone = [operation("delete", mask=str(mask.pk)) for mask in masks]
    assert annotator.save(image, *gone).status_code == 200
    assert annotator.delete(f"images/{untouched.pk}").status_code in {204, 403}
    Image.objects.filter(pk=untouched.pk).update(group="moved", is_holdout=True)
    promote_bundle(
        project=world.project, expected=bundle.pk, to=other, reason="test", by=world.manager
    )
    make_proposals(image, other)
    after = digests(version, tmp_path / "out.zip")

    assert Operation.objects.filter(kind="revise").count() == EDITS
    assert cut_version(project=world.project, created_by=world.manager) != version
    assert after == before
