"""Images with their masks, and which of many are looked at."""

import numpy as np

from engine.masks.rle import encode
from engine.segmentation.items import AnnotatedImage, sample_images

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
