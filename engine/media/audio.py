"""Decode untrusted recordings to what the transcriber reads."""

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import groupby
from typing import IO, Final

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError

from engine.media.errors import MediaError
from engine.media.limits import LONGEST_SOUND_S

Samples = npt.NDArray[np.float32]  # (T,) mono, 16 kHz, within [-1, 1]

RATE_HZ: Final = 16_000
_RATES_HZ: Final = range(4_000, 384_001)  # a declared rate of 1 Hz would swell each sample
_ADVICE: Final = "use WebM, Ogg, WAV, MP3, FLAC or MP4/M4A"

# FFmpeg's demuxer is chosen here, so that none is guessed (some of them open other files).
_SIGNATURES: Final[tuple[tuple[str, bytes], ...]] = (
    ("matroska", rb"\x1aE\xdf\xa3"),
    ("ogg", rb"OggS"),
    ("wav", rb"(?:RIFF|RF64)....WAVE"),
    ("flac", rb"fLaC"),
    ("mov", rb"....ftyp"),
    ("mp3", rb"ID3|\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]"),
)
_SIGNATURE_BYTES: Final = 16
# Those that browsers record and play, of which takes are.
_MIME_TYPES: Final = {
    "matroska": "audio/webm",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "mov": "audio/mp4",
}
_CODECS: Final = re.compile(r"opus|vorbis|flac|alac|aac|mp[123](float)?|pcm_\w+")


def decode_audio(data: bytes, *, max_seconds: float = LONGEST_SOUND_S) -> Samples:
    """Decode to mono at 16 kHz, or raise MediaError. A recording cut short gives what it holds.

    All of it is held, 64 kB a second: `decode_to_file` is for what may be long.
    """
    return np.concatenate(list(iter_limited(BytesIO(data), max_seconds=max_seconds)))


def mime_type_of(data: bytes) -> str:
    """Return the MIME type of a take, by how its bytes begin.

    Raises:
        MediaError: it is nothing that takes are kept as.

    """
    demuxer = _demuxer(data[:_SIGNATURE_BYTES])
    if demuxer not in _MIME_TYPES:
        raise MediaError("unknown_format", "This recording is not WebM, Ogg, WAV or MP4/M4A.")
    return _MIME_TYPES[demuxer]


def iter_limited(source: IO[bytes], *, max_seconds: float = LONGEST_SOUND_S) -> Iterator[Samples]:
    """Yield the samples piece by piece; raise MediaError where there are none, or too many."""
    count, most = 0, round(max_seconds * RATE_HZ)
    for part in iter_audio(source):
        count += part.size
        if count > most:
            raise MediaError(
                "too_long",
                f"This recording is longer than {_in_words(max_seconds)}: cut it in pieces.",
            )
        yield part
    if not count:
        raise MediaError("no_audio", "This recording holds no sound: record it again.")


def iter_audio(source: IO[bytes]) -> Iterator[Samples]:
    """Yield the samples of a file piece by piece, or raise MediaError before the first."""
    source.seek(0)
    demuxer = _demuxer(source.read(_SIGNATURE_BYTES))
    source.seek(0)
    is_heard = False
    try:
        with av.open(
            source,
            "r",
            format=demuxer,
            io_open=_refuse_other_files,
            container_options={"protocol_whitelist": "pipe", "format_whitelist": demuxer},
        ) as container:
            for part in _resampled(container, _audio_stream(container)):
                is_heard = True
                known = np.nan_to_num(part, copy=False, posinf=1, neginf=-1)
                yield np.clip(known, -1, 1, out=known)
    except MediaError:
        raise
    except (FFmpegError, ValueError, MemoryError) as error:
        if not is_heard:
            raise MediaError(
                "broken", f"This recording cannot be decoded ({str(error)[:100]}): {_ADVICE}."
            ) from None


def _in_words(seconds: float) -> str:
    return f"{seconds / 3600:g} hours" if seconds >= 2 * 3600 else f"{seconds:g} seconds"


def _demuxer(head: bytes) -> str:
    if not head:
        raise MediaError("empty", "This file is empty: record or upload it again.")
    for name, signature in _SIGNATURES:
        if re.match(signature, head, re.DOTALL):
            return name
    if re.match(rb"FORM....AIF[FC]", head, re.DOTALL):
        raise MediaError("aiff", f"This is an AIFF recording: {_ADVICE}.")
    raise MediaError("unknown_format", f"This is not a recording that can be read: {_ADVICE}.")


def _audio_stream(container: InputContainer) -> AudioStream:
    if not container.streams.audio:
        raise MediaError("no_audio", "This file has no sound track.")
    stream = container.streams.audio[0]
    context = stream.codec_context
    if not _CODECS.fullmatch(context.codec.name):
        raise MediaError("codec", f"Its sound is coded as {context.codec.name}: {_ADVICE}.")
    if context.sample_rate not in _RATES_HZ:
        raise MediaError("rate", f"It claims a sample rate of {context.sample_rate} Hz: {_ADVICE}.")
    return stream


def _resampled(container: InputContainer, stream: AudioStream) -> Iterator[Samples]:
    """Resample frame by frame; a stream may change its rate or channels on the way."""
    for (rate_hz, _, _), frames in groupby(_frames(container, stream), key=_kind):
        if rate_hz not in _RATES_HZ:
            continue
        resampler = av.AudioResampler(format="fltp", rate=RATE_HZ)
        for frame in frames:
            frame.pts = None
            yield from _arrays(resampler.resample(frame))
        yield from _arrays(resampler.resample(None))


def _kind(frame: AudioFrame) -> tuple[int, str, str]:
    return frame.sample_rate, frame.layout.name, frame.format.name


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """Decode packet by packet; one that is broken is left out, as players do."""
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except FFmpegError:
            continue


def _arrays(frames: list[AudioFrame]) -> Iterator[Samples]:
    for frame in frames:
        if frame.samples:
            # FFmpeg's own downmix of floats adds channels up beyond 1.
            yield frame.to_ndarray().mean(axis=0, dtype=np.float32)


def _refuse_other_files(url: str, flags: int, options: dict[str, str]) -> BytesIO:  # noqa: ARG001  # PyAV's call
    raise MediaError("refers_elsewhere", f"This recording refers to another file: {_ADVICE}.")
