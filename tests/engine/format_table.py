"""`python -m tests.engine.format_table`: what comes back of each format, as a table.

Each cell is of a dataset that was written and read again. The text is engine/datasets/FORMATS.md.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import FORMATS, READERS, Format, export
from engine.datasets.sample import Annotation, Sample, labels_of
from engine.datasets.traits import kept
from engine.masks.rle import Mask, encode
from tests.engine import words_table
from tests.engine.datasets_corpus import box, dataset_of, with_picture

SIZE_HW: Final = (12, 16)
HEAD: Final = """# Formats

What Anneal's own reader finds of masks that are written in a format and read again: "=" is every
mask bit for bit, with its label. A star says that something of it stands in fields or files of
ours, which the format's specification does not know: other tools pass these over, and **only Anneal
reads them back**. The second table says what. What is lost, and what only Anneal reads back, is
told at the export, before and after, and counted. What other tools' readers find of masks and
labels is in [STRANGERS.md](STRANGERS.md).

A star is also where the specification has a place for a part of it, as Label Studio for a score and
LabelMe for flags. Some tools know a field of ours all the same: CVAT and Datumaro share
`attributes` in COCO and VOC, and FiftyOne keeps fields that it does not know. Where splits have a
star, several have folders of their own, which tell them to anybody; only a whole version as COCO,
asked for without a choice, is one file.

In Cityscapes' `instanceIds.png` an object has the number of its class alone, as a crowd has, from
the 66th class on, and beyond a thousand objects of a class on an image (536 of the 65th), as 16
bits hold no more. Polygons tell these objects apart, which Anneal reads; tools that train by the
maps do not. Before the export it is told of which labels and images that can be, and after it
they are counted as `instances` among what only Anneal reads back.

An export in a format that holds masks whole is proved by its version's manifest, without a server:
`anneal verify MANIFEST EXPORT`, or `python -m engine.datasets verify`. Compared are images and
masks by their digests, ids, labels, parts, order, attributes, captions, splits and groups; what is
listed twice, or is not in the manifest, is refused, and so is an image that lacks where others are
there. What the format cannot hold is listed as not proved. Where no `--split` is named, what must
be there is what leaves where none is: all finished images, and of unfinished ones all or none.
Nothing that an export says of itself excuses what is missing: the manifest tells which image is of
which split, and how many of each were compared and left out is told. `--split all` asks for all of
them; an export of fewer splits, or under other labels' names, takes `--split` and
`--label OLD=NEW`. A name that no label has then proves no labels, and that is told.

Descriptions and narratives are proved in the same way, by their texts: what was said and written,
raw and corrected, captions of images and masks, links to masks, and that an export of a whole
version holds this very manifest. Where people pointed, how they sounded and when which word was
said stand in no manifest, so that it is told that they are not proved.

Of a version that was cut with edition 4 or later labels stay behind that have no mask in it and
were deleted before it was cut, or were not chosen by its query (`anneal version cut --label`);
other labels without masks stay, so that classes are the same from one version to the next. Names
and ids do not change by that. The manifest has all labels, and tells which were deleted.

A version leaves in the same bytes for ever, with the libraries that the lock pins: some of them
pack what is written, each in its own way. PNGs (`ade`, `cityscapes`, `coco_panoptic`, `labelme`,
`mask_files`, `mask_maps`, `supervisely`, `voc`) hang on Pillow and the zlib in it, `huggingface`,
`croissant` and the manifest as Parquet on pyarrow, `fiftyone` on zlib and NumPy, `supervisely` on
zlib too, and so does the zip around any of them; the files of all others are written by our own
code. Shapes are drawn as polygons by NumPy and SciPy. `tests/engine/test_datasets_bytes.py` holds
each format to the bytes that were pinned, and says what to do where an upgrade changes them.

