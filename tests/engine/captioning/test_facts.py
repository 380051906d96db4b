"""What is known about an image, as text; each part can be left out."""

from dataclasses import replace

import pytest

from engine.captioning.facts import Inputs, instruction, knowledge, leave_out
from engine.captioning.items import LabelledMask
from tests.engine.captioning.tiny import mask

MASKS = [
    mask("dog", 0, 0, 10, 10),
    mask("dog", 10, 60, 50, 40),
    mask("frisbee", 28, 48, 4, 4),
    mask(None, 0, 0, 60, 100),
]
SIZE = (60, 100)


def test_labels_are_counted_and_placed_the_largest_first() -> None:
    text = knowledge(MASKS, SIZE, [], [], Inputs())

    assert text == ("Objects: 2 dog (large right, small top left), 1 frisbee (small centre).\n")


def test_places_neighbours_and_labels_can_each_be_left_out() -> None:
    alike = ["A dog.", "Two dogs.", "A cat."]

    no_places = knowledge(MASKS, SIZE, [], alike, Inputs(places=False, neighbours=2))
    no_labels = knowledge(MASKS, SIZE, [], alike, Inputs(labels=False, neighbours=1))
    nothing = knowledge(MASKS, SIZE, [], alike, Inputs(labels=False, neighbours=0))

    assert no_places == "Objects: 2 dog, 1 frisbee.\nSimilar images: A dog. / Two dogs.\n"
    assert no_labels == "Similar images: A dog.\n"
    assert nothing == ""


def test_what_a_classifier_calls_an_image_is_told_where_nobody_has_named_a_mask() -> None:
    tags, unnamed = ["collie", "frisbee"], [replace(MASKS[0], label=None)]

    assert knowledge(unnamed, SIZE, tags, [], Inputs()) == "Looks like: collie, frisbee.\n"
    assert knowledge(unnamed, SIZE, tags, [], Inputs(tags=False)) == ""
    assert knowledge(MASKS, SIZE, tags, [], Inputs(labels=False)).startswith("Looks like")
    assert knowledge(MASKS, SIZE, tags, [], Inputs()).startswith("Objects")
    assert "Looks like" not in knowledge(MASKS, SIZE, tags, [], Inputs())


def test_nothing_is_said_where_nothing_is_known() -> None:
    empty = mask("ghost", 0, 0, 0, 0)

    assert knowledge([], SIZE, [], [], Inputs()) == ""
    assert knowledge([empty, replace(MASKS[0], label=None)], SIZE, [], [], Inputs()) == ""


def test_labels_are_one_line_whatever_people_called_them() -> None:
    odd = LabelledMask(MASKS[0].rle, "big\n dog")

    assert knowledge([odd], SIZE, [], [], Inputs(places=False)) == "Objects: 1 big dog.\n"


def test_both_texts_have_their_instruction_and_a_length_as_people_say_it() -> None:
    assert instruction("clean", 11) == "Caption of 11 words:"
    assert instruction("clean", None) == "Caption:"
    assert instruction("raw", 184) == "Spoken description of 180 words:"


def test_an_input_that_does_not_exist_cannot_be_left_out() -> None:
    assert leave_out(Inputs(neighbours=3), ["image", "neighbours"]) == Inputs(
        image=False, neighbours=0
    )
    with pytest.raises(ValueError, match=r"known inputs are image, .*; got colour"):
        leave_out(Inputs(), ["colour"])
