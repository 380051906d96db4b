"""How a version's rows are read: of one moment, while others go on writing."""

import pytest
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import F, IntegerField, Value
from django.db.models.functions import Cast

from annotation.models import Image, Project
from annotation.selectors.streaming import one_moment
from annotation.selectors.version_criteria import Criteria
from annotation.selectors.version_query import Splits
from annotation.services.captions import save_caption
from annotation.services.masks import save_operations
from annotation.services.versions import cut_version
from engine.datasets.val_split import is_drawn_for_val
from tests.annotation.world import World, create, make_image, make_world

END_TRANSACTIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE state = 'idle in transaction' AND datname = current_database()
"""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None, bucket: None) -> World:
    return make_world()


def named(project: Project) -> list[tuple[str, str]]:
    for seed in range(3):
        make_image(project, seed)
    rows = Image.objects.filter(project=project).order_by("sha256")
    return list(rows.values_list("sha256", "file_name"))


def test_rows_are_of_one_moment_and_leave_the_connection_to_others(world: World) -> None:
    before = named(world.project)
    rows = Image.objects.filter(project=world.project).order_by("sha256")

    with one_moment() as read:
        seen = []
        for row in read(rows.values_list("sha256", "file_name")):
            seen.append(row)
            rows.update(file_name="renamed")
        again = list(read(rows.values_list("sha256", "file_name")))

    assert seen == again == before
    assert set(rows.values_list("file_name", flat=True)) == {"renamed"}


def test_a_val_split_is_drawn_of_the_moment_of_the_rows(world: World) -> None:
    digests = [f"{number:064x}" for number in range(40)]
    digests.sort(key=lambda each: is_drawn_for_val(each, 0.5))  # so that draws are corrected
    images = Image.objects.bulk_create(
        Image(
            project=world.project,
            sha256=digest,
            file_name=f"{digest}.png",
            bytes=1,
            format="PNG",
            width=32,
            height=24,
            status=Image.Status.DONE,
        )
        for digest in digests
    )
    criteria = Criteria(val_share=0.5)
    with one_moment() as read:
        splits = Splits(world.project, criteria, read)
    before = [splits.of(image) for image in images]

    with one_moment() as read:
        list(read(Image.objects.values_list("pk")))
        Image.objects.filter(sha256__in=digests[:20]).update(status=Image.Status.TODO)
        splits = Splits(world.project, criteria, read)

    assert [splits.of(image) for image in images] == before


def test_rows_in_a_transaction_are_what_it_wrote(world: World) -> None:
    named(world.project)
    rows = Image.objects.filter(project=world.project)

    with transaction.atomic():
        rows.update(file_name="mine")
        with one_moment() as read:
            seen = set(read(rows.values_list("file_name")))
        transaction.set_rollback(True)

    assert seen == {("mine",)}


def test_whoever_has_seen_enough_stops_before_the_last_row(world: World) -> None:
    before = named(world.project)
    rows = Image.objects.filter(project=world.project).order_by("sha256")

    with one_moment() as read:
        found = iter(read(rows.values_list("sha256", "file_name")))
        first = next(found)

    assert first == before[0]
    assert not list(found)


def test_what_the_database_refuses_is_djangos_error(world: World) -> None:
    named(world.project)
    broken = Cast(F("file_name"), IntegerField()) / Value(1)
    rows = Image.objects.filter(project=world.project).values_list(broken)

    with pytest.raises(DatabaseError, match="invalid input syntax"), one_moment() as read:
        list(read(rows))


def test_a_connection_that_the_server_ends_is_given_back(world: World) -> None:
    image_ids = Image.objects.values_list("pk")

    def read_while_it_ends() -> None:
        with one_moment() as read:
            list(read(image_ids))
            with connection.cursor() as cursor:
                cursor.execute(END_TRANSACTIONS)
            list(read(image_ids))

    for _ in range(settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"]):
        with pytest.raises(OperationalError, match=r"terminating|closed|lost"):
            read_while_it_ends()

    with one_moment() as read:
        assert not list(read(image_ids))


def test_a_version_cut_in_a_transaction_is_the_one_cut_outside(world: World) -> None:
    image = make_image(world.project)
    whole, part = create(label=world.label_id, z=2), create(at=(4, 4))
    save_operations(
        image_id=image.pk,
        operations=[whole, {**part, "parent": whole["mask"]}],
        expected_version=0,
        author=world.annotator,
    )
    save_caption(image=image, author=world.annotator, text="Two cells.", caption_id=part["id"])

    outside = cut_version(project=world.project, created_by=None)
    with transaction.atomic():
        inside = cut_version(project=world.project, created_by=None)

    assert inside == outside
    assert (outside.counts["masks"], outside.counts["captions"]) == (2, 1)
