"""What changed between two versions: by image, by mask, by label, and in words."""

import io
import json
import tracemalloc
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.client.__main__ import main as anneal
from engine.datasets.__main__ import main
from engine.datasets.coco import write_coco
from engine.datasets.diff import ImageChange, diff_manifests, with_ious
from engine.datasets.diff_told import change_lines, told_change
from engine.datasets.diff_totals import summary_lines, tells_changes, totals_of
from engine.datasets.errors import DatasetError
from engine.datasets.manifest import ManifestMask, ManifestRow, write_manifest
from engine.datasets.manifest_lines import find_row, lines_of
from engine.masks.rle import RLE, digest, encode
from tests.engine.manifests import manifest, mask, row, sha

LABELS = {"labels": [{"id": 1, "name": "cell"}, {"id": 2, "name": "debris"}]}
SIDE = 10


def in_order(*found: ManifestRow) -> list[ManifestRow]:
    return sorted(found, key=lambda each: each["image_sha256"])


def changes(old: Sequence[ManifestRow], new: Sequence[ManifestRow]) -> list[ImageChange]:
    return list(diff_manifests(manifest(in_order(*old)), manifest(in_order(*new))))


def change(old: ManifestRow, new: ManifestRow) -> ImageChange:
    [found] = changes([old], [new])
    return found


def rows_pixels(count: int) -> RLE:
    """So many whole rows of a square."""
    return encode(np.arange(SIDE)[:, None].repeat(SIDE, 1) < count)


def test_images_are_added_removed_and_changed_with_their_masks() -> None:
    old = [row("same", mask("s")), row("gone", mask("g")), row("other", mask("o1"), mask("o2"))]
    new = [row("same", mask("s")), row("new", mask("n")),
           row("other", mask("o1", "r2"), mask("o3"), split="holdout")]  # fmt: skip

    found = {each.row["image_sha256"]: each for each in changes(old, new)}

    assert {key: each.kind for key, each in found.items()} == {
        sha("gone"): "removed",
        sha("new"): "added",
        sha("other"): "changed",
    }
    other = found[sha("other")]
    assert other.fields == ("split",)
    assert [each.kind for each in other.masks] == ["changed", "removed", "added"]
    assert [each.kind for each in found[sha("gone")].masks] == ["removed"]


@pytest.mark.parametrize(
    ("more", "fields"),
    [
        ({"label": "other"}, ("label",)),
        ({"rle_digest": sha("another")}, ("shape",)),
        ({"attributes": {"x": "red"}}, ("attributes",)),
        ({"z": -2}, ("z",)),
        ({"parent": "p"}, ("parent",)),
        ({"caption": "a red cup"}, ("caption",)),
        ({"revision": "r2"}, ("revision",)),
        ({"revision": "r2", "label": None, "z": 1}, ("label", "z")),
    ],
)
def test_a_mask_says_what_of_it_changed(more: dict[str, Any], fields: tuple[str, ...]) -> None:
    found = change(row("a", mask("m")), row("a", {**mask("m"), **more}))

    [only] = found.masks
    assert only.fields == fields
    assert found.fields == ()


def test_captions_are_paired_by_their_take_and_those_of_masks_by_the_mask() -> None:
    def said(key: str, take: str | None, text: str) -> dict[str, object]:
        return {"id": key, "recording": take, "text": text}

    stays = said("3", "u", "Stays.")
    before = [said("1", "t", "One cell."), said("2", None, "Typed."), stays]
    after = [stays, said("4", "t", "Two cells."), said("5", "v", "New.")]
    old = row("a", mask("m", caption="a cup"), captions=before)
    new = row("a", mask("m", caption="a red cup"), captions=after)

    found = change(old, new).captions

    assert [(each.mask, each.before, each.after) for each in found] == [
        (None, "One cell.", "Two cells."),
        (None, "Typed.", None),
        (None, None, "New."),
        ("m", "a cup", "a red cup"),
    ]


def test_shapes_that_changed_are_measured_and_the_others_left_alone() -> None:
    shapes = {digest(rle): rle for rle in (rows_pixels(4), rows_pixels(5))}
    four, five = shapes
    old = row("a", mask("moved", rle_digest=four), mask("same", rle_digest=four))
    new = row("a", mask("moved", rle_digest=five), mask("same", rle_digest=four, label="x"))
    unknown = row("b", mask("u"))
    asked: list[str] = []

    def find(masks: Sequence[ManifestMask]) -> Mapping[str, RLE]:
        asked.extend(each["mask"] for each in masks)
        return shapes

    found = with_ious(changes([old, unknown], [new, row("b", mask("u", "r2"))]), find)

    ious = {each.after["mask"]: each.iou for c in found for each in c.masks if each.after}
    assert ious == {"moved": 4 / 5, "same": None, "u": None}
    assert sorted(asked) == ["moved", "moved", "u", "u"]


