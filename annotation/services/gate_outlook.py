"""What the gate wants of the holdout and what is there, told before a round has cost anything."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from annotation.models import Project, Round
from annotation.selectors.also import also_of
from annotation.selectors.holdout import described_images, masks_by_image
from annotation.selectors.to_learn import new_to_learn
from annotation.services.caption_gate import FEWEST_IMAGES
from annotation.services.gate import FEWEST_OBJECTS, why_not_judged
from engine.segmentation.items import OBJECTS_PER_IMAGE

Part = Round.Part
WORDS: Final = {
    Part.MASKS: "objects on {images} or more finished held-out images, at most {most} of each",
    Part.CAPTIONS: "finished held-out images that somebody described",
}


@dataclass(frozen=True, slots=True)
class Outlook:
    """Whether there is enough to judge a part by; if not, the gate refuses whatever is trained."""

    part: str
    has_news: bool  # a round that is asked for no part trains it
    wanted: int  # objects for masks, described images for captions
    there: int
    images: int  # that they are on
    most_of_one: int  # of an image count at the most
    others: tuple[str, ...] = ()  # why other projects cannot tell whether it forgets them

    @property
    def is_enough(self) -> bool:
        return self.there >= self.wanted

    @property
    def words(self) -> str:
        """Say what is missing, if anything, here and in other projects."""
        return " ".join([*self._missing(), *self.others])

    def _missing(self) -> list[str]:
        if self.is_enough:
            return []
        fewest = -(-self.wanted // self.most_of_one)
        wanted = WORDS[Part(self.part)].format(images=fewest, most=self.most_of_one)
        there = f"{self.there} on {self.images}" if self.part == Part.MASKS else str(self.there)
        return [
            f"The gate wants {self.wanted} {wanted}; there are {there}.",
            f"It cannot promote {self.part} yet.",
        ]


def outlooks(project_id: int) -> list[Outlook]:
    """Tell it of each part, by what is finished now."""
    news = new_to_learn(project_id)
    masks = masks_by_image(project_id)
    described = described_images(project_id)
    return [
        Outlook(
            Part.MASKS,
            news[Part.MASKS] > 0,
            FEWEST_OBJECTS,
            _objects(masks),
            len(masks),
            OBJECTS_PER_IMAGE,
            tuple(_others_that_cannot_tell(project_id)),
        ),
        Outlook(Part.CAPTIONS, news[Part.CAPTIONS] > 0, FEWEST_IMAGES, described, described, 1),
    ]


def _objects(masks: Sequence[int]) -> int:
    return sum(min(count, OBJECTS_PER_IMAGE) for count in masks)


def _others_that_cannot_tell(project_id: int) -> Iterator[str]:
    """Say of which projects that a round must not forget nothing would be known, and why.

    By what is finished there now: a round takes their newest version, which may hold less.
    """
    for other in also_of(Project.objects.get(pk=project_id)):
        has_version = other.versions.filter(criteria={}).exists()
        there = _objects(masks_by_image(other.pk)) if has_version else None
        if why := why_not_judged(other.name, there):
            yield why
