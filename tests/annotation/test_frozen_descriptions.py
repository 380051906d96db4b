"""Which of people's words a captioner learns from: the newest of each, as a version froze them."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.models import Caption, Image, Recording, Transcript
from annotation.selectors.frozen_descriptions import FrozenDescription, frozen_descriptions
from annotation.services.captions import save_caption
from annotation.services.merged_captions import CaptionWords, OwnWords, merge_caption
from annotation.services.versions import cut_version
from tests.annotation.world import World, make_bundle, make_image


@pytest.fixture
def done(world: World) -> Image:
    return make_image(world.project, status="done")


def frozen(world: World, split: str = "train") -> list[FrozenDescription]:
    version = cut_version(project=world.project, created_by=None)
    return list(frozen_descriptions(version, split))


def texts(world: World) -> list[tuple[str, str]]:
    return [(text.style, text.text) for each in frozen(world) for text in each.texts]


def write(image: Image, author: User, text: str) -> Caption:
    return save_caption(caption_id=uuid4(), image=image, author=author, text=text)


def speak(image: Image, author: User, *corrections: str) -> None:
    take = Recording.objects.create(pk=uuid4(), image=image, user=author, mime="audio/webm")
    Transcript.objects.create(pk=uuid4(), recording=take, kind="raw", text="uh a a dog")
    for text in corrections:
        Transcript.objects.create(
            pk=uuid4(), recording=take, kind="corrected", text=text, author=author
        )


def test_each_persons_newest_caption_counts(world: World, done: Image) -> None:
    write(done, world.annotator, "A dog.")
    write(done, world.reviewer, "An animal.")
    write(done, world.annotator, "A brown  dog.\n")

    assert texts(world) == [("clean", "An animal."), ("clean", "A brown dog.")]


def test_of_merged_captions_the_newest_counts_once(world: World, done: Image) -> None:
    first = write(done, world.manager, "A dog.")
    merged = merge_caption(
        caption_id=uuid4(), image=done, author=world.annotator, base=first.pk,
        words=[CaptionWords(first.pk, 0), OwnWords("It runs.", None)],
    )  # fmt: skip
    merge_caption(
        caption_id=uuid4(), image=done, author=world.reviewer, base=merged.pk,
        words=[CaptionWords(merged.pk, 0), CaptionWords(merged.pk, 1), OwnWords("Fast.", None)],
    )  # fmt: skip

    assert texts(world) == [("clean", "A dog."), ("clean", "A dog. It runs. Fast.")]


def test_what_was_spoken_counts_once_it_is_corrected(world: World, done: Image) -> None:
    speak(done, world.annotator)
    speak(done, world.reviewer, "A dog and", "A dog and a ball")

    assert texts(world) == [("raw", "A dog and a ball")]


def test_a_models_caption_is_nobodys_word(world: World, done: Image) -> None:
    Caption.objects.create(pk=uuid4(), image=done, text="A cat.", bundle=make_bundle())

    assert frozen(world) == []


def test_splits_stay_apart_and_what_came_later_is_not_in(world: World, done: Image) -> None:
    held_out = make_image(world.project, 1, status="done", is_holdout=True)
    write(done, world.annotator, "A dog.")
    write(held_out, world.annotator, "A bus.")
    write(make_image(world.project, 2), world.annotator, "Not finished.")
    version = cut_version(project=world.project, created_by=None)
    write(done, world.annotator, "A later dog.")

    by_split = {
        split: [(each.sha256, text.text) for each in frozen_descriptions(version, split)
                for text in each.texts]
        for split in ("train", "holdout")
    }  # fmt: skip

    assert by_split == {
        "train": [(done.sha256, "A dog.")],
        "holdout": [(held_out.sha256, "A bus.")],
    }


def test_makers_are_looked_up_for_many_images_at_once(world: World) -> None:
    def queries() -> int:
        version = cut_version(project=world.project, created_by=None)
        with CaptureQueriesContext(connection) as seen:
            list(frozen_descriptions(version, "train"))
        return len(seen)

    write(make_image(world.project, 0, status="done"), world.annotator, "One.")
    one = queries()
    for seed in range(1, 6):
        write(make_image(world.project, seed, status="done"), world.annotator, "More.")

    assert queries() == one
