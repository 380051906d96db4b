"""Questions that wait on images: things that somebody named and that have no mask.

Which ones they are stands in the rows (`Phrase.is_asked`), as a queue cannot look at pixels. A mask
that was drawn without an answer, or deleted after one, is seen on the image alone
(selectors/grounding.py); whoever did that is there and sees it.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotation.models import Phrase, Transcript


def open_questions() -> QuerySet[Phrase]:
    """Phrases that ask for a mask, of the texts that count: the newest of each take."""
    text = OuterRef("transcript__kind")  # "corrected" sorts before "raw"
    newer = Transcript.objects.filter(
        Q(kind__lt=text) | Q(kind=text, created_at__gt=OuterRef("transcript__created_at")),
        recording=OuterRef("transcript__recording"),
    )
    return Phrase.objects.filter(
        ~Exists(newer), is_asked=True, transcript__recording__deleted_at=None
    )


def has_question(image: str = "image") -> Exists:
    """Tell whether the image that a row names asks for a mask."""
    return Exists(open_questions().filter(transcript__recording__image=OuterRef(image)))
