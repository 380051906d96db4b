"""What has been said about an image, and by whom: what a second describer need not say again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from annotation.models import Caption, CaptionPart, Recording, Transcript


@dataclass(frozen=True, slots=True)
class Said:
    """Words of one person, or of a model, and the row that holds them.

    That row is part `number` of a caption, or a transcript that no caption has taken up yet.
    """

    author: str | None  # user name; None: a model
    recording: UUID | None
    text: str
    caption: UUID | None = None
    number: int = 0
    transcript: UUID | None = None
    bundle: str | None = None  # whose proposal the words are; the author accepted them


def said_in(captions: Sequence[Caption], takes: Sequence[Recording]) -> list[Said]:
    """Return the newest caption, part by part, then what was said since, the oldest first.

    Both come as `captions_of` and `recordings_of` give them, the newest first. What was said of one
    mask is not said of the image.
    """
    newest = captions[0] if captions else None
    parts = parts_of(newest) if newest else []
    return [*map(_of_part, parts), *_since(newest, parts, reversed(takes))]


def parts_of(caption: Caption) -> list[CaptionPart]:
    """Return the parts in their order; of a caption without, one that stands for all of it."""
    parts = sorted(caption.parts.all(), key=lambda part: part.number)
    return parts or [
        CaptionPart(
            caption=caption,
            number=0,
            author=caption.author,
            bundle_id=caption.bundle_id,
            recording_id=caption.recording_id,
            text=caption.text,
        )
    ]


def _of_part(part: CaptionPart) -> Said:
    return Said(
        author=part.author.username if part.author else None,
        recording=part.recording_id,
        text=part.text,
        caption=part.caption_id,
        number=part.number,
        bundle=part.bundle_id,
    )


def _since(
    newest: Caption | None, parts: list[CaptionPart], takes: Iterator[Recording]
) -> Iterator[Said]:
    taken_up = {part.recording_id for part in parts}
    for take in takes:
        transcript = _newest_text(take)
        if transcript is None or take.mask_id is not None or take.pk in taken_up:
            continue
        if newest is None or transcript.created_at > newest.created_at:
            yield Said(
                author=take.user.username,
                recording=take.pk,
                text=transcript.text.strip(),
                transcript=transcript.pk,
            )


def _newest_text(take: Recording) -> Transcript | None:
    """Return the newest text that has words in it."""
    return next((each for each in reversed(take.transcripts.all()) if each.text.strip()), None)
