"""Propose captions for images that nobody has described yet."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.captioning.facts import leave_out
from engine.captioning.items import DescribedImage, Style
from engine.captioning.rows import Wanted
from engine.captioning.stored import StoredCaptioner, load_captioner


@dataclass(frozen=True, slots=True)
class CaptionProposal:
    """A text for one image, and the others that were considered, the better first."""

    key: str
    text: str
    others: tuple[str, ...]


def propose_captions(  # the contract between a worker and the engine
    images: Iterable[DescribedImage],
    *,
    captioner: Path | StoredCaptioner,
    base: Path,
    style: Style = "clean",
    words: int | None = None,
    beams: int = 6,
    samples: int = 0,
    without: Collection[str] = (),
) -> Iterator[CaptionProposal]:
    """Yield a proposal for each image, one image in memory at a time.

    By agreement, of what the search finds the text is taken that is most like the others (Kumar &
    Byrne 2004, minimum Bayes risk) and like what people said of the nearest images (Devlin et al.
    2015, arXiv:1505.04467).

    Args:
        images: their captions, if they have some, are not read.
        captioner: the folder that `train_captioner` returned, or what it was loaded as.
        base: the folder of the model that it was trained on.
        style: whether the text shall read as written or as spoken.
        words: about how many; as long as people's texts of that style when None.
        beams: width of the search.
        samples: texts drawn besides; with any, those most like all others come first.
        without: names of inputs to leave out of those that it was trained with.

    Raises:
        ValueError: the captioner was trained on another base, or `without` names no input.

    """
    ready = load_captioner(captioner, base) if isinstance(captioner, Path) else captioner
    record = ready.record
    inputs = leave_out(record.inputs, without)
    length = words or record.words.get(style)
    wanted = Wanted(
        style,
        length if inputs.length else None,
        beams,
        samples,
        most_tokens=2 * (length or 20) + 12,
    )
    for image in images:
        row = ready.reader.row(image, inputs)
        texts = [text for text in ready.model.write(row, wanted) if text] or [""]
        if inputs.agreement or samples:
            texts = ready.reader.by_agreement(row, texts, inputs)
        distinct = list(dict.fromkeys(texts))
        yield CaptionProposal(image.key, distinct[0], tuple(distinct[1:]))
