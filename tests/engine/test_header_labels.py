"""Which labels of a manifest's header exports are better without."""

from collections.abc import Collection
from typing import Any

import pytest

from engine.datasets.header_labels import header_labels, unused_labels


def header(*names: str, query: Any = None, deleted: Collection[int] = ()) -> dict[str, Any]:
    """Return a header with labels of these names, numbered from 1, some of them told as deleted."""
    labels = [
        {"id": number, "name": name} | ({"deleted": True} if number in deleted else {})
        for number, name in enumerate(names, start=1)
    ]
    return {"labels": labels} | ({} if query is None else {"query": query})


def test_a_label_that_was_made_anew_is_unused_unless_it_has_masks() -> None:
    cells = header("cell", "nucleus", "cell")

    assert unused_labels(cells, {"nucleus"}) == {"cell (1)"}
    assert unused_labels(cells, {"cell (1)"}) == frozenset()


def test_a_label_that_is_told_as_deleted_is_unused_unless_it_has_masks() -> None:
    walls = header("cell", "wall", deleted={2})

    assert unused_labels(walls, {"cell"}) == {"wall"}
    assert unused_labels(walls, {"wall"}) == frozenset()


def test_of_one_name_the_living_label_has_it_for_itself_and_stays_though_it_is_older() -> None:
    cells = header("cell", "cell", "cell", deleted={1, 3})

    assert [each.name for each in header_labels(cells)] == ["cell (1)", "cell", "cell (3)"]
    assert unused_labels(cells, ()) == {"cell (1)", "cell (3)"}


def test_of_one_name_all_labels_can_be_deleted() -> None:
    cells = header("cell", "cell", deleted={1, 2})

    assert [each.name for each in header_labels(cells)] == ["cell (1)", "cell"]
    assert unused_labels(cells, ()) == {"cell (1)", "cell"}


def test_formats_are_not_told_that_a_label_was_deleted() -> None:
    [label] = header_labels(header("cell", deleted={1}))

    assert label.extra == {}


def test_labels_without_masks_stay_where_nothing_was_chosen() -> None:
    assert unused_labels(header("cell", "nucleus"), ()) == frozenset()
    assert unused_labels(header("cell", "nucleus", query={"drop_empty": True}), ()) == frozenset()


def test_what_the_query_did_not_choose_is_unused_and_what_it_chose_stays_without_masks() -> None:
    chosen = header("cell", "nucleus", "wall", query={"labels": [1, 2]})

    assert unused_labels(chosen, {"cell"}) == {"wall"}


def test_a_label_called_as_masks_without_one_are_is_a_label_as_others() -> None:
    assert unused_labels(header("unlabelled", "cell"), ()) == frozenset()


@pytest.mark.parametrize("query", [None, 7, [], {"labels": "cell"}, {"labels": 1}])
def test_a_header_of_any_program_is_read(query: object) -> None:
    assert unused_labels(header("cell", "cell", query=query), ()) == {"cell (1)"}
    assert unused_labels({"labels": 7, "query": query}, ()) == frozenset()


@pytest.mark.parametrize("told", [False, None, 0, 1, "no", []])
def test_only_what_is_plainly_told_as_deleted_is(told: object) -> None:
    assert unused_labels({"labels": [{"id": 1, "name": "cell", "deleted": told}]}, ()) == set()
