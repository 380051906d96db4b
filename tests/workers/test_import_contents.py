"""All that a tool's files tell besides masks: predictions, people, comments, attributes."""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from annotation import jobs
from annotation.models import (
    Comment,
    DatasetImport,
    Image,
    ImportedSample,
    Job,
    Label,
    Mask,
    Membership,
    Proposal,
    Revision,
)
from annotation.services.images import add_image
from annotation.services.import_runs import run_import
from engine.datasets.files import open_source
from engine.datasets.sample import Annotation, Sample
from tests.annotation.datasets import zipped
from tests.annotation.world import (
    SIZE_HW,
    Api,
    World,
    make_image,
    make_user,
    operation,
    png,
    square,
)
from tests.engine.test_datasets_coco import DATA, needs_data
from tests.workers.bringing import read, send, start, undo, work

STUDIO = DATA / "exports_thirdparty" / "labelstudio_sdk"
RESULTS = DATA / "exports_thirdparty" / "cocoapi_results"
SEGMENTS = "instances_val2014_fakesegm100_results.json"


def archive(**files: Any) -> bytes:
    """Pack files by their names, JSON but for pictures; "__" is a folder's end, "_" a point."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in files.items():
            path = name.replace("__", "/").replace("_", ".")
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            packed.writestr(path, data)
    return out.getvalue()


def polygon(x: float, **fields: Any) -> dict[str, Any]:
    """A square of a quarter of the image's sides, as Label Studio has it."""
    height, width = SIZE_HW
    points = [[x, 10], [x + 25, 10], [x + 25, 35], [x, 35]]
    return {
        "id": f"r{x}",
        "type": "polygonlabels",
        "value": {"points": points, "polygonlabels": ["cell"]},
        "original_width": width,
        "original_height": height,
        **fields,
    }


def task(**fields: Any) -> dict[str, Any]:
    return {"data": {"image": "images/a.png"}, "annotations": [], **fields}


REVIEWED = task(
    annotations=[
        {
            "completed_by": {"id": 1, "username": "annotator", "email": "ann@example.com"},
            "reviews": [{"created_by": {"id": 2, "email": "bo@example.com"}, "accepted": True}],
            "result": [
                polygon(5),
                {
                    "id": "r5",
                    "type": "choices",
                    "from_name": "colour",
                    "value": {"choices": ["red"]},
                },
                {"id": "r5", "type": "number", "from_name": "age", "value": {"number": 4}},
            ],
        },
        {"completed_by": 9, "result": [polygon(35)]},
    ],
    predictions=[
        {"model_version": "net 2", "score": 0.75, "result": [polygon(65), polygon(5)]},
        {"model_version": "net 3", "result": [polygon(66)]},
    ],
    comments=[
        {"text": "Is this one cell?", "created_by": {"username": "reviewer"}},
        {"text": "Yes.", "created_by": {"email": "bo@example.com"}, "is_resolved": True},
    ],
)
STUDIO_ZIP = archive(tasks_json=[REVIEWED], images__a_png=png(1))


def kept_of(image: Image) -> tuple[list[str], int, int]:
    """Return the states of an image's proposals, and how many masks and comments are there."""
    states = Proposal.objects.filter(image=image).order_by("state")
    return (
        [each.state for each in states],
        Mask.objects.filter(image=image, head__rle__isnull=False).count(),
        Comment.objects.filter(image=image, withdrawn_at=None).count(),
    )


