"""Images that were sent go out again together, but for those that people have worked on since."""

import io
import zipfile
from typing import Any
from uuid import uuid4

from django.core.management import call_command

from annotation import storage
from annotation.models import Image
from annotation.services.captions import save_caption
from annotation.services.members import set_member
from annotation.services.review import review_image
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import Api, World, png, square
from tests.workers.bringing import drawn, read, send, start, undo, work
from tests.workers.conftest import finish_as_it_is


def upload(
    manager: Api, world: World, *files: tuple[str, bytes], batch: str | None = None
) -> list[str]:
    """Send files as a browser does; return the ids of the imports that they are of."""
    ids = [str(uuid4()) for _ in files]
    for upload_id, (name, data) in zip(ids, files, strict=True):
        begun = {"id": upload_id, "file_name": name, "bytes": len(data), "batch": batch}
        assert manager.post(f"projects/{world.project.pk}/uploads", begun).status_code == 200
        storage.put_bytes(storage.upload_key(upload_id), data)
        assert manager.post(f"uploads/{upload_id}/complete").status_code == 200
    work()
    rows = manager.get(f"projects/{world.project.pk}/uploads").json()["results"]
    imports = {row["id"]: row["images_import"] for row in rows}
    return [imports[upload_id] for upload_id in ids]


def together(manager: Api, world: World, *files: tuple[str, bytes]) -> str:
    """Send files as one batch; return the id of the import that they all are of."""
    [found] = set(upload(manager, world, *files, batch=str(uuid4())))
    return found


def pictures(count: int) -> list[tuple[str, bytes]]:
    return [(f"{seed}.png", png(seed)) for seed in range(count)]


def in_zip(files: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def there() -> set[str]:
    return set(Image.objects.filter(deleted_at=None).values_list("file_name", flat=True))


def test_what_was_sent_together_goes_to_the_trash_together_and_may_come_again(
    world: World, manager: Api
) -> None:
    sent = together(manager, world, *pictures(2), ("more.zip", in_zip([("2.png", png(2))])))
    brought = read(manager, sent)
    undone = undo(manager, sent)
    left = there()
    again = together(manager, world, *pictures(2))
    back = there()
    undo(manager, again)

    assert (brought["state"], brought["title"]) == ("imported", "Images alone")
    assert (brought["file_name"], brought["brought"]) == (
        "0.png and 2 more",
        {"images accepted": 3},
    )
    assert (undone["state"], undone["brought"]) == ("undone", {"images removed": 3})
    assert left == set()
    assert back == {"0.png", "1.png"}
    assert there() == set()
    assert Image.objects.count() == 3  # in the trash, not deleted


def test_the_images_of_a_zip_that_was_sent_alone_go_together(world: World, manager: Api) -> None:
    files = [*pictures(2), ("bad.png", b"no picture")]
    [sent] = upload(manager, world, ("set.zip", in_zip(files)))

    undone = undo(manager, sent)

    assert undone["brought"] == {"images removed": 2}
    assert there() == set()


def test_files_that_say_nothing_of_a_batch_go_one_by_one(world: World, manager: Api) -> None:
    first, _ = upload(manager, world, *pictures(2))

    undo(manager, first)

    assert there() == {"1.png"}


def test_an_undo_leaves_images_that_people_have_worked_on(world: World, manager: Api) -> None:
    sent = together(manager, world, *pictures(5))
    masked, described, finished, reviewed, plain = Image.objects.order_by("file_name")
    operation = {"id": str(uuid4()), "mask": str(uuid4()), "kind": "create", "label": None}
    assert manager.save(masked, {**operation, "rle": square(5, 5)}).status_code == 200
    save_caption(caption_id=uuid4(), image=described, author=world.annotator, text="Mine.")
    for image in (finished, reviewed):
        finish_as_it_is(world, image)
    reviewed.refresh_from_db()
    review_image(image=reviewed, reviewer=world.reviewer, verdict="reviewed", comment="")

    undone = undo(manager, sent)

    assert undone["brought"] == {"images kept": 4, "images removed": 1}
    assert there() == {"0.png", "1.png", "2.png", "3.png"}
    assert plain.file_name not in there()
    assert drawn(masked) == [square(5, 5)["counts"]]


def test_an_undo_leaves_what_was_there_before(world: World, manager: Api) -> None:
    together(manager, world, *pictures(1))
    sent = together(manager, world, *pictures(2))

    undo(manager, sent)

    assert there() == {"0.png"}


def test_what_a_dataset_met_becomes_the_datasets_and_goes_with_it(
    world: World, manager: Api
) -> None:
    sent = together(manager, world, ("a.png", png(1)))
    dataset = start(manager, send(world, zipped("coco", cell(1))))

    undo(manager, sent)
    left = {image.file_name: len(drawn(image)) for image in Image.objects.filter(deleted_at=None)}
    undo(manager, dataset["id"])

    assert left == {"a.png": 2}
    assert there() == set()


def test_what_comes_after_an_undo_is_undone_by_the_next(world: World, manager: Api) -> None:
    batch = str(uuid4())
    [sent] = upload(manager, world, ("a.png", png(1)), batch=batch)
    undo(manager, sent)
    upload(manager, world, ("b.png", png(2)), batch=batch)
    late = read(manager, sent)

    undone = undo(manager, sent)

    assert (late["state"], late["brought"]) == ("imported", {"images accepted": 1})
    assert undone["state"] == "undone"
    assert there() == set()


def test_a_batch_of_another_person_is_another_import(world: World, manager: Api) -> None:
    batch = str(uuid4())
    set_member(project=world.project, username=world.annotator.username, role="manager")
    [mine] = upload(manager, world, ("a.png", png(1)), batch=batch)
    [theirs] = upload(Api(world.annotator), world, ("b.png", png(2)), batch=batch)

    undo(manager, mine)

    assert mine != theirs
    assert there() == {"b.png"}


def test_what_no_image_came_of_is_no_import(world: World, manager: Api) -> None:
    [sent] = upload(manager, world, ("a.png", b"no picture"))

    assert manager.get(f"dataset-imports/{sent}").status_code == 404
    assert manager.get(f"projects/{world.project.pk}/dataset-imports").json()["results"] == []


def test_an_annotator_may_not_undo_what_was_sent(world: World, manager: Api) -> None:
    sent = together(manager, world, *pictures(1))

    answer: Any = Api(world.annotator).post(f"dataset-imports/{sent}/undo")

    assert answer.status_code == 403
    assert there() == {"0.png"}


def test_the_command_undoes_it_as_well(world: World, manager: Api) -> None:
    sent = together(manager, world, *pictures(1))

    call_command("undo_import", sent)

    assert there() == set()
