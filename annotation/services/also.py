"""What a project's rounds must not forget."""

from collections.abc import Collection

import structlog
from django.contrib.auth.models import User
from django.db import transaction

from annotation.errors import NotAllowedError
from annotation.models import Project
from annotation.selectors.also import may_be_also

log = structlog.get_logger(__name__)


@transaction.atomic
def set_also(*, project: Project, ids: Collection[int], by: User) -> None:
    """Name the projects whose holdout judges the rounds of this one, too.

    Those that are named already may stay, whoever named them.

    Raises:
        NotAllowedError: the person does not manage one of them.

    """
    locked = Project.objects.select_for_update().get(pk=project.pk)
    known = {*may_be_also(by, locked), *locked.also.all()}
    if not set(ids) <= {each.pk for each in known}:
        raise NotAllowedError("Only other projects that you manage can be named.")
    locked.also.set(ids)
    log.info("also_set", project_id=project.pk, also=sorted(ids), user_id=by.pk)
