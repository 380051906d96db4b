"""`anneal version`, `export`, `diff` and `verify`: frozen data, out of the server and proved."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, cast

import typer

from engine.client.cli.differences import show_differences
from engine.client.cli.door import REFUSED, Json, ProjectArgument, Timeout, group, logged_in
from engine.client.cli.output import progress, show, show_lines, tell
from engine.client.cli.stopping import telling_of_cancel
from engine.client.errors import AnnealError
from engine.client.models import JOB_SUCCEEDED, Export, TrainedBundle, Version
from engine.datasets import __main__ as datasets
from engine.datasets.choosing import Choice, renaming_of
from engine.datasets.diff import diff_manifests, with_ious
from engine.datasets.diff_labels import label_names
from engine.datasets.diff_told import change_lines, told_change
from engine.datasets.diff_totals import (
    DiffTotals,
    Summary,
    summary_lines,
    tells_changes,
)
from engine.datasets.errors import DatasetError
from engine.datasets.export_splits import lines_of_splits, splits_meant
from engine.datasets.files import open_source
from engine.datasets.formats.detect import formats_in
from engine.datasets.manifest import verify_manifest
from engine.datasets.manifest_files import open_manifest
from engine.datasets.manifest_lines import header_of
from engine.datasets.proof import (
    lines_of_unproved,
    proved_by_none,
    unproven,
    unproven_images,
    unproven_masks,
)
from engine.datasets.proof_parts import lines_of_parts, parts_asked_for, splits_asked_for
from engine.datasets.row_faults import Unproved
from engine.media.archive import OWN_LIMITS

MANIFEST: Final = "manifest"  # the format that leaves as a whole
SHORT: Final = 12  # digits of an id that people are shown
HEADS: Final = ("id", "tags", "cut at", "by", "images", "masks", "captions", "note")
VersionArgument = Annotated[
    str, typer.Argument(metavar="VERSION", help="A tag, or how its id starts; else the newest.")
]
NamedVersion = Annotated[
    str, typer.Argument(metavar="VERSION", help="A tag, or how its id starts.")
]
Splits = Annotated[
    list[str] | None,
    typer.Option(
        help="train, val, holdout or unfinished, may be repeated, or all; else those of finished "
        "images."
    ),
]
Labels = Annotated[
    list[str] | None,
    typer.Option(help="OLD=NEW renames a label, OLD= leaves it out; may be repeated."),
]
Images = Annotated[bool, typer.Option("--images", help="With the images' bytes.")]
version = group("Dataset versions: list them, cut one, show one.")


@version.command("list")
def list_versions(*, project: ProjectArgument, as_json: Json = False) -> None:
    """List a project's versions, the newest first."""
    with logged_in() as client:
        found = list(client.versions(project))
    show(found, HEADS, [row_of(each) for each in found], as_json=as_json)


@version.command("show")
def show_version(
    *,
    project: ProjectArgument,
    start: VersionArgument = "",
    manifest: Annotated[Path | None, typer.Option(help="Write its manifest there.")] = None,
    as_json: Json = False,
) -> None:
    """Show one version, and fetch its manifest, proved by the id."""
    with logged_in() as client:
        found = client.version(project, start)
        exports = list(client.exports(found)) if found.exports_count else []  # managers' alone
        if manifest is not None:
            client.manifest(found, manifest)
    rows = [
        ["id", found.id],
        ["tags", " ".join(found.tags)],
        *found.counts.model_dump().items(),
        ["note", found.note],
    ]
    rows += [["query", "" if found.cut_from is None else found.cut_from.name]]
    rows += [["trained", _trained(each)] for each in found.bundles]
    rows += [["export", _exported(each)] for each in exports]
    show(found, ["", ""], rows, as_json=as_json)


@version.command()
def tag(
    *,
    project: ProjectArgument,
    start: NamedVersion,
    name: Annotated[str, typer.Argument(help="Small letters, digits, dots, dashes.")],
    as_json: Json = False,
) -> None:
    """Give a version a name that may stand for its id."""
    with logged_in() as client:
        found = client.tag_version(client.version(project, start), name)
    show(found, HEADS, [row_of(found)], as_json=as_json)


