"""Masks of a COCO file as seeds of the images that are imported beside it."""

from collections import defaultdict
from pathlib import PurePosixPath

from django.contrib.auth.models import User

from annotation.models import Image, Label, Project
from annotation.services.labels import MAX_NAME, labels_named
from annotation.services.seeds import Seed, seed_masks
from engine.datasets.coco import CocoDataset
from engine.masks.validate import InvalidMaskError


class CocoSeeds:
    """Which group and which masks a COCO file gives to a file name."""

    def __init__(self, dataset: CocoDataset, *, project: Project) -> None:
        self._images = _by_name(dataset)
        self._labels = _labels(dataset, project)
        self._seeds: defaultdict[int, list[Seed]] = defaultdict(list)
        for annotation in dataset.annotations:
            if annotation.rle is not None and not annotation.is_crowd:
                label = self._labels.get(annotation.category_id or 0)
                self._seeds[annotation.image_id].append(Seed(annotation.rle, label))

    def group_of(self, name: str) -> str:
        """Return the group of the image of that name; "" where there is none."""
        known = self._images.get(name) or self._images.get(PurePosixPath(name).name)
        return (known[1] if known else "")[:100]

    def seed(self, image: Image, name: str, *, author: User) -> tuple[int, list[str]]:
        """Add the image's masks; return how many were new, and why others were refused."""
        known = self._images.get(name) or self._images.get(PurePosixPath(name).name)
        seeds = self._seeds[known[0]] if known else []
        try:
            return len(seed_masks(image=image, seeds=seeds, author=author).brought), []
        except InvalidMaskError:
            return self._seed_one_by_one(image, seeds, author)

    def _seed_one_by_one(
        self, image: Image, seeds: list[Seed], author: User
    ) -> tuple[int, list[str]]:
        added, refusals = 0, []
        for seed in seeds:
            try:
                added += len(seed_masks(image=image, seeds=[seed], author=author).brought)
            except InvalidMaskError as error:
                refusals.append(str(error))
        return added, refusals


def _by_name(dataset: CocoDataset) -> dict[str, tuple[int, str]]:
    """Map path and bare name to (id, group)."""
    found: dict[str, tuple[int, str]] = {}
    for image in dataset.images.values():
        value = (image.id, image.group or "")
        found[image.file_name] = value
        found.setdefault(PurePosixPath(image.file_name).name, value)
    return found


def _labels(dataset: CocoDataset, project: Project) -> dict[int, Label]:
    """Find or make a label for every category."""
    names = {category.id: category.name[:MAX_NAME] for category in dataset.categories.values()}
    labels = labels_named(project=project, names=names.values())
    return {category_id: labels[name] for category_id, name in names.items()}
