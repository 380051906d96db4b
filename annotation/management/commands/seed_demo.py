"""`manage.py seed_demo`: two projects of real images and three users, for `up --demo`."""

import secrets
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.db import transaction

from annotation import jobs
from annotation.demo import NUCLEI, PHOTOGRAPHS, Sample, picture_path, read_instances
from annotation.models import Image, Job, Label, Membership, Project
from annotation.services.assignments import claim_image, finish_image
from annotation.services.images import add_image
from annotation.services.jobs import enqueue_job
from annotation.services.members import set_member
from annotation.services.projects import create_project
from annotation.services.seeds import Seed, seed_masks
from engine.weights.paths import ModelPaths

ROLES: Final = tuple(Membership.Role.values)  # also the users' names
HOLDOUT_SHARE: Final = 0.2


class Command(BaseCommand):
    help = "Load the demonstration: real images, their labels, and three users."

    def handle(self, *args: object, **options: object) -> None:  # noqa: ARG002  # Django's signature
        manager = self._users()
        self._project(PHOTOGRAPHS, manager)
        self._project(NUCLEI, manager)

    def _users(self) -> User:
        """Make the users whose names are free, and show their passwords this once."""
        with transaction.atomic():
            known = User.objects.filter(username__in=ROLES).values_list("username", flat=True)
            passwords = {name: secrets.token_urlsafe(9) for name in ROLES if name not in known}
            for name, password in passwords.items():
                User.objects.create_user(name, password=password)
            if passwords:
                keep_passwords(passwords)  # before the commit: users without passwords help nobody
        if passwords:
            lines = [f"  {name:<10} {password}" for name, password in passwords.items()]
            self.stdout.write("\n".join(["", "Log in as", *lines]))
        self.stdout.write(f"The passwords of the demonstration are in {password_file()}.\n")
        return User.objects.get(username=Membership.Role.MANAGER)

    def _project(self, sample: Sample, manager: User) -> None:
        """Fill a project step by step; its job is written last and says that all of it is there.

        A second start leaves it alone: what people changed, renamed or deleted meanwhile is theirs.
        """
        key = f"demo {sample.name}"
        if Job.objects.filter(idempotency_key=key).exists():
            return
        project = _created(sample, manager)
        for package, path in sample.pictures:
            source = picture_path(package, path)
            add_image(
                project=project, data=source.read_bytes(), file_name=source.name, created_by=manager
            )
        if sample is NUCLEI:
            self._annotated_nuclei(project, manager)
        enqueue_job(
            kind=jobs.PREPARE_IMAGES,
            project=project,
            args={"project_id": project.pk},
            created_by=manager,
            idempotency_key=key,
        )
        count = Image.objects.filter(project=project).count()
        self.stdout.write(f"Project {project.name}: {count} images, being prepared.")

    def _annotated_nuclei(self, project: Project, manager: User) -> None:
        folder = ModelPaths(settings.MODELS_DIR).samples
        picture = folder / "nuclei.tif"
        if not picture.is_file():
            self.stderr.write(f"{picture} is missing: run python -m engine.weights.")
            return
        added = add_image(
            project=project,
            data=picture.read_bytes(),
            file_name=picture.name,
            created_by=manager,
        )
        if added.image is None:
            self.stderr.write(f"{picture}: {added.message}")
            return
        label = Label.objects.get(project=project, name="nucleus")
        found = read_instances(folder / "nuclei_masks.tif")
        seed_masks(image=added.image, seeds=[Seed(rle, label) for rle in found], author=manager)
        place = claim_image(project=project, user=manager, image_id=added.image.pk)
        if place is not None:
            finish_image(assignment=place, user=manager, active_s=0)


@transaction.atomic
def _created(sample: Sample, manager: User) -> Project:
    project = Project.objects.filter(created_by=manager, name=sample.name, deleted_at=None).first()
    if project is not None:
        return project  # left unfinished by an earlier start
    project = create_project(
        name=sample.name,
        description=sample.description,
        labels=[{"name": name, "color": color} for name, color in sample.labels],
        holdout_share=HOLDOUT_SHARE,
        # Of so few images none is left bare: whoever looks around wants to see proposals.
        without_proposals_share=0,
        previous_bundle_share=0,
        created_by=manager,
    )
    for role in ROLES:
        if role != Membership.Role.MANAGER:
            set_member(project=project, username=role, role=role)
    return project


def password_file() -> Path:
    return settings.ENV_FILE.parent / "demo-passwords.txt"


def keep_passwords(passwords: dict[str, str]) -> None:
    """Add to a file that only its owner reads."""
    path = password_file()
    path.touch(mode=0o600)
    with path.open("a") as file:
        file.writelines(f"{name} {password}\n" for name, password in passwords.items())
