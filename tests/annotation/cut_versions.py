"""Versions that leave in other tools' formats."""

from uuid import uuid4

from annotation.models import DatasetVersion, Image
from annotation.services.versions import cut_version
from tests.annotation.world import Api, World, create, make_image, ring_and_dot


def version_with_part(world: World, annotator: Api) -> DatasetVersion:
    """Two images, begun: on one a ring with a dot and a part that lies on it, on the other none."""
    image, other = (make_image(world.project, seed) for seed in range(2))
    whole = str(uuid4())
    labelled = {"rle": ring_and_dot(), "label": world.label_id}
    annotator.save(image, create(whole) | labelled, create(at=(3, 3), parent=whole))
    annotator.save(other, create(at=(5, 5)) | {"label": world.label_id})
    Image.objects.filter(pk=other.pk).update(file_name=f"../{image.file_name}")
    return cut_version(project=world.project, created_by=world.manager)


def version_with_holdout(world: World, annotator: Api) -> DatasetVersion:
    """Cut a version of two finished images with a mask each, one of them held out."""
    for seed, is_holdout in enumerate([False, True]):
        image = make_image(world.project, seed, is_holdout=is_holdout)
        annotator.save(image, create(at=(5, 5)))
    Image.objects.update(status="done")
    return cut_version(project=world.project, created_by=world.manager)
