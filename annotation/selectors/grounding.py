"""What was said of which mask: the phrases of an image's takes, and what does not fit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import cast

from django.db.models import QuerySet

from annotation import jobs
from annotation.models import Job, Mask, Phrase, PhraseLink, Transcript
from annotation.selectors.access import Person, rows_for
from annotation.selectors.overlap import Seen, masks_seen
from annotation.selectors.projects import labels_of
from engine.masks.rle import RLE
from engine.speech.grounding.contradictions import Contradiction, contradictions
from engine.speech.grounding.links import Link
from engine.speech.grounding.phrases import Phrase as FoundPhrase
from engine.speech.grounding.questions import answers_to, unmentioned
from engine.speech.grounding.scene import NamedMask, Scene
from engine.speech.transcript import Word

Kind = PhraseLink.Kind


@dataclass(frozen=True, slots=True)
class Said:
    """A phrase with its newest link, and those of its masks that are still there."""

    phrase: Phrase
    link: PhraseLink
    masks: list[str]

    @property
    def is_question(self) -> bool:
        """Whether it speaks of a thing that has no mask and should."""
        is_open = not self.masks and self.link.kind != Kind.DISMISSED
        return is_open and not self.phrase.is_repeat


@dataclass(frozen=True, slots=True)
class Unfitting:
    """A contradiction of one transcript, with the ids of its phrases."""

    found: Contradiction
    phrases: list[int]


@dataclass(frozen=True, slots=True)
class Grounding:
    """All that an image's takes say of its masks."""

    phrases: list[Said]
    contradictions: list[Unfitting]
    unmentioned: list[str]  # ids of masks
    is_waiting: bool  # a transcript's links are being made


def phrases_for(user: Person) -> QuerySet[Phrase]:
    """Phrases said of images of the person's projects."""
    phrases = Phrase.objects.filter(
        transcript__recording__image__deleted_at=None,
        transcript__recording__image__project__deleted_at=None,
    )
    return rows_for(phrases, user=user, path="transcript__recording__image__project")


def grounding_of(image_id: int, *, slot: int = 0) -> Grounding:
    """Read what the newest text of each take says, in five queries; one where there is none.

    As it stands to the masks of who works at a slot: see `Seen`.
    """
    transcripts = list(texts_that_count(image_id))
    if not transcripts:
        return Grounding([], [], [], is_waiting=False)
    scene = Scene(named_masks(image_id, slot=slot))
    phrases = list(
        Phrase.objects.filter(transcript__in=transcripts).order_by("transcript", "first")
    )
    newest = {link.phrase_id: link for link in newest_links(phrases)}
    links = {pk: _blind(link, scene) if slot else link for pk, link in newest.items()}
    said = [_said(phrase, links[phrase.pk], scene) for phrase in phrases if phrase.pk in links]
    spoken = [_engine_link(each) for each in said]
    return Grounding(
        phrases=said,
        contradictions=[
            each for transcript in transcripts for each in _unfitting(transcript, said, scene)
        ],
        unmentioned=unmentioned(spoken, scene),
        is_waiting=_is_waiting(transcripts),
    )


def texts_that_count(image_id: int) -> QuerySet[Transcript]:
    """Return the newest text of each take of the image as a whole; a corrected one before raw.

    None of takes in the trash.
    """
    texts = Transcript.objects.filter(
        recording__image_id=image_id, recording__mask=None, recording__deleted_at=None
    ).order_by("recording", "kind", "-created_at")  # "corrected" sorts before "raw"
    return texts.distinct("recording")


def newest_links(phrases: Collection[Phrase]) -> list[PhraseLink]:
    """Return the link of each phrase that counts; none for a phrase that has none yet."""
    links = PhraseLink.objects.filter(phrase__in=phrases).select_related("author")
    return list(links.order_by("phrase", "-number").distinct("phrase"))


