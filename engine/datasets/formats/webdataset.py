"""WebDataset: tar files of images, each followed by a JSON file of what is told of it.

Format: https://github.com/webdataset/webdataset. What the JSON says is up to whoever writes it,
here objects as COCO tells them. Of others' shards images, captions (`.txt`, or in JSON as
img2dataset has them) and objects of that kind are read.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from io import BytesIO
from itertools import chain, groupby, islice
from pathlib import PurePosixPath
from tarfile import USTAR_FORMAT, TarFile, TarInfo
from tarfile import open as open_tar
from typing import BinaryIO, Final, TypeAlias

from engine.canonical import canonical_json
from engine.datasets.bounds import size_hw_of
from engine.datasets.errors import DatasetError
from engine.datasets.files import MAX_TEXT_BYTES, Out, Source, TarSource
from engine.datasets.formats.checked import Fields, checked_fields, checked_text, placed
from engine.datasets.formats.fields import image_fields, sample_of
from engine.datasets.formats.format import Format, Report
from engine.datasets.formats.objects import labels_in, object_as_coco, object_of
from engine.datasets.formats.own_fields import OWN, own_of
from engine.datasets.formats.pictures import is_image
from engine.datasets.formats.shards import Member, Shard
from engine.datasets.json_bounds import loads
from engine.datasets.places import MAX_BYTES, Place, Placed
from engine.datasets.sample import Dataset, Sample, labels_of, unique_ids
from engine.datasets.traits import ALL, RECORDS, Trait
from engine.media.errors import MediaError
from engine.media.images import read_size

SHARD: Final = "shard"  # the name of those whose images are in no split
SPLITS: Final = ("train", "val", "validation", "test", "holdout", "unfinished")
IMAGES_OF_SHARD: Final = 1_000
SHARD_BYTES: Final = 128 * 2**20  # where the next one begins: half of what is read from a zip
MAX_CAPTION_BYTES: Final = 2**20
_UNSAFE: Final = re.compile(r"^\.+|[^\w -]")


def write(dataset: Dataset, out: Out) -> None:
    """Write `SPLIT-000000.tar` and so on, so that nobody trains on what is held out."""
    for prefix in sorted({_prefix(sample) for sample in dataset.samples()}):
        samples = (sample for sample in dataset.samples() if _prefix(sample) == prefix)
        numbered = enumerate(samples)
        shard = 0
        while (first := next(numbered, None)) is not None:
            with (
                out.file(f"{prefix}-{shard:06}.tar") as file,
                _new_tar(file) as tar,
            ):
                for number, sample in chain([first], islice(numbered, IMAGES_OF_SHARD - 1)):
                    _add(tar, f"{number:09}", sample, dataset)
                    if tar.offset > SHARD_BYTES:
                        break
            shard += 1


def _prefix(sample: Sample) -> str:
    return _UNSAFE.sub("_", sample.split or SHARD)


def _new_tar(file: BinaryIO) -> TarFile:
    return open_tar(fileobj=file, mode="w|", format=USTAR_FORMAT, encoding="utf-8")


def _add(tar: TarFile, key: str, sample: Sample, dataset: Dataset) -> None:
    height, width = sample.size_hw
    ending = PurePosixPath(sample.file_name).suffix.lower()
    ending = ending if is_image(ending) else ".bin"
    content = {
        "image": ending[1:],
        "height": height,
        "width": width,
        "annotations": [object_as_coco(each) for each in sample.annotations],
        OWN: image_fields(sample),
    }
    members = {".json": canonical_json(content)}
    if sample.captions:
        members[".txt"] = "\n".join(sample.captions).encode()
    if sample.load_bytes is not None and dataset.has_images:
        members = {ending: sample.load_bytes()} | members
    for name, data in members.items():
        info = TarInfo(key + name)  # of no time and nobody
        info.size = len(data)
        tar.addfile(info, BytesIO(data))


def read(source: Source, report: Report) -> Dataset:
    """Read all shards, one at a time; each is gone through once for its labels."""
    names = _names(source)

    def samples() -> Iterator[Sample]:
        for name in names:
            shard = Shard(source, name)
            try:
                for key, members in _groups(shard):
                    try:
                        yield _sample(shard, key, members, report)
                    except ValueError as error:
                        report(placed(error, file=f"{shard.name}: {key}"))
            except DatasetError as problem:  # of the shard as a whole: what came before it is read
                report(problem)

    return Dataset(labels_of(_labels(source, names)), samples)


def is_in(source: Source) -> bool:
    for name in _names(source)[:1]:
        try:
            _, members = next(_groups(Shard(source, name)), ("", {}))
        except DatasetError:
            return False
        images = [is_image(f".{ending}") for ending in members]
        if name not in source.names and all(images):
            return False  # it is a tar of images
        return "json" in members or any(images)
    return False


def _names(source: Source) -> list[str]:
    """Return the shards: of a tar that has none in it, the tar itself."""
    names = [name for name in source.names if name.endswith(".tar")]
    return [source.shard] if isinstance(source, TarSource) and not names else names


Members: TypeAlias = dict[str, Member]  # of one sample, by their endings


def _groups(shard: Shard) -> Iterator[tuple[str, Members]]:
    """Yield files that follow each other and have one name up to its first point."""
    for key, group in groupby(shard.members(), lambda member: _split_name(member.name)[0]):
        if key:
            yield key, {_split_name(member.name)[1]: member for member in group}


def _split_name(name: str) -> tuple[str, str]:
    folder, slash, bare = name.rpartition("/")
    stem, _, ending = bare.partition(".")
    return (f"{folder}{slash}{stem}", ending.lower()) if stem else ("", "")


def _labels(source: Source, names: list[str]) -> Iterator[str]:
    """Yield the label of each object; whatever is broken is told when samples are read."""
    for name in names:
        shard = Shard(source, name)
        with suppress(DatasetError):
            for _, members in _groups(shard):
                with suppress(ValueError):
                    yield from labels_in(_content(shard, members).get("annotations"))


def _content(shard: Shard, members: Members) -> Fields:
    if "json" not in members:
        return {}
    text = shard.read(members["json"], MAX_TEXT_BYTES)
    try:
        return checked_fields(loads(text))
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None


def _sample(shard: Shard, key: str, members: Members, report: Report) -> Sample:
    content = _content(shard, members)
    ending = next((each for each in members if is_image(f".{each}")), content.get("image"))
    image = members.get(ending) if isinstance(ending, str) else None
    load = _placed(shard, image) if image else None
    size_hw = _size_of(content, load)
    listed = content.get("annotations")
    annotations = []
    for index, each in enumerate(listed if isinstance(listed, list) else ()):
        try:
            annotations.append(object_of(each, size_hw))
        except ValueError as error:
            place = f"{shard.name}: {key}.json"
            report(placed(error, file=place, field="annotations", index=index))
    own = own_of(content) or {}
    if own:
        sample = sample_of(own, checked_text(own.get("file_name")), size_hw)
    else:
        told = {"captions": _captions(shard, members, content), "split": _split_of(shard.name)}
        sample = sample_of(
            told, checked_text(f"{PurePosixPath(shard.name).stem}/{key}.{ending}"), size_hw
        )
    return replace(sample, annotations=unique_ids(annotations), load_bytes=load)


def _placed(shard: Shard, image: Member) -> Placed:
    place = Place(shard.name, image.start, image.size_bytes)
    return Placed(partial(shard.read, image, MAX_BYTES), place)


def _size_of(content: Fields, load: Callable[[], bytes] | None) -> tuple[int, int]:
    """Return the size that is told, here or as SA-1B does, or else the image's own."""
    image = content.get("image")
    told = image if isinstance(image, dict) else content
    if "height" in told and "width" in told:
        return size_hw_of(told)
    if load is None:
        raise DatasetError("no image is there, which tells its size")
    try:
        return read_size(load())
    except MediaError as error:
        raise DatasetError(str(error)) from None


def _captions(shard: Shard, members: Members, content: Fields) -> list[object]:
    """Return what others tell of an image, in text of its own or in JSON."""
    if "txt" in members:
        text = shard.read(members["txt"], MAX_CAPTION_BYTES)
        return [text.decode("utf-8-sig", errors="replace").strip()]
    return [content.get("caption")]


def _split_of(name: str) -> str | None:
    word = PurePosixPath(name).stem.partition("-")[0]
    return word if word in SPLITS else None


WEBDATASET: Final = Format(
    "webdataset",
    "WebDataset",
    ALL,
    # What COCO and SA-1B have names for stands by these; captions are text of their own.
    RECORDS - {Trait.CROWDS, Trait.ESTIMATES, Trait.CAPTIONS, Trait.SPLITS},
    write,
    read,
    is_in,
    tells_splits=True,
)
