"""Many described images of one project, straight into the database, as the product writes them.

Runs inside `manage.py shell` of the stack that is measured.
"""

from collections.abc import Sequence
from uuid import uuid4

import numpy as np
from django.contrib.auth.models import User

from annotation.models import (
    Caption,
    Image,
    Mask,
    Phrase,
    PhraseLink,
    Project,
    Recording,
    Revision,
    Transcript,
)
from engine.masks.rle import area, encode
from tests.bench.finished_images import finished_image

SAID = (
    "a red bucket stands on the wet quay left of a coil of rope and behind it two small boats "
    "with white sails lie in the calm water of the harbour under a grey sky"
)
WORDS = [
    {"text": word, "start_s": at / 2, "end_s": at / 2 + 0.4, "probability": 0.9}
    for at, word in enumerate(SAID.split())
]
TRACE = [{"t": at / 20, "x": at % 600, "y": at % 400, "kind": "move"} for at in range(300)]
SIZE_HW = (480, 640)
DISC = encode(np.hypot(*np.ogrid[-240:240, -320:320]) < 60)
BATCH = 500


def fill(project: int, wanted: int) -> None:
    """Add finished images, each spoken of, corrected, captioned and linked, up to so many."""
    have = Image.objects.filter(project_id=project).count()
    person = User.objects.get(username="ada")
    for first in range(have, wanted, BATCH):
        numbers = range(first, min(first + BATCH, wanted))
        _add(Project.objects.get(pk=project), person, numbers)


def _add(project: Project, person: User, numbers: Sequence[int]) -> None:
    images = Image.objects.bulk_create(
        finished_image(project, number, SIZE_HW) for number in numbers
    )
    masks = Mask.objects.bulk_create(Mask(pk=uuid4(), image=image) for image in images)
    heads = Revision.objects.bulk_create(
        Revision(mask=mask, number=1, rle=DISC, area_px=area(DISC), author=person) for mask in masks
    )
    for mask, head in zip(masks, heads, strict=True):
        mask.head = head
    Mask.objects.bulk_update(masks, ["head"])
    takes = Recording.objects.bulk_create(
        Recording(
            pk=uuid4(),
            image=image,
            user=person,
            mime="audio/webm",
            state="transcribed",
            duration_s=15,
            trace=TRACE,
        )
        for image in images
    )
    _add_texts(person, takes, masks)


def _add_texts(person: User, takes: list[Recording], masks: list[Mask]) -> None:
    facts = {"text": SAID, "words": WORDS}
    Transcript.objects.bulk_create(
        Transcript(pk=uuid4(), recording=take, kind="raw", model="tiny.en", **facts)
        for take in takes
    )
    corrected = Transcript.objects.bulk_create(
        Transcript(pk=uuid4(), recording=take, kind="corrected", author=person, **facts)
        for take in takes
    )
    Caption.objects.bulk_create(
        Caption(pk=uuid4(), image=take.image, recording=take, text=SAID, author=person)
        for take in takes
    )
    phrases = Phrase.objects.bulk_create(
        Phrase(
            transcript=text,
            first=0,
            end=3,
            text="a red bucket",
            noun="bucket",
            is_plural=False,
            is_definite=False,
            is_repeat=False,
        )
        for text in corrected
    )
    PhraseLink.objects.bulk_create(
        PhraseLink(
            pk=uuid4(), phrase=phrase, number=0, kind="confirmed", masks=[mask.pk], author=person
        )
        for phrase, mask in zip(phrases, masks, strict=True)
    )
