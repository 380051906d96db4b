"""What is drawn of what people can see, with a secret of each project."""

from collections.abc import Callable
from uuid import UUID

import pytest

from annotation.models import Image, Project
from annotation.services.draws import (
    arm_for,
    is_drawn_for_audit,
    is_drawn_for_control,
    is_left_to_chance,
    people_for,
)
from annotation.services.projects import create_project
from tests.annotation.world import Api, World, make_image

Draw = Callable[[int, Project], object]
IMAGES = [f"{number:064x}" for number in range(100)]


def project_with(salt: str) -> Project:
    return Project(
        pk=1,
        draw_salt=salt,
        without_proposals_share=0.25,
        previous_bundle_share=0.25,
        candidate_bundle_share=0.4,
        caption_control_share=0.5,
        overlap=2,
        overlap_share=0.5,
    )


def arm(number: int, project: Project) -> object:
    return arm_for(IMAGES[number], project=project)


def control(number: int, project: Project) -> object:
    return is_drawn_for_control(IMAGES[number], project=project)


def chance(number: int, project: Project) -> object:
    return is_left_to_chance(IMAGES[number], project=project)


def audit(number: int, project: Project) -> object:
    return is_drawn_for_audit(UUID(int=number), project=project, share=0.3)


def trial(number: int, project: Project) -> object:
    """Whether an image is tried, of a project whose arms leave all to what serves."""
    project.without_proposals_share = project.previous_bundle_share = 0
    return arm_for(IMAGES[number], project=project) == Image.Arm.CANDIDATE


@pytest.mark.parametrize("draw", [arm, trial, control, chance, audit])
def test_what_is_drawn_follows_from_a_secret_of_the_project(draw: Draw) -> None:
    def drawn(salt: str) -> list[object]:
        return [draw(number, project_with(salt)) for number in range(100)]

    public, one, other = (drawn(salt) for salt in ("", "a", "b"))

    assert one == drawn("a")
    agreeing = sum(a == b for a, b in zip(public, one, strict=True))
    by_chance = sum(a == b for a, b in zip(other, one, strict=True))
    assert agreeing < 85  # that who knows all but the secret would have right
    assert by_chance < 85


@pytest.mark.parametrize(
    ("draw", "fell"),
    [
        (arm, "serving none none previous none previous previous serving"),
        (control, "False False False True True False False False"),
        (chance, "False True True False False False False False"),
        (audit, "False False True False True True False True"),
    ],
)
def test_projects_from_before_there_were_secrets_keep_what_was_drawn(draw: Draw, fell: str) -> None:
    drawn = [str(draw(number, project_with(""))) for number in range(8)]

    assert drawn == fell.split()


def test_who_does_an_image_beside_others_follows_from_its_file_alone() -> None:
    people = [
        [people_for(each, is_holdout=False, project=project_with(salt)) for each in IMAGES]
        for salt in ("", "a")
    ]

    assert people[0] == people[1]


def test_each_new_project_has_a_secret_of_its_own_that_nobody_is_told(
    world: World, manager: Api
) -> None:
    made = manager.post("projects", {"name": "New", "draw_salt": "mine"})
    project = Project.objects.get(pk=made.json()["id"])
    other = create_project(name="Other", created_by=world.manager)
    make_image(project)
    changed = manager.patch(f"projects/{project.pk}", {"draw_salt": "mine"})

    listed = [
        manager.get(path)
        for path in ("projects", f"projects/{project.pk}", f"projects/{project.pk}/images")
    ]

    project.refresh_from_db()
    assert len(project.draw_salt) == len(other.draw_salt) == 32
    assert project.draw_salt not in {other.draw_salt, "mine"}
    for answer in (made, changed, *listed):
        assert "salt" not in answer.content.decode()
        assert project.draw_salt not in answer.content.decode()
