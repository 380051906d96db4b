"""The simulated project: made, filled and worked on through the services that people use."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from django.contrib.auth.models import User
from django.db.models import Q

from annotation.models import (
    Alias,
    Bundle,
    DatasetVersion,
    Image,
    Label,
    Mask,
    Project,
    Proposal,
)
from annotation.selectors.plan import TO_CORRECT, Queue, upcoming_image_ids
from annotation.services.assignments import claim_image, finish_image
from annotation.services.images import add_image
from annotation.services.masks import save_operations
from annotation.services.members import set_member
from annotation.services.preparation import prepare_project
from annotation.services.projects import create_project, update_project
from annotation.services.proposals import Found, replace_pending_proposals
from annotation.services.seeds import Seed, seed_masks
from engine.masks.rle import RLE
from workers.simulation.annotator import Offer, Target
from workers.simulation.pictures import Picture

MANAGER: Final = "simulated-manager"
ANNOTATORS: Final = ("simulated-annotator-1", "simulated-annotator-2")
DESCRIBER: Final = "simulated-describer"
COLORS: Final = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2")


class SimulatedProject:
    """A project with its simulated people."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.manager = _user(MANAGER)
        self.annotators = [_user(name) for name in ANNOTATORS]
        self._describers: dict[str, User] = {}
        self._pictures: dict[int, Picture] = {}  # by image
        self.labels = {label.name: label for label in Label.objects.filter(project=project)}

    @classmethod
    def of(cls, images: Path, pictures: Sequence[Picture], seed: int, plan: str) -> Self:
        """Make a project for pictures of a folder, with the labels that are on them."""
        names = sorted({mask.label for picture in pictures for mask in picture.truth})
        return cls._made(
            f"Simulated rounds, {images.resolve().parent.name}, seed {seed}", names, plan
        )

    def twin(self, serving: Bundle) -> Self:
        """Make an empty project of the same labels, plan and people, which a bundle serves."""
        made = self._made(self.project.name, [*self.labels], self.project.plan)
        Alias.objects.create(project=made.project, name=Alias.Name.SERVING, bundle=serving)
        return made

    @classmethod
    def _made(cls, name: str, names: Sequence[str], plan: str) -> Self:
        project = create_project(
            name=name,
            labels=[
                {"name": label, "color": COLORS[number % len(COLORS)]}
                for number, label in enumerate(names)
            ],
            holdout_share=0,
            # A round's effort is what all its images cost, none of which is there to compare with.
            without_proposals_share=0,
            previous_bundle_share=0,
            # Nobody need be kept from knowing what is drawn: one seed gives one run each time.
            draw_salt="",
            plan=plan,
            created_by=_user(MANAGER),
        )
        people = cls(project)
        for username in ANNOTATORS:
            set_member(project=project, username=username, role="annotator")
        return people

    def import_picture(self, picture: Picture) -> Image:
        """Import one image for annotating."""
        added = add_image(
            project=self.project,
            data=picture.path.read_bytes(),
            file_name=picture.file_name,
            group=picture.group,
            created_by=self.manager,
        )
        if added.image is None:
            raise ValueError(f"{picture.file_name}: {added.message}")
        if added.image.size_hw != picture.size_hw:
            raise ValueError(f"{picture.file_name} is {added.image.size_hw}, not as the file says")
        self._pictures[added.image.pk] = picture
        return added.image

    def import_proposed(self, picture: Picture, bundle: Bundle, found: Sequence[Found]) -> Image:
        """Import one image for annotating, with what a bundle proposes there."""
        image = self.import_picture(picture)
        replace_pending_proposals(image=image, bundle=bundle, found=found)
        Image.objects.filter(pk=image.pk).update(proposed_by=bundle)
        return image

    def import_holdout(self, picture: Picture) -> None:
        """Import one image of the holdout with the truth as its masks, finished by a person."""
        self.import_finished(picture, is_holdout=True)

    def import_finished(self, picture: Picture, *, is_holdout: bool) -> Image:
        """Import one image with the truth as its masks, finished by a person.

        The split is the simulation's own, by group and seed, and not the project's draw by hash.
        """
        image = self.import_picture(picture)
        Image.objects.filter(pk=image.pk).update(is_holdout=is_holdout)
        seeds = [Seed(mask.rle, self.labels[mask.label]) for mask in picture.truth]
        seed_masks(image=image, seeds=seeds, author=self.manager)
        self._finish(image, self.annotators[0])
        return image

    def picture_of(self, image_sha256: str) -> Picture:
        """Return the picture that an image was imported from."""
        image = Image.objects.get(project=self.project, sha256=image_sha256)
        return self._pictures[image.pk]

    def describer(self, number: int) -> User:
        """Return the member who writes the captions of a number, from 1."""
        username = f"{DESCRIBER}-{number}"
        if username not in self._describers:
            self._describers[username] = _user(username)
            set_member(project=self.project, username=username, role="annotator")
        return self._describers[username]

    def order_images(self, next_by: str) -> None:
        """Choose which of the images that wait comes next."""
        update_project(project=self.project, changes={"next_by": next_by})

    def next_images(self, count: int) -> list[tuple[Picture, Image]]:
        """Return the images that people would get next."""
        ids = upcoming_image_ids(project_id=self.project.pk, user=self.annotators[0], count=count)
        images = Image.objects.in_bulk(ids)
        return [(self._pictures[pk], images[pk]) for pk in ids]

    def prepare(self) -> int:
        """Have everything embedded and proposed for; return the job's id."""
        return prepare_project(project=self.project, by=self.manager).pk

    def targets_of(self, picture: Picture) -> list[Target]:
        """Return what is really there."""
        return [Target(mask.rle, self.labels[mask.label].pk) for mask in picture.truth]

    def offers_on(self, image: Image) -> list[Offer]:
        """Return the proposals that await a verdict, the surest first."""
        return _offers(image, Q(state=Proposal.State.PENDING))

    def sent_on(self, image: Image) -> list[Offer]:
        """Return the proposals that need a person's hand."""
        return _offers(image, TO_CORRECT)

    def masks_on(self, image: Image) -> list[RLE]:
        """Return what people have left on the image so far."""
        heads = Mask.objects.filter(image=image, head__rle__isnull=False).select_related("head")
        return [mask.head.rle for mask in heads if mask.head and mask.head.rle]

    def next_in(self, queue: Queue, person: User) -> Image | None:
        """Open the next image of a queue for the person; None when it is empty."""
        place = claim_image(project=self.project, user=person, queue=queue)
        return None if place is None else place.image

    def save(self, image: Image, operations: Sequence[object], person: User) -> None:
        """Claim the image, save as the editor does, and finish it."""
        place = claim_image(project=self.project, user=person, image_id=image.pk)
        if place is None:
            raise ValueError(f"{image.file_name} cannot be claimed")
        self.send(image, operations, person)
        finish_image(assignment=place, user=person, active_s=0)

    def send(self, image: Image, operations: Sequence[object], person: User) -> None:
        """Save operations on an image that the person holds."""
        if not operations:
            return
        version = Image.objects.values_list("version", flat=True).get(pk=image.pk)
        save_operations(
            image_id=image.pk,
            operations=operations,  # type: ignore[arg-type]  # mappings, as the API reads them
            expected_version=version,
            author=person,
        )

    def serving(self) -> Bundle:
        """Return the bundle that proposes now."""
        return Bundle.objects.get(pk=self.project.aliases.get(name="serving").bundle_id)

    def newest_version(self) -> DatasetVersion:
        """Return what the newest round trained on."""
        return DatasetVersion.objects.filter(rounds__project=self.project).latest("rounds__number")

    def _finish(self, image: Image, person: User) -> None:
        claimed = claim_image(project=self.project, user=person, image_id=image.pk)
        if claimed is not None:
            finish_image(assignment=claimed, user=person, active_s=0)


def _offers(image: Image, those: Q) -> list[Offer]:
    found = Proposal.objects.filter(those, image=image)
    return [
        Offer(each.pk, each.rle, each.suggested_label)
        for each in found.order_by("-predicted_iou", "pk").select_related("label")
    ]


def _user(name: str) -> User:
    user, _ = User.objects.get_or_create(username=name)
    if user.has_usable_password():
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
