"""A proof is of all that a manifest says: what an export tells otherwise is refused by name."""

import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from engine.client.__main__ import main as anneal
from engine.datasets.__main__ import main
from engine.datasets.choosing import Choice, chosen
from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, ZipOut
from engine.datasets.formats import FORMATS, Format, export, export_apart
from engine.datasets.manifest import write_manifest
from engine.datasets.proof import MANIFEST, unproven
from engine.datasets.sample import Annotation, Dataset, Sample
from engine.datasets.traits import ALL, Trait
from engine.masks.rle import digest, encode
from tests.engine.datasets_corpus import LABELS, corpus, dataset_of, samples
from tests.engine.manifests import manifest

IDS = {label.name: str(label.id) for label in LABELS}
ATTRIBUTES = {"a1": "kind", "a2": "size"}
HEADER = {
    "labels": [
        {"id": label.id, "name": label.name}
        | ({"attributes": [{"id": a, "name": name} for a, name in ATTRIBUTES.items()]})
        for label in LABELS
    ]
}
EXACT = [form for form in FORMATS.values() if form.keeps >= {"masks", "overlaps", "instances"}]
exact = pytest.mark.parametrize("form", EXACT, ids=[form.name for form in EXACT])
Change = Callable[[Sample], Sample]


def frozen(found: list[Sample]) -> list[Sample]:
    """Images as versions have them: with masks alone, values that are no flags, and revisions."""
    return [_frozen(each) for each in found]


def _frozen(sample: Sample) -> Sample:
    assert sample.load_bytes is not None
    own: dict[str, str | float | bool] = {"kind": "größer", "size": 2.5}
    masks = tuple(
        replace(each, attributes=own if each.attributes else {}, extra={"revision": 7})
        for each in sample.annotations
        if each.rle is not None
    )
    return replace(sample, annotations=masks, sha256=sha256(sample.load_bytes()).hexdigest())


def row_of(sample: Sample) -> dict[str, Any]:
    return {
        "image_sha256": sample.sha256,
        "file_name": sample.file_name,
        "size_hw": list(sample.size_hw),
        "group": sample.group,
        "split": sample.split,
        "masks": [mask_of(each) for each in sample.annotations],
        "transcripts": [],
        "captions": [{"text": text} for text in sample.captions],
    }


def mask_of(each: Annotation) -> dict[str, Any]:
    assert each.rle is not None
    told: dict[str, Any] = {"z": each.z, "caption": each.caption}
    ids = {name: a for a, name in ATTRIBUTES.items()}
    told["attributes"] = {ids[name]: value for name, value in each.attributes.items()}
    return {
        "mask": each.id,
        "revision": "7",
        "label": each.label and IDS[each.label],
        "rle_digest": digest(each.rle),
        "parent": each.parent,
        **{key: value for key, value in told.items() if value},
    }


def rows_of(found: list[Sample]) -> Any:
    rows = {str(each.sha256): row_of(each) for each in found}
    return [rows[key] for key in sorted(rows)]


def lines_of(found: list[Sample]) -> io.BytesIO:
    return manifest(rows_of(found), HEADER)


def faults(
    path: Path, true: list[Sample], told: Dataset, form: Format, choice: Choice | None = None
) -> tuple[list[str], dict[str, str]]:
    """Write what is told, and prove it by the manifest of what is true."""
    export(told, form, FolderOut(path))
    unproved: dict[str, str] = {}
    lines = unproven(lines_of(true), path, choice=choice or Choice(), unproved=unproved)
    return list(lines), unproved


def mapped(change: Callable[[Annotation], Annotation]) -> Change:
    return lambda sample: replace(sample, annotations=tuple(map(change, sample.annotations)))


def without_pictures(found: list[Sample]) -> list[Sample]:
    return [replace(each, load_bytes=None) for each in found]


