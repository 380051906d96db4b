"""Four images of nuclei as CVAT and Label Studio would hand them out, with all that is on them."""

import io
import json
import zipfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from engine.datasets.files import ZipOut
from engine.datasets.formats import FORMATS, export
from engine.datasets.sample import Annotation, Dataset, Sample, labels_of
from tests.stack import ROOT
from workers.simulation.pictures import Picture, read_pictures

NUCLEI: Final = ROOT.parent / "shared" / "data" / "nuclei_dsb2018"
# The last of them is drawn for a holdout of a fifth.
CHOSEN: Final = ("0acd2c223d300ea5", "237802ac5005f9cf", "9b25b8ffd5f52b6c", "d2ce593bddf9998c")


def nuclei() -> list[Sample]:
    pictures = read_pictures(NUCLEI / "images", NUCLEI / "instances.json")
    return [_sample(picture) for picture in pictures if picture.path.stem in CHOSEN]


def write_cvat(path: Path, samples: Sequence[Sample]) -> None:
    """Write the zip of "CVAT for images 1.1", saved with images."""
    path.write_bytes(_zipped("cvat", samples))


def write_label_studio(folder: Path, samples: Sequence[Sample]) -> None:
    """Write a folder with the JSON of an export, which knows uploads by other names, and images."""
    with zipfile.ZipFile(io.BytesIO(_zipped("label_studio", samples))) as archive:
        tasks = json.loads(archive.read("tasks.json"))
    folder.mkdir()
    for task, sample in zip(tasks, samples, strict=True):
        assert sample.load_bytes is not None
        data = sample.load_bytes()
        (folder / sample.file_name).write_bytes(data)
        uploaded = f"{sha256(data).hexdigest()[:8]}-{sample.file_name}"
        task["data"] = {"image": f"/data/upload/1/{uploaded}"}
        for result in _results(task):
            result.pop("meta", None)
    (folder / "project-1.json").write_text(json.dumps(tasks))


def _sample(picture: Picture) -> Sample:
    annotations = tuple(Annotation(each.rle, each.label) for each in picture.truth)
    return Sample(
        picture.path.name, picture.size_hw, annotations, load_bytes=picture.path.read_bytes
    )


def _zipped(name: str, samples: Sequence[Sample]) -> bytes:
    out = io.BytesIO()
    dataset = Dataset(labels_of(["nucleus"]), lambda: iter(samples), has_images=True)
    with zipfile.ZipFile(out, "w") as archive:
        export(dataset, FORMATS[name], ZipOut(archive))
    return out.getvalue()


def _results(task: dict[str, Any]) -> list[dict[str, Any]]:
    return [result for each in task["annotations"] for result in each["result"]]