@version.command()
def untag(
    *,
    project: ProjectArgument,
    name: Annotated[str, typer.Argument(help="The tag.")],
    as_json: Json = False,
) -> None:
    """Take a name away from its version, so that it is free for another."""
    with logged_in() as client:
        found = client.version(project, name)
        if name not in found.tags:
            raise AnnealError(0, "no_such_tag", f"No version has the tag {name!r}.")
        client.untag_version(found, name)
        left = client.version(project, found.id)
    tell(f"{name} is no longer version {found.id[:SHORT]}.")
    show(left, HEADS, [row_of(left)], as_json=as_json)


@version.command()
def note(
    *,
    project: ProjectArgument,
    start: NamedVersion,
    text: Annotated[str, typer.Argument(help="What it is for.")],
    as_json: Json = False,
) -> None:
    """Say what a version is for, in place of what was said before."""
    with logged_in() as client:
        found = client.note_version(client.version(project, start), text)
    show(found, HEADS, [row_of(found)], as_json=as_json)


@version.command("with")
def holding(
    *,
    image: Annotated[int, typer.Argument(help="An image's id, see `anneal images`.")],
    as_json: Json = False,
) -> None:
    """List the versions that hold an image, the newest first."""
    with logged_in() as client:
        found = list(client.versions_with(image))
    rows = [
        [each.id[:SHORT], " ".join(each.tags), each.split, each.masks, each.captions, each.note]
        for each in found
    ]
    show(found, ["id", "tags", "split", "masks", "captions", "note"], rows, as_json=as_json)


@version.command()
def stats(*, project: ProjectArgument, start: VersionArgument = "", as_json: Json = False) -> None:
    """Tell how a version is spread over splits, labels and sizes."""
    with logged_in() as client:
        found = client.distributions(client.version(project, start))
    show(found, ["", "", "images", "masks"], _spread(found), as_json=as_json)


@version.command()
def formats(
    *,
    project: ProjectArgument,
    start: VersionArgument = "",
    split: Splits = None,
    label: Labels = None,
    images: Images = False,
    as_json: Json = False,
) -> None:
    """List the formats: what each cannot hold, and what only Anneal reads back of it.

    Of what `anneal export` would write with the same options.
    """
    labels = _labels(label)
    with logged_in() as client:
        version = client.version(project, start)
        splits = splits_meant(split or (), version.counts.model_dump())
        found = client.formats(version, splits=splits, labels=labels, images=images)
        if not (
            split or labels or images
        ):  # it is exported as a whole, also where no split is named
            found += [each for each in client.formats(version) if each.format == MANIFEST]
    rows = [
        [each.format, each.title, _losses(each.losses), _losses(each.anneal_only), *each.notes]
        for each in found
    ]
    names = ["format", "", "cannot hold", "only Anneal reads back", "note"]
    show(found, names, rows, as_json=as_json)


def export(  # noqa: PLR0913  # one for each option
    *,
    project: ProjectArgument,
    start: VersionArgument = "",
    form: Annotated[str, typer.Option("--format", help="See `anneal version formats`.")] = "coco",
    split: Splits = None,
    label: Labels = None,
    images: Images = False,
    addresses: Annotated[
        bool, typer.Option("--addresses", help="Tell where in the store they lie.")
    ] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The file.")] = None,
    timeout: Timeout = None,
    as_json: Json = False,
) -> None:
    """Have a version written in a format, and fetch the zip, proved by its sha256.

    Without --split it is of finished images, those of each split by themselves, or if none is
    finished of those that were begun. --split all takes all images, as COCO in one file. What was
    asked for before is not written again: interrupted, the same command goes on, and
    `anneal cancel` stops what the server does.
    """
    labels = _labels(label)
    with logged_in() as client, progress() as moved:
        found = client.version(project, start)
        counts = found.counts.model_dump()
        splits = splits_meant(split or (), counts) if form != MANIFEST or split else []
        begun = client.begin_export(
            found,
            form,
            splits=splits,
            labels=labels,
            images=images,
            addresses=addresses,
        )
        if begun.was_there:
            tell(_there(begun))
        with telling_of_cancel(begun.id, "the export"):
            written = client.wait_for_export(begun, timeout_s=timeout, progress=moved)
        path = output or Path(f"{found.id[:SHORT]}-{written.format}.zip")
        client.download(written, path, progress=moved)
    if splits and not split:
        for line in lines_of_splits(splits, counts):
            tell(line)
    for trait, count in sorted(written.losses.items()):
        tell(f"{written.title} cannot hold: {trait}, {count} times")
    if written.anneal_only:
        own = (f"{trait}, {count} times" for trait, count in sorted(written.anneal_only.items()))
        tell(f"only Anneal reads back: {'; '.join(own)}")
    for note in written.notes:
        tell(f"note: {note}")
    answer = {"path": str(path), **written.model_dump(mode="json", exclude={"download_url"})}
    rows = [[path, written.bytes, written.sha256]]
    show(answer, ["file", "bytes", "sha256"], rows, as_json=as_json)


