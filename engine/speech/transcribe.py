"""Whisper, guarded: silence is cut first, windows do not prompt each other, inventions go."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypedDict

import numpy as np
import torch
import whisper
from whisper.tokenizer import LANGUAGES

from engine.canonical import sha256_of_path
from engine.speech.inventions import Segment, keep_spoken
from engine.speech.silence import RATE_HZ, Cut, after, padded, sound_spans
from engine.speech.transcript import Audio, Dropped, RawTranscript, Transcriber, Word
from engine.speech.vocabulary import prompt_of

__all__ = [
    "Dropped",
    "RawTranscript",
    "Transcriber",
    "WhisperTranscriber",
    "Word",
    "load_transcriber",
]

# Greedy first; where that loops or is unsure, Whisper samples once more, here with a seed.
_TEMPERATURES: Final = (0.0, 0.4)
_SEED: Final = 0


class _WhisperWord(TypedDict):
    word: str
    start: float
    end: float
    probability: float


class WhisperTranscriber:
    """An OpenAI Whisper model of any size, on the device where it was loaded.

    Args:
        network: the model, in evaluation mode.
        model: its name, kept with every transcript.
        language: a code of Whisper's, such as "en"; None listens which one is spoken.

    """

    def __init__(self, network: whisper.Whisper, model: str, language: str | None = "en") -> None:
        self.model = model
        self._network = network
        self._language = language

    def transcribe(
        self, audio: Audio, *, from_s: float = 0.0, vocabulary: Sequence[str] = ()
    ) -> RawTranscript:
        """Hear a recording, (T,) float32 at 16 kHz. Same audio and machine, same words.

        Args:
            audio: all of it, as what counts as silence follows from the whole.
            from_s: hear only what comes after.
            vocabulary: names that may be said, the likely ones first.

        """
        if audio.ndim != 1 or audio.dtype != np.float32:
            raise ValueError(
                f"audio must be float32 (T,) at 16 kHz; got {audio.dtype} {audio.shape}"
            )
        sounds = after(sound_spans(audio), from_s)
        if not sounds:
            return RawTranscript("", [], [], self.model)
        cut = Cut(audio, after(padded(sounds, audio.size / RATE_HZ), from_s))
        prompt = prompt_of(vocabulary)
        with torch.random.fork_rng(), torch.inference_mode():
            torch.manual_seed(_SEED)
            result = whisper.transcribe(
                self._network,
                cut.audio,
                temperature=_TEMPERATURES,
                condition_on_previous_text=False,
                initial_prompt=prompt,
                carry_initial_prompt=prompt is not None,
                language=self._language,
                word_timestamps=True,
                fp16=self._network.device.type == "cuda",
                verbose=None,
            )
        heard = [_segment(item, cut) for item in result["segments"] if item.get("words")]
        words, dropped = keep_spoken([each for each in heard if each.words], sounds, prompt)
        return RawTranscript(" ".join(word.text for word in words), words, dropped, self.model)


def load_transcriber(checkpoint: Path, language: str | None = "en") -> WhisperTranscriber:
    """Load a Whisper checkpoint (dims and state dict) on the GPU if there is one.

    Raises:
        ValueError: the checkpoint does not know the language.

    """
    network = load_network(checkpoint)
    name = _name(checkpoint)
    _check_language(network, language, name)
    is_file = checkpoint.is_file()  # else the name of a size, which Whisper fetches
    digest = f"@{sha256_of_path(checkpoint)[:12]}" if is_file else ""
    return WhisperTranscriber(network, f"whisper-{name}{digest}", language)


def load_network(checkpoint: Path) -> whisper.Whisper:
    """Load the model alone, as `whisper.transcribe` takes it."""
    network = whisper.load_model(str(checkpoint))
    # A model loaded by its path lacks the attention heads that were chosen for word times.
    heads = whisper._ALIGNMENT_HEADS.get(_name(checkpoint))  # noqa: SLF001  # published nowhere else
    if heads is not None:
        network.set_alignment_heads(heads)
    return network.eval()


def _name(checkpoint: Path) -> str:
    return checkpoint.stem.removeprefix("whisper-")


def _check_language(network: whisper.Whisper, language: str | None, name: str) -> None:
    if language is not None and language not in LANGUAGES:
        raise ValueError(f"Whisper knows no language {language!r}; give a code such as 'en'")
    if not network.is_multilingual and language not in (None, "en"):
        raise ValueError(f"{name} hears English alone; {language!r} needs another checkpoint")


def _segment(item: dict[str, Any], cut: Cut) -> Segment:
    return Segment(
        words=[_word(word, cut) for word in item["words"] if word["word"].strip()],
        compression_ratio=float(item["compression_ratio"]),
        no_speech_probability=float(item["no_speech_prob"]),
        mean_logprob=float(item["avg_logprob"]),
    )


def _word(word: _WhisperWord, cut: Cut) -> Word:
    span = cut.restore(float(word["start"]), float(word["end"]))
    return Word(
        text=word["word"].strip(),
        start_s=round(span.start_s, 3),
        end_s=round(span.end_s, 3),
        probability=round(float(word["probability"]), 4),
    )
