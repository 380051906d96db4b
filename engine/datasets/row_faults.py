"""What a sample that was read from an export has otherwise than the row of the manifest says."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from engine.datasets.choosing import Choice
from engine.datasets.errors import DatasetError
from engine.datasets.header_labels import attributes_by_label, header_labels
from engine.datasets.manifest import ManifestMask, ManifestRow
from engine.datasets.naming import without_number
from engine.datasets.row_places import names_of
from engine.datasets.sample import Annotation, Sample
from engine.datasets.traits import ALL, Trait
from engine.masks.counts import show
from engine.masks.rle import digest

# What manifests say beside what is a trait of formats.
IMAGES: Final = "images"  # their bytes
FILE_NAMES: Final = "file_names"
REVISIONS: Final = "revisions"
TRANSCRIPTS: Final = "transcripts"
CAPTION_SOURCES: Final = "caption_sources"  # who said it, when and in which recording
NO_FORMAT_HOLDS: Final = frozenset({TRANSCRIPTS, CAPTION_SOURCES})
NOT_HELD: Final = "not in this format"
_REVISION: Final = "revision"  # where an export tells it, in the origin of a mask
_ATTRIBUTES: Final = "attributes"

Unproved = dict[str, str]  # what the manifest says and nothing proves, and why


@dataclass(frozen=True, slots=True)
class Rules:
    """By which an export is compared; what it cannot tell is noted while it is."""

    keeps: frozenset[Trait]
    names: Mapping[str, frozenset[str]]  # that a label may have there, by its id; none: left out
    shared: frozenset[str]  # names that cannot tell apart several labels which came by them
    attributes: Mapping[str, Mapping[str, str]]  # their names by their ids, by the label's id
    is_as_cut: bool  # so nothing can have been renamed that is not told
    unproved: Unproved
    given: dict[str, str] = field(default_factory=dict)  # the first name that a label was met by


class _Pairs(NamedTuple):
    """Masks of the manifest and of the export."""

    both: list[tuple[ManifestMask, Annotation]]
    missing: list[str]  # or of another shape
    foreign: list[str]
    twice: list[str]


def rules_of(
    header: Mapping[str, object],
    keeps: frozenset[Trait],
    choice: Choice,
    unproved: Unproved,
    *,
    is_as_cut: bool,
) -> Rules:
    """Return how an export of a version is compared.

    Raises:
        DatasetError: a label is renamed that the version does not have.

    """
    labels = header_labels(header)
    if unknown := sorted(choice.labels.keys() - {label.name for label in labels}):
        raise DatasetError(f"there is no label {unknown[0]!r} to rename or leave out")
    names: dict[str, frozenset[str]] = {}
    for label in labels:
        if label.name in choice.labels:
            new = choice.labels[label.name]
            names[str(label.id)] = frozenset() if new is None else frozenset({new})
        else:
            # COCO's file of a whole version has names as they came, other exports have unique ones.
            own = str(label.extra.get("name", label.name))
            names[str(label.id)] = frozenset({label.name, own, " ".join(own.split())})
    uses = Counter(name for each in names.values() for name in each)
    shared = {name for name, count in uses.items() if count > 1} - set(choice.labels.values())
    return Rules(
        keeps,
        names,
        frozenset(shared),
        attributes_by_label(header),
        is_as_cut or bool(choice.labels),
        unproved,
    )


def said_in(row: ManifestRow) -> set[str]:
    """Name what a row says of its image."""
    masks = row["masks"]
    found = {
        Trait.MASKS: masks,
        Trait.IDS: masks,
        REVISIONS: masks,
        Trait.LABELS: any(mask["label"] for mask in masks),
        Trait.PARENTS: any(mask["parent"] for mask in masks),
        Trait.DEPTHS: any("z" in mask for mask in masks),
        Trait.ATTRIBUTES: any(_ATTRIBUTES in mask for mask in masks),
        Trait.MASK_CAPTIONS: any("caption" in mask for mask in masks),
        Trait.CAPTIONS: row["captions"],
        Trait.GROUPS: row["group"],
        TRANSCRIPTS: row["transcripts"],
        CAPTION_SOURCES: any(each.keys() - {"text"} for each in row["captions"])
        or any("caption_recording" in mask for mask in masks),
    }
    named = {str(name) for name, is_said in found.items() if is_said}
    return named | {IMAGES, FILE_NAMES, str(Trait.SPLITS)}


def faults_of(row: ManifestRow, sample: Sample, rules: Rules) -> Iterator[str]:
    """Yield a line for each thing that is not as the manifest says; the image is named by others.

    Masks are told by their ids, or in formats that keep none by their shapes.
    """
    _note_gaps(row, sample, rules)
    yield from _image_faults(row, sample, rules.keeps)
    masks = expected_masks(row, rules)
    pairs = _paired(masks, sample.annotations, rules)
    reshaped = [mask["mask"] for mask, each in pairs.both if not _is_of_shape(each, mask)]
    if lost := pairs.missing + reshaped:
        yield f"{len(lost)} of {len(masks)} masks missing or changed: {_some(lost)}"
    if pairs.foreign:
        foreign = [each or "without id" for each in pairs.foreign]
        yield f"{len(foreign)} masks that the manifest does not have: {_some(foreign)}"
    if pairs.twice:
        yield f"{len(pairs.twice)} masks listed twice: {_some(pairs.twice)}"
    faults: dict[str, list[str]] = {}
    there = {mask["mask"] for mask in row["masks"]}
    for mask, each in pairs.both:
        # Older versions name parents that were deleted; whether formats tell of these differs.
        is_gone = mask["parent"] is not None and mask["parent"] not in there
        told = _without_parent(mask) if is_gone and not each.parent else mask
        for what, found, expected in _mask_faults(told, each, rules):
            line = f"mask {mask['mask']}: {what} is {show(found)}, not {show(expected)}"
            faults.setdefault(what, []).append(line)
    for lines in faults.values():
        more = f" (and {len(lines) - 1} masks more)" if len(lines) > 1 else ""
        yield lines[0] + more


def expected_masks(row: ManifestRow, rules: Rules) -> list[ManifestMask]:
    """Return the masks that an export ought to have, without parents that were left out."""
    kept = [mask for mask in row["masks"] if _names(mask["label"], rules) != frozenset()]
    left_out = {mask["mask"] for mask in row["masks"]} - {mask["mask"] for mask in kept}
    return [_without_parent(mask) if mask["parent"] in left_out else mask for mask in kept]


def _without_parent(mask: ManifestMask) -> ManifestMask:
    return {**mask, "parent": None}


def _names(label: str | None, rules: Rules) -> frozenset[str | None]:
    return frozenset({None}) if label is None else rules.names.get(label, frozenset({label}))


def _note_gaps(row: ManifestRow, sample: Sample, rules: Rules) -> None:
    for name in said_in(row) & {str(each) for each in ALL - rules.keeps}:
        rules.unproved.setdefault(name, NOT_HELD)
    for name in said_in(row) & NO_FORMAT_HOLDS:
        rules.unproved.setdefault(name, "not in any format of masks")
    if sample.load_bytes is None:
        rules.unproved.setdefault(IMAGES, "their bytes are not in the export")
    if sample.file_name not in names_of(row):
        rules.unproved.setdefault(FILE_NAMES, "their folders are others")


def _image_faults(row: ManifestRow, sample: Sample, keeps: frozenset[Trait]) -> Iterator[str]:
    bare = {PurePosixPath(name).name for name in names_of(row)}
    name = PurePosixPath(sample.file_name).name
    if bare.isdisjoint({name, without_number(name)}):
        yield f"file name is {show(sample.file_name)}, not {show(row['file_name'])}"
    captions = [text for each in row["captions"] if (text := str(each.get("text") or ""))]
    told: tuple[tuple[Trait | None, str, object, object], ...] = (
        (None, "size", list(sample.size_hw), row["size_hw"]),
        (Trait.SPLITS, "split", sample.split, row["split"]),
        (Trait.GROUPS, "group", sample.group, row["group"]),
        (Trait.CAPTIONS, "captions", [each for each in sample.captions if each], captions),
    )
    for trait, what, found, expected in told:
        if (trait is None or trait in keeps) and found != expected:
            yield f"{what} is {show(found)}, not {show(expected)}"


def _paired(masks: list[ManifestMask], found: Iterable[Annotation], rules: Rules) -> _Pairs:
    left = {mask["mask"]: mask for mask in masks}
    ids = set(left)
    pairs = _Pairs([], [], [], [])
    unnamed = []
    for each in found:
        if Trait.IDS not in rules.keeps or not each.id:
            unnamed.append(each)
        elif each.id in left:
            pairs.both.append((left.pop(each.id), each))
        else:
            (pairs.twice if each.id in ids else pairs.foreign).append(each.id)
    by_shape: dict[str, list[ManifestMask]] = {}
    for mask in left.values() if unnamed else ():
        by_shape.setdefault(mask["rle_digest"], []).append(mask)
    for each in unnamed:
        alike = by_shape.get(digest(each.rle), []) if each.rle else []
        if not alike:
            pairs.foreign.append(each.id)
            continue
        # Of several masks of one shape it is the one of its label, if there is one.
        best = next((mask for mask in alike if each.label in _names(mask["label"], rules)), None)
        mask = best or alike[0]
        alike.remove(mask)
        del left[mask["mask"]]
        pairs.both.append((mask, each))
        if Trait.IDS in rules.keeps:
            rules.unproved.setdefault(str(Trait.IDS), "not told of all masks")
    pairs.missing.extend(left)
    return pairs


def _is_of_shape(each: Annotation, mask: ManifestMask) -> bool:
    return each.rle is not None and digest(each.rle) == mask["rle_digest"]


def _mask_faults(
    mask: ManifestMask, each: Annotation, rules: Rules
) -> Iterator[tuple[str, object, object]]:
    """Yield what differs, as it was found, and as it ought to be."""
    keeps = rules.keeps
    if Trait.LABELS in keeps and not _has_label(mask["label"], each.label, rules):
        own = rules.given.get(mask["label"] or "")
        yield "label", each.label, own or _shown_name(mask["label"], rules)
    of_label = rules.attributes.get(mask["label"] or "", {})
    values = {of_label.get(key, key): value for key, value in mask.get("attributes", {}).items()}
    told: tuple[tuple[Trait, str, object, object], ...] = (
        (Trait.PARENTS, "parent", each.parent, mask["parent"]),
        (Trait.DEPTHS, "z", each.z, mask.get("z", 0)),
        (Trait.MASK_CAPTIONS, "caption", each.caption, mask.get("caption")),
        (Trait.ATTRIBUTES, _ATTRIBUTES, dict(each.attributes), values),
    )
    yield from ((what, a, b) for trait, what, a, b in told if trait in keeps and a != b)
    if Trait.ORIGINS not in keeps or _REVISION not in each.extra:
        rules.unproved.setdefault(REVISIONS, "not told of all masks")
    elif str(each.extra[_REVISION]) != mask["revision"]:
        yield _REVISION, str(each.extra[_REVISION]), mask["revision"]


def _has_label(label: str | None, found: str | None, rules: Rules) -> bool:
    """Tell whether a mask has the name of its label, or one that all masks of its label have.

    Exports that rename labels do not tell so: a name that no label of the version has may be right.
    """
    names = _names(label, rules)
    if label is None or found is None:
        return found in names
    if found in rules.shared:
        why = f"{show(found)} is the name of several"
        rules.unproved.setdefault(str(Trait.LABELS), why)
    if found in names:
        return rules.given.setdefault(label, found) in names
    if rules.is_as_cut or any(found in each for each in rules.names.values()):
        return False
    why = f"{show(found)} is no label of the manifest (say what was renamed: --label OLD=NEW)"
    rules.unproved.setdefault(str(Trait.LABELS), why)
    return rules.given.setdefault(label, found) == found


def _shown_name(label: str | None, rules: Rules) -> str | None:
    return min((each for each in _names(label, rules) if each is not None), default=None)


def _some(ids: list[str]) -> str:
    shown = 3
    return ", ".join(ids[:shown]) + (", …" if len(ids) > shown else "")
