"""Captions of single masks: typed, kept each with its maker, the newest counts."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings

from annotation.models import Image, Mask
from annotation.services.versions import cut_version
from tests.annotation.test_versions import exported
from tests.annotation.world import Api, World, create


@pytest.fixture(autouse=True)
def _scratch(settings: LazySettings, tmp_path: Path) -> None:
    settings.SCRATCH_DIR = tmp_path / "scratch"


def caption(api: Api, mask: str, text: str, caption_id: str | None = None) -> int:
    body = {"id": caption_id or str(uuid4()), "text": text}
    status: int = api.post(f"masks/{mask}/captions", body).status_code
    return status


def texts(api: Api, mask: str) -> list[tuple[str, str]]:
    found = api.get(f"masks/{mask}/captions").json()
    return [(each["text"], each["author"]) for each in found]


def mask_of(api: Api, image: Image) -> str:
    assert api.save(image, create()).status_code == 200
    return str(Mask.objects.get(image=image).pk)


def test_the_newest_caption_of_a_mask_comes_first_and_the_older_ones_stay(
    annotator: Api, reviewer: Api, image: Image
) -> None:
    mask = mask_of(annotator, image)
    first = str(uuid4())

    sent = [caption(annotator, mask, " A red cup ", first) for _ in range(2)]
    caption(reviewer, mask, "A red mug")

    assert sent == [201, 201]
    assert texts(annotator, mask) == [("A red mug", "reviewer"), ("A red cup", "annotator")]


def test_an_id_belongs_to_the_caption_of_one_mask(annotator: Api, image: Image) -> None:
    mask = mask_of(annotator, image)
    annotator.save(image, create())
    [other] = Mask.objects.filter(image=image).exclude(pk=mask)
    one = str(uuid4())

    caption(annotator, mask, "A cup", one)

    assert caption(annotator, str(other.pk), "A cup", one) == 409


def test_a_version_and_its_export_hold_the_caption_that_counts(
    world: World, annotator: Api, image: Image
) -> None:
    mask = mask_of(annotator, image)
    before = cut_version(project=world.project, created_by=world.manager)
    caption(annotator, mask, "A cup")
    caption(annotator, mask, "A red cup")

    said = cut_version(project=world.project, created_by=world.manager)
    caption(annotator, mask, "")
    after = cut_version(project=world.project, created_by=world.manager)

    assert [each.get("region_caption") for each in exported(said)["annotations"]] == ["A red cup"]
    assert not any("region_caption" in each for each in exported(before)["annotations"])
    assert after.pk == before.pk
    assert [each.counts["mask_captions"] for each in (before, said)] == [0, 1]