def test_people_verdicts_comments_and_predictions_of_label_studio_come_in(
    world: World, manager: Api
) -> None:
    import_id = send(world, STUDIO_ZIP)
    looked = read(manager, import_id)["found"]

    brought = start(manager, import_id)["brought"]

    told = {"masks": 2, "masks by members": 1, "masks by others": 1, "masks with a verdict": 1}
    undefined = {"attributes not defined: cell: age": 1, "attributes not defined: cell: colour": 1}
    assert looked == {**told, **undefined, "images": 1, "labels": 1, "proposals": 3, "comments": 2}
    assert brought == {
        **told,
        **undefined,
        "images accepted": 1,
        "proposals": 1,
        "proposals on what is there": 2,
        "comments": 2,
    }
    first, second = Revision.objects.order_by("pk")
    assert (first.author, first.origin) == (
        world.annotator,
        {"author": "annotator", "verdict": "accepted by bo@example.com"},
    )
    assert (second.author, second.origin) == (
        world.manager,
        {"author": "user 9 of Label Studio"},
    )
    proposal = Proposal.objects.get()
    assert proposal.outside_model is not None
    assert (proposal.outside_model.name, proposal.predicted_iou) == ("net 2", 0.75)
    assert proposal.label == Label.objects.get(pk=world.label_id)
    image = Image.objects.get()
    said = manager.get(f"images/{image.pk}/comments").json()["comments"]
    assert [(each["text"], each["author"], each["written_by"]) for each in said] == [
        ("Is this one cell?", "reviewer", "reviewer"),
        ("Yes.", "manager", "bo@example.com"),
    ]
    assert [each["resolved_by"] for each in said] == [None, "manager"]
    assert image.status == "todo"


def test_bringing_it_twice_adds_nothing_and_undoing_takes_all_of_it(
    world: World, manager: Api
) -> None:
    first = start(manager, send(world, STUDIO_ZIP))
    second = start(manager, send(world, STUDIO_ZIP))
    image = Image.objects.get()
    kept = kept_of(image)
    still = undo(manager, first["id"])
    between = kept_of(image)
    undo(manager, second["id"])
    image.refresh_from_db()

    assert not second["brought"].keys() & {"masks", "proposals", "comments", "masks by members"}
    assert kept == (["pending"], 2, 2)
    assert still["brought"].get("proposals removed", 0) == 0
    assert between == kept
    assert kept_of(image) == (["superseded"], 0, 0)
    assert image.deleted_at is not None
    assert image.outside_at is None


def test_what_people_judged_and_answered_stays_on_undo(world: World, manager: Api) -> None:
    brought = start(manager, send(world, STUDIO_ZIP))
    image = Image.objects.get()
    rejected = operation("verdict", proposal=str(Proposal.objects.get().pk), verdict="rejected")
    assert manager.save(image, rejected).status_code == 200
    asked = Comment.objects.get(text="Is this one cell?")
    answer = {"id": str(uuid4()), "text": "One.", "answers": str(asked.pk)}
    assert manager.post(f"images/{image.pk}/comments", answer).status_code == 201

    undone = undo(manager, brought["id"])["brought"]

    assert (undone["proposals kept"], undone["comments kept"]) == (1, 1)
    assert (undone["comments removed"], undone["images kept"]) == (1, 1)
    assert kept_of(image) == (["rejected"], 0, 2)


def test_attributes_come_to_those_of_the_label_where_the_value_fits(
    world: World, manager: Api
) -> None:
    colour, age, round_ = (str(uuid4()) for _ in range(3))
    common: dict[str, Any] = {
        "required": False,
        "default": None,
        "min": None,
        "max": None,
        "choices": [],
    }
    attributes = [
        {**common, "id": colour, "name": "colour", "kind": "choice", "choices": ["red", "blue"]},
        {**common, "id": age, "name": "age", "kind": "number", "max": 3},
        {**common, "id": round_, "name": "round", "kind": "choice", "choices": ["true", "false"]},
    ]
    changed = manager.patch(f"labels/{world.label_id}", {"attributes": attributes})
    assert changed.status_code == 200
    fits = Annotation(
        square(2, 2), "cell", attributes={"colour": "red", "age": 2.0, "round": True, "odd": "x"}
    )
    not_all = Annotation(square(12, 9), "cell", attributes={"colour": "green", "age": 4.0})
    sample = Sample("a.png", SIZE_HW, (fits, not_all), load_bytes=lambda: png(1))

    import_id = send(world, zipped("datumaro", sample))
    looked = read(manager, import_id)["found"]
    brought = start(manager, import_id)["brought"]

    left = {
        "attributes not defined: cell: odd": 1,
        "attributes that do not fit: cell: age": 1,
        "attributes that do not fit: cell: colour": 1,
    }
    assert looked == {"images": 1, "masks": 2, "labels": 1, "attributes": 3, **left}
    assert brought == {"images accepted": 1, "masks": 2, "attributes": 3, **left}
    values = [each.attributes for each in Revision.objects.order_by("pk")]
    assert values == [{colour: "red", age: 2.0, round_: "true"}, {}]


