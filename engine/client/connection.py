"""What every call of the client goes through: the connection, and the project that is meant."""

from collections.abc import Iterator
from typing import Self

from engine.client import operations as op
from engine.client.choosing import one_meant
from engine.client.models import (
    BEFORE_WORK,
    JOB_UNFINISHED,
    PREPARE,
    Job,
    Project,
    ProjectCard,
    ProjectInput,
    Session,
)
from engine.client.transport import Transport, pages
from engine.client.waiting import Progress, has_succeeded, nobody_looks, tell, wait_until

AnyProject = int | str | ProjectCard | Project  # an id, a name, or what the client returned


class Connection:
    """One person's or program's door to one server; its projects."""

    def __init__(self, url: str, token: str) -> None:
        self._transport = Transport(url, token)

    @property
    def url(self) -> str:
        return self._transport.url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    def session(self) -> Session:
        """Return whose token it is, and how much the server takes."""
        return self._transport.call(op.SESSION)

    def projects(self) -> Iterator[ProjectCard]:
        """Yield the projects that the token's owner is a member of, fetched page by page."""
        return pages(self._transport, op.PROJECTS)

    def project(self, project: AnyProject) -> Project:
        """Return one project, by id or by name. Digits in a string are first looked for as a name.

        Raises:
            AnnealError: no project, or more than one, has this name, or it is the id of another.

        """
        return self._transport.call(op.PROJECT, project_id=self._id_of(project))

    def create_project(
        self, name: str, description: str = "", *, holdout_share: float | None = None
    ) -> Project:
        """Make a project, of which you are the first manager.

        `holdout_share` of its images, drawn by hash, are never trained on: they judge each round.
        None leaves that to the server.
        """
        body = ProjectInput(name=name, description=description)
        if holdout_share is not None:
            body = ProjectInput(**body.model_dump(exclude_unset=True), holdout_share=holdout_share)
        return self._transport.call(op.CREATE_PROJECT, body)

    def jobs(self, project: AnyProject) -> Iterator[Job]:
        """Yield what is done for a project in the background, the newest first."""
        return pages(self._transport, op.JOBS, project_id=self._id_of(project))

    def wait_until_prepared(
        self,
        project: AnyProject,
        *,
        timeout_s: float | None = None,
        progress: Progress = nobody_looks,
    ) -> Project:
        """Wait until nothing comes in any more and all images were looked at by the model.

        Raises:
            JobEndedError: looking at them failed or was cancelled.

        """
        project_id = self._id_of(project)

        def prepared() -> Project | None:
            # Of the newest: what is done for what has just come in was the last to be asked for.
            newest = self._transport.call(op.JOBS, project_id=project_id).results
            jobs = [each for each in newest if each.kind in BEFORE_WORK]
            for job in jobs:
                if job.state in JOB_UNFINISHED:
                    tell(progress, job, "The images")
                    return None
            for job in jobs:
                if job.kind == PREPARE:
                    has_succeeded(job)
                    break
            return self.project(project_id)

        return wait_until(prepared, "Preparing the images", timeout_s)

    def _id_of(self, project: AnyProject) -> int:
        if isinstance(project, int):
            return project
        if not isinstance(project, str):
            return project.id
        return one_meant(project, list(self.projects()))
