"""Images with their masks, and which of many are looked at."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.masks.rle import decode, encode
from engine.segmentation.items import TURNS, AnnotatedImage, sample_images

SIZE_HW = (8, 8)
OBJECT, NOTHING = (encode(np.full(SIZE_HW, is_object)) for is_object in (True, False))


def images(pattern: str) -> list[AnnotatedImage]:
    """Images by their names, of which capitals have an object."""
    return [
        AnnotatedImage(
            name,
            lambda: np.zeros((1, 1, 1), np.float16),
            [OBJECT] if name.isupper() else [],
            SIZE_HW,
        )
        for name in pattern
    ]


def sampled(pattern: str, count: int) -> str:
    return "".join(image.key for image in sample_images(images(pattern), count))


def test_an_image_whose_masks_have_no_pixel_is_empty() -> None:
    [image] = images("a")

    assert AnnotatedImage("b", image.load_embedding, [NOTHING], SIZE_HW).is_empty


def test_a_sample_has_the_empty_images_that_come_among_the_others() -> None:
    assert sampled("AbCDe", 2) == "AbC"
    assert sampled("AbCDe", 9) == "AbCDe"
    assert sampled("ABCD", 2) == "AB"
    assert sampled("AbC", 0) == ""


def test_where_most_images_are_empty_a_sample_is_still_half_of_others() -> None:
    assert sampled("abcDefgHijK", 2) == "abDH"


def red_of(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    return pixels[None, :, :, 0].astype(np.float32)


@pytest.mark.parametrize("turn", range(TURNS))
def test_what_is_seen_of_a_turned_image_lies_under_its_turned_masks(turn: int) -> None:
    mask = np.zeros((3, 5), bool)
    mask[0, :4] = mask[1, 1] = True
    pixels = np.where(mask[:, :, None], 200, 0).astype(np.uint8).repeat(3, axis=2)
    image = AnnotatedImage("A", lambda: red_of(pixels), [encode(mask)], (3, 5), {}, lambda: pixels)

    seen = image.turned(turn, red_of)

    [own] = map(decode, seen.masks)
    assert own.shape == seen.size_hw
    np.testing.assert_array_equal(seen.load_embedding()[0] == 200, own)


def test_each_turn_of_an_image_is_another() -> None:
    mask = np.zeros((4, 4), bool)
    mask[0, :3] = mask[1, 0] = True
    pixels = np.zeros((4, 4, 3), np.uint8)
    image = AnnotatedImage("A", lambda: red_of(pixels), [encode(mask)], (4, 4), {}, lambda: pixels)

    assert len({image.turned(turn, red_of).masks[0]["counts"] for turn in range(TURNS)}) == TURNS


def test_an_image_that_is_not_turned_is_not_seen_anew_and_without_pixels_none_is() -> None:
    [image] = images("A")

    assert image.turned(0, red_of) is image
    with pytest.raises(ValueError, match="of image A/turn-1 there is an embedding alone"):
        image.turned(1, red_of)