def test_masks_with_a_score_come_as_proposals_if_a_model_is_named(
    world: World, manager: Api
) -> None:
    scored = Annotation(square(2, 2), "cell", predicted_iou=0.5)
    drawn = Annotation(square(12, 9), "cell")
    sample = Sample("a.png", SIZE_HW, (scored, drawn), load_bytes=lambda: png(1))
    import_id = send(world, zipped("coco", sample))
    looked = read(manager, import_id)["found"]

    body = {"proposals_by": " My  net "}
    assert manager.post(f"dataset-imports/{import_id}/start", body).status_code == 200
    work()

    assert looked == {"images": 1, "masks": 2, "labels": 1, "masks with a score": 1}
    told = read(manager, import_id)
    assert told["proposals_by"] == "My net"  # for the mended files, if some must be sent again
    assert told["brought"] == {"images accepted": 1, "masks": 1, "proposals": 1}
    assert Proposal.objects.get().outside_model is not None
    assert Proposal.objects.values_list("outside_model__name", "predicted_iou").get() == (
        "My net",
        0.5,
    )


def test_nothing_is_proposed_on_the_holdout_or_on_finished_work(world: World, manager: Api) -> None:
    make_image(world.project, 1, is_holdout=True)
    blind = start(manager, send(world, STUDIO_ZIP))["brought"]
    Image.objects.update(is_holdout=False)
    import_id = send(world, STUDIO_ZIP)
    assert manager.post(f"dataset-imports/{import_id}/start", {"finished": True}).status_code == 200
    work()

    assert blind["proposals where none may come"] == 3
    done = read(manager, import_id)["brought"]
    assert (done["images finished"], done["proposals where none may come"]) == (1, 3)
    assert not Proposal.objects.exists()


@needs_data
def test_cocos_own_results_are_laid_on_images_by_the_numbers_in_their_names(
    world: World, manager: Api
) -> None:
    named = _image(world, 1, "COCO_val2014_000000000042.png", (478, 640))
    _image(world, 2, "COCO_val2014_000000000073.png", (100, 100))
    import_id = send(world, archive(results_json=json.loads((RESULTS / SEGMENTS).read_bytes())))
    looked = read(manager, import_id)

    brought = start(manager, import_id)

    assert looked["title"] == "COCO results"
    assert looked["found"] == {**brought["brought"], "labels": 0}
    assert looked["found"]["images that were there"] == 2
    assert looked["found"]["images not there"] == 97
    assert brought["brought"]["proposals"] == 1
    assert brought["brought"]["proposals refused"] > 0
    proposal = Proposal.objects.get()
    assert (proposal.image, proposal.label, proposal.predicted_iou) == (named, None, 0.236)
    assert proposal.outside_model is not None
    assert proposal.outside_model.name == "results"


def _image(world: World, seed: int, name: str, size_hw: tuple[int, int]) -> Image:
    added = add_image(
        project=world.project, data=png(seed, size_hw), file_name=name, created_by=world.manager
    )
    assert added.image is not None
    return added.image


def results(image: Image, **fields: Any) -> bytes:
    found = {"image_id": image.pk, "category_id": 1, "segmentation": square(2, 2), "score": 0.5}
    return archive(net_json=[{**found, **fields}])


