"""The registry of a project's bundles: where each comes from, and what managers say of it."""

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from annotation.models import Alias, AliasMove, Bundle, BundleNote, Round
from annotation.selectors.access import Person, memberships_of
from annotation.selectors.rebuilds import newest_rebuilds
from annotation.selectors.serving import most_telling


def bundles_of(project_id: int) -> QuerySet[Bundle]:
    """Bundles that served the project, or came out of one of its rounds that went all the way."""
    served = AliasMove.objects.filter(project_id=project_id).values("to_bundle")
    trained = Q(round__project_id=project_id, round__state__in=Round.JUDGED)
    return Bundle.objects.filter(trained | Q(pk__in=served))


def bundles_for(user: Person) -> QuerySet[Bundle]:
    """Bundles that serve or served in one of the person's projects.

    Not what was only on trial: being found would tell of it those who shall not know.
    """
    moves = AliasMove.objects.filter(
        name=Alias.Name.SERVING, project__in=memberships_of(user).values("project")
    )
    return Bundle.objects.filter(pk__in=moves.values("to_bundle"))


def registry_of(project_id: int) -> QuerySet[Bundle]:
    """List them, each with its `alias` and its newest `note`, if any, and `newest_rebuilds`.

    What served before and is on trial is `candidate`.
    `round_number` is that of the round that made it, and 0 for a pretrained one.
    """
    aliases = Alias.objects.filter(project_id=project_id, bundle=OuterRef("pk"))
    notes = BundleNote.objects.filter(project_id=project_id, bundle=OuterRef("pk"))
    said = JSONObject(text="text", by="by__username", at="at")
    return (
        bundles_of(project_id)
        .select_related("round__created_by", "dataset_version")
        .annotate(
            alias=Subquery(most_telling(aliases)),
            note=Subquery(notes.order_by("-pk").values(said=said)[:1]),
            round_number=Coalesce("round__number", 0),
        )
        .prefetch_related(newest_rebuilds(project_id))
    )


def notes_on(bundle: Bundle, *, project_id: int) -> QuerySet[BundleNote]:
    """List what the managers of a project have said of a bundle, and what they took back."""
    return BundleNote.objects.filter(project_id=project_id, bundle=bundle).select_related("by")