SWAP = {"cell": "Zellkern, groß", "Zellkern, groß": "cell"}
# By what is falsified: the trait that tells it, how, and the line that says so.
FALSIFIED: dict[str, tuple[Trait, Change, str]] = {
    "labels": (
        Trait.LABELS,
        mapped(lambda each: replace(each, label=SWAP.get(each.label or "", each.label))),
        "crowd.png: mask e: label is 'Zellkern, groß', not 'cell'",
    ),
    "no label": (
        Trait.LABELS,
        mapped(lambda each: replace(each, label=None if each.id == "e" else each.label)),
        "crowd.png: mask e: label is None, not 'cell'",
    ),
    "captions": (
        Trait.CAPTIONS,
        lambda sample: replace(sample, captions=("No.",) if sample.captions else ()),
        "whole.png: captions is ['No.'], not ['Eine Zelle in einer Zelle.', 'A cell",
    ),
    "splits": (
        Trait.SPLITS,
        lambda sample: replace(sample, split="holdout"),
        "crowd.png: split is 'holdout', not 'train'",
    ),
    "groups": (
        Trait.GROUPS,
        lambda sample: replace(sample, group=None),
        "shapes/holes.png: group is None, not 'slide 1'",
    ),
    "parents": (
        Trait.PARENTS,
        mapped(lambda each: replace(each, parent=None)),
        "whole.png: mask b: parent is None, not 'a' (and 1 masks more)",
    ),
    "depths": (
        Trait.DEPTHS,
        mapped(lambda each: replace(each, z=each.z + 1)),
        "crowd.png: mask e: z is 1, not 0",
    ),
    "mask captions": (
        Trait.MASK_CAPTIONS,
        mapped(lambda each: replace(each, caption=each.caption and "Some.")),
        "whole.png: mask a: caption is 'Some.', not 'All of it.'",
    ),
    "attributes": (
        Trait.ATTRIBUTES,
        mapped(lambda each: replace(each, attributes={"kind": "x"} if each.attributes else {})),
        "whole.png: mask c: attributes is {'kind': 'x'}, not {'kind': 'größer', 'size': 2.5}",
    ),
    "revisions": (
        Trait.ORIGINS,
        mapped(lambda each: replace(each, extra={"revision": 8})),
        "crowd.png: mask e: revision is '8', not '7'",
    ),
}


@exact
@pytest.mark.parametrize("told", ["gone", None])
def test_a_part_of_what_is_not_in_the_manifest_is_proved_whether_that_is_told_or_not(
    form: Format, told: str | None, tmp_path: Path
) -> None:
    """Versions of before have parts of masks that were deleted."""
    in_version = mapped(lambda each: replace(each, parent=each.parent or "gone"))
    in_export = mapped(lambda each: replace(each, parent=each.parent or told))
    whole = frozen(corpus())

    exported = dataset_of([in_export(each) for each in whole])
    found, _ = faults(tmp_path, [in_version(each) for each in whole], exported, form)

    assert found == []


@exact
def test_an_export_of_the_corpus_is_proved_and_what_it_cannot_hold_is_told(
    form: Format, tmp_path: Path
) -> None:
    true = frozen(corpus())

    lines, unproved = faults(tmp_path, true, dataset_of(true), form)

    assert lines == []
    lacks = {str(each) for each in ALL - form.keeps}
    said = {"captions", "depths", "groups", "ids", "mask_captions", "parents", "attributes"}
    gaps = {name for name, why in unproved.items() if why == "not in this format"}
    assert gaps == lacks & said
    assert unproved.keys() - gaps <= {"revisions", "file_names"}
    assert ("revisions" in unproved) == (Trait.ORIGINS not in form.keeps)


@exact
def test_an_export_whose_splits_lie_in_folders_of_their_own_is_proved(
    form: Format, tmp_path: Path
) -> None:
    true = frozen(corpus())

    export_apart(dataset_of(true), form, FolderOut(tmp_path), ["holdout", "train"])

    assert list(unproven(lines_of(true), tmp_path)) == []


@pytest.mark.parametrize("name", ["coco", "yolo", "jsonl"])
@settings(max_examples=20)
@given(found=samples())
def test_any_export_is_proved(name: str, found: list[Sample]) -> None:
    by_digest = {each.sha256: each for each in frozen(found)}  # a version has an image once
    true = list(by_digest.values())

    with tempfile.TemporaryDirectory() as folder:
        assert faults(Path(folder), true, dataset_of(true), FORMATS[name])[0] == []


@exact
@pytest.mark.parametrize("what", FALSIFIED)
def test_what_is_falsified_is_named_or_else_told_to_be_unproved(
    form: Format, what: str, tmp_path: Path
) -> None:
    true = frozen(corpus())
    trait, change, line = FALSIFIED[what]

    lines, unproved = faults(tmp_path, true, dataset_of(list(map(change, true))), form)

    if trait not in form.keeps:
        assert lines == []
        assert ("revisions" if trait is Trait.ORIGINS else str(trait)) in unproved
    elif Trait.IDS in form.keeps:
        assert any(each.startswith(line) for each in lines)
    else:
        assert any(each.startswith(line.partition(":")[0]) for each in lines)


