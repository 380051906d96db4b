"""Arrow files of `save_to_disk` are read as Parquet is; hostile ones take little memory."""

import io
import json
import struct
import tracemalloc
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from engine.datasets.formats import READERS, arrow_file, export
from engine.datasets.formats.arrow_messages import iter_messages
from engine.datasets.formats.huggingface import HUGGINGFACE
from engine.datasets.formats.huggingface_disk import HUGGINGFACE_DISK
from engine.datasets.sample import Sample
from engine.masks.rle import decode
from tests.engine.datasets_broken import MemoryOut, MemorySource, broken, check_reading
from tests.engine.datasets_corpus import corpus, dataset_of, picture

NAME = "train/data-00000-of-00001.arrow"
CAT_DOG = {"names": ["cat", "dog"], "_type": "ClassLabel"}
PNG = {"bytes": picture((3, 4)), "path": None}


def arrow_of(table: pa.Table, **options: Any) -> bytes:
    """Write a stream in batches of two rows, as `datasets` does of a thousand."""
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as stream:
        stream.write_table(table, max_chunksize=2)
    return out.getvalue()


def saved(data: bytes, name: str = NAME) -> dict[str, bytes]:
    """What `save_to_disk` leaves, with a cache beside it."""
    folder, _, bare = name.rpartition("/")
    state = {"_data_files": [{"filename": bare}], "_fingerprint": "0", "_split": "train"}
    return {
        "dataset_dict.json": b'{"splits": ["train"]}',
        name: data,
        f"{folder}/cache-1.arrow": b"no arrow",
        f"{folder}/dataset_info.json": b"{}",
        f"{folder}/state.json": json.dumps(state).encode(),
    }


def read(files: dict[str, bytes]) -> tuple[list[Sample], list[str]]:
    problems: list[str] = []
    source = MemorySource(files)
    dataset = HUGGINGFACE_DISK.read(source, lambda each: problems.append(str(each)))
    samples = list(dataset.samples())
    labels = {each.label for sample in samples for each in sample.annotations} - {None}
    assert labels <= {each.name for each in dataset.labels}
    return samples, problems


def table_of(rows: list[dict[str, Any]], features: dict[str, Any] | None = None) -> pa.Table:
    told = json.dumps({"info": {"features": features or {}}})
    return pa.Table.from_pylist(rows).replace_schema_metadata({"huggingface": told})


ROWS: list[dict[str, Any]] = [
    {
        "image": PNG | {"path": f"{n}.png"},
        "text": f"Number {n}.",
        "objects": [{"category": n % 2, "bbox": [0.0, 0.0, 2.0, 1.0]}],
    }
    for n in range(5)
]
FEATURES = {
    "image": {"_type": "Image"},
    "objects": {"feature": {"category": CAT_DOG}, "_type": "List"},
}
FILES = saved(arrow_of(table_of(ROWS, FEATURES)))


def test_rows_of_all_batches_are_read_with_pictures_captions_and_objects() -> None:
    samples, problems = read(FILES)

    assert problems == []
    assert [each.file_name for each in samples] == [f"{n}.png" for n in range(5)]
    assert [each.captions for each in samples] == [(f"Number {n}.",) for n in range(5)]
    assert [each.annotations[0].label for each in samples] == ["cat", "dog", "cat", "dog", "cat"]
    assert {(each.size_hw, each.split) for each in samples} == {((3, 4), "train")}
    for each in reversed(samples):
        assert each.load_bytes is not None
        assert each.load_bytes() == PNG["bytes"]


def test_our_own_columns_come_back_as_from_parquet() -> None:
    out = MemoryOut()
    export(dataset_of(corpus()), HUGGINGFACE, out)
    expected = list(HUGGINGFACE.read(MemorySource(out.files), print).samples())
    [train] = [data for name, data in out.files.items() if "train" in name]
    table = parquet.read_table(io.BytesIO(train))

    samples, problems = read(saved(arrow_of(table)))

    assert problems == []
    assert samples == [each for each in expected if each.split == "train"]
    assert any(decode(each.rle).any() for one in samples for each in one.annotations if each.rle)


