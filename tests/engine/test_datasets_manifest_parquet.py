"""A manifest as Parquet: its canonical lines come out of it again, or a fault is named."""

import io
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from engine.datasets import manifest_parquet
from engine.datasets.__main__ import main
from engine.datasets.errors import DatasetError
from engine.datasets.manifest import verify_manifest
from engine.datasets.manifest_files import open_manifest
from engine.datasets.manifest_parquet import SCHEMA, lines_of_parquet, write_parquet
from tests.engine.manifests import HEADER, manifest, mask, row, rows

LABELLED = {**HEADER, "labels": [{"id": 1, "name": "cell"}, {"id": 2, "name": "Zelle 🧫"}]}
RICH = sorted(
    [
        row("empty", transcripts=[], group="slide 3", split="holdout"),
        row(
            "rich",
            mask("a", label="1", z=-3, attributes={"x": "", "y": 1.0, "z": 7}),
            mask("b", label=None, parent="a", caption='A "cell" \\ é\n', caption_recording="r"),
            mask("c", label="9"),
            captions=[{"id": 4, "text": "Two cells.", "parts": [{"author": None, "text": "Two"}]}],
            transcripts=[{"id": 2, "kind": "raw", "text": "um", "share": 1e-7}, {"odd": [None]}],
        ),
        row("later", mask("d", label="2"), split="unfinished"),
    ],
    key=lambda each: each["image_sha256"],
)


def as_parquet(content: io.BytesIO) -> bytes:
    out = io.BytesIO()
    write_parquet(content, out)
    return out.getvalue()


def lines(data: bytes) -> bytes:
    return b"".join(lines_of_parquet(io.BytesIO(data), "m.parquet"))


def altered(data: bytes, change: Any, **metadata: str) -> bytes:
    """Write the rows anew, each changed, with the metadata as it was but for what is told."""
    table = parquet.read_table(io.BytesIO(data))
    told = dict(parquet.read_metadata(io.BytesIO(data)).metadata)
    told |= {f"anneal.{name}".encode(): value.encode() for name, value in metadata.items()}
    changed = [change(each) or each for each in table.to_pylist()]
    return written(pa.Table.from_pylist(changed, SCHEMA).replace_schema_metadata(told))


def written(table: pa.Table) -> bytes:
    out = io.BytesIO()
    parquet.write_table(table, out, use_dictionary=False)
    return out.getvalue()


@pytest.mark.parametrize("content", [[], RICH, rows("a", "b", "c")], ids=["none", "rich", "some"])
def test_its_lines_come_out_of_it_byte_for_byte(content: Any) -> None:
    told = manifest(content, LABELLED).getvalue()

    data = as_parquet(io.BytesIO(told))

    assert lines(data) == told
    said = parquet.read_metadata(io.BytesIO(data)).metadata
    assert said[b"anneal.id"].decode() == verify_manifest(io.BytesIO(told)).id
    assert json.loads(said[b"anneal.header"])["labels"] == LABELLED["labels"]


def test_columns_can_be_asked_by_name_of_label() -> None:
    table = parquet.read_table(io.BytesIO(as_parquet(manifest(RICH, LABELLED))))

    masks = [each for listed in table.column("masks").to_pylist() for each in listed]
    names = {each["mask"]: each["label_name"] for each in masks}
    assert names == {"a": "cell", "b": None, "c": None, "d": "Zelle 🧫"}
    assert sorted(table.column("split").to_pylist()) == ["holdout", "train", "unfinished"]
    texts = [each["text"] for listed in table.column("captions").to_pylist() for each in listed]
    assert texts == ["Two cells."]


def change_text(fields: Any) -> None:
    for said in fields["captions"]:
        said["text"] = "Three cells."


def change_name(fields: Any) -> None:
    for each in fields["masks"]:
        each["label_name"] = "nucleus"


def change_split(fields: Any) -> None:
    fields["split"] = "train"