@pytest.mark.parametrize("name", ["coco", "jsonl", "lvis", "datumaro"])
def test_an_image_listed_twice_hides_nothing_wherever_it_stands(name: str, tmp_path: Path) -> None:
    true = without_pictures(frozen(corpus()))
    foreign = Annotation(encode(np.ones((20, 30), bool)), "cell", id="new")
    twice = replace(true[0], annotations=(foreign,))

    after, _ = faults(tmp_path / "a", true, dataset_of([*true, twice]), FORMATS[name])
    before, _ = faults(tmp_path / "b", true, dataset_of([twice, *true]), FORMATS[name])

    assert "shapes/holes.png: listed twice" in after
    assert "shapes/holes.png: listed twice" in before
    assert "shapes/holes.png: 1 masks that the manifest does not have: new" in before


def test_masks_of_one_image_are_not_told_of_the_name_of_another(tmp_path: Path) -> None:
    first, second, *rest = without_pictures(frozen(corpus()))
    swapped = [
        replace(first, file_name=second.file_name),
        replace(second, file_name=first.file_name),
    ]

    lines, _ = faults(
        tmp_path, [first, second, *rest], dataset_of([*swapped, *rest]), FORMATS["coco"]
    )

    assert lines == [
        "shapes/holes.png: file name is 'whole.png', not 'shapes/holes.png'",
        "whole.png: file name is 'shapes/holes.png', not 'whole.png'",
    ]


@exact
def test_a_mask_listed_twice_is_too_much(form: Format, tmp_path: Path) -> None:
    true = frozen(corpus())
    again = replace(true[3], annotations=true[3].annotations * 2)

    lines, _ = faults(tmp_path, true, dataset_of([*true[:3], again, *true[4:]]), form)

    assert len(lines) == 1
    assert lines[0].startswith("crowd.png: 1 masks ")


@exact
def test_labels_that_were_renamed_are_proved_where_they_are_told(
    form: Format, tmp_path: Path
) -> None:
    true = frozen(corpus())
    choice = Choice(labels={"cell": "Zelle", "Zellkern, groß": None}, has_images=True)
    told = chosen(dataset_of(true), choice)

    proved, unproved = faults(tmp_path / "a", true, told, form, choice)
    assert proved == []
    assert "labels" not in unproved
    other = replace(choice, labels={"cell": "Kern", "Zellkern, groß": None})
    lines, _ = faults(tmp_path / "c", true, told, form, other)
    assert any("label is 'Zelle', not 'Kern'" in line for line in lines)
    with pytest.raises(DatasetError, match="no label 'Cell'"):
        faults(tmp_path / "d", true, told, form, Choice(labels={"Cell": "x"}))


def test_a_name_that_no_label_has_proves_no_labels_and_must_be_that_of_all(
    tmp_path: Path,
) -> None:
    true = frozen(corpus())
    told = chosen(dataset_of(true), Choice(labels={"cell": "Zelle"}, has_images=True))

    lines, unproved = faults(tmp_path / "a", true, told, FORMATS["coco"])

    assert lines == []
    assert unproved["labels"].startswith("'Zelle' is no label of the manifest")
    (tmp_path / "a" / MANIFEST).write_bytes(lines_of(true).getvalue())  # nothing was renamed
    whole = list(unproven(lines_of(true), tmp_path / "a"))
    assert "crowd.png: mask e: label is 'Zelle', not 'cell'" in whole
    path = tmp_path / "a" / "annotations.json"
    content = json.loads(path.read_text())
    content["categories"].append({"id": 99, "name": "Kern"})
    content["annotations"][-1]["category_id"] = 99
    path.write_text(json.dumps(content))
    (tmp_path / "a" / MANIFEST).unlink()
    mixed = list(unproven(lines_of(true), tmp_path / "a"))
    assert mixed == ["crowd.png: mask e: label is 'Kern', not 'Zelle'"]


def test_a_part_is_proved_where_its_splits_are_told(tmp_path: Path) -> None:
    true = frozen(corpus())
    choice = Choice(frozenset({"train"}), has_images=True)
    part = chosen(dataset_of(true), choice)

    assert faults(tmp_path / "a", true, part, FORMATS["yolo"], choice)[0] == []
    assert faults(tmp_path / "b", true, part, FORMATS["yolo"])[0] == ["whole.png: missing"]
    lines, _ = faults(tmp_path / "c", true, dataset_of(true), FORMATS["yolo"], choice)
    assert lines == ["whole.png: of the split holdout, which was not chosen"]


