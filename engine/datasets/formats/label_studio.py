"""Label Studio: a JSON list of tasks, one for each image; masks as its brush packs them.

Format: https://labelstud.io/guide/export. `label_config.xml` is what the tool wants pasted into a
project's labelling interface. Places are percents of the image's sides. What the tool has no field
for stands in `data` and in each region's `meta`, which it keeps.
"""

import html
from collections.abc import Iterator
from itertools import count
from typing import Final
from urllib.parse import quote

from engine.canonical import canonical_json
from engine.datasets.files import Out
from engine.datasets.formats import label_studio_rle as brush
from engine.datasets.formats.format import Format
from engine.datasets.formats.label_studio_read import CONFIG, Result, is_in, read
from engine.datasets.formats.own_fields import OWN, image_beside, told_beside
from engine.datasets.formats.pictures import FOLDER, write_images
from engine.datasets.sample import UNLABELLED, Box, Dataset, Sample
from engine.datasets.traits import ALL, RECORDS, Trait
from engine.masks.rle import RLE, decode

URL: Final = "/data/local-files/?d="  # of files that the tool's server has in a folder
CAPTION, OBJECT_CAPTION, BRUSH, BOX = "caption", "object_caption", "brush", "box"  # its controls


def write(dataset: Dataset, out: Out) -> None:
    """Write `tasks.json`, `label_config.xml` and, where their bytes are known, `images/`."""
    is_labelled = True
    with out.file("tasks.json") as file:
        for place, sample in enumerate(dataset.samples()):
            is_labelled &= all(each.label is not None for each in sample.annotations)
            file.write(b",\n" if place else b"[\n")
            file.write(canonical_json(_task(place + 1, sample)))
        file.write(b"\n]\n")
    classes = dataset.classes()
    with out.file(CONFIG) as file:
        file.write(_config(classes[:-1] if is_labelled else classes).encode())
    write_images(dataset, out)


def _config(classes: tuple[str, ...]) -> str:
    labels = "".join(f'    <Label value="{html.escape(name)}"/>\n' for name in classes)
    return (
        '<View>\n  <Image name="image" value="$image"/>\n'
        f'  <BrushLabels name="{BRUSH}" toName="image">\n{labels}  </BrushLabels>\n'
        f'  <RectangleLabels name="{BOX}" toName="image">\n{labels}  </RectangleLabels>\n'
        f'  <TextArea name="{CAPTION}" toName="image"/>\n'
        f'  <TextArea name="{OBJECT_CAPTION}" toName="image" perRegion="true"/>\n</View>\n'
    )


def _task(number: int, sample: Sample) -> dict[str, object]:
    height, width = sample.size_hw
    beside = f"{URL}{quote(f'{FOLDER}/{sample.file_name}')}"
    url = beside if sample.load_bytes else sample.address or beside
    results = [*_captions(sample), *_regions(sample)]
    return {
        "id": number,
        "data": {
            "image": url,
            "height": height,
            "width": width,
            OWN: image_beside(("captions",), sample),
        },
        "annotations": [{"id": number, "was_cancelled": False, "result": results}],
        "predictions": [],
    }


def _captions(sample: Sample) -> Iterator[Result]:
    if sample.captions:
        value = {"text": list(sample.captions)}
        yield {"id": "captions", **_common(sample, "textarea", CAPTION), "value": value}


def _common(sample: Sample, kind: str, control: str) -> Result:
    height, width = sample.size_hw
    return {
        "type": kind,
        "from_name": control,
        "to_name": "image",
        "image_rotation": 0,
        "original_width": width,
        "original_height": height,
    }


def _regions(sample: Sample) -> Iterator[Result]:
    """Yield regions and their captions; each needs an id there."""
    taken = {each.id for each in sample.annotations}
    free = (name for name in (f"object{n}" for n in count(1)) if name not in taken)
    for each in sample.annotations:
        native = {
            "id": each.id,
            "parent": each.parent,
            "caption": each.caption,
            "predicted_iou": each.predicted_iou,
        }
        own = told_beside(native, each) | ({} if each.id else {"id": ""})
        identity = each.id or next(free)
        kind, control = ("rectanglelabels", BOX) if each.rle is None else ("brushlabels", BRUSH)
        labels = {kind: [each.label or UNLABELLED]}
        place = _percents(each.box_xywh, sample) if each.rle is None else _packed(each.rle)
        region = {
            "id": identity,
            **_common(sample, kind, control),
            "value": {**place, **labels},
            "meta": {OWN: own},
        }
        optional = {"parentID": each.parent, "score": each.predicted_iou}
        yield region | {key: value for key, value in optional.items() if value is not None}
        if each.caption is not None:
            value = {**({} if each.rle else place), "text": [each.caption]}
            common = _common(sample, "textarea", OBJECT_CAPTION)
            yield {"id": identity, **common, "value": value}


def _percents(box: Box | None, sample: Sample) -> Result:
    height, width = sample.size_hw
    x, y, box_width, box_height = box or (0, 0, 0, 0)
    return {
        "x": 100 * x / width,
        "y": 100 * y / height,
        "width": 100 * box_width / width,
        "height": 100 * box_height / height,
        "rotation": 0,
    }


def _packed(rle: RLE) -> Result:
    return {"format": "rle", "rle": list(brush.pack(decode(rle)))}


LABEL_STUDIO: Final = Format(
    "label_studio",
    "Label Studio JSON",
    ALL,
    # Of estimates it has a score.
    RECORDS - {Trait.IDS, Trait.PARENTS, Trait.MASK_CAPTIONS, Trait.CAPTIONS},
    write,
    read,
    is_in,
)