def test_results_name_images_by_our_ids_where_no_name_ends_in_a_number(
    world: World, manager: Api
) -> None:
    image = _image(world, 1, "one.png", SIZE_HW)

    brought = start(manager, send(world, results(image)))

    assert brought["brought"] == {"images that were there": 1, "proposals": 1}
    assert Proposal.objects.get().image == image


def test_our_ids_are_not_taken_where_names_end_in_some_of_the_numbers(
    world: World, manager: Api
) -> None:
    """Else a number of an image that is missing would be taken for another's id."""
    image = _image(world, 1, "one.png", SIZE_HW)
    _image(world, 2, "a_900001.png", SIZE_HW)
    other = {"image_id": 900001, "category_id": 1, "segmentation": square(2, 2), "score": 0.5}
    both = archive(net_json=[{**other, "image_id": image.pk}, other])

    brought = start(manager, send(world, both))

    assert brought["brought"]["images not there"] == 1
    assert Proposal.objects.get().image.file_name == "a_900001.png"
    problems = manager.get(f"dataset-imports/{brought['id']}/problems").json()["results"]
    assert "put its file, or the COCO file that lists the images" in problems[-1]["fault"]


@needs_data
def test_label_studios_own_export_tells_whose_work_it_is(world: World, manager: Api) -> None:
    for name in ("hakan@heartex.com",):
        Membership.objects.create(project=world.project, user=make_user(name), role="annotator")
    tasks_ = json.loads((STUDIO / "test_export_csv" / "csv_test.json").read_bytes())
    for each in tasks_:
        each["data"] = {"image": each["data"]["image"]}
    _image(world, 1, "0030019819f25b28.jpg", (576, 768))
    _image(world, 2, "00155094b7acc33b.jpg", (510, 768))

    found = read(manager, send(world, archive(tasks_json=tasks_)))["found"]

    assert (found["boxes"], found["proposed boxes left out"]) == (3, 2)
    assert found["images that were there"] == 2


def test_an_import_that_broke_off_goes_on_without_doubling_any_of_it(
    world: World, tmp_path: Path
) -> None:
    tasks_ = [{**REVIEWED, "data": {"image": f"images/{seed}.png"}} for seed in range(1, 5)]
    pictures = {f"images__{seed}_png": png(seed) for seed in range(1, 5)}
    path = tmp_path / "all.zip"
    path.write_bytes(archive(tasks_json=tasks_, **pictures))
    found = DatasetImport.objects.create(
        pk=uuid4(),
        project=world.project,
        source="all.zip",
        format="label_studio",
        state="importing",
        created_by=world.manager,
    )
    run = partial(run_import, found, open_source(path), progress=lambda *_: None, most=1)

    for at in (3, 4):
        with pytest.raises(RuntimeError, match="broke off"):
            run(fence=_breaking(at))
    came_in = ImportedSample.objects.count()
    brought = run(fence=transaction.atomic)

    assert came_in == 3
    assert (brought["proposals"], brought["comments"], brought["masks"]) == (4, 8, 8)
    assert Proposal.objects.count() == 4
    assert Comment.objects.count() == 8
    ids = [UUID(each) for row in found.samples.all() for each in row.proposals]
    assert set(ids) == set(Proposal.objects.values_list("pk", flat=True))


def _breaking(at: int) -> Any:
    """Return transactions of which the n-th is lost after all of its work."""
    met = iter(range(1, at + 1))

    @contextmanager
    def fence() -> Iterator[None]:
        with transaction.atomic():
            yield
            if next(met) == at:
                raise RuntimeError("broke off")

    return fence


def test_images_are_prepared_again_once_their_predictions_are_withdrawn(
    world: World, manager: Api
) -> None:
    image = _image(world, 1, "one.png", SIZE_HW)
    brought = start(manager, send(world, results(image)))
    Job.objects.filter(kind=jobs.PREPARE_IMAGES).delete()

    undo(manager, brought["id"])

    image.refresh_from_db()
    assert (image.outside_at, image.deleted_at) == (None, None)
    assert Job.objects.filter(kind=jobs.PREPARE_IMAGES).exists()
