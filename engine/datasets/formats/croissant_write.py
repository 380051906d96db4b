"""Write Parquet files and the Croissant metadata that tells of them, of their rows and columns.

Version 1.0 of the format, which all tools read; a version's own number stands behind a plus, where
semantic versioning has a place for it. The licence is called unknown, as nobody told of one.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from engine.datasets.files import Out
from engine.datasets.formats.croissant import CONFORMS_TO, FILE
from engine.datasets.formats.huggingface_features import Feature, features_of
from engine.datasets.formats.parquet_table import WrittenFile
from engine.datasets.formats.parquet_write import FOLDER, write_files
from engine.datasets.sample import Dataset

_PARQUET: Final = "application/x-parquet"
_TYPES: Final = {
    "string": "sc:Text",
    "int32": "sc:Integer",
    "int64": "sc:Integer",
    "float64": "sc:Float",
    "bool": "sc:Boolean",
    "Image": "sc:ImageObject",
    "ClassLabel": "sc:Integer",
}
_TERMS: Final = (
    *("citeAs", "column", "equivalentProperty", "extract", "field", "fileObject", "fileProperty"),
    *("fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField"),
    *("path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate"),
    *("separator", "source", "subField", "transform"),
)
_CONTEXT: Final = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": CONFORMS_TO,
    "dct": "http://purl.org/dc/terms/",
    "rai": f"{CONFORMS_TO}RAI/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{term: f"cr:{term}" for term in _TERMS},
}
_TOLD: Final = (
    "Images with masks as COCO run-length encodings (size and counts), boxes (x, y, width, height),"
    " labels by their number in the record set labels, and captions."
)
Node = dict[str, object]


def write(dataset: Dataset, out: Out) -> None:
    """Write `data/SPLIT-00000-of-0000N.parquet` and so on, and `metadata.json`."""
    files = write_files(dataset, out)
    with out.file(FILE) as file:
        told = _metadata(dataset, files)
        file.write(json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n")


def _metadata(dataset: Dataset, files: Sequence[WrittenFile]) -> Node:
    splits = sorted({split for each in files for split in each.splits})
    name = dataset.name or "Dataset"
    number = f"1.0.0+{dataset.version}" if dataset.version else "1.0.0"
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": f"{CONFORMS_TO}1.0",
        "name": name,
        "description": _TOLD,
        "citeAs": f"{name}, version {number}, exported by Anneal",
        "license": "unknown",
        "version": number,
        **({"datePublished": dataset.date} if dataset.date else {}),
        "distribution": [
            *(_file(each) for each in files),
            {
                "@type": "cr:FileSet",
                "@id": "files",
                "encodingFormat": _PARQUET,
                "includes": f"{FOLDER}/*.parquet",
            },
        ],
        "recordSet": [
            *([_splits(splits)] if splits else []),
            _labels(dataset.classes()),
            {
                "@type": "cr:RecordSet",
                "@id": "images",
                "field": list(_fields(features_of(dataset.classes()), has_splits=bool(splits))),
            },
        ],
    }


def _file(written: WrittenFile) -> Node:
    return {
        "@type": "cr:FileObject",
        "@id": written.name,
        "name": written.name,
        "contentUrl": written.name,
        "contentSize": f"{written.size_bytes} B",
        "encodingFormat": _PARQUET,
        "sha256": written.sha256,
    }


def _splits(splits: Sequence[str]) -> Node:
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [{"@type": "cr:Field", "@id": "splits/name", "dataType": "sc:Text"}],
        "data": [{"splits/name": each} for each in splits],
    }


def _labels(classes: Sequence[str]) -> Node:
    types: dict[str, object] = {"number": "sc:Integer", "name": ["sc:Text", "sc:name"]}
    return {
        "@type": "cr:RecordSet",
        "@id": "labels",
        "dataType": "sc:Enumeration",
        "key": {"@id": "labels/number"},
        "field": [
            {"@type": "cr:Field", "@id": f"labels/{name}", "dataType": each}
            for name, each in types.items()
        ],
        "data": [
            {"labels/number": place, "labels/name": name} for place, name in enumerate(classes)
        ],
    }


def _fields(features: Mapping[str, Feature], *, has_splits: bool) -> Iterator[Node]:
    """Yield a field for each column; one of objects has one for each of theirs below it."""
    for column, feature in features.items():
        field: Node = {"@type": "cr:Field", "@id": f"images/{column}"}
        inner = feature[0] if isinstance(feature, list) else None
        if isinstance(inner, dict) and "_type" not in inner:
            leaves = _leaves(inner, "")
            field["repeated"] = True
            field["subField"] = [
                {"@type": "cr:Field", "@id": f"images/{column}/{path.rpartition('.')[2]}"}
                | _typed(leaf, column, path)
                for path, leaf in leaves
            ]
        else:
            field |= _typed(feature, column, "bytes" if column == "image" else "")
        if column == "split" and has_splits:
            field["references"] = {"field": {"@id": "splits/name"}}
        yield field


def _leaves(struct: Mapping[str, object], above: str) -> Iterator[tuple[str, object]]:
    for name, feature in struct.items():
        if isinstance(feature, dict) and "_type" not in feature:
            yield from _leaves(feature, f"{above}{name}.")
        else:
            yield f"{above}{name}", feature


def _typed(feature: object, column: str, path: str) -> Node:
    """Tell a field's type and where it is: in a column, or below a path in it."""
    inner = feature[0] if isinstance(feature, list) else feature
    if not isinstance(inner, dict):
        raise TypeError(f"{feature!r:.60} is no feature")
    source: Node = {"fileSet": {"@id": "files"}, "extract": {"column": column}}
    return {
        "dataType": _TYPES[str(inner.get("dtype", inner["_type"]))],
        **({"repeated": True} if isinstance(feature, list) else {}),
        "source": source | ({"transform": {"jsonPath": path}} if path else {}),
    }