def test_totals_count_by_label_and_tell_where_masks_moved() -> None:
    old = [row("a", mask("1", label="1"), mask("2", label="1"), mask("3", label="2")), row("b")]
    new = [
        row("a", mask("1", label="2"), mask("2", label="1", z=1), mask("4", label=None)),
        row("b", split="holdout"),
    ]
    renamed = {"labels": [{"id": 1, "name": "nucleus"}, {"id": 2, "name": "debris"}]}

    summary = totals_of(changes(old, new)).summary(LABELS, renamed)

    assert summary["images"] == {"added": 0, "removed": 0, "changed": 2}
    assert summary["masks"] == {"added": 1, "removed": 1, "changed": 2}
    assert summary["splits"] == [{"before": "train", "after": "holdout", "count": 1}]
    assert summary["moves"] == [{"before": "cell", "after": "debris", "count": 1}]
    assert summary["renamed"] == [{"before": "cell", "after": "nucleus", "count": 1}]
    labels = {each["label"]: each for each in summary["labels"]}
    assert list(labels) == ["nucleus", "debris", None]
    assert labels["debris"] == {
        "label": "debris",
        "added": 0,
        "removed": 1,
        "changed": 1,
        "came": 1,
        "left": 0,
    }
    assert (labels["nucleus"]["left"], labels["nucleus"]["changed"]) == (1, 1)


def test_totals_hold_a_histogram_of_ious() -> None:
    rles = [rows_pixels(count) for count in range(1, SIDE + 1)]
    shapes = {digest(rle): rle for rle in rles}
    whole = digest(rles[-1])
    old = row("a", *(mask(str(at), rle_digest=digest(rle)) for at, rle in enumerate(rles[:-1])))
    new = row("a", *(mask(str(at), rle_digest=whole) for at in range(len(rles) - 1)))

    found = totals_of(with_ious(changes([old], [new]), lambda _: shapes)).summary({}, {})["iou"]

    assert found["bins"] == [0, 1, 1, 1, 1, 1, 1, 1, 1, 1]
    assert found["mean"] == pytest.approx(0.5)
    assert (found["measured"], found["reshaped"]) == (9, 9)


@given(
    names=st.lists(st.integers(0, 40), max_size=30, unique=True),
    at=st.integers(0, 41),
    length=st.sampled_from([1, 500]),
)
def test_a_page_begins_after_any_image_whether_it_is_there_or_not(
    names: list[int], at: int, length: int
) -> None:
    every = in_order(*(row(str(name), captions=[{"text": "x" * length * name}]) for name in names))
    file = manifest(every)
    after = sha(str(at))

    found = [line.image_sha256 for line in lines_of(file, after=after)]

    assert found == [each["image_sha256"] for each in every if each["image_sha256"] > after]


