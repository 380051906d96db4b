"""A bundle that a round made, and the same made again: what is said of each file."""

import io
import json
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command

from annotation import jobs
from annotation.models import Bundle, Image, Job, Round
from annotation.services.bundles import fetch_bundle, register_bundle
from annotation.services.rounds import start_round
from engine.bundle import write_bundle
from tests.annotation.world import World, make_image
from tests.workers.conftest import finish
from workers.tasks import run_job


def bundle_of_a_round(world: World) -> Bundle:
    """What a round on two finished images made, beside one of the holdout."""
    for seed in range(3):
        make_image(world.project, seed, is_holdout=seed == 2)
    prepare = Job.objects.create(
        kind=jobs.PREPARE_IMAGES, project=world.project, args={"project_id": world.project.pk}
    )
    run_job(job_id=prepare.pk)
    for image in Image.objects.order_by("pk"):
        finish(world, image)
    current = start_round(project=world.project, trigger="manual", created_by=world.manager)
    assert current.job_id is not None
    run_job(job_id=current.job_id)
    ended = Round.objects.get(pk=current.pk)
    assert ended.bundle is not None, ended.decision
    return ended.bundle


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
