"""The demonstration: what `up --demo` loads."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.test import RequestFactory

from annotation.models import Image, Job, Mask, Project
from annotation.services.projects import delete_project


def _seed() -> str:
    out = StringIO()
    call_command("seed_demo", stdout=out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings: LazySettings) -> Path:
    settings.ENV_FILE = tmp_path / "anneal.env"
    return tmp_path


@pytest.mark.django_db
def test_three_users_get_passwords_that_are_shown_once_and_kept_for_their_owner(
    data_folder: Path,
) -> None:
    shown = _seed()
    shown_again = _seed()

    kept = data_folder / "demo-passwords.txt"
    passwords = dict(line.split() for line in kept.read_text().splitlines())
    assert set(passwords) == {"manager", "reviewer", "annotator"}
    assert kept.stat().st_mode & 0o077 == 0
    request = RequestFactory().post("/")
    for name, password in passwords.items():
        assert password in shown
        assert password not in shown_again
        assert authenticate(request, username=name, password=password)


@pytest.mark.django_db
def test_the_nuclei_come_finished_with_their_125_masks() -> None:
    _seed()

    image = Image.objects.get(file_name="nuclei.tif")
    assert Mask.objects.filter(image=image).count() == 125
    assert (image.status, image.is_holdout) == (Image.Status.DONE, False)
    assert Image.objects.filter(project__name="Photographs").count() == 9


@pytest.mark.django_db
def test_a_second_start_leaves_alone_what_people_changed() -> None:
    _seed()
    photographs = Project.objects.get(name="Photographs")
    delete_project(project=photographs, by=photographs.created_by)

    _seed()

    assert not Project.objects.filter(name="Photographs", deleted_at=None).exists()
    assert Job.objects.count() == 2