def change_json(fields: Any) -> None:
    for said in fields["transcripts"]:
        said["json"] = "[" * 10_000


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (change_text, "the columns are not those of a manifest's row"),
        (change_name, "the columns are not those of a manifest's row"),
        (change_json, "the columns are not those of a manifest's row"),
        (change_split, "its rows are not those of the id that it tells"),
    ],
)
def test_what_was_changed_in_it_is_noticed(change: Any, fault: str) -> None:
    with pytest.raises(DatasetError, match=fault):
        lines(altered(as_parquet(manifest(RICH, LABELLED)), change))


def test_a_changed_header_or_id_is_noticed() -> None:
    data = as_parquet(manifest(RICH, LABELLED))

    for told in ({"id": "0" * 64}, {"header": '{"labels":[]}'}):
        with pytest.raises(DatasetError, match=r"row|id that it tells"):
            lines(altered(data, lambda _: None, **told))


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"PAR1", "m.parquet: no Parquet"),
        (as_parquet(manifest(RICH))[:-200] + b"PAR1", "m.parquet: no Parquet"),
        (altered(as_parquet(manifest(RICH)), lambda _: None, header="[]"), "tells no header"),
    ],
)
def test_what_is_no_manifest_is_refused(data: bytes, fault: str) -> None:
    with pytest.raises(DatasetError, match=fault):
        lines(data)


def test_strangers_columns_are_refused() -> None:
    table = pa.Table.from_pylist([{"image_sha256": "a", "masks": [1]}])
    data = written(table.replace_schema_metadata({"anneal.header": "{}"}))

    with pytest.raises(DatasetError, match="has not the columns of a manifest"):
        lines(data)


def test_a_text_that_is_told_once_and_meant_a_thousand_times_is_refused() -> None:
    out = io.BytesIO()
    table = parquet.read_table(io.BytesIO(as_parquet(manifest(RICH))))
    parquet.write_table(table, out)

    with pytest.raises(DatasetError, match="image_sha256 is packed otherwise than ours"):
        lines(out.getvalue())


def test_what_no_column_holds_is_refused_before_it_is_written() -> None:
    with pytest.raises(DatasetError, match="fit in Parquet"):
        as_parquet(manifest([row("a", mask("m", z=2**70))]))
    with pytest.raises(DatasetError, match="fit in Parquet"):
        as_parquet(manifest([row("a", mask("m", caption_recording=None))]))


def test_it_is_proved_offline_as_its_lines_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = manifest(RICH, LABELLED)
    version = verify_manifest(told).id
    path = tmp_path / "m.parquet"
    path.write_bytes(as_parquet(io.BytesIO(told.getvalue())))

    assert main(["verify", str(path), "--id", version]) == 0
    assert version in capsys.readouterr().out
    assert main(["verify", str(path), "--id", "0" * 64]) == 1
    with open_manifest(path) as file:
        assert file.read() == told.getvalue()


def test_memory_does_not_grow_with_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest_parquet, "GROUP_BYTES", 2**16)

    def peak(images: int) -> int:
        content = manifest(rows(*map(str, range(images))))
        with TemporaryFile() as file:
            tracemalloc.start()
            write_parquet(content, file)
            for _ in lines_of_parquet(file, "m"):
                pass
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return most

    peak(10)
    assert peak(6_000) < 1.5 * peak(1_500)


def test_very_many_masks_of_an_image_come_out_again() -> None:
    told = manifest([row("many", *(mask(f"{number:05}") for number in range(20_000)))])

    assert lines(as_parquet(told)) == told.getvalue()


def test_the_library_is_loaded_only_for_parquet(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    path.write_bytes(manifest(RICH).getvalue())
    code = (
        "import sys; from pathlib import Path\n"
        "from engine.datasets.__main__ import main\n"
        f"main(['verify', {str(path)!r}])\n"
        "sys.exit('pyarrow' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
