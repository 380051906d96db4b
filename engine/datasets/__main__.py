"""`python -m engine.datasets`: prove and compare dataset versions without the server."""

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from engine.datasets.choosing import Choice, renaming_of
from engine.datasets.coco import read_coco
from engine.datasets.diff import FindRLEs, diff_manifests, with_ious
from engine.datasets.diff_labels import label_names
from engine.datasets.diff_told import change_lines, told_change
from engine.datasets.diff_totals import (
    DiffTotals,
    Summary,
    summary_lines,
    tells_changes,
)
from engine.datasets.errors import DatasetError
from engine.datasets.manifest import ManifestMask, verify_manifest
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
from engine.masks.rle import RLE, digest


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 0 if all is proven or equal, else 1."""
    parser = argparse.ArgumentParser(prog="python -m engine.datasets", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser(
        "verify",
        help="check a manifest, and files against it",
        description="Check a manifest, and files against it: all that it says and they can tell. "
        "What they cannot tell is listed as not proved.",
    )
    verify.add_argument("manifest", type=Path, help="its JSON lines, or the Parquet made of them")
    verify.add_argument(
        "export",
        type=Path,
        nargs="?",
        help="an exported folder or zip of the version: its images and masks, hashed, and what is "
        "said of them",
    )
    verify.add_argument(
        "--split",
        action="append",
        default=[],
        help="that was exported, may be repeated, or all; else unfinished images may lack, if all "
        "of them do",
    )
    verify.add_argument(
        "--label",
        action="append",
        default=[],
        metavar="OLD=NEW",
        help="what the export renamed; OLD= is what it left out; may be repeated",
    )
    verify.add_argument("--id", help="the version's id; else taken from the file's name if there")
    verify.add_argument("--images", type=Path, help="folder of the images, to be hashed")
    verify.add_argument("--coco", type=Path, help="COCO export, its masks to be hashed")
    diff = commands.add_parser("diff", help="tell what changed between two versions")
    diff.add_argument("old", type=Path)
    diff.add_argument("new", type=Path)
    diff.add_argument(
        "--coco",
        type=Path,
        nargs="+",
        default=[],
        help="COCO exports with the masks of both, to measure how far shapes moved; held in memory",
    )
    diff.add_argument("--json", action="store_true", help="the totals alone, as JSON")
    options = parser.parse_args(arguments)
    try:
        if options.command == "verify":
            return _verify(options)
        summary = print_diff(options.old, options.new, options.coco, has_changes=not options.json)
        return int(tells_changes(summary))
    except (DatasetError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _verify(options: argparse.Namespace) -> int:
    path: Path = options.manifest
    named = re.search(r"[0-9a-f]{64}", path.name)
    with open_manifest(path) as file:
        summary = verify_manifest(file, options.id or (named and named[0]))
        print(f"id           {summary.id}")
        for name in ("images", "masks", "transcripts", "captions"):
            print(f"{name:<12} {getattr(summary, name)}")
        for split, images in sorted(summary.splits.items()):
            print(f"split        {split}: {images} images")
        problems = 0
        choice = Choice(splits_asked_for(options.split), dict(map(renaming_of, options.label)))
        parts = parts_asked_for(options.split, summary.splits)
        proofs: list[Unproved] = []
        for proof, source in (
            (partial(unproven, choice=choice, parts=parts), options.export),
            (unproven_images, options.images),
            (unproven_masks, options.coco),
        ):
            if source is not None:
                proofs.append({})
                file.seek(0)
                for line in proof(file, source, unproved=proofs[-1]):
                    print(line)
                    problems += 1
    for line in (*lines_of_parts(parts), *lines_of_unproved(proved_by_none(proofs))):
        print(line)
    print("not proven" if problems else "proven")
    return int(problems > 0)


def print_diff(
    old: Path, new: Path, coco: Sequence[Path] = (), *, has_changes: bool = True
) -> Summary:
    """Print each image that changed and the totals, or the totals alone as JSON; return these."""
    totals = DiffTotals()
    with open_manifest(old) as before, open_manifest(new) as after:
        heads = header_of(before), header_of(after)
        names = label_names(heads[0]) | label_names(heads[1])
        for change in with_ious(diff_manifests(before, after), shapes_in(coco)):
            totals.add(change)
            if has_changes:
                print(*change_lines(told_change(change, names)), sep="\n")
        summary = totals.summary(*heads)
    if has_changes:
        print(*summary_lines(summary), sep="\n")
    else:
        print(json.dumps(summary))
    return summary


def shapes_in(exports: Sequence[Path]) -> FindRLEs:
    """Return a look-up among the masks of COCO exports, by digest."""
    known = {
        digest(each.rle): each.rle
        for export in exports
        for each in read_coco(export).annotations
        if each.rle is not None
    }

    def find(_: Sequence[ManifestMask]) -> Mapping[str, RLE]:
        return known

    return find


if __name__ == "__main__":
    sys.exit(main())
