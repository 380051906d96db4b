"""Names that are likely to be said of an image."""

from django.conf import settings
from django.db.models import Exists, OuterRef

from annotation.models import Image, Label, Mask


def vocabulary_of(image: Image) -> list[str]:
    """Labels of its masks first, then the project's others, the setting's names, and choices."""
    here = Mask.objects.filter(image=image, head__label=OuterRef("pk"), is_aside=False)
    labels = Label.objects.filter(project_id=image.project_id, deleted_at=None)
    ordered = list(labels.annotate(is_here=Exists(here)).order_by("-is_here", "pk"))
    choices = [
        choice
        for label in ordered
        for attribute in label.attributes
        if not attribute["deleted"]
        for choice in attribute["choices"]
    ]
    return [*(label.name for label in ordered), *settings.SPEECH_VOCABULARY, *choices]
