"""What serves a project, what has served it and what was tried beside it: the audit of aliases."""

from typing import Any, Final, TypedDict

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, JSONObject

from annotation.models import Alias, AliasMove, Bundle, Embedding, Image
from annotation.prepared import Param, Prepared
from engine.bundle import LABEL_HEAD

ROLLED_BACK: Final = "rolled back"  # the reason of such a move
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
    is_in_part: bool  # see `Bundle.is_in_part`


def serving_of(project_id: int) -> Serving | None:
    """Tell what a project serves; None before its first preparation."""
    alias = (
        Alias.objects.filter(project_id=project_id, name=Alias.Name.SERVING)
        .values_list("bundle_id", "bundle__round__number", is_in_part("bundle"))
        .first()
    )
    if alias is None:
        return None
    bundle, number, in_part = alias
    return Serving(bundle=bundle, round=number, is_in_part=in_part)


def is_in_part(bundle: str) -> Case:
    """Tell of the bundle that a field points to what `Bundle.is_in_part` does."""
    made_by = f"{bundle}__round"
    whole = Coalesce(f"{made_by}__trained_bundle", f"{made_by}__bundle")
    is_so = Q(**{f"{made_by}__isnull": False}) & ~Q(**{bundle: whole})
    return Case(When(is_so, then=True), default=False, output_field=BooleanField())


def is_trial_on(project_id: int) -> bool:
    """Tell whether a candidate is tried beside what serves."""
    return Alias.objects.filter(project_id=project_id, name=Alias.Name.CANDIDATE).exists()


def serving_bundle_of(project_id: int) -> Bundle | None:
    """Return the bundle that the project's pages decode with."""
    return _SERVING.first(project=project_id)


def alike(bundle: Bundle) -> QuerySet[Bundle]:
    """Bundles that propose the same, itself among them: see `masks_of`."""
    digest, same = masks_of(bundle)
    found = Bundle.objects.filter(manifest__contains=same, encoder_digest=digest)
    names = LABEL_HEAD in same["files"]
    return found if names else found.exclude(manifest__files__has_key=LABEL_HEAD)


def masks_of(bundle: Bundle) -> tuple[str, dict[str, Any]]:
    """Return all that a bundle makes masks with and names them by.

    That is its encoder's digest, and of its manifest.
    """
    files = bundle.digests_of(Bundle.Part.MASKS) | bundle.digests_of(Bundle.Part.LABELS)
    return bundle.encoder_digest, {"files": files, "thresholds": bundle.manifest["thresholds"]}


def most_telling(aliases: QuerySet[Alias]) -> QuerySet[Alias, str]:
    """Return the name of one of them at most: what a bundle does now before what it did."""
    does = {Alias.Name.SERVING: 0, Alias.Name.CANDIDATE: 1}
    places = [When(name=name, then=place) for name, place in does.items()]
    return aliases.order_by(Case(*places, default=len(does))).values_list("name", flat=True)[:1]


def proposing_aliases(project_id: int) -> QuerySet[Alias]:
    """Aliases of what may propose for a project: all but what somebody has rolled back.

    That is `previous`, so that rolling back once more returns to it, until another comes to serve.
    """
    moves = AliasMove.objects.filter(project_id=project_id, name=Alias.Name.PREVIOUS)
    newest = moves.order_by("-pk").values("reason")[:1]
    was_left = Q(name=Alias.Name.PREVIOUS, why=ROLLED_BACK)
    aliases = Alias.objects.filter(project_id=project_id)
    return aliases.alias(why=Coalesce(Subquery(newest), Value("", TextField()))).exclude(was_left)


def last_bundle_to_see(image: Image) -> Bundle | None:
    """Return what served its project last of those whose encoder has seen an image."""
    seen = Embedding.objects.filter(
        image_sha256=image.sha256, encoder_digest=OuterRef("to_bundle__encoder_digest"), window=""
    )
    moves = AliasMove.objects.filter(
        Exists(seen), project_id=image.project_id, name=Alias.Name.SERVING
    )
    move = moves.select_related("to_bundle").order_by("-pk").first()
    return move.to_bundle if move else None


def alias_moves_of(project_id: int) -> QuerySet[AliasMove]:
    """Every change of what serves and every trial's beginning and end; for managers alone.

    Each with the rounds that made the two bundles, and with `gave_way_to`: what came to serve and
    so ended a trial. None where a person ended it, and beside all other moves.
    """
    moves = AliasMove.objects.filter(
        project_id=project_id, name__in=[Alias.Name.SERVING, Alias.Name.CANDIDATE]
    )
    # Between a trial's beginning and its end no other masks come to serve but those that end it.
    move_before = moves.filter(pk__lt=OuterRef("pk")).order_by("-pk")
    served = JSONObject(
        pk="to_bundle",
        round=JSONObject(number="to_bundle__round__number"),
        is_in_part=is_in_part("to_bundle"),
    )
    is_end = Q(name=Alias.Name.CANDIDATE, to_bundle=None)
    return moves.select_related("by", "to_bundle__round", "from_bundle__round").annotate(
        gave_way_to=Case(
            When(
                is_end,
                then=Subquery(
                    move_before.values(
                        served=Case(
                            When(name=Alias.Name.SERVING, changes_masks=True, then=served),
                            default=Value(None, JSONField()),
                        )
                    )[:1]
                ),
            ),
            default=Value(None, JSONField()),
        )
    )


def serving_moves_of(project_id: int) -> QuerySet[AliasMove]:
    """Every change of what serves: all that those may read who shall not know of trials."""
    return alias_moves_of(project_id).filter(name=Alias.Name.SERVING)


def moves_anew() -> QuerySet[AliasMove]:
    """Moves by which a bundle of other masks came to serve, of whatever project.

    The first bundle of a project is nothing new: an import may come before it.
    """
    return AliasMove.objects.filter(
        name=Alias.Name.SERVING, from_bundle__isnull=False, changes_masks=True
    )
