"""What every call of the client goes through: the connection, and the project that is meant."""

from typing import Self

from engine.client import operations as op
from engine.client.choosing import one_called
from engine.client.models import Project, ProjectCard, ProjectInput, Session
from engine.client.transport import Transport

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
        """Return whose token it is; the user is None where the server does not know it."""
        return self._transport.call(op.SESSION)

    def projects(self) -> list[ProjectCard]:
        """Return the projects that the token's owner is a member of."""
        return self._transport.call(op.PROJECTS)

    def project(self, project: AnyProject) -> Project:
        """Return one project, by id or by name.

        Raises:
            AnnealError: no project, or more than one, has this name.

        """
        return self._transport.call(op.PROJECT, project_id=self._id_of(project))

    def create_project(self, name: str, description: str = "") -> Project:
        """Make a project, of which you are the first manager."""
        body = ProjectInput(name=name, description=description)
        return self._transport.call(op.CREATE_PROJECT, body)

    def _id_of(self, project: AnyProject) -> int:
        if isinstance(project, int):
            return project
        if not isinstance(project, str):
            return project.id
        if project.isdecimal():
            return int(project)
        return one_called(project, self.projects()).id
