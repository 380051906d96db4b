"""Narratives and captions in JSON lines come in as captions; the rest of a take is counted."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.datasets.descriptions import CleanCaption, Description, write_descriptions
from engine.datasets.errors import DatasetError
from engine.datasets.formats.described import LOCALIZED_NARRATIVES, PIXMO_CAPTIONS
from engine.datasets.formats.format import Reader
from engine.datasets.localized_narratives import (
    Narrative,
    TracePoint,
    Utterance,
    write_localized_narratives,
)
from engine.datasets.sample import NO_SIZE
from tests.engine.datasets_broken import MemorySource, broken, check_reading, read_files
from tests.engine.datasets_corpus import picture
from tests.engine.peaks import images_and_peak_bytes

DIGEST = "5e" * 32
TEXT = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


def lines(*rows: Any) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def told(image_id: str, caption: Any, **changes: Any) -> dict[str, Any]:
    trace = [[{"x": 0.2, "y": 0.4, "t": 0.0}]]
    said = [{"utterance": "A", "start_time": 0.0, "end_time": 0.1}]
    row = {"dataset_id": "mscoco_val2017", "image_id": image_id, "annotator_id": 93}
    return row | {"caption": caption, "timed_caption": said, "traces": trace} | changes


def row(url: str, caption: Any, *spoken: str) -> dict[str, Any]:
    return {"image_url": url, "caption": caption, "transcripts": list(spoken)}


NARRATIVES = {
    "val.jsonl": lines(told("137576", "A dog."), told("000a1249", "A car.")),
    "images/000000137576.png": picture((6, 8)),
    "images/000a1249.png": picture((4, 5)),
}
ROWS = {
    "cap.jsonl": lines(row("https://a.example/x/dog%201.png?w=9", "A dog.", "it is", "a dog")),
    "dog 1.png": picture((6, 8)),
}


def test_narratives_find_their_images_by_number_and_by_name() -> None:
    samples, dataset, problems = read_files(LOCALIZED_NARRATIVES, NARRATIVES)

    assert (problems, dataset.labels) == ([], ())
    assert [(each.file_name, each.size_hw, each.captions) for each in samples] == [
        ("images/000000137576.png", (6, 8), ("A dog.",)),
        ("images/000a1249.png", (4, 5), ("A car.",)),
    ]
    assert [dict(each.left_out) for each in samples] == 2 * [{"traces left out": 1}]


def test_what_several_people_said_of_an_image_comes_together_once_each() -> None:
    found = lines(told("7", "A dog."), told("8", "A car."), told("7", "It barks."))
    again = lines(told("7", "A dog."))

    samples, _, _ = read_files(LOCALIZED_NARRATIVES, {"a.jsonl": found, "b.jsonl": again})

    assert [(each.number, each.captions) for each in samples] == [
        (7, ("A dog.", "It barks.")),
        (8, ("A car.",)),
    ]
    assert {each.size_hw for each in samples} == {NO_SIZE}
    assert samples[0].left_out == {"traces left out": 3}


def test_picture_is_not_guessed_where_two_have_the_number_or_the_name() -> None:
    found = {
        "val.jsonl": lines(told("7", "A dog."), told("000a1249", "A car.")),
        **{
            f"{folder}/{name}.png": picture((6, 8))
            for folder in "ab"
            for name in ("07", "000a1249")
        },
    }

    samples, _, _ = read_files(LOCALIZED_NARRATIVES, found)

    assert [(each.file_name, each.number, each.load_bytes) for each in samples] == [
        ("7", 7, None),
        ("000a1249", None, None),
    ]


def test_our_own_narratives_name_images_by_their_contents() -> None:
    said = Utterance("A dog.", 0.0, 1.0)
    strokes = ((TracePoint(0.0, 0.5, 0.5),),)
    out = io.BytesIO()
    write_localized_narratives(
        out, [Narrative("cells", DIGEST, 3, "A dog.", (said,), strokes, "voices/a.ogg")]
    )

    (sample,), _, problems = read_files(
        LOCALIZED_NARRATIVES, {"localized_narratives.jsonl": out.getvalue()}
    )

    assert problems == []
    assert (sample.sha256, sample.captions) == (DIGEST, ("A dog.",))


def test_our_own_descriptions_come_in_by_the_caption_that_counts() -> None:
    captions = tuple(CleanCaption(text, text, ()) for text in ("Old.", "New."))
    out = io.BytesIO()
    write_descriptions(out, [Description(DIGEST, "a/ä 1.png", (6, 8), "train", (), captions)])

    (sample,), _, problems = read_files(PIXMO_CAPTIONS, {"descriptions.jsonl": out.getvalue()})

    assert problems == []
    assert (sample.file_name, sample.sha256) == ("a/ä 1.png", DIGEST)
    assert sample.captions == ("New.",)


def test_rows_with_a_digest_and_no_name_are_called_by_their_address() -> None:
    found = lines(row("https://a.example/b/c.png", "A cup.") | {"image_sha256": DIGEST})

    (sample,), _, problems = read_files(PIXMO_CAPTIONS, {"cap.jsonl": found})

    assert problems == []
    assert (sample.file_name, sample.sha256) == ("b/c.png", DIGEST)


def test_published_rows_find_their_image_by_the_end_of_its_address() -> None:
    (sample,), _, problems = read_files(PIXMO_CAPTIONS, ROWS)

    assert problems == []
    assert (sample.file_name, sample.size_hw, sample.captions) == ("dog 1.png", (6, 8), ("A dog.",))
    assert sample.left_out["transcripts left out"] == 2


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (told("1", None), "must be text"),
        (told("1", "x", traces=3), "traces must be a list"),
        ({"caption": "x"}, "must be text"),
    ],
)
def test_bad_line_is_told_by_its_number_and_the_others_are_read(bad: Any, fault: str) -> None:
    found = {"a.jsonl": lines(told("7", "A dog."), bad, told("8", "A car."))}

    samples, _, problems = read_files(LOCALIZED_NARRATIVES, found)

    assert [each.number for each in samples] == [7, 8]
    assert len(problems) == 1
    assert problems[0].startswith("a.jsonl: line 2: ")
    assert fault in problems[0]


def test_image_that_cannot_be_opened_is_told_and_the_others_are_read() -> None:
    samples, _, problems = read_files(
        LOCALIZED_NARRATIVES, NARRATIVES | {"images/000a1249.png": b"no image"}
    )

    assert [each.file_name for each in samples] == ["images/000000137576.png"]
    assert len(problems) == 1
    assert problems[0].startswith("images/000a1249.png: ")


def test_folder_without_such_lines_is_refused() -> None:
    for reader in (LOCALIZED_NARRATIVES, PIXMO_CAPTIONS):
        assert not reader.is_in(MemorySource({"a.jsonl": b'{"a": 1}\n'}))
        with pytest.raises(DatasetError, match="no JSON lines with"):
            read_files(reader, {"a.jsonl": b'{"a": 1}\n'})


@given(said=st.lists(st.tuples(st.integers(1, 4), st.text(TEXT, min_size=1), st.booleans())))
def test_lines_of_an_image_come_together_wherever_they_lie(
    said: list[tuple[int, str, bool]],
) -> None:
    rows = [told(str(n), text, **({} if traced else {"traces": []})) for n, text, traced in said]
    expected: dict[int, list[tuple[str, bool]]] = {}
    for n, text, traced in said:
        expected.setdefault(n, []).append((text, traced))

    samples = read_files(LOCALIZED_NARRATIVES, {"a.jsonl": lines(*rows)})[0] if rows else []

    assert [(each.number, each.captions, dict(each.left_out)) for each in samples] == [
        (
            n,
            tuple(dict.fromkeys(text for text, _ in found)),
            {"traces left out": count} if (count := sum(traced for _, traced in found)) else {},
        )
        for n, found in expected.items()
    ]


@pytest.mark.slow
@pytest.mark.parametrize("reader", [LOCALIZED_NARRATIVES, PIXMO_CAPTIONS])
def test_memory_does_not_grow_with_the_number_of_lines(tmp_path: Path, reader: Reader) -> None:
    def peak(count: int) -> int:
        with (tmp_path / "a.jsonl").open("wb") as file:
            for at in range(count):
                number, text = at * 7919 % (count // 2), f"{at:0500}"
                narrative, caption = told(str(number), text), row(f"https://a/{number}.png", text)
                file.write(lines(caption if reader == PIXMO_CAPTIONS else narrative))
        images, peak = images_and_peak_bytes(reader.name, tmp_path)
        assert images == count // 2
        return peak

    few, many = peak(2_000), peak(20_000)

    assert (many - few) / 18_000 < 200  # bytes for each line, which has over 500


@settings(max_examples=60)
@given(found=broken(NARRATIVES))
def test_broken_narratives_are_read_or_told(found: dict[str, bytes]) -> None:
    check_reading(LOCALIZED_NARRATIVES, found)


@settings(max_examples=60)
@given(found=broken(ROWS))
def test_broken_rows_are_read_or_told(found: dict[str, bytes]) -> None:
    reader: Reader = PIXMO_CAPTIONS
    check_reading(reader, found)