def test_it_is_told_by_its_state_and_caches_are_left() -> None:
    told = [each.name for each in READERS.values() if each.is_in(MemorySource(FILES))]

    assert told == [HUGGINGFACE_DISK.name]
    assert not HUGGINGFACE_DISK.is_in(MemorySource({"state.json": b'{"_data_files": 3}'}))
    assert not HUGGINGFACE_DISK.is_in(
        MemorySource({"state.json": b'{"_data_files": [{"filename": "../a.arrow"}]}'})
    )


def packed_bomb() -> bytes:
    """A file of a few kB that unpacks to a hundred MB."""
    column = pa.array([{"bytes": bytes(10**8), "path": "a"}])
    return arrow_of(pa.table({"image": column}), compression="zstd")


def as_dictionary() -> bytes:
    text = pa.array(["x" * 1000] * 100).dictionary_encode()
    return arrow_of(pa.table({"image": pa.array([PNG] * 100), "text": text}))


def of_views() -> bytes:
    text = pa.array(["x"], pa.string_view())
    return arrow_of(pa.table({"image": pa.array([PNG]), "text": text}))


def changed_body_length() -> bytes:
    data = bytearray(arrow_of(table_of(ROWS)))
    batch = list(iter_messages(io.BytesIO(bytes(data)), 2**30))[1]
    header = struct.unpack_from("<i", data, batch.start + 4)[0]
    body = struct.pack("<q", batch.size_bytes - 8 - header)
    at = data.index(body, batch.start, batch.start + 8 + header)
    data[at : at + 8] = struct.pack("<q", 2**40)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (packed_bomb(), "packed inside"),
        (as_dictionary(), "dictionaries"),
        (of_views(), "a type that is not read"),
        (changed_body_length(), "a batch of rows of over"),
        (b"", "no Arrow stream"),
        (b"ARROW1" + bytes(100), "a message is broken"),
        (arrow_of(table_of(ROWS))[:-100], "cut short"),
        (arrow_of(pa.table({"text": ["a"]})), "has no column image.bytes"),
        (arrow_of(pa.table({"image": [b"a"]})), "has no column image.bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_and_broken_files_are_told_in_little_memory(data: bytes, fault: str) -> None:
    tracemalloc.start()
    before = pa.total_allocated_bytes()

    samples, [problem] = read(saved(data))

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert problem.startswith(f"{NAME}: ")
    assert fault in problem
    assert samples == []
    assert peak < 2**24
    assert pa.total_allocated_bytes() - before < 2**24


def test_offsets_that_lead_out_of_the_data_are_refused() -> None:
    whole = arrow_of(table_of(ROWS[:2]))
    offsets = struct.pack("<iii", 0, len("Number 0."), len("Number 0.Number 1."))
    at = whole.index(offsets)

    samples, [problem] = read(
        saved(whole[:at] + struct.pack("<iii", 0, 9, 2**30) + whole[at + 12 :])
    )

    assert samples == []
    assert "no Arrow stream" in problem


def test_row_that_grows_beyond_bounds_as_it_is_read_is_refused() -> None:
    count = 2**22
    lists = pa.ListArray.from_arrays(pa.array([0, 0, count], pa.int32()), pa.nulls(count))
    table = pa.table({"image": pa.array([PNG] * 2), "captions": lists})
    data = arrow_of(table)
    assert len(data) < 10_000

    samples, [problem] = read(saved(data))

    assert len(samples) == 1
    assert problem.endswith("row[1]: is over 134217728 bytes large without its file")


def test_batch_that_says_it_has_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_file, "MAX_GROUP_VALUES", 1)

    samples, [problem] = read(FILES)

    assert samples == []
    assert "a batch of over 1 rows" in problem


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_broken_files_are_read_or_told(data: st.DataObject) -> None:
    check_reading(HUGGINGFACE_DISK, data.draw(broken(FILES)))


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, len(FILES[NAME]) - 1), byte=st.integers(0, 255))
def test_any_byte_that_is_wrong_is_read_or_told(at: int, byte: int) -> None:
    whole = FILES[NAME]

    check_reading(HUGGINGFACE_DISK, saved(whole[:at] + bytes([byte]) + whole[at + 1 :]))
