"""`python -m engine.datasets`: prove and compare dataset versions without the server."""

import argparse
import re
import sys
from pathlib import Path

from engine.datasets.errors import DatasetError
from engine.datasets.manifest import diff_manifests, verify_manifest
from engine.datasets.proof import unproven_images, unproven_masks


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 0 if all is proven or equal, else 1."""
    parser = argparse.ArgumentParser(prog="python -m engine.datasets", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="check a manifest, and files against it")
    verify.add_argument("manifest", type=Path)
    verify.add_argument("--id", help="the version's id; else taken from the file's name if there")
    verify.add_argument("--images", type=Path, help="folder of the images, to be hashed")
    verify.add_argument("--coco", type=Path, help="COCO export, its masks to be hashed")
    diff = commands.add_parser("diff", help="tell what changed between two versions")
    diff.add_argument("old", type=Path)
    diff.add_argument("new", type=Path)
    options = parser.parse_args(arguments)
    try:
        return _verify(options) if options.command == "verify" else _diff(options)
    except (DatasetError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _verify(options: argparse.Namespace) -> int:
    path: Path = options.manifest
    named = re.search(r"[0-9a-f]{64}", path.name)
    with path.open("rb") as file:
        summary = verify_manifest(file, options.id or (named and named[0]))
        print(f"id           {summary.id}")
        for name in ("images", "masks", "transcripts", "captions"):
            print(f"{name:<12} {getattr(summary, name)}")
        for split, images in sorted(summary.splits.items()):
            print(f"split        {split}: {images} images")
        problems = 0
        for unproven, source in (unproven_images, options.images), (unproven_masks, options.coco):
            if source is not None:
                file.seek(0)
                for line in unproven(file, source):
                    print(line)
                    problems += 1
    print("not proven" if problems else "proven")
    return int(problems > 0)


def _diff(options: argparse.Namespace) -> int:
    changes = 0
    with options.old.open("rb") as old, options.new.open("rb") as new:
        for change in diff_manifests(old, new):
            changes += 1
            print(
                f"{change.kind:<8} {change.image_sha256} "
                f"+{len(change.masks_added)} -{len(change.masks_removed)} "
                f"~{len(change.masks_changed)} {' '.join(change.fields_changed)}".rstrip()
            )
    return int(changes > 0)


if __name__ == "__main__":
    sys.exit(main())
