"""Lists come page by page: each row once and in order, also while others come in between."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotation.models import (
    Alias,
    AliasMove,
    Bundle,
    Job,
    Mask,
    MaskCaption,
    Membership,
    Project,
    Round,
    Token,
    Upload,
    VersionCut,
    VersionQuery,
    Webhook,
)
from tests.annotation.world import Api, World, make_bundle, make_image

MANY = 120  # rows, more than a page of any list holds
MASK = UUID(int=1)


@dataclass(frozen=True)
class Listed:
    """A list, and a way to add rows to it."""

    path: str
    add: Callable[[World, Sequence[int]], list[Any]]  # -> by what their rows are known
    known_by: str = "id"
    is_newest_first: bool = False

    def expected(self, added: list[Any]) -> list[Any]:
        return added[::-1] if self.is_newest_first else added


def add_projects(world: World, numbers: Sequence[int]) -> list[Any]:
    made = Project.objects.bulk_create(
        Project(name=str(number), created_by=world.manager) for number in numbers
    )
    Membership.objects.bulk_create(
        Membership(project=each, user=world.manager, role="manager") for each in made
    )
    return [each.pk for each in made]


def add_trash(world: World, numbers: Sequence[int]) -> list[Any]:
    made = add_projects(world, numbers)
    Project.objects.filter(pk__in=made).update(deleted_at=timezone.now())
    return made


def add_members(world: World, numbers: Sequence[int]) -> list[Any]:
    names = [f"member {number:04}" for number in numbers]
    made = User.objects.bulk_create(User(username=name) for name in names)
    Membership.objects.bulk_create(
        Membership(project=world.project, user=each, role="annotator") for each in made
    )
    return list(names)


def add_rounds(world: World, numbers: Sequence[int]) -> list[Any]:
    base = Bundle.objects.get(pk="a" * 64)
    made = {"project": world.project, "base_bundle": base, "state": "failed"}
    Round.objects.bulk_create(Round(number=number + 1, **made) for number in numbers)
    return [number + 1 for number in numbers]


def add_bundles(world: World, numbers: Sequence[int]) -> list[Any]:
    """Half of them came out of a round each."""
    made = Bundle.objects.bulk_create(
        Bundle(pk=f"{number:064x}", manifest={}, encoder_digest="e" * 64) for number in numbers
    )
    AliasMove.objects.bulk_create(
        AliasMove(project=world.project, name="serving", to_bundle=each) for each in made
    )
    trained = {"project": world.project, "base_bundle": made[0], "state": "refused"}
    for number, bundle in zip(numbers, made, strict=True):
        if number >= MANY // 2:
            Round.objects.create(number=number + 1, bundle=bundle, **trained)
    return [each.pk for each in made]


def add_jobs(world: World, numbers: Sequence[int]) -> list[Any]:
    kind = "workers.export_version"
    made = Job.objects.bulk_create(Job(project=world.project, kind=kind) for _ in numbers)
    return [each.pk for each in made]


def add_tokens(world: World, numbers: Sequence[int]) -> list[Any]:
    common = {"user": world.manager, "scope": "read", "expires_at": timezone.now()}
    made = Token.objects.bulk_create(Token(digest=f"{number:064x}", **common) for number in numbers)
    return [each.pk for each in made]


def add_queries(world: World, numbers: Sequence[int]) -> list[Any]:
    """Each name twice, of which the second counts."""
    names = [f"{number:04}" for number in numbers for _ in range(2)]
    made = VersionQuery.objects.bulk_create(
        VersionQuery(project=world.project, name=name, number=1 + place % 2, criteria={})
        for place, name in enumerate(names)
    )
    return [each.pk for each in made if each.number == 2]


def add_cuts(world: World, numbers: Sequence[int]) -> list[Any]:
    jobs = Job.objects.filter(pk__in=add_jobs(world, numbers)).order_by("pk")
    made = VersionCut.objects.bulk_create(
        VersionCut(pk=UUID(int=number), project=world.project, job=job)
        for number, job in zip(numbers, jobs, strict=True)
    )
    return [str(each.pk) for each in made]


def add_webhooks(world: World, numbers: Sequence[int]) -> list[Any]:
    common = {"project": world.project, "created_by": world.manager, "events": ["version.cut"]}
    made = Webhook.objects.bulk_create(Webhook(pk=UUID(int=number), **common) for number in numbers)
    return [str(each.pk) for each in made]


def add_captions(world: World, numbers: Sequence[int]) -> list[Any]:
    mask = Mask.objects.get(pk=MASK)
    made = MaskCaption.objects.bulk_create(
        MaskCaption(pk=UUID(int=number), mask=mask, author=world.manager) for number in numbers
    )
    return [str(each.pk) for each in made]


LISTS = {
    "projects": Listed("projects", add_projects),
    "trash": Listed("projects?trash=true", add_trash),
    "rounds": Listed(
        "projects/{project}/rounds", add_rounds, known_by="number", is_newest_first=True
    ),
    "bundles": Listed(
        "projects/{project}/bundles", add_bundles, known_by="bundle", is_newest_first=True
    ),
    "jobs": Listed("projects/{project}/jobs", add_jobs, is_newest_first=True),
    "tokens": Listed("tokens", add_tokens, is_newest_first=True),
    "queries": Listed("projects/{project}/version-queries", add_queries),
    "cuts": Listed("projects/{project}/version-cuts", add_cuts, is_newest_first=True),
    "webhooks": Listed("projects/{project}/webhooks", add_webhooks),
    "captions": Listed(f"masks/{MASK}/captions", add_captions, is_newest_first=True),
    "members": Listed("projects/{project}/members", add_members, known_by="username"),
}


@pytest.fixture(params=LISTS)
def listed(request: pytest.FixtureRequest, world: World) -> Listed:
    Alias.objects.create(project=world.project, name="serving", bundle=make_bundle("a"))
    Mask.objects.create(pk=MASK, image=make_image(world.project))
    return LISTS[request.param]


def path_of(listed: Listed, world: World) -> str:
    return listed.path.format(project=world.project.pk)


def ask(api: Api, path: str, cursor: str) -> Any:
    return api.get(f"{path}{'&' if '?' in path else '?'}cursor={cursor}")


def pages(api: Api, path: str) -> Iterator[Any]:
    """Yield the pages of a list, each asked for when its turn comes."""
    cursor: str | None = ""
    while cursor is not None:
        page = ask(api, path, cursor).json()
        yield page
        cursor = page["next"]


def rows_of(listed: Listed, *pages: Any) -> list[Any]:
    return [row[listed.known_by] for page in pages for row in page["results"]]


def test_each_row_comes_once_and_in_order(listed: Listed, world: World, manager: Api) -> None:
    path = path_of(listed, world)
    before = rows_of(listed, *pages(manager, path))
    added = listed.add(world, range(MANY))

    found = list(pages(manager, path))

    rows = rows_of(listed, *found)
    assert len(found) > 1
    assert [row for row in rows if row not in before] == listed.expected(added)
    assert len(rows) == len(before) + MANY


def test_what_comes_in_between_moves_no_other_row(
    listed: Listed, world: World, manager: Api
) -> None:
    path = path_of(listed, world)
    added = listed.add(world, range(0, 2 * MANY, 2))
    following = pages(manager, path)
    first = next(following)
    listed.add(world, range(1, 2 * MANY, 2))

    rows = rows_of(listed, first, *following)

    assert [row for row in rows if row in added] == listed.expected(added)
    assert len(set(rows)) == len(rows)


def test_a_full_page_takes_no_more_queries_than_a_short_one(
    listed: Listed, world: World, manager: Api
) -> None:
    path = path_of(listed, world)
    listed.add(world, range(2))
    with CaptureQueriesContext(connection) as few:
        manager.get(path)
    listed.add(world, range(2, 2 + MANY))

    with CaptureQueriesContext(connection) as many:
        answer = manager.get(path)

    assert answer.json()["next"]
    assert len(many) <= len(few)


def test_a_cursor_of_another_list_is_refused(listed: Listed, world: World, manager: Api) -> None:
    upload = {"project": world.project, "bytes": 1, "created_by": world.manager}
    Upload.objects.bulk_create(Upload(pk=uuid4(), **upload) for _ in range(MANY))
    foreign = manager.get(f"projects/{world.project.pk}/uploads").json()["next"]
    path = path_of(listed, world)

    answers = [ask(manager, path, cursor) for cursor in (foreign, "x")]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/problem+json"}
    assert [answer.json()["errors"][0]["field"] for answer in answers] == ["cursor"] * 2
