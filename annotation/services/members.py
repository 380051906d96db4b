"""Who belongs to a project. It always keeps a manager."""

import structlog
from django.contrib.auth.models import User
from django.db import transaction

from annotation.errors import DomainError, InvalidInputError
from annotation.models import Membership, Project

log = structlog.get_logger(__name__)


class LastManagerError(DomainError):
    """Without a manager, nobody could ever change the project again."""

    code = "last_manager"


class NoSuchUserError(InvalidInputError):
    """Nobody has an account of that name; a manager may make one."""

    code = "no_such_user"


@transaction.atomic
def set_member(*, project: Project, username: str, role: str) -> Membership:
    """Give a person a role in the project, or another one."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise NoSuchUserError(f"There is no user {username!r} yet.", field="username")
    _lock(project)
    if role != Membership.Role.MANAGER:
        _refuse_last_manager(project, user.pk)
    member, _ = Membership.objects.update_or_create(
        project=project, user=user, defaults={"role": role}
    )
    log.info("member_set", project_id=project.pk, member_id=user.pk, role=role)
    return member


@transaction.atomic
def remove_member(*, project: Project, user_id: int) -> None:
    """End a membership; what the person made stays theirs."""
    _lock(project)
    _refuse_last_manager(project, user_id)
    Membership.objects.filter(project=project, user_id=user_id).delete()
    log.info("member_removed", project_id=project.pk, member_id=user_id)


def _lock(project: Project) -> None:
    """Two managers who demote each other at once must not both succeed."""
    Project.objects.select_for_update().get(pk=project.pk)


def _refuse_last_manager(project: Project, leaving_id: int) -> None:
    managers = Membership.objects.filter(project=project, role=Membership.Role.MANAGER)
    ids = list(managers.values_list("user_id", flat=True))
    if ids == [leaving_id]:
        raise LastManagerError("A project needs a manager: name another one first.")
