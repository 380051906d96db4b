"""Small objects are seen closer: windows are embedded once, served to the editor, and let go of."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.utils import timezone

from annotation import jobs, storage
from annotation.api.image_detail import image_detail
from annotation.models import (
    Bundle,
    DatasetVersion,
    Embedding,
    Image,
    Job,
    ObjectBox,
    Project,
    Proposal,
)
from annotation.selectors.images import image_to_show
from annotation.services.assignments import claim_image, finish_image
from annotation.services.bundles import ensure_pretrained, fetch_bundle, promote_bundle
from annotation.services.images import add_image
from annotation.services.jobs import enqueue_job
from annotation.services.seeds import Seed, seed_masks
from annotation.services.trash import empty_trash
from annotation.services.versions import cut_version
from engine.masks.rle import RLE
from engine.segmentation.items import SeenImage
from engine.segmentation.object_finder import FoundObjects
from engine.segmentation.windows import windows_of
from tests.annotation.world import Api, World, png, square
from tests.workers.conftest import ENCODER_DIGEST, QuickEncoder
from workers import annotated_images as annotated_images_module
from workers.annotated_images import annotated_images, embed_missing
from workers.embeddings import looked_at_closer
from workers.holdout import measure
from workers.networks import sight_of
from workers.tasks import run_job
from workers.watch import Onlooker

SIZE_HW = (240, 320)
NEAR_THE_CORNER = (20, 20, 30, 32)
LARGE = (100, 100, 180, 180)


@dataclass(frozen=True)
class Finder:
    """Stands for a prompt head that sees one object, in the whole image and in each window."""

    box_xyxy: tuple[int, int, int, int]

    def find(self, *_: Any, **__: Any) -> FoundObjects:
        box = np.array([self.box_xyxy], np.float32)
        middle = (box[:, :2] + box[:, 2:]) * np.float32(0.5)
        return FoundObjects(middle.astype(np.float32), box, np.ones(1, np.float32))


@pytest.fixture
def image(world: World) -> Image:
    data = png(size_hw=SIZE_HW)
    added = add_image(
        project=world.project, data=data, file_name="large.png", created_by=world.manager
    )
    assert added.image is not None
    return added.image


def prepare(world: World, monkeypatch: pytest.MonkeyPatch, box: tuple[int, int, int, int]) -> Job:
    monkeypatch.setattr("workers.prepare_images.finder_of", lambda _: Finder(box))
    job = enqueue_job(
        kind=jobs.PREPARE_IMAGES, project=world.project, args={"project_id": world.project.pk}
    )
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("succeeded", "")
    return job


def serve_another(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a bundle serve that proposes otherwise, by the files of the one that served."""
    old = ensure_pretrained(project=world.project)
    thresholds = {**old.manifest["thresholds"], "min_area_px": 2.0}
    manifest = {**old.manifest, "thresholds": thresholds}
    newer = Bundle.objects.create(pk="b" * 64, encoder_digest=ENCODER_DIGEST, manifest=manifest)
    monkeypatch.setattr("workers.networks.fetch_bundle", lambda _: fetch_bundle(old))
    promote_bundle(
        project=world.project, expected=old.pk, to=newer, reason="a test", by=world.manager
    )


def finish(world: World, image: Image, rle: RLE) -> DatasetVersion:
    """Freeze a version of the image with one mask."""
    seed_masks(image=image, seeds=[Seed(rle)], author=world.manager)
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    finish_image(assignment=place, user=world.annotator, active_s=5)
    return cut_version(project=world.project, created_by=world.manager)


def windows_in_store(image: Image) -> list[str]:
    rows = Embedding.objects.filter(image_sha256=image.sha256).exclude(window="")
    return list(rows.order_by("window").values_list("window", flat=True))


