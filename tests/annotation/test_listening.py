"""Who may hear a voice: its speaker always, others by the role that the project names."""

from uuid import uuid4

import pytest

from annotation.models import Image, Membership, Phrase, Project, Recording
from annotation.services.grounding import save_grounding
from annotation.services.transcripts import save_raw_transcript
from engine.speech.grounding.links import Link
from engine.speech.grounding.phrases import Phrase as Found
from tests.annotation.world import Api, World, make_user


@pytest.fixture
def take(world: World, image: Image) -> Recording:
    """A take of the annotator, transcribed."""
    return Recording.objects.create(
        pk=uuid4(), image=image, user=world.annotator, mime="audio/webm", state="transcribed"
    )


@pytest.fixture
def pointed(take: Recording) -> Phrase:
    """A phrase of the take, and where the pointer was meanwhile."""
    text = save_raw_transcript(
        recording=take, transcript_id=uuid4(), text="a cup", words=[], model="tiny"
    )
    found = Found(0, 2, "a cup", "cup", None, is_plural=False, is_definite=False)
    save_grounding(
        transcript=text,
        phrases=[found],
        links=[Link((), (5.0, 6.0), 1.0)],
        asked={0},
        rules="rules-1",
    )
    return Phrase.objects.get()


def hears(api: Api, take: Recording) -> bool:
    """Ask all addresses that tell of a take, and see that they agree."""
    alone = api.get(f"recordings/{take.pk}").json()
    [listed] = api.get(f"images/{take.image_id}/descriptions").json()["recordings"]
    assert alone == listed
    for address in "audio_url", "peaks_url":
        assert alone["may_listen"] == (alone[address] is not None)
    for phrase in api.get(f"images/{take.image_id}/grounding").json()["phrases"]:
        assert alone["may_listen"] == (phrase["place_xy"] is not None)
    return bool(alone["may_listen"])


@pytest.mark.parametrize(
    ("listeners", "hearing"),
    [
        (None, {"annotator"}),  # as a project is made
        ("nobody", {"annotator"}),
        ("manager", {"annotator", "manager"}),
        ("reviewer", {"annotator", "manager", "reviewer"}),
    ],
)
def test_the_speaker_hears_the_take_and_others_by_the_projects_setting(
    world: World, take: Recording, pointed: Phrase, listeners: str | None, hearing: set[str]
) -> None:
    if listeners is not None:
        path = f"projects/{world.project.pk}"
        assert Api(world.manager).patch(path, {"listeners": listeners}).status_code == 200
    another = make_user("another annotator")
    Membership.objects.create(project=world.project, user=another, role="annotator")
    people = {"manager": world.manager, "reviewer": world.reviewer, "annotator": world.annotator}

    found = {name for name, user in people.items() if hears(Api(user), take)}

    assert pointed.place_xy == [5.0, 6.0]
    assert found == hearing
    assert not hears(Api(another), take)
    assert Api(world.stranger).get(f"recordings/{take.pk}").status_code == 404


def test_a_manager_elsewhere_hears_nothing_here(world: World, take: Recording) -> None:
    Project.objects.update(listeners="manager")
    Membership.objects.create(project=world.project, user=world.stranger, role="annotator")

    assert not hears(Api(world.stranger), take)


def test_only_managers_say_who_may_listen(world: World) -> None:
    answer = Api(world.reviewer).patch(f"projects/{world.project.pk}", {"listeners": "reviewer"})

    assert answer.status_code == 403
