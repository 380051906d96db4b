"""Labels: a deleted one leaves a tombstone, so that a save under it still succeeds."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.errors import InvalidInputError
from annotation.models import Label, Project
from annotation.services.attributes import Definition, defined

MAX_NAME: Final = 100  # characters
MAX_FORMER_NAMES: Final = 20  # of one label
# Ten colours that stay apart on photographs and for most colour-blind people (Tableau 10).
PALETTE: Final = (
    "#4e79a7",
    "#f28e2b",
    "#e15759",
    "#76b7b2",
    "#59a14f",
    "#edc948",
    "#b07aa1",
    "#ff9da7",
    "#9c755f",
    "#bab0ac",
)
log = structlog.get_logger(__name__)


def create_label(*, project: Project, name: str, color: str) -> Label:
    """Add a label under a name that no other label of the project carries."""
    return _saved(Label(project=project, name=name, color=color))


def labels_named(
    *,
    project: Project,
    names: Iterable[str],
    attributes: Mapping[str, Sequence[Definition]] = MappingProxyType({}),
) -> dict[str, Label]:
    """Return all labels of a project by their names, after those of `names` that it lacks are made.

    One that was called so before is not made anew, and one in the trash comes back: what it has
    still is there under it. Longer names are cut, and should be looked up so; an empty one makes
    none. Those that are made get their `attributes`, by their names as these are looked up, and so
    do those from the trash that have none.
    """
    missing = [name for name in dict.fromkeys(each[:MAX_NAME] for each in names) if name]
    known = labels_meant(project=project, names=missing)
    for name in missing:
        if name not in known:
            color = PALETTE[len(known) % len(PALETTE)]
            made = {"color": color, "attributes": list(attributes.get(name, ()))}
            known[name], _ = Label.objects.get_or_create(
                project=project, name=name, deleted_at=None, defaults=made
            )
        elif known[name].is_deleted:
            fill_attributes(known[name], attributes.get(name, ()))
            known[name] = _brought_back(known[name])
    return known


def fill_attributes(label: Label, attributes: Sequence[Definition]) -> None:
    """Give a label in the trash that has none what it would come back with; nothing is saved."""
    if label.is_deleted and not label.attributes:
        label.attributes = list(attributes)


def labels_meant(*, project: Project, names: Collection[str]) -> dict[str, Label]:
    """Return all labels of a project by their names, and those that `names` mean by former ones.

    A name that none of them means may mean one in the trash, of several the last that went.
    """
    known = {label.name: label for label in project.labels.filter(deleted_at=None)}
    gone = {
        label.name: label
        for label in project.labels.exclude(deleted_at=None).order_by("deleted_at", "pk")
        if label.name not in known
    }
    meant = _called_before(list(gone.values()), names)
    meant |= {name: gone[name] for name in names if name in gone}
    meant |= _called_before(list(known.values()), names)
    return meant | known


def namesakes(labels: Iterable[Label]) -> dict[int, list[int]]:
    """Return, by the ids of labels, those of others in the trash that had their name at the end.

    The last that went comes first.
    """
    known = {(label.project_id, label.name): label.pk for label in labels}
    gone = Label.objects.exclude(deleted_at=None).filter(
        project__in={project for project, _ in known if project is not None},
        name__in={name for _, name in known},
    )
    found: defaultdict[int, list[int]] = defaultdict(list)
    for project_id, name, pk in gone.order_by("-deleted_at", "-pk").values_list(
        "project", "name", "pk"
    ):
        if (owner := known.get((project_id, name), pk)) != pk:
            found[owner].append(pk)
    return dict(found)


def ids_meant(label: Label | None, gone: Mapping[int, Sequence[int]]) -> list[int | str]:
    """Return by which ids of labels what came under one may be named: its own, then `namesakes`'.

    What came without one is named by none.
    """
    return [label.pk, *gone.get(label.pk, ())] if label else [""]


def _called_before(labels: Sequence[Label], names: Collection[str]) -> dict[str, Label]:
    """Return the labels that names mean which they had before.

    A name that two had means neither, and two names that stand side by side mean two labels.
    """
    current = {label.name for label in labels}
    meant = [
        (name, label)
        for label in labels
        for name in names
        if label.name not in names and name in label.former_names and name not in current
    ]
    of_name = Counter(name for name, _ in meant)
    of_label = Counter(label.pk for _, label in meant)
    return {name: label for name, label in meant if of_name[name] == 1 and of_label[label.pk] == 1}


@transaction.atomic
def update_label(*, label: Label, changes: Mapping[str, Any]) -> Label:
    """Rename or recolor a label, or say what its attributes are; every mask under it follows."""
    label = Label.objects.select_for_update().get(pk=label.pk)
    if (name := changes.get("name", label.name)) != label.name:
        former = [each for each in label.former_names if each not in (name, label.name)]
        label.former_names = [*former, label.name][-MAX_FORMER_NAMES:]
    for name, value in changes.items():
        setattr(label, name, defined(label, value) if name == "attributes" else value)
    return _saved(label)


def delete_label(*, label: Label) -> None:
    """Take a label out of the choice; masks under it keep it, proposals no longer suggest it.

    These keep it, too, and suggest it again once it is restored: see `Proposal.suggested_label`.
    """
    Label.objects.filter(pk=label.pk, deleted_at=None).update(deleted_at=timezone.now())
    log.info("label_deleted", label_id=label.pk)


def restore_label(*, label: Label) -> Label:
    """Bring a label back, unless its name has been given away meanwhile."""
    label.deleted_at = None
    return _saved(label)


def _brought_back(label: Label) -> Label:
    """Bring a label back for an import; if its name has been given away meanwhile, return that."""
    try:
        with transaction.atomic():
            Label.objects.filter(pk=label.pk).update(deleted_at=None, attributes=label.attributes)
    except IntegrityError:
        return Label.objects.get(project=label.project_id, name=label.name, deleted_at=None)
    label.deleted_at = None
    log.info("label_brought_back", label_id=label.pk)
    return label


def _saved(label: Label) -> Label:
    try:
        with transaction.atomic():
            label.save()
    except IntegrityError:
        raise InvalidInputError(
            f"The project has a label {label.name!r} already.", field="name"
        ) from None
    return label