def test_an_image_is_found_in_a_manifest_by_a_few_reads() -> None:
    every = in_order(*(row(str(name), mask("m" + str(name))) for name in range(2000)))
    whole = manifest(every)
    lines = 0

    class Counting(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            nonlocal lines
            lines += 1
            return super().readline(size)

    file = Counting(whole.getvalue())

    for each in every[::100]:
        assert find_row(file, each["image_sha256"]) == each
    assert lines < 20 * 50
    assert find_row(file, sha("not there")) is None
    assert find_row(manifest([]), sha("0")) is None


def test_a_caption_cannot_pass_for_the_images_digest() -> None:
    foreign = {"a": 1, "image_sha256": sha("foreign"), "text": '"image_sha256":"' + sha("x")}
    told = row("a", captions=[foreign])

    assert [each.image_sha256 for each in lines_of(manifest([told]))] == [sha("a")]
    assert find_row(manifest([told]), sha("foreign")) is None


def test_rows_that_are_not_sorted_or_no_rows_are_refused() -> None:
    lines = manifest(in_order(row("a"), row("b"))).getvalue().splitlines(keepends=True)
    turned = io.BytesIO(b"".join([lines[0], lines[2], lines[1]]))
    broken = io.BytesIO(lines[0] + b'{"image_sha256":1}\n')

    with pytest.raises(DatasetError, match="line 2: image_sha256 is not after the row before"):
        list(diff_manifests(turned, manifest([])))
    with pytest.raises(DatasetError, match="line 1: the row must have"):
        list(diff_manifests(manifest([]), broken))
    with pytest.raises(DatasetError, match="not a manifest"):
        list(diff_manifests(manifest([]), io.BytesIO(b"{}\n")))


def test_memory_does_not_grow_with_the_versions() -> None:
    def peak(images: int) -> int:
        old = manifest(in_order(*(row(str(at), mask("m")) for at in range(images))))
        new = manifest(in_order(*(row(str(at), mask("m", "r2")) for at in range(images))))
        tracemalloc.start()
        totals_of(with_ious(diff_manifests(old, new), lambda _: {}))
        return tracemalloc.get_traced_memory()[1]

    peak(10)  # what is made once
    few = peak(200)
    tracemalloc.stop()
    many = peak(2000)
    tracemalloc.stop()

    assert many < 1.2 * few


@pytest.fixture
def versions(tmp_path: Path) -> list[str]:
    four, five = rows_pixels(4), rows_pixels(5)
    contents = [
        [row("a", mask("m", rle_digest=digest(four)))],
        [row("a", mask("m", rle_digest=digest(five)), mask("n"))],
    ]
    for name, content in zip("vw", contents, strict=True):
        with (tmp_path / f"{name}.jsonl").open("wb") as file:
            write_manifest(file, LABELS, content)
    with (tmp_path / "coco.json").open("wb") as file:
        write_coco(
            file, info={}, categories=[{"id": 1, "name": "cell"}],
            images=[{"id": 1, "file_name": "a.png", "height": SIDE, "width": SIDE}],
            annotations=[{"id": at, "image_id": 1, "category_id": 1, "segmentation": rle}
                         for at, rle in enumerate([four, five], 1)],
        )  # fmt: skip
    return [str(tmp_path / name) for name in ("v.jsonl", "w.jsonl", "coco.json")]


def test_the_command_tells_what_changed(
    versions: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, coco = versions

    assert main(["diff", old, old]) == 0
    assert main(["diff", old, new, "--coco", coco]) == 1

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "the same"
    assert lines[1].startswith(f"changed  {sha('a')} +1 -0 ~1 ")
    assert lines[2] == "  mask m IoU 0.8000"
    assert "masks      1 added 0 removed 1 changed" in lines
    assert lines[-1] == "IoU        0.8000 on average of 1 changed shapes"


def test_lines_tell_by_name_what_moved_and_what_was_written_anew() -> None:
    said = [{"id": str(number), "text": text} for number, text in enumerate(("One\nline.", "Two."))]
    old = row("a", mask("m", label="1"), captions=said[:1])
    new = row("a", mask("m", "r2", label="2"), captions=said[1:])
    found = change(old, new)

    lines = list(change_lines(told_change(found, {"1": "cell", "2": "nucleus\x1b[2J"})))

    name = json.dumps(found.row["file_name"])
    assert lines[0].endswith(f" {name}")
    assert lines[1:] == [
        '  mask m label "cell" -> "nucleus\\u001b[2J"',
        '  caption "One\\nline." -> "Two."',
    ]


def test_the_command_tells_totals_as_json(
    versions: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, _ = versions

    assert main(["diff", old, new, "--json"]) == 1

    totals = json.loads(capsys.readouterr().out)
    assert totals["masks"] == {"added": 1, "removed": 0, "changed": 1}
    assert totals["iou"] == {"bins": [0] * 10, "mean": None, "measured": 0, "reshaped": 1}


def lines_between(old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    """Return what is told of two versions that differ in their headers alone."""
    summary = totals_of([]).summary(old, new)
    assert tells_changes(summary) == (old != new)
    return list(summary_lines(summary))


def test_labels_that_came_and_went_are_told_though_no_image_changed() -> None:
    cell, nucleus = {"id": 1, "name": "cell"}, {"id": 2, "name": "nucleus"}

    lines = lines_between({"labels": [cell]}, {"labels": [nucleus]})

    assert lines[-2:] == ["label      nucleus: added", "label      cell: removed"]
    assert lines_between({"labels": [cell]}, {"labels": [cell]}) == ["the same"]


def test_labels_that_were_deleted_and_came_back_are_told() -> None:
    cell = {"id": 1, "name": "cell"}
    gone = {**cell, "deleted": True}

    assert lines_between({"labels": [cell]}, {"labels": [gone]})[-1:] == [
        "label      cell: removed"
    ]
    assert lines_between({"labels": [gone]}, {"labels": [cell]})[-1:] == ["label      cell: added"]
    assert lines_between({"labels": [gone]}, {"labels": [gone]}) == ["the same"]
    assert lines_between({"labels": []}, {"labels": [gone]})[-2:] == [
        "label      cell: added",
        "label      cell: removed",
    ]


def test_attributes_are_told_that_came_went_or_are_defined_otherwise() -> None:
    def labelled(*attributes: dict[str, object]) -> dict[str, object]:
        return {"labels": [{"id": 1, "name": "cell", "attributes": list(attributes)}]}

    size = {"id": "a", "name": "size", "min": 0, "max": 5}
    old = labelled(size, {"id": "b", "name": "gone"})
    new = labelled({**size, "name": "width", "max": 9}, {"id": "c", "name": "new"})

    lines = lines_between(old, new)

    assert lines[-3:] == [
        "attribute  width of cell: changed (max, name)",
        "attribute  gone of cell: removed",
        "attribute  new of cell: added",
    ]


def test_versions_that_were_cut_by_other_queries_are_not_the_same() -> None:
    lines = lines_between({"labels": []}, {"labels": [], "query": {"labels": [1]}})

    assert lines[-1] == "header     query: changed"


@pytest.mark.parametrize("labels", [None, 7, ["cell"], [{"attributes": 7}], [{"attributes": [7]}]])
def test_labels_of_any_program_are_compared(labels: object) -> None:
    assert lines_between({"labels": labels}, {"labels": labels}) == ["the same"]


def ended(*arguments: str) -> int | str | None:
    with pytest.raises(SystemExit) as found:
        anneal(["diff", *arguments])
    return found.value.code


def test_the_client_tells_how_far_shapes_moved_by_an_export_with_both(
    versions: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, coco = versions

    codes = [ended(old, new, "--coco", coco, *options) for options in ([], ["--json"])]

    *lines, document = capsys.readouterr().out.splitlines()
    assert codes == [1, 1]
    assert "  mask m IoU 0.8000" in lines
    assert lines[-1] == "IoU        0.8000 on average of 1 changed shapes"
    [changed] = json.loads(document)["changes"]
    assert 0.8 in [each["iou"] for each in changed["masks"]]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_both_commands_end_with_0_for_the_same_and_with_1_for_what_differs_or_is_broken(
    versions: list[str], tmp_path: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, _ = versions
    renamed = tmp_path / "renamed.jsonl"
    renamed.write_text(Path(old).read_text().replace('"name":"cell"', '"name":"Zelle"'))
    (tmp_path / "broken.jsonl").write_text("{}\n")
    pairs = [(old, old), (old, new), (old, str(renamed)), (old, str(tmp_path / "broken.jsonl"))]

    codes = [main(["diff", *pair, *options]) for pair in pairs]
    capsys.readouterr()
    of_client = [ended(*pair, *options) for pair in pairs]

    assert codes == of_client == [0, 1, 1, 1]
    assert "anneal: this is not a manifest" in capsys.readouterr().err
    assert ended(*pairs[2], "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["changes"] == []
    assert told["renamed"] == [{"before": "cell", "after": "Zelle", "count": 1}]


def test_the_client_tells_totals_beside_the_changes_of_manifests(
    versions: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, _ = versions
    main(["diff", old, new, "--json"])
    totals = json.loads(capsys.readouterr().out)

    assert ended(old, new, "--json") == 1

    told = json.loads(capsys.readouterr().out)
    assert told == {"changes": told["changes"], **totals}
    assert set(told["changes"][0]) == {
        *("sha256", "file_name", "kind", "fields", "split", "group", "captions", "masks"),
        *("before", "after"),
    }
    moved = next(each for each in told["changes"][0]["masks"] if each["mask"] == "m")
    assert (moved["kind"], moved["fields"], moved["label_after"]) == ("changed", ["shape"], "cell")


def test_what_is_broken_further_on_prints_no_half_of_a_document(
    versions: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, _, _ = versions
    (tmp_path / "cut.jsonl").write_bytes(Path(old).read_bytes()[:-20])

    assert ended(old, str(tmp_path / "cut.jsonl"), "--json") == 1

    assert capsys.readouterr().out == ""
