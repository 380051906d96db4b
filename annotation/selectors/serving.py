"""What has served a project, and who had it so: the audit of its serving alias."""

from django.db.models import QuerySet

from annotation.models import Alias, AliasMove


def serving_moves_of(project_id: int) -> QuerySet[AliasMove]:
    """Every change of what serves, with the rounds that made the two bundles."""
    moves = AliasMove.objects.filter(project_id=project_id, name=Alias.Name.SERVING)
    return moves.select_related("by", "to_bundle__round", "from_bundle__round")
