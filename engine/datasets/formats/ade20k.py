"""Read the full ADE20K of 2020: beside each image a JSON of its objects, which names their masks.

Layout: https://github.com/CSAILVision/ADE20K: NAME.jpg, NAME_seg.png, NAME.json and a folder NAME
with one PNG for each object. Objects lie over each other and are parts of each other. A mask is all
that is not black: it is amodal there, so that what others hide is of the object in any shade.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source, parse_json
from engine.datasets.formats.fields import text_of
from engine.datasets.formats.format import Report
from engine.datasets.formats.maps import read_bits
from engine.datasets.formats.pictures import Pictures, size_in
from engine.datasets.sample import Annotation, Dataset, Sample, Value, labels_of

_SPLITS: Final = ("training", "validation", "test")
_SEGMENTS: Final = "_seg.png"


def is_in(source: Source) -> bool:
    return next(_files(source), None) is not None


def read(source: Source, report: Report) -> Dataset:
    """Read all images that have a JSON."""
    files = list(_files(source))
    # Beside an image, and in a folder that is called as it is.
    segments = {f"{file.removesuffix('.json')}{_SEGMENTS}" for file in files}
    folders = {file.removesuffix(".json") for file in files}
    pictures = Pictures(
        source,
        lambda name: name in segments or PurePosixPath(name).parent.as_posix() in folders,
    )
    labels = {name for file in files for name in _labels(source, file)}

    def samples() -> Iterator[Sample]:
        for file in files:
            try:
                yield _sample(source, pictures, file, report)
            except DatasetError as problem:  # of the image as a whole
                report(problem)

    return Dataset(labels_of(sorted(labels)), samples)


def _files(source: Source) -> Iterator[str]:
    known = set(source.names)
    for name in source.names:
        file = f"{name.removesuffix(_SEGMENTS)}.json"
        if name.endswith(_SEGMENTS) and file in known:
            yield file


def _labels(source: Source, file: str) -> Iterator[str]:
    """Yield labels; what is wrong with a file is told when its image is read."""
    try:
        objects = _objects(_annotation(source, file))
    except DatasetError:
        return
    for each in objects:
        if isinstance(each, dict) and (name := text_of(each.get("name"))):
            yield name


def _annotation(source: Source, file: str) -> dict[str, object]:
    data = source.read(file)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # as datumaro takes all of them
    content = parse_json(text, file)
    annotation = content.get("annotation") if isinstance(content, dict) else None
    if not isinstance(annotation, dict):
        raise DatasetError("must have an `annotation`", file=file)
    return annotation


def _objects(annotation: dict[str, object]) -> list[object]:
    """Return the objects; a single one may stand there without a list."""
    objects = annotation.get("object")
    return objects if isinstance(objects, list) else [objects] if objects else []


def _sample(source: Source, pictures: Pictures, file: str, report: Report) -> Sample:
    annotation = _annotation(source, file)
    path = PurePosixPath(file)
    named = annotation.get("filename")
    ending = PurePosixPath(named).suffix if isinstance(named, str) else ""
    image = path.with_suffix(ending or ".jpg").as_posix()
    size_hw = size_in(source, f"{file.removesuffix('.json')}{_SEGMENTS}")
    found = []
    for index, each in enumerate(_objects(annotation)):
        try:
            found.append(_object(source, path.parent, each, size_hw))
        except DatasetError as problem:
            fault = f"{problem.file}: {problem.fault}" if problem.file else problem.fault
            report(DatasetError(fault, file=file, field="object", index=index))
    split = next((part for part in path.parts if part in _SPLITS), None)
    parts = PurePosixPath(image).parts
    name = "/".join(parts[parts.index(split) + 1 :] if split else parts)
    return Sample(name, size_hw, tuple(found), split=split, load_bytes=pictures.loader(image))


def _object(
    source: Source, folder: PurePosixPath, each: object, size_hw: tuple[int, int]
) -> Annotation:
    if not isinstance(each, dict):
        raise DatasetError("must be a JSON object")
    label, mask = text_of(each.get("name")), text_of(each.get("instance_mask"))
    if label is None or mask is None:
        raise DatasetError("name and instance_mask must be text")
    parts = each.get("parts")
    whole = parts.get("ispartof") if isinstance(parts, dict) else None
    return Annotation(
        read_bits(source, (folder / mask).as_posix(), size_hw),
        label,
        id=str(each["id"]) if type(each.get("id")) is int else "",
        parent=str(whole) if type(whole) is int else None,
        attributes=_attributes(each),
    )


def _attributes(each: dict[str, object]) -> dict[str, Value]:
    """Take what is said of an object: its own words are truths, the rest have values."""
    words = each.get("attributes")
    listed = [words] if isinstance(words, str) else words if isinstance(words, list) else []
    rank, occluded = each.get("depth_ordering_rank"), each.get("occluded")
    found: dict[str, Value] = {word: True for word in map(text_of, listed) if word}
    if type(rank) is int:
        found["depth_ordering_rank"] = rank
    if text := text_of(occluded):
        found["occluded"] = text
    return found
