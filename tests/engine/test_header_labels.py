"""Which labels of a manifest's header exports are better without."""

from typing import Any

import pytest

from engine.datasets.header_labels import unused_labels


def header(*names: str, query: Any = None) -> dict[str, Any]:
    """Return a header with labels of these names, numbered from 1."""
    labels = [{"id": number, "name": name} for number, name in enumerate(names, start=1)]
    return {"labels": labels} | ({} if query is None else {"query": query})


def test_a_label_that_was_made_anew_is_unused_unless_it_has_masks() -> None:
    cells = header("cell", "nucleus", "cell")

    assert unused_labels(cells, {"nucleus"}) == {"cell (1)"}
    assert unused_labels(cells, {"cell (1)"}) == frozenset()


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
