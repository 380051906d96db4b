"""What serves a project and what has served it: the audit of its serving alias."""

from typing import TypedDict

from django.db.models import QuerySet

from annotation.models import Alias, AliasMove, Bundle
from annotation.prepared import Param, Prepared

_SERVING = Prepared(
    lambda: Bundle.objects.filter(
        pk__in=Alias.objects.filter(project_id=Param("project"), name=Alias.Name.SERVING).values(
            "bundle"
        )
    ).defer("manifest")
)


class Serving(TypedDict):
    """The bundle that a project serves, and the round it came from (None: pretrained)."""

    bundle: str
    round: int | None


def serving_of(project_id: int) -> Serving | None:
    """Tell what a project serves; None before its first preparation."""
    alias = (
        Alias.objects.filter(project_id=project_id, name=Alias.Name.SERVING)
        .values_list("bundle_id", "bundle__round__number")
        .first()
    )
    return None if alias is None else Serving(bundle=alias[0], round=alias[1])


def serving_bundle_of(project_id: int) -> Bundle | None:
    """Return the bundle that the project's pages decode with."""
    return _SERVING.first(project=project_id)


def serving_moves_of(project_id: int) -> QuerySet[AliasMove]:
    """Every change of what serves, with the rounds that made the two bundles."""
    moves = AliasMove.objects.filter(project_id=project_id, name=Alias.Name.SERVING)
    return moves.select_related("by", "to_bundle__round", "from_bundle__round")
