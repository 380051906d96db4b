"""Which project is meant by what a person says."""

import pytest

from engine.client.choosing import one_meant
from engine.client.errors import AnnealError
from engine.client.models import ProjectCard


def card(project_id: int, name: str) -> ProjectCard:
    return ProjectCard(id=project_id, name=name, description="", role="manager", images=0, done=0)


@pytest.mark.parametrize(
    ("text", "meant"), [("2024", 5), ("5", 5), ("7", 7), ("cells", 7), ("99", 99)]
)
def test_a_project_is_meant_by_its_name_and_else_by_its_id(text: str, meant: int) -> None:
    projects = [card(5, "2024"), card(7, "Cells")]

    assert one_meant(text, projects) == meant


def test_a_name_that_is_another_projects_id_is_refused_with_a_way_out() -> None:
    projects = [card(5, "2024"), card(2024, "Cells")]

    with pytest.raises(
        AnnealError, match="say 5 for the first, or 'Cells' for the other"
    ) as raised:
        one_meant("2024", projects)

    assert raised.value.code == "ambiguous"
    assert [one_meant(text, projects) for text in ("5", "Cells")] == [5, 2024]


def test_a_project_that_is_called_by_its_own_id_is_meant_by_both() -> None:
    assert one_meant("5", [card(5, "5"), card(7, "Cells")]) == 5
