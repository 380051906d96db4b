"""Images that a prepare job proposes for, with a bundle that has all parts, each of them timed.

Runs inside `manage.py shell` of the stack that is measured; prints a line of JSON.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from unittest.mock import patch

import numpy as np
from django.conf import settings

from annotation import caption_models, jobs
from annotation.models import Alias, Bundle, Embedding, Image, Job, Proposal
from annotation.services.bundles import register_bundle
from engine.bundle import LABEL_HEAD, PROMPT_HEAD, VERIFIER
from engine.masks.rle import area
from engine.media.images import decode_image
from engine.verification.label_head import save_label_head, train_label_head
from engine.verification.mask_features import features_digest, mask_features
from engine.verification.verifier_training import train_verifier
from tests.bench.learning.nuclei import NUCLEI, shuffled_pictures
from tests.engine.verification.people import judged
from tests.quick_bundle import write_again
from workers import prepare_images
from workers.labels import Namer
from workers.networks import load_backbone
from workers.simulation.pictures import Picture
from workers.simulation.project import SimulatedProject
from workers.tasks import run_job

NAMED: Final = 3  # images whose masks the label head learns from
VERDICTS: Final = 2000
PARTS: Final[dict[str, tuple[Any, str]]] = {
    "embedding_s": (prepare_images, "embed_images"),
    "looking_closer_s": (prepare_images, "look_closer"),
    "proposing_s": (prepare_images, "propose"),
    "screening_s": (prepare_images, "screen"),
    "naming_s": (Namer, "labels"),
    "saving_s": (prepare_images, "_save"),
    "proposing_in_all_s": (prepare_images, "propose_for_images"),
}
# All of the job but for the order of images, which is chosen once for all.
IN_ALL: Final = ("embedding_s", "looking_closer_s", "proposing_in_all_s")


def run(head: str, count: int) -> None:
    """Prepare so many images twice: as a new bundle finds them, and once it has seen them."""
    pictures = [_named(picture) for picture in shuffled_pictures(count + NAMED)]
    people = SimulatedProject.of(NUCLEI / "images", pictures, seed=0, plan="whole")
    with patch.object(jobs, "send"):  # the stack's workers would do it, and tell nothing
        bundle = _bundle(people, Path(head), pictures[count:])
        Alias.objects.create(project=people.project, name=Alias.Name.SERVING, bundle=bundle)
        for picture in pictures[:count]:
            people.import_picture(picture)
        told = {
            "its windows seen for the first time": _prepared(people, bundle),
            "its windows known": _prepared(people, bundle),
        }
    sys.stdout.write(f"{json.dumps(told)}\n")


def _prepared(people: SimulatedProject, bundle: Bundle) -> dict[str, object]:
    images = Image.objects.filter(project=people.project)
    images.update(is_due=True)
    with _timed() as spent:
        job_id = people.prepare()
        run_job(job_id=job_id)
    job = Job.objects.get(pk=job_id)
    assert job.state == Job.State.SUCCEEDED, job.error
    count = images.count()
    seconds = {name: round(sum(spent[name]) / count, 3) for name in PARTS}
    windows = Embedding.objects.exclude(window="").filter(encoder_digest=bundle.encoder_digest)
    proposals = Proposal.objects.filter(image__in=images, state=Proposal.State.PENDING)
    return {
        "images": count,
        "windows_an_image": round(windows.count() / count, 1),
        "proposals_an_image": round(proposals.count() / count, 1),
        **seconds,
        "seconds_an_image": round(sum(seconds[name] for name in IN_ALL), 2),
    }


@contextmanager
def _timed() -> Iterator[dict[str, list[float]]]:
    """Note how long each call of the parts takes, in whichever thread."""
    spent: dict[str, list[float]] = defaultdict(list)

    def timed(name: str, honest: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return honest(*args, **kwargs)
            finally:
                spent[name].append(time.perf_counter() - began)

        return call

    with ExitStack() as patches:
        for name, (owner, called) in PARTS.items():
            patches.enter_context(patch.object(owner, called, timed(name, getattr(owner, called))))
        yield spent


def _named(picture: Picture) -> Picture:
    """Call its objects by their size: a head that has learned one label alone looks at no mask."""
    middle = np.median([area(mask.rle) for mask in picture.truth])
    truth = (
        replace(mask, label="large" if area(mask.rle) > middle else "small")
        for mask in picture.truth
    )
    return replace(picture, truth=tuple(truth))


def _bundle(people: SimulatedProject, head: Path, named: Sequence[Picture]) -> Bundle:
    """Make a bundle of the pretrained decoder and heads that have learned something."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        files = {PROMPT_HEAD: head}
        verifier = train_verifier(judged(VERDICTS), judged(VERDICTS))
        assert verifier is not None
        verifier.save(folder / VERIFIER)
        files[VERIFIER] = folder / VERIFIER
        if caption_models.eye_is_installed():
            _write_label_head(people, named, folder / LABEL_HEAD)
            files[LABEL_HEAD] = folder / LABEL_HEAD
        made = write_again(folder / "bundle", settings.PRETRAINED_BUNDLE, files=files)
        return register_bundle(made)


def _write_label_head(people: SimulatedProject, named: Sequence[Picture], path: Path) -> None:
    eye = load_backbone(caption_models.backbone_folder())
    rows, labels, images = [], [], []
    for picture in named:
        pixels = decode_image(picture.path.read_bytes()).pixels
        for mask in picture.truth:
            rows.append(mask_features(pixels, mask.rle, eye))
            labels.append(str(people.labels[mask.label].pk))
            images.append(picture.file_name)
    save_label_head(train_label_head(np.stack(rows), labels, images, features_digest(eye)), path)
