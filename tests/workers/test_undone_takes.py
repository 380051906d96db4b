"""An undo takes imported takes to the trash, unless people have built upon them."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from annotation import storage
from annotation.models import Image, Mask, Recording
from annotation.services.captions import save_caption
from annotation.services.consent import withdraw_consent
from annotation.services.transcripts import correct_transcript
from annotation.services.voices import audio_key
from tests.annotation.speaking import link
from tests.annotation.world import Api
from tests.workers.bringing import undo
from tests.workers.moving import SOUND, Moving, zip_of


def test_what_came_with_an_undone_import_comes_back_only_while_its_speaker_agrees(
    moving: Moving,
) -> None:
    first = moving.come()
    undo(Api(moving.there.manager), first["id"])
    withdraw_consent(user=moving.there.annotator)

    again = moving.come(zip_of(moving.here))

    assert again["brought"]["takes without consent left out"] == 1
    assert moving.takes() == []


def test_undo_takes_it_to_the_trash_with_its_image_and_it_may_come_in_again(
    moving: Moving,
) -> None:
    first = moving.come()
    gone = undo(Api(moving.there.manager), first["id"])
    between = moving.takes()
    images = Image.objects.filter(project=moving.there.project, deleted_at=None).count()
    again = moving.come()

    assert gone["brought"]["takes removed"] == 1
    assert gone["brought"]["masks removed"] == 1
    assert (between, images) == ([], 0)
    assert again["brought"]["takes"] == 1
    [take] = moving.takes()
    assert storage.get_bytes(audio_key(take)) == SOUND


def correct(moving: Moving, take: Recording) -> None:
    correct_transcript(
        transcript_id=uuid4(),
        recording=take,
        author=moving.there.reviewer,
        text="a green bucket",
        words=[],
        seconds=1,
    )


def caption(moving: Moving, take: Recording) -> None:
    save_caption(
        caption_id=uuid4(),
        image=take.image,
        author=moving.there.annotator,
        text="A red bucket.",
        recording_id=take.pk,
    )


def relink(moving: Moving, take: Recording) -> None:
    del moving
    text = take.transcripts.get()
    mask = Mask.objects.get(image=take.image)
    link(text, 0, 3, "confirmed", mask.pk)


@pytest.mark.parametrize("build", [correct, caption, relink])
def test_undo_leaves_a_take_that_people_have_built_upon(
    moving: Moving, build: Callable[[Moving, Recording], None]
) -> None:
    first = moving.come()
    [take] = moving.takes()
    build(moving, take)

    gone = undo(Api(moving.there.manager), first["id"])

    assert gone["brought"]["takes kept"] == 1
    assert gone["brought"]["images kept"] == 1
    assert moving.takes() == [take]


def test_take_that_two_imports_have_stays_until_both_are_undone(moving: Moving) -> None:
    first, second = moving.come(), moving.come()

    left = []
    for each in (first, second):
        undo(Api(moving.there.manager), each["id"])
        left.append(len(moving.takes()))

    assert left == [1, 0]
