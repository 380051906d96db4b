"""The table of what people said, beside images: it comes back as written; broken rows are told."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from engine.datasets.descriptions import LinkedPhrase
from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import export, voices_read
from engine.datasets.formats.huggingface import HUGGINGFACE, with_voices
from engine.datasets.localized_narratives import Narrative, TracePoint, Utterance
from engine.datasets.sample import NO_SIZE, Sample
from engine.datasets.voices import Sound, Voice
from tests.engine.datasets_corpus import dataset_of, with_picture

NAME = "voices/train-00000-of-00001.parquet"
SOUND = Sound("take.webm", b"how it sounds")
SHA256 = ("a" * 64, "b" * 64)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=9)
TIMES = st.floats(0, 9, allow_nan=False)
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.just([])
)


def said(image: str = SHA256[0], text: str = "a lid", **changes: Any) -> Voice:
    narrative = Narrative(
        "",
        image,
        3,
        text,
        (Utterance("a", 0.0, 0.2, ("7",)), Utterance("lid", 0.3, 0.7, ("7",))),
        ((TracePoint(0.1, 0.5, 0.25), TracePoint(0.4, -0.1, 1.5)),),
    )
    voice = Voice(
        *("t1", narrative, "train", len(SOUND.data), lambda: SOUND),
        speaker="mara",
        mask="7",
        maker="tiny.en",
        recorded_at="2026-01-02T03:04:05+00:00",
        phrases=(LinkedPhrase(0, 2, ("7",)),),
    )
    return replace(voice, **changes)


def write(folder: Path, *voices: Voice, images: int = 2) -> None:
    samples = [
        replace(with_picture(Sample(f"{number}.png", (9, 9))), sha256=SHA256[number])
        for number in range(images)
    ]
    export(dataset_of(samples), with_voices(lambda: voices), FolderOut(folder))


def read(folder: Path) -> tuple[list[Sample], list[DatasetError]]:
    problems: list[DatasetError] = []
    dataset = HUGGINGFACE.read(open_source(folder), problems.append)
    return list(dataset.samples()), problems


def plain(voice: Voice) -> Voice:
    """A take without what is called to load its sound."""
    return replace(voice, load=len, weight=min(voice.weight, 1))  # type: ignore[arg-type]  # never called


def test_each_image_has_its_takes_as_they_were_written(tmp_path: Path) -> None:
    voices = (
        said(SHA256[1], "first"),
        said(SHA256[0], "second", recording="t2", is_corrected=True, maker="ada"),
        said(SHA256[1], "third", recording="t3", weight=0, load=lambda: None, phrases=()),
    )
    write(tmp_path, *voices)

    found, problems = read(tmp_path)

    assert problems == []
    assert [[plain(each) for each in sample.voices] for sample in found] == [
        [plain(voices[1])],
        [plain(voices[0]), plain(voices[2])],
    ]
    sounds = [each.load() for sample in found for each in sample.voices]
    assert sounds == [SOUND, SOUND, None]


def test_images_and_takes_may_be_gone_through_again(tmp_path: Path) -> None:
    write(tmp_path, said(), said("c" * 64, recording="t2"))
    dataset = HUGGINGFACE.read(open_source(tmp_path), lambda _: None)

    first, second = list(dataset.samples()), list(dataset.samples())

    assert first == second
    assert [len(each.voices) for each in first] == [1, 0, 1]
    assert [len(each.voices) for each in second] == [1, 0, 1]


def test_takes_of_images_that_are_not_among_the_files_come_last_by_their_digest(
    tmp_path: Path,
) -> None:
    write(tmp_path, said("d" * 64), said("c" * 64, recording="t2"), said(recording="t3"))

    found, _ = read(tmp_path)

    alone = [each for each in found if each.load_bytes is None]
    assert [(each.sha256, each.size_hw, len(each.voices)) for each in alone] == [
        ("c" * 64, NO_SIZE, 1),
        ("d" * 64, NO_SIZE, 1),
    ]
    assert found[-2:] == alone


@given(
    words=st.lists(st.tuples(TEXTS, TIMES, TIMES, st.lists(TEXTS, max_size=2)), max_size=4),
    points=st.lists(st.tuples(TIMES, st.floats(-9, 9), st.floats(-9, 9)), max_size=4),
    text=TEXTS,
    data=st.data(),
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_was_said_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    words: list[tuple[str, float, float, list[str]]],
    points: list[tuple[float, float, float]],
    text: str,
    data: st.DataObject,
) -> None:
    folder = tmp_path_factory.mktemp("voices")
    utterances = tuple(Utterance(word, one, two, tuple(masks)) for word, one, two, masks in words)
    stroke = tuple(TracePoint(*each) for each in points)
    first = data.draw(st.integers(0, len(words)))
    end = data.draw(st.integers(0, len(words)))
    phrases = (LinkedPhrase(first, end, ("m",)),) if first < end else ()
    narrative = replace(
        said().narrative, caption=text, utterances=utterances, traces=(stroke,) if stroke else ()
    )
    voice = said(narrative=narrative, phrases=phrases)
    write(folder, voice, images=1)

    [found], problems = read(folder)

    assert problems == []
    assert [plain(each) for each in found.voices] == [plain(voice)]


def changed(folder: Path, **values: Any) -> None:
    """Write other values, of any type, into the first of the takes."""
    rows = parquet.read_table(folder / NAME).to_pylist()
    rows[0].update(values)
    columns = {
        key: pa.array([row[key] for row in rows]) for key in rows[0] if key not in values
    } | {key: pa.array([value] * len(rows)) for key, value in values.items()}
    out = io.BytesIO()
    parquet.write_table(pa.table(columns), out)
    (folder / NAME).write_bytes(out.getvalue())


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"image_sha256": None}, "a take has an id"),
        ({"image_sha256": "A" * 64}, "a take has an id"),
        ({"speaker_name": "a" * 201}, "speaker_name has at most 200 characters"),
        ({"recording": ""}, "a take has an id"),
        ({"text": 7}, "must be text"),
        ({"utterances": "a lid"}, "utterances must be a list"),
        ({"utterances": [{"text": "a" * 201, "start_s": 0.0, "end_s": 1.0}]}, "a word has at most"),
        (
            {"utterances": [{"text": "a", "start_s": 0.0, "end_s": 1.0, "masks": ["m" * 201]}]},
            "id of",
        ),
        ({"utterances": [{"text": "a", "start_s": -1.0, "end_s": 1.0}]}, "times must be seconds"),
        ({"trace": [{"t": 0.1, "x": float("nan"), "y": 0.0}]}, "must have t, x and y"),
        ({"trace": [{"t": 1e300, "x": 0.0, "y": 0.0}]}, "times must be seconds"),
        ({"text": "a" * 200_001}, "at most 200000 characters"),
        ({"phrases": [{"first": 1, "end": 9, "masks": ["7"]}]}, "some of the 2 words"),
        ({"phrases": [{"first": 1, "end": 1, "masks": ["7"]}]}, "some of the 2 words"),
        ({"phrases": [{"first": 0, "end": 2}, {"first": 1, "end": 2}]}, "one after another"),
        ({"phrases": [{"first": 0, "end": 1}, {"first": 0, "end": 1}]}, "one after another"),
    ],
)
def test_row_that_is_no_take_is_told_by_its_place_and_images_come_all_the_same(
    tmp_path: Path, values: dict[str, Any], fault: str
) -> None:
    write(tmp_path, said())
    changed(tmp_path, **values)

    found, [problem] = read(tmp_path)

    assert [len(each.voices) for each in found] == [0, 0]
    assert fault in problem.fault
    assert (problem.file, problem.field, problem.index) == (NAME, "row", 0)


@given(
    column=st.sampled_from(
        ["text", "speaker_name", "recorded_at", "mask", "maker", "is_corrected", "trace", "phrases"]
    ),
    value=JUNK,
)
@settings(max_examples=40, deadline=None)
def test_whatever_stands_in_a_column_is_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, column: str, value: object
) -> None:
    folder = tmp_path_factory.mktemp("voices")
    write(folder, said(), images=1)
    try:
        changed(folder, **{column: value})
    except (pa.ArrowInvalid, OverflowError):
        return  # Parquet itself has no such value

    found, problems = read(folder)

    assert len(found[0].voices) + len(problems) == 1


def test_phrases_of_a_text_without_times_count_what_blanks_divide(tmp_path: Path) -> None:
    typed = replace(said().narrative, utterances=())
    write(tmp_path, said(narrative=typed))

    [sample, _], problems = read(tmp_path)

    assert problems == []
    assert (sample.voices[0].words, sample.voices[0].phrases) == (["a", "lid"], said().phrases)


@pytest.mark.parametrize(
    ("limit", "most", "fault"),
    [
        ("MAX_TAKES", 2, "its image has more takes"),
        ("MAX_IMAGE_BYTES", 700, "its image has more takes"),
        ("MAX_KEPT_BYTES", 700, "there are more takes"),
    ],
)
def test_takes_beyond_what_is_read_are_told_and_the_others_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int, fault: str
) -> None:
    write(tmp_path, *(said(recording=f"t{number}") for number in range(3)))
    monkeypatch.setattr(voices_read, limit, most)

    [sample, _], problems = read(tmp_path)

    assert len(sample.voices) == 3 - len(problems)
    assert len(problems) in {1, 2}
    assert all(fault in each.fault for each in problems)


def test_sounds_of_a_group_are_read_at_once_from_a_zip(tmp_path: Path) -> None:
    write(tmp_path, *(said(recording=f"t{number}") for number in range(20)))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in sorted(tmp_path.rglob("*.parquet")):
            archive.write(path, path.relative_to(tmp_path))
    source = open_source(tmp_path / "all.zip")
    voices = next(iter(HUGGINGFACE.read(source, lambda _: None).samples())).voices

    with patch.object(type(source), "file", autospec=True, side_effect=type(source).file) as opened:
        sounds = [each.load() for each in voices]

    assert sounds == [SOUND] * 20
    assert opened.call_count == 1


def test_broken_file_of_takes_is_told_and_images_come_all_the_same(tmp_path: Path) -> None:
    write(tmp_path, said())
    data = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(data[: len(data) // 2] + data[len(data) // 2 + 40 :])

    found, problems = read(tmp_path)

    assert len(found) == 2
    assert [each.file for each in problems] == [NAME]


def test_sound_that_is_larger_than_ours_is_refused_when_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, said())
    [sample, _], _ = read(tmp_path)
    monkeypatch.setattr(voices_read, "LARGEST_SOUND_BYTES", 5)

    with pytest.raises(DatasetError, match=r"take\.webm is over"):
        sample.voices[0].load()
