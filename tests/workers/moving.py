"""A project of which somebody spoke, as a zip with voices, and a project that it moves to."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from pyarrow import Table, parquet

from annotation import storage
from annotation.models import Membership, Project, Recording
from annotation.services.exports import write_export
from annotation.services.projects import create_project
from annotation.services.versions import cut_version
from annotation.services.voices import audio_key
from engine.datasets.choosing import Choice
from tests.annotation.speaking import make_scene
from tests.annotation.world import Api, World
from tests.engine.test_media_silenced import tone
from tests.workers.bringing import send, start

FORMAT = "huggingface_voices"
SOUND = tone(3.0)


@dataclass
class Moving:
    """A project of which somebody spoke, as a zip, and another project of the same people."""

    here: World
    there: World
    take: Recording
    data: bytes
    before: set[str]  # keys of takes in the store

    def come(self, data: bytes | None = None) -> dict[str, Any]:
        return start(Api(self.there.manager), send(self.there, data or self.data))

    def takes(self) -> list[Recording]:
        takes = Recording.objects.filter(image__project=self.there.project, deleted_at=None)
        return list(takes.order_by("created_at"))


def make_moving(world: World) -> Moving:
    scene = make_scene(world, Api(world.annotator))
    sounding(scene.take)
    elsewhere = create_project(name="Moved", created_by=world.manager)
    Project.objects.filter(pk=elsewhere.pk).update(listeners="manager")
    for role in ("reviewer", "annotator"):
        Membership.objects.create(project=elsewhere, user=getattr(world, role), role=role)
    keys = set(storage.list_keys("recordings/"))
    return Moving(world, replace(world, project=elsewhere), scene.take, zip_of(world), keys)


def zip_of(world: World) -> bytes:
    """Cut a version, and return it with its images and voices."""
    path = Path(settings.SCRATCH_DIR) / f"{uuid4()}.zip"
    version = cut_version(project=world.project, created_by=None)
    write_export(version, path, export_format=FORMAT, choice=Choice(has_images=True))
    data = path.read_bytes()
    path.unlink()
    return data


def sounding(take: Recording) -> Recording:
    """Give a take a sound that is one."""
    storage.put_private(audio_key(take), io.BytesIO(SOUND), "audio/wav")
    Recording.objects.filter(pk=take.pk).update(mime="audio/wav")
    take.refresh_from_db()
    return take


def strays(moving: Moving) -> set[str]:
    """What the store holds of takes that was not there before anything came."""
    return set(storage.list_keys("recordings/")) - moving.before


def rows_of(data: bytes) -> list[dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.startswith("voices/")]
        return [
            row
            for name in names
            for row in parquet.read_table(io.BytesIO(archive.read(name))).to_pylist()
        ]


def changed(data: bytes, change: Callable[[dict[str, Any]], None], times: int = 1) -> bytes:
    """Return a zip whose takes are others."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("voices/"):
                table = parquet.read_table(io.BytesIO(content))
                rows = table.to_pylist() * times
                for row in rows:
                    change(row)
                file = io.BytesIO()
                parquet.write_table(Table.from_pylist(rows, schema=table.schema), file)
                content = file.getvalue()
            new.writestr(name, content)
    return out.getvalue()