def test_labels_of_one_name_are_told_apart_or_told_to_be_unproved(tmp_path: Path) -> None:
    """A label that was deleted and made again: COCO's file of a whole version has both by it."""
    [image] = frozen([corpus()[3]])
    header = {"labels": [{"id": 1, "name": "cell"}, {"id": 9, "name": "cell"}]}
    unproved: dict[str, str] = {}
    export(dataset_of([image]), FORMATS["coco"], FolderOut(tmp_path))

    lines = list(unproven(manifest(rows_of([image]), header), tmp_path, unproved=unproved))

    assert lines == []
    assert unproved == {"labels": "'cell' is the name of several"}


def test_masks_without_ids_are_told_by_their_shapes(tmp_path: Path) -> None:
    [image] = frozen([corpus()[3]])
    told = mapped(lambda each: replace(each, id=""))(image)

    lines, unproved = faults(tmp_path, [image], dataset_of([told]), FORMATS["coco"])

    assert lines == []
    assert unproved == {"ids": "not told of all masks"}


@pytest.mark.parametrize("what", [*FALSIFIED, "twice"])
def test_both_commands_refuse_what_is_falsified_and_name_it(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    true = without_pictures(frozen(corpus()))
    if what == "twice":
        told, line = [*true, replace(true[0], annotations=())], "shapes/holes.png: listed twice"
    else:
        told, line = list(map(FALSIFIED[what][1], true)), FALSIFIED[what][2]
    with (tmp_path / "v.jsonl").open("wb") as file:
        write_manifest(file, HEADER, rows_of(true))
    export(dataset_of(told), FORMATS["coco"], FolderOut(tmp_path / "out"))

    code = main(["verify", str(tmp_path / "v.jsonl"), str(tmp_path / "out")])
    out = capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        anneal(["verify", str(tmp_path / "v.jsonl"), str(tmp_path / "out"), "--json"])
    answer = json.loads(capsys.readouterr().out)

    assert (code, ended.value.code) == (1, 1)
    assert out.endswith("not proven\n")
    assert any(each.startswith(line) for each in out.splitlines())
    assert any(each.startswith(line) for each in answer["faults"])


def test_both_commands_list_what_was_not_proved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    true = frozen(corpus())
    with (tmp_path / "v.jsonl").open("wb") as file:
        write_manifest(file, HEADER, rows_of(true))
    told = chosen(dataset_of(true), Choice(labels={"cell": "Zelle"}, has_images=True))
    export(told, FORMATS["yolo"], FolderOut(tmp_path / "out"))
    proof = ["verify", str(tmp_path / "v.jsonl"), str(tmp_path / "out")]

    codes = [main(proof), main([*proof, "--label", "cell=Zelle"]), main(proof[:2])]
    unnamed, named, alone = capsys.readouterr().out.split("proven\n")[:3]
    with pytest.raises(SystemExit) as ended:
        anneal([*proof, "--label", "cell=Zelle", "--json"])
    answer = json.loads(capsys.readouterr().out)

    assert (codes, ended.value.code) == ([0, 0, 0], 0)
    assert "(say what was renamed: --label OLD=NEW), so not proved: labels\n" in unnamed
    assert (
        "not in this format, so not proved: "
        "attributes, captions, depths, groups, ids, mask captions, parents\n"
    ) in named
    assert "so not proved: labels" not in named
    assert "none were given, so not proved: files" in alone
    assert answer["not_proved"]["captions"] == "not in this format"
    assert "labels" not in answer["not_proved"]
    assert answer["faults"] == []


def test_a_zip_that_was_cut_short_is_no_folder_of_images(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    true = frozen(corpus())
    with (tmp_path / "v.jsonl").open("wb") as file:
        write_manifest(file, HEADER, rows_of(true))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        export(dataset_of(true), FORMATS["coco"], ZipOut(archive))
    (tmp_path / "b.zip").write_bytes((tmp_path / "a.zip").read_bytes()[:-40])

    with pytest.raises(SystemExit) as ended:
        anneal(["verify", str(tmp_path / "v.jsonl"), str(tmp_path / "b.zip")])

    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (1, "")
    assert said.err.startswith("anneal: ")