def diff(
    *,
    old: Annotated[str, typer.Argument(help="A manifest, or the start of a version's id.")],
    new: Annotated[str, typer.Argument(help="The same.")],
    project: Annotated[
        str | None, typer.Option(help="Of the versions; not needed for manifests.")
    ] = None,
    coco: Annotated[
        list[Path] | None,
        typer.Option(
            help="For manifests: a COCO export with masks of both, to measure how far shapes "
            "moved; may be repeated.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell what changed from one version to another.

    Each image that differs is a line, each mask that has another label or shape one more, and each
    caption that is another; totals come last, with labels and attributes that are new, gone or
    others. --json has the images as `changes` beside the totals,
    from manifests and from the server. As with verify, the exit code is 0 where they are the same,
    and 1 where they differ, or where something failed, which is then told as an error.
    """
    paths = [Path(old), Path(new)]
    if all(path.is_file() for path in paths):
        _diff(paths[0], paths[1], coco or (), as_json=as_json)
        return
    if project is None:
        raise AnnealError(
            0, "no_project", "These are no files: say with --project whose versions they are."
        )
    if coco:
        raise typer.BadParameter("the server knows the masks itself", param_hint="--coco")
    with logged_in() as client:
        versions = [client.version(project, start) for start in (old, new)]
        told = cast("Summary", client.diff(*versions))
        changes = (each.model_dump(mode="json") for each in client.changes(*versions))
        if as_json:
            show_differences(changes, lambda: told)
        else:
            for change in changes:
                show_lines(change_lines(change))
            show_lines(summary_lines(told))
    _end(told)


def verify(
    *,
    manifest: Annotated[
        Path,
        typer.Argument(help="manifest.jsonl, or manifest.parquet", exists=True, dir_okay=False),
    ],
    export: Annotated[
        Path | None,
        typer.Argument(help="An export, as folder or zip, or a folder of images.", exists=True),
    ] = None,
    coco: Annotated[
        Path | None, typer.Option(help="A COCO export: its masks.", exists=True, dir_okay=False)
    ] = None,
    version_id: Annotated[str | None, typer.Option("--id", help="The id to be proved.")] = None,
    split: Annotated[
        list[str] | None,
        typer.Option(
            help="That was exported, may be repeated, or all; else unfinished images may lack, if "
            "all of them do."
        ),
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option(help="OLD=NEW was renamed by the export, OLD= left out; may be repeated."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Prove an export, images or masks against a manifest, without any server.

    All that the manifest says and the files can tell is compared: images and masks by their
    digests, labels, parts, order, attributes, captions, splits and groups; of descriptions and
    narratives the texts. What they cannot tell is listed as not proved, with the reason; --json has
    it as `not_proved`.

    What must be there is what `anneal export` takes: without --split all that is finished, and of
    unfinished images all or none. How many of each split were compared and left out is told, and
    `compared` and `left_out` in --json. Nothing that an export says of itself excuses what lacks.

    The exit code is 1, and each fault is told, where something is missing, changed or too much.
    """
    choice = Choice(splits_asked_for(split or ()), _labels(label))
    proofs: list[Unproved] = []
    with open_manifest(manifest) as file:
        summary = verify_manifest(file, version_id)
        parts = parts_asked_for(split or (), summary.splits)
        faults: list[str] = []
        if export is not None:
            file.seek(0)
            proofs.append({})
            # A file is no folder of images: where nothing can be read in it, that is to be told.
            if export.is_file() or formats_in(open_source(export, OWN_LIMITS)):
                faults += unproven(file, export, choice=choice, unproved=proofs[-1], parts=parts)
            else:
                faults += unproven_images(file, export, unproved=proofs[-1])
        if coco is not None:
            file.seek(0)
            proofs.append({})
            faults += unproven_masks(file, coco, unproved=proofs[-1])
    left = proved_by_none(proofs)
    answer = {
        "id": summary.id,
        "images": summary.images,
        "masks": summary.masks,
        "faults": faults,
        "not_proved": left,
        "compared": parts.compared,
        "left_out": parts.left_out,
    }
    show(answer, ["fault"], [[fault] for fault in faults], as_json=as_json)
    for line in (*lines_of_parts(parts), *lines_of_unproved(left)):
        tell(line)
    tell(f"{summary.id}: {f'{len(faults)} faults' if faults else 'proved'}")
    if faults:
        raise typer.Exit(REFUSED)


def row_of(found: Version) -> Sequence[object]:
    """Return a version as a line of a list."""
    when = found.created_at.strftime("%Y-%m-%d %H:%M")
    counts = found.counts
    made = (found.id[:SHORT], " ".join(found.tags), when, found.created_by)
    return (*made, counts.images, counts.masks, counts.captions, found.note)


def _spread(found: Mapping[str, Any]) -> list[Sequence[object]]:
    """Return a row for each count that is not zero."""
    rows: list[Sequence[object]] = [
        ("split", each["split"], each["images"], each["masks"]) for each in found["splits"]
    ]
    rows += [("label", each["label"] or "none", "", each["masks"]) for each in found["labels"]]
    rows += [("size", name, "", masks) for name, masks in found["sizes"].items() if masks]
    rows += [("share of image", name, "", n) for name, n in _bins(found["area_shares"])]
    rows += [("masks of an image", name, n, "") for name, n in _bins(found["masks_per_image"])]
    rows += [("megapixels", name, n, "") for name, n in _bins(found["megapixels"])]
    return rows


def _bins(found: Mapping[str, Any]) -> list[tuple[str, int]]:
    edges = [f"{edge:g}" for edge in found["edges"]]
    names = [f"below {edges[0]}", *(f"from {edge}" for edge in edges)]
    return [(name, n) for name, n in zip(names, found["counts"], strict=True) if n]


def _exported(export: Export) -> str:
    state = "expired: export it again" if export.is_expired else export.state
    return f"{export.format} {export.id} {state} {export.bytes} bytes"


def _there(export: Export) -> str:
    since = export.created_at.strftime("%Y-%m-%d %H:%M")
    if export.state == JOB_SUCCEEDED:
        return f"The same was exported on {since}: that is fetched."
    return f"The same export was begun on {since}: going on with that."


def _trained(each: TrainedBundle) -> str:
    told = [each.bundle[:SHORT], "" if each.round is None else f"by round {each.round}"]
    return " ".join(filter(None, [*told, each.alias]))


def _losses(losses: dict[str, int] | None) -> str:
    return "?" if losses is None else ", ".join(f"{n} {name}" for name, n in sorted(losses.items()))


def _labels(pairs: Sequence[str] | None) -> dict[str, str | None]:
    try:
        return dict(map(renaming_of, pairs or ()))
    except DatasetError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--label") from None


def _diff(old: Path, new: Path, coco: Sequence[Path], *, as_json: bool) -> None:
    if not as_json:
        _end(datasets.print_diff(old, new, coco))
        return
    totals = DiffTotals()
    with open_manifest(old) as before, open_manifest(new) as after:
        heads = header_of(before), header_of(after)
        names = label_names(heads[0]) | label_names(heads[1])

        def changes() -> Iterator[dict[str, Any]]:
            found = diff_manifests(before, after)
            for change in with_ious(found, datasets.shapes_in(coco)):
                totals.add(change)
                yield told_change(change, names)

        show_differences(changes(), lambda: totals.summary(*heads))
    _end(totals.summary(*heads))


def _end(summary: Summary) -> None:
    if tells_changes(summary):
        raise typer.Exit(REFUSED)