def named_masks(image_id: int, *, slot: int = 0) -> list[NamedMask]:
    """Return the masks of an image that count and are not deleted, the oldest first.

    Of who works at another slot than the first, their own.
    """
    live = Mask.objects.filter(image_id=image_id, head__rle__isnull=False)
    masks = masks_seen(live, Seen(slot, is_all=False))
    rows = masks.order_by("created_at", "pk").values_list(
        "pk", "parent_id", "head__rle", "head__label__name"
    )
    return [
        NamedMask(str(pk), label, cast("RLE", rle), None if parent is None else str(parent))
        for pk, parent, rle, label in rows
    ]


def words_of(transcript: Transcript) -> list[Word]:
    """Read a transcript's words; of a text that was typed, its words without a time."""
    if not transcript.words:
        return [Word(text, 0, 0, 1) for text in transcript.text.split()]
    return [
        Word(
            str(each["text"]),
            float(each["start_s"]),
            float(each["end_s"]),
            1.0 if each.get("probability") is None else float(each["probability"]),
        )
        for each in transcript.words
    ]


def is_in_the_same_place(one: Phrase, other: Phrase) -> bool:
    """Tell whether two phrases of one take's texts were said at the same time."""
    (start_one, end_one), (start_other, end_other) = _span_s(one), _span_s(other)
    return start_one < end_other and start_other < end_one


def _span_s(phrase: Phrase) -> tuple[float, float]:
    words = phrase.transcript.words[phrase.first : phrase.end]
    return (words[0]["start_s"], words[-1]["end_s"]) if words else (0.0, 0.0)


def _blind(link: PhraseLink, scene: Scene) -> PhraseLink:
    """Return a link as who works blind reads it: none, where it is of another person's masks."""
    if not link.masks or any(str(each) in scene.index for each in link.masks):
        return link
    return PhraseLink(phrase_id=link.phrase_id, kind=Kind.PROPOSED, masks=[])


def _said(phrase: Phrase, link: PhraseLink, scene: Scene) -> Said:
    masks = [str(each) for each in link.masks if str(each) in scene.index]
    if not masks and link.kind == Kind.PROPOSED:
        masks = answers_to(engine_phrase(phrase), phrase.place_xy, scene)
    return Said(phrase, link, masks)


def _unfitting(transcript: Transcript, said: Sequence[Said], scene: Scene) -> list[Unfitting]:
    own = [each for each in said if each.phrase.transcript_id == transcript.pk]
    found = contradictions(
        [engine_phrase(each.phrase) for each in own],
        [_engine_link(each) for each in own],
        words_of(transcript),
        scene,
    )
    return [Unfitting(each, [own[at].phrase.pk for at in each.phrases]) for each in found]


def engine_phrase(row: Phrase) -> FoundPhrase:
    """Return the phrase as the engine knows it."""
    return FoundPhrase(
        row.first, row.end, row.text, row.noun, row.count, row.is_plural, row.is_definite
    )


def _engine_link(said: Said) -> Link:
    return Link(tuple(said.masks), None, said.link.evidence or 1.0)


def _is_waiting(transcripts: Sequence[Transcript]) -> bool:
    unfinished = Job.objects.filter(kind=jobs.GROUND, state__in=Job.UNFINISHED)
    ids = [str(each.pk) for each in transcripts]
    return unfinished.filter(args__transcript_id__in=ids).exists()


def confirmed_links(project_id: int) -> QuerySet[PhraseLink]:
    """Return links of one mask each that a person confirmed while the trace is there; newest first.

    They are what the pointer's lead and lag are learned from.
    """
    links = PhraseLink.objects.filter(
        phrase__transcript__recording__image__project_id=project_id,
        phrase__transcript__recording__voice_deleted_at=None,
        kind=Kind.CONFIRMED,
        masks__len=1,
    ).exclude(phrase__transcript__words=[])
    return links.select_related("phrase__transcript__recording").order_by("-created_at", "pk")


def label_names(project_id: int) -> list[str]:
    """Return what the labels of a project are called."""
    return [label.name for label in labels_of(project_id) if label.deleted_at is None]
