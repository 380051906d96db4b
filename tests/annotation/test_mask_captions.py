"""Captions of single masks: typed, kept each with its maker, the newest counts.

They are saved with all else that is done to an image, or one by one by a program.
"""

from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.models import Image, Mask, MaskCaption, Revision
from annotation.services.projects import update_project
from annotation.services.versions import cut_version
from tests.annotation.test_versions import exported
from tests.annotation.world import Api, World, create, make_image, operation


def caption(api: Api, mask: str, text: str, caption_id: str | None = None) -> int:
    body = {"id": caption_id or str(uuid4()), "text": text}
    status: int = api.post(f"masks/{mask}/captions", body).status_code
    return status


def texts(api: Api, mask: str) -> list[tuple[str, str]]:
    found = api.get(f"masks/{mask}/captions").json()["results"]
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


def test_a_caption_is_saved_with_the_mask_that_it_is_of_and_shown_with_it(
    annotator: Api, image: Image
) -> None:
    drawn = create()
    said = operation("caption", mask=drawn["mask"], text=" A red cup ")

    saves = [annotator.save(image, drawn, said) for _ in range(2)]
    shown = annotator.get(f"images/{image.pk}").json()

    assert [each.status_code for each in saves] == [200, 200]
    assert MaskCaption.objects.count() == Revision.objects.count() == 1
    assert [each["caption"] for each in shown["masks"]] == ["A red cup"]
    assert texts(annotator, drawn["mask"]) == [("A red cup", "annotator")]


def test_an_empty_caption_takes_it_away(annotator: Api, image: Image) -> None:
    mask = mask_of(annotator, image)
    for text in ("A cup", ""):
        annotator.save(image, operation("caption", mask=mask, text=text))

    assert annotator.get(f"images/{image.pk}").json()["masks"][0]["caption"] == ""


def test_a_caption_of_another_images_mask_is_refused(
    annotator: Api, image: Image, world: World
) -> None:
    mask = mask_of(annotator, image)
    other = make_image(world.project, 1)

    answer = annotator.save(other, operation("caption", mask=mask, text="A cup"))

    assert answer.status_code == 400


def test_the_captions_of_many_masks_are_shown_without_a_query_for_each(
    annotator: Api, image: Image
) -> None:
    mask = mask_of(annotator, image)
    annotator.save(image, operation("caption", mask=mask, text="A cup"))
    with CaptureQueriesContext(connection) as one:
        annotator.get(f"images/{image.pk}")
    more = [create(at=(at, at)) for at in range(4)]
    said = [operation("caption", mask=each["mask"], text="A cup") for each in more]
    annotator.save(image, *more, *said)

    with CaptureQueriesContext(connection) as many:
        shown = annotator.get(f"images/{image.pk}").json()

    assert [each["caption"] for each in shown["masks"]] == ["A cup"] * 5
    assert len(many) == len(one)


def test_p4_who_annotates_an_image_is_told_what_a_reviewer_said_of_a_mask_meanwhile(
    annotator: Api, reviewer: Api, image: Image
) -> None:
    mask = mask_of(annotator, image)
    version = Image.objects.get(pk=image.pk).version
    annotator.post(f"projects/{image.project_id}/claim", {"image": image.pk})
    reviewer.save(image, operation("caption", mask=mask, text="A cup"))

    stale = annotator.save(image, operation("caption", mask=mask, text="A mug"), version=version)

    assert stale.status_code == 409
    assert [each["text"] for each in stale.json()["missed"]] == ["A cup"]
    assert texts(annotator, mask) == [("A cup", "reviewer")]


def test_of_two_who_work_blind_each_is_told_what_was_said_of_their_own_masks_alone(
    annotator: Api, reviewer: Api, manager: Api, world: World
) -> None:
    update_project(project=world.project, changes={"overlap": 2})
    world.project.refresh_from_db()
    image = make_image(world.project)
    drawn = [create(), create(at=(9, 9))]
    for api, mask in zip((annotator, reviewer), drawn, strict=True):
        api.post(f"projects/{image.project_id}/claim", {"image": image.pk})
        api.save(image, mask)
    version = Image.objects.get(pk=image.pk).version
    said = [operation("caption", mask=each["mask"], text="A cup") for each in drawn]
    manager.save(image, *said)

    refused = [api.save(image, create(), version=version) for api in (annotator, reviewer)]

    missed = [[each["mask"] for each in answer.json()["missed"]] for answer in refused]
    assert missed == [[each["mask"]] for each in drawn]


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
