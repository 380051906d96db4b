"""`python -m tests.bench.spoken TEXTS`: dense descriptions, spoken by a synthesiser, back to text.

TEXTS is a JSONL file with a field `text`. Prints one JSON object: words kept and lost by
transcription and by cleaning, whether every word that a careless rewriter adds is flagged, and what
the counters and the seven questions find in what was heard beside what was written.
"""

import argparse
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Final

import torch

from engine.speech.aspects import find_aspects
from engine.speech.clean import clean_caption
from engine.speech.compare import compare, content_words
from engine.speech.measure import english_words
from engine.speech.transcribe import load_transcriber
from engine.speech.word_errors import WordErrors, word_errors
from tests.synthesiser import RATE_HZ, speak

CHECKPOINT: Final = Path("var/models/whisper-tiny.en.pt")
ADDED_WORDS: Final = 5  # to each text
STRANGE: Final = ("unicorn", "seventeen", "beneath", "velvet", "not", "crimson", "zeppelin")


@dataclass
class Figures:
    """Sums over the texts."""

    texts: int = 0
    speech_s: float = 0.0
    spent_s: float = 0.0
    errors: WordErrors = field(default_factory=WordErrors)
    content: Counter[str] = field(default_factory=Counter)
    cleaned: Counter[str] = field(default_factory=Counter)
    flagged: Counter[str] = field(default_factory=Counter)
    found: dict[str, Counter[str]] = field(default_factory=dict)
    questions: Counter[str] = field(default_factory=Counter)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.spoken", description=__doc__)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    transcriber = load_transcriber(CHECKPOINT)
    figures = Figures()
    with options.texts.open(encoding="utf-8") as file:
        for line in islice(file, options.count):
            written: str = json.loads(line)["text"]
            audio = speak(written)
            began = perf_counter()
            heard = transcriber.transcribe(audio).text
            figures.spent_s += perf_counter() - began
            figures.speech_s += audio.size / RATE_HZ
            figures.texts += 1
            _measure(figures, written, heard)
    print(json.dumps(_report(figures), indent=2))


def _measure(figures: Figures, written: str, heard: str) -> None:
    said = english_words(written)
    figures.errors += word_errors(said, english_words(heard))
    content, kept = Counter(content_words(written)), Counter(content_words(heard))
    figures.content += Counter(said=content.total(), heard=(content & kept).total())
    clean = clean_caption(heard)
    changes = compare(heard, clean)
    figures.cleaned += Counter(
        kept=len(content_words(clean)), dropped=len(changes.dropped), added=len(changes.added)
    )
    _add_words(figures, heard, clean)
    _count_aspects(figures, written, heard)


def _add_words(figures: Figures, heard: str, clean: str) -> None:
    """Rewrite carelessly: words that nobody said are strewn in."""
    draw = random.Random(figures.texts)  # noqa: S311  # no secret
    tokens = clean.split()
    strange = draw.choices(STRANGE, k=ADDED_WORDS)
    for word in strange:
        tokens.insert(draw.randint(0, len(tokens)), word)
    flagged = Counter(compare(heard, " ".join(tokens)).added)
    figures.flagged += Counter(added=len(strange), flagged=(Counter(strange) & flagged).total())


def _count_aspects(figures: Figures, written: str, heard: str) -> None:
    truth, found = find_aspects(written), find_aspects(heard)
    for name, words in truth.counters.items():
        seen = figures.found.setdefault(name, Counter())
        both = set(words) & set(found.counters[name])
        seen += Counter(written=len(words), heard=len(found.counters[name]), both=len(both))
    for at, (was, now) in enumerate(zip(truth.answered, found.answered, strict=True), 1):
        figures.questions += Counter({f"{at} written": int(was), f"{at} heard": int(now)})
        figures.questions["agree"] += int(was == now)


def _report(figures: Figures) -> dict[str, object]:
    return {
        "texts": figures.texts,
        "speech_s": round(figures.speech_s),
        "seconds_per_second": round(figures.spent_s / figures.speech_s, 3),
        "word_error_rate": round(figures.errors.rate, 4),
        "words_said": figures.errors.words,
        "words_lost": figures.errors.dropped,
        "words_changed": figures.errors.substituted,
        "words_added": figures.errors.added,
        "content_words": figures.content,
        "cleaning": figures.cleaned,
        "strange_words": figures.flagged,
        "counters": figures.found,
        "questions": figures.questions,
        "questions_agree": round(figures.questions["agree"] / (7 * figures.texts), 4),
    }


if __name__ == "__main__":
    main()
