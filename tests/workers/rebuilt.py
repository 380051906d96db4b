"""A bundle made again by `manage.py rebuild_bundle`, and what the command said of each file."""

import io
import json
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command

from annotation.models import Bundle
from annotation.services.bundles import fetch_bundle, register_bundle
from engine.bundle import write_bundle


def rebuilt(bundle: Bundle, **options: Any) -> dict[str, str]:
    """Run the command and return what it says of each file; raise what it raises after that."""
    out = io.StringIO()
    try:
        call_command("rebuild_bundle", bundle.pk[:16], stdout=out, stderr=io.StringIO(), **options)
    except CommandError as error:
        error.add_note(out.getvalue())
        raise
    return {line.split()[0]: line.split()[1] for line in out.getvalue().splitlines()[:-1]}


def altered(bundle: Bundle, folder: Path, part: str, **recipe: Any) -> Bundle:
    """A bundle of the same files that says of a part that it was made otherwise."""
    files = fetch_bundle(bundle)
    told = json.loads(json.dumps(bundle.manifest["recipe"]))
    told[part] |= recipe
    manifest = write_bundle(
        folder,
        files={name: files / name for name in bundle.manifest["files"]},
        encoder_digest=bundle.encoder_digest,
        thresholds=bundle.manifest["thresholds"],
        dataset_version=bundle.dataset_version_id,
        parent=bundle.manifest["parent"],
        metrics={},
        code_version="test",
        recipe=told,
    )
    assert manifest.id != bundle.pk
    return register_bundle(folder)