`python -m tests.engine.format_table` makes this page; a test holds it to what is written and read.
"""

WORDS: Final = """\
What people said and wrote leaves in forms of its own. "Comes in" is what an import finds of it, as
a caption of the image where it was said in a narrative; with a star it stands in a field of ours.
What else of a version these forms do not hold (shapes, labels, images that nobody spoke of, texts
that newer ones took the place of) is told at the export, before and after, and counted; so is, in
formats of masks, that what people said stays behind. The manifest as Parquet (`manifest`) holds all
texts, and of masks no shapes but their digests.
"""


def cases() -> dict[str, Sample]:
    hole = box(SIZE_HW, slice(1, 11), slice(2, 14))
    hole[4:7, 5:9] = False
    detached = box(SIZE_HW, slice(0, 3), slice(0, 3)) | box(SIZE_HW, slice(8, 12), slice(11, 16))
    over = box(SIZE_HW, slice(4, 9), slice(4, 9))
    under = box(SIZE_HW, slice(2, 7), slice(2, 7))
    part = box(SIZE_HW, slice(3, 6), slice(3, 6))
    return {
        "hole": image(objects(hole)),
        "detached parts": image(objects(detached)),
        "overlap": image(objects(under, over)),
        "one pixel": image(objects(box(SIZE_HW, slice(5, 6), slice(7, 8)))),
        "whole image": image(objects(np.ones(SIZE_HW, bool))),
        "part of a part": image(nested(under, part, box(SIZE_HW, slice(4, 5), slice(4, 5)))),
        "Unicode": replace(
            image((Annotation(encode(over), "Zellkern 核"),)), file_name="Ä/bild 1 (核).png"
        ),
        "no object": image(()),
    }


def objects(*masks: Mask) -> tuple[Annotation, ...]:
    return tuple(Annotation(encode(mask), f"label {n}") for n, mask in enumerate(masks))


def nested(*masks: Mask) -> tuple[Annotation, ...]:
    return tuple(
        replace(each, id=f"m{n}", parent=f"m{n - 1}" if n else None)
        for n, each in enumerate(objects(*masks))
    )


def image(annotations: tuple[Annotation, ...]) -> Sample:
    return with_picture(Sample("a.png", SIZE_HW, annotations, split="train"))


def cell(form: Format, sample: Sample) -> str:
    """Write and read one image; say what is not as it was, which must be what the export told."""
    names = {each.label for each in sample.annotations if each.label}
    labels = labels_of(sorted(names))
    with TemporaryDirectory() as folder:
        told = export(dataset_of([sample], labels), form, FolderOut(Path(folder)))
        found = list(form.read(open_source(Path(folder)), _fail).samples())
    star = "\\*" if told.own.keys() - _BESIDE else ""
    lost = told.losses.keys() - _BESIDE
    held, _ = kept(sample, form.keeps)
    if found != ([] if held is None else [held]):
        raise AssertionError(f"{form.name} does not hold what it says of {sample.file_name}")
    return (", ".join(sorted(trait.replace("_", " ") for trait in lost)) or "=") + star


def _fail(problem: DatasetError) -> None:
    raise problem


def lines() -> Iterator[str]:
    shown = cases()
    yield HEAD
    yield f"| | {' | '.join(shown)} |"
    yield f"|---|{'---|' * len(shown)}"
    for form in FORMATS.values():
        cells = (cell(form, sample) for sample in shown.values())
        yield f"| {form.title} (`{form.name}`) | {' | '.join(cells)} |"
    yield ""
    yield "What else is kept, where an object or an image has it; with a star only Anneal reads it:"
    yield ""
    yield f"| | {' | '.join(words for _, words in RECORDS)} |"
    yield f"|---|{'---|' * len(RECORDS)}"
    for form in FORMATS.values():
        cells = (
            "" if trait not in form.keeps else "kept\\*" if trait in form.own else "kept"
            for trait, _ in RECORDS
        )
        yield f"| {form.title} | {' | '.join(cells)} |"
    yield ""
    yield "Read, and written by others alone:"
    yield ""
    yield from (
        f"- {each.title} (`{name}`)" for name, each in READERS.items() if name not in FORMATS
    )
    yield ""
    yield WORDS
    yield from words_table.lines()


_BESIDE: Final = {"ids", "splits"}  # of every case; the second table tells of them
RECORDS: Final = (
    ("labels", "labels"),
    ("overlaps", "overlaps"),
    ("parents", "parts of objects"),
    ("boxes", "boxes alone"),
    ("depths", "order"),
    ("attributes", "attributes"),
    ("mask_captions", "captions of masks"),
    ("captions", "captions of images"),
    ("estimates", "model's estimates"),
    ("crowds", "crowds"),
    ("ids", "ids of masks"),
    ("origins", "who and when"),
    ("splits", "splits"),
    ("groups", "groups"),
    ("digests", "digests"),
)


if __name__ == "__main__":
    sys.stdout.write("\n".join(lines()) + "\n")
