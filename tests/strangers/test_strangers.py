"""Others' own readers find in what we write what we wrote: masks bit for bit, boxes, labels."""

import hashlib
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from engine.datasets.descriptions import (
    DESCRIPTIONS_FILE,
    CaptionedMask,
    CaptionPart,
    CleanCaption,
    Description,
    SpokenText,
    Take,
    relative_url,
    write_descriptions,
)
from engine.datasets.files import FolderOut
from engine.datasets.formats import export
from engine.datasets.formats.huggingface import with_voices
from engine.datasets.localized_narratives import (
    NARRATIVES_FILE,
    Narrative,
    TracePoint,
    Utterance,
    write_localized_narratives,
)
from engine.datasets.manifest_parquet import write_parquet
from engine.datasets.voices import Sound, Voice
from tests.engine.manifests import manifest
from tests.engine.test_datasets_manifest_parquet import LABELLED, RICH
from tests.engine.test_media_silenced import tone
from tests.strangers.environment import ask, ask_about, skip_or_fail_without
from tests.strangers.hard import hard
from tests.strangers.pairs import PAIRS, Pair
from tests.strangers.readers.said import Images
from tests.strangers.table import PAGE, lines

pytestmark = [pytest.mark.slow, pytest.mark.strangers, pytest.mark.timeout(900)]


def ordered(images: Images) -> dict[str, list[str]]:
    """Sort what is told of each image: some readers give objects in an order of their own."""
    return {name: sorted(map(str, images[name])) for name in sorted(images)}


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_stranger_finds_what_we_wrote(pair: Pair) -> None:
    skip_or_fail_without(pair.reader)

    found = ask(pair.reader, pair.form, is_flat=pair.is_flat, has_captions=pair.has_captions)

    assert ordered(found.images) == ordered(pair.expected())


def test_datasets_finds_recordings_beside_the_images(tmp_path: Path) -> None:
    skip_or_fail_without("datasets")
    words = (Utterance("a", 0.0, 0.2), Utterance("lid", 0.3, 0.7, ("7",)))
    stroke = (TracePoint(0.1, 0.5, 0.25),)
    heard = Narrative("Cells", "f" * 64, 3, "a lid", words, (stroke,), "")
    sound = Sound("heard.wav", tone(0.5))
    takes = [
        Voice("heard", heard, "train", len(sound.data), lambda: sound),
        Voice("unheard", replace(heard, traces=()), "val", 0, lambda: None),
    ]
    export(hard(), with_voices(lambda: takes), FolderOut(tmp_path / "written"))

    found = ask_about(tmp_path / "written", "datasets", "voices").images
    images = ask_about(tmp_path / "written", "datasets", "huggingface").images

    digest = hashlib.sha256(sound.data).hexdigest()
    assert {key: [each["caption"] for each in said] for key, said in found.items()} == {
        "heard": ["a lid", "f" * 64, "heard.wav", digest],
        "unheard": ["a lid", "f" * 64],
    }
    assert images == ask("datasets", "huggingface").images


def test_datasets_finds_narratives_with_their_times_masks_and_traces(tmp_path: Path) -> None:
    skip_or_fail_without("datasets")
    words = (Utterance("Zwei", 0.0, 0.2), Utterance("核", 0.3, 0.7, ("7", "8")))
    stroke = (TracePoint(0.1, 0.5, -0.25), TracePoint(0.2, 1.5, 0.25))
    full = Narrative("Cells", "f" * 64, 3, "Zwei 核", words, (stroke,), "voices/a.webm")
    plain = Narrative("Cells", "e" * 64, 4, "typed", (), ())
    with (tmp_path / NARRATIVES_FILE).open("wb") as out:
        write_localized_narratives(out, [plain, full])

    found = ask_about(tmp_path, "datasets", "narratives").images

    assert {image: [each["caption"] for each in said] for image, said in found.items()} == {
        "e" * 64: ["typed", ""],
        "f" * 64: [
            *("Zwei 核", "voices/a.webm", "Zwei 0.0 0.2 []", "核 0.3 0.7 ['7', '8']"),
            *("0.1 0.5 -0.25", "0.2 1.5 0.25"),
        ],
    }


def test_datasets_finds_descriptions_by_the_columns_of_pixmo_cap(tmp_path: Path) -> None:
    skip_or_fail_without("datasets")
    heard, clean = SpokenText("1", "whisper", "uh a Näpf"), SpokenText("2", "ada", "A Napf.")
    take = Take("r", "ada", heard, clean)
    caption = CleanCaption("c", "Ein Napf.", (CaptionPart("ada", "r", "Ein Napf."),))
    mask = CaptionedMask("m", "cup", "Chipped.", "ada")
    described = Description(
        "a" * 64, "kitchen/a cup.png", (4, 5), "train", (take,), (caption,), (mask,)
    )
    seen = Description("b" * 64, "b.png", (4, 5), "val", (), (caption,))
    with (tmp_path / DESCRIPTIONS_FILE).open("wb") as out:
        write_descriptions(out, [described, seen], partial(relative_url, images="images/"))

    found = ask_about(tmp_path, "datasets", "descriptions").images

    assert {image: [each["caption"] for each in said] for image, said in found.items()} == {
        "images/kitchen/a%20cup.png": ["Ein Napf.", "A Napf.", "uh a Näpf"],
        "images/b.png": ["Ein Napf."],
    }


def test_datasets_finds_the_rows_of_a_manifest(tmp_path: Path) -> None:
    skip_or_fail_without("datasets")
    with (tmp_path / "manifest.parquet").open("wb") as out:
        write_parquet(manifest(RICH, LABELLED), out)

    found = ask_about(tmp_path, "datasets", "manifest").images

    assert {
        name: [each["label"] or each["caption"] for each in told] for name, told in found.items()
    } == {
        "empty.png": ["holdout"],
        "later.png": ["unfinished", "Zelle 🧫"],
        "rich.png": ["train", "cell", None, None, "Two cells."],
    }


def test_the_page_of_strangers_says_what_they_found() -> None:
    for pair in PAIRS:
        skip_or_fail_without(pair.reader)

    assert Path(PAGE).read_text() == "\n".join(lines()) + "\n"
