"""What a manifest's row has of words is counted: all of it, also where there is nothing."""

from typing import Any

import pytest

from engine.datasets.manifest import ManifestMask, ManifestRow
from engine.datasets.traits import ALL, WORDS, Losses, Trait
from engine.datasets.words import TakeTexts, count_told, count_words


def text(
    recording: str = "r1", kind: str = "raw", said: str = "a lid", number: int = 1
) -> dict[str, object]:
    return {"id": f"t{number}", "recording": recording, "kind": kind, "text": said}


def mask(**changes: Any) -> ManifestMask:
    plain = ManifestMask(mask="m", revision="1", label=None, rle_digest="d", parent=None)
    return ManifestMask(**{**plain, **changes})  # type: ignore[typeddict-item]  # from a mapping


def row(
    *transcripts: dict[str, object],
    masks: tuple[ManifestMask, ...] = (),
    captions: int = 0,
    group: str | None = None,
) -> ManifestRow:
    return ManifestRow(
        image_sha256="a" * 64,
        file_name="a.png",
        size_hw=[9, 9],
        group=group,
        split="train",
        masks=list(masks),
        transcripts=list(transcripts),
        captions=[{"id": str(number), "text": "a pail"} for number in range(captions)],
    )


NOTHING = {Trait.UNSPOKEN: 1, Trait.UNTOLD: 1}
SPOKEN = {Trait.TAKES: 1, Trait.FILE_NAMES: 1}
HEARD = TakeTexts(raw="a lid")
CORRECTED = TakeTexts(raw="a lit", corrected="a lid")


@pytest.mark.parametrize(
    ("image", "takes", "counts"),
    [
        (row(), [], NOTHING),
        (row(text()), [HEARD], SPOKEN),
        (row(text(), text("r2", number=2)), [HEARD, HEARD], SPOKEN | {Trait.TAKES: 2}),
        (row(text(), text(kind="corrected")), [CORRECTED], SPOKEN | {Trait.RAW_TEXTS: 1}),
        (
            row(text(), text(kind="corrected"), text(kind="corrected", number=3)),
            [CORRECTED],
            SPOKEN | {Trait.RAW_TEXTS: 1, Trait.OLDER_TEXTS: 1},
        ),
        (row(text(), text(number=2)), [HEARD], SPOKEN | {Trait.OLDER_TEXTS: 1}),
        (row(text(said=" ")), [TakeTexts(raw=" ")], {Trait.UNSPOKEN: 1}),
        (
            row(text(), text(kind="corrected", said="")),
            [TakeTexts(raw="a lid", corrected="")],
            {Trait.UNSPOKEN: 1, Trait.RAW_TEXTS: 1},
        ),
        (row(captions=1), [], {Trait.UNSPOKEN: 1}),
        (row(masks=(mask(caption="dented"),)), [], {Trait.UNSPOKEN: 1}),
        (row(masks=(mask(label="1"), mask())), [], NOTHING | {Trait.UNCAPTIONED: 1}),
    ],
    ids=[
        "nothing",
        "a take",
        "two takes",
        "a corrected one",
        "one corrected twice",
        "one heard twice",
        "one in which nobody said anything",
        "one of which nothing is left",
        "a caption",
        "a caption of a mask",
        "masks without",
    ],
)
def test_words_are_counted(
    image: ManifestRow, takes: list[TakeTexts], counts: dict[Trait, int]
) -> None:
    found = count_words(image, takes)

    assert +found == Losses(counts)
    assert found.keys() == WORDS  # by which it is known that they were counted


def test_what_a_row_tells_of_its_masks_is_counted_with_them() -> None:
    masks = (
        mask(label="1", parent="m", z=2, attributes={"a": 1.0}, caption="dented"),
        mask(label="1"),
        mask(),
    )

    found = count_told(row(text(), masks=masks, captions=2, group="g"), [HEARD])

    own = {Trait.MASKS: 3, Trait.ORIGINS: 3, Trait.LABELS: 2, Trait.PARENTS: 1}
    own |= {Trait.DEPTHS: 1, Trait.ATTRIBUTES: 1, Trait.MASK_CAPTIONS: 1, Trait.CAPTIONS: 1}
    own |= {Trait.GROUPS: 1, Trait.SPLITS: 1}
    assert {trait: count for trait, count in found.items() if trait in ALL and count} == own
    assert found[Trait.UNCAPTIONED] == 1