def test_where_an_object_is_small_its_window_is_embedded_once(
    world: World, image: Image, encoder: QuickEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(world, monkeypatch, NEAR_THE_CORNER)

    name = windows_of(SIZE_HW)[0].name
    assert windows_in_store(image) == [name]
    key = storage.embedding_key(ENCODER_DIGEST, image.sha256, name)
    assert len(storage.get_bytes(key)) == 256 * 64 * 64 * 2
    assert encoder.calls == 2

    Image.objects.filter(pk=image.pk).update(proposed_by=None)
    prepare(world, monkeypatch, NEAR_THE_CORNER)

    assert encoder.calls == 2


@pytest.mark.parametrize(
    "changes",
    [{"is_holdout": True}, {"outside_at": timezone.now()}, {"status": Image.Status.RETURNED}],
    ids=["holdout", "outside", "returned"],
)
def test_where_nothing_is_proposed_people_who_click_get_windows_all_the_same(
    world: World, image: Image, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    Image.objects.filter(pk=image.pk).update(**changes)

    prepare(world, monkeypatch, NEAR_THE_CORNER)

    assert windows_in_store(image) == [windows_of(SIZE_HW)[0].name]
    image.refresh_from_db()
    assert (image.arm, image.proposed_by) == ("", None)
    assert not Proposal.objects.exists()


def test_what_somebody_holds_when_a_bundle_comes_to_serve_is_looked_at_and_left_as_it_is(
    world: World, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    Project.objects.filter(pk=world.project.pk).update(without_proposals_share=0)
    prepare(world, monkeypatch, LARGE)
    before = list(Proposal.objects.order_by("pk").values())
    claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    serve_another(world, monkeypatch)

    prepare(world, monkeypatch, NEAR_THE_CORNER)

    assert windows_in_store(image) == [windows_of(SIZE_HW)[0].name]
    assert list(Proposal.objects.order_by("pk").values()) == before != []


def test_a_bundle_looks_once_at_an_image_of_the_holdout(
    world: World, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.objects.filter(pk=image.pk).update(is_holdout=True)
    looks: list[str] = []

    def look(sha256: str, *args: Any) -> SeenImage:
        looks.append(sha256)
        return looked_at_closer(sha256, *args)

    monkeypatch.setattr("workers.prepare_images.looked_at_closer", look)

    prepare(world, monkeypatch, LARGE)
    prepare(world, monkeypatch, LARGE)
    by_the_first = len(looks)
    serve_another(world, monkeypatch)
    prepare(world, monkeypatch, LARGE)

    assert (by_the_first, len(looks)) == (1, 2)


def test_where_objects_of_the_holdout_are_no_import_tells(
    world: World, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.objects.filter(pk=image.pk).update(is_holdout=True)
    ObjectBox.objects.create(pk=uuid4(), image=image, box_xywh=[300, 220, 10, 12])

    prepare(world, monkeypatch, LARGE)

    assert windows_in_store(image) == []


def test_where_objects_are_large_nothing_is_embedded_but_the_whole(
    world: World, image: Image, encoder: QuickEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(world, monkeypatch, LARGE)

    assert windows_in_store(image) == []
    assert encoder.calls == 1


def test_the_editor_is_told_where_windows_lie_and_where_their_embeddings_are(
    world: World, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(world, monkeypatch, NEAR_THE_CORNER)
    shown = image_to_show(world.annotator, image.pk)
    assert shown is not None

    embedding = image_detail(shown, world.annotator)["embedding"]

    (window,) = embedding["windows"]
    assert [window[name] for name in ("x", "y", "width", "height")] == [0, 0, 192, 144]
    api = Api(world.annotator)
    answer = api.get(window["url"].removeprefix("/api/"))
    assert answer.status_code == 302
    key = storage.embedding_key(ENCODER_DIGEST, image.sha256, windows_of(SIZE_HW)[0].name)
    assert key in answer["Location"]
    assert api.get(window["url"].removeprefix("/api/") + "0").status_code == 404


def test_what_is_learned_from_has_the_windows_that_its_masks_ask_for_and_no_others(
    world: World, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(world, monkeypatch, NEAR_THE_CORNER)
    version = finish(world, image, square(300, 220, 10, size_hw=SIZE_HW))  # the opposite corner
    bundle = ensure_pretrained(project=world.project)
    images = annotated_images(version, "train", bundle.encoder_digest)

    seen = embed_missing(lambda *_: None, images, sight_of(bundle))

    assert [list(each.closer) for each in images] == [[]]
    assert [list(each.closer) for each in seen] == [[windows_of(SIZE_HW)[3]]]
    assert windows_in_store(image) == sorted(windows_of(SIZE_HW)[at].name for at in (0, 3))


def test_what_is_measured_has_the_windows_that_the_bundle_asks_for_and_not_those_of_its_masks(
    world: World, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.objects.filter(pk=image.pk).update(is_holdout=True)
    version = finish(world, image, square(300, 220, 10, size_hw=SIZE_HW))  # the opposite corner
    bundle = ensure_pretrained(project=world.project)
    monkeypatch.setattr(annotated_images_module, "finder_of", lambda _: Finder(NEAR_THE_CORNER))

    view, measured = measure(Onlooker(lambda *_: None), version, bundle)

    asked = windows_of(SIZE_HW)[0]
    assert [list(each.closer) for each in view.images] == [[asked]]
    assert measured.windows == {image.sha256: [asked.name]}
    assert windows_in_store(image) == [asked.name]
    again, _ = measure(Onlooker(lambda *_: pytest.fail("is measured anew")), version, bundle)
    assert [list(each.closer) for each in again.images] == [[asked]]


def test_without_a_finder_nothing_is_measured_through_windows(world: World, image: Image) -> None:
    Image.objects.filter(pk=image.pk).update(is_holdout=True)
    version = finish(world, image, square(300, 220, 10, size_hw=SIZE_HW))
    bundle = ensure_pretrained(project=world.project)

    view, _ = measure(Onlooker(lambda *_: None), version, bundle)

    assert [list(each.closer) for each in view.images] == [[]]
    assert windows_in_store(image) == []


def test_what_was_finished_before_it_was_prepared_is_learned_from(
    world: World, image: Image, encoder: QuickEncoder
) -> None:
    bundle = ensure_pretrained(project=world.project)
    version = finish(world, image, square(100, 100, 80, size_hw=SIZE_HW))

    images = annotated_images(version, "train", ENCODER_DIGEST)
    [seen] = embed_missing(lambda *_: None, images, sight_of(bundle))

    assert seen.load_embedding().shape == (256, 64, 64)
    assert encoder.calls == 1


def test_p9_windows_go_with_the_pixels_once_the_trash_is_emptied(
    world: World, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(world, monkeypatch, NEAR_THE_CORNER)
    (name,) = windows_in_store(image)
    long_ago = timezone.now() - timedelta(days=31)
    Project.objects.filter(pk=world.project.pk).update(deleted_at=long_ago)
    monkeypatch.setattr(storage, "stored_at", lambda _: long_ago)

    empty_trash()

    assert windows_in_store(image) == []
    assert not storage.exists(storage.embedding_key(ENCODER_DIGEST, image.sha256, name))
