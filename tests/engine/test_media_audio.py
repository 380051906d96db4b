"""Recordings from browsers and files, whole, cut and hostile."""

import contextlib
import csv
import io
import struct
import wave
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.audio.stream import AudioStream

from engine.media.audio import RATE_HZ, decode_audio
from engine.media.decoded import decode_to_file
from engine.media.errors import MediaError
from engine.media.limits import LONGEST_SOUND_S, LONGEST_TAKE_S
from engine.speech.audio_clock import MOST

SPEECH = Path(__file__).parents[3] / "shared" / "data" / "speech"
needs_data = pytest.mark.skipif(not SPEECH.exists(), reason="needs the shared data")

Samples = npt.NDArray[np.float32]


def tone(seconds: float, rate_hz: int = 48_000, channels: int = 1) -> Samples:
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.tile(0.5 * np.sin(2 * np.pi * 440 * t), (channels, 1)).astype(np.float32)


def recorded(samples: Samples, container: str, codec: str, rate_hz: int = 48_000) -> bytes:
    """Encode as a browser's or a phone's recorder does."""
    out = io.BytesIO()
    layout = "mono" if len(samples) == 1 else "stereo"
    with av.open(out, "w", format=container) as file:
        stream = cast(AudioStream, file.add_stream(codec, rate=rate_hz, layout=layout))
        frame = av.AudioFrame.from_ndarray(samples, "fltp", layout)
        frame.sample_rate = rate_hz
        fifo = av.AudioFifo()
        resampler = av.AudioResampler(stream.format, layout, rate_hz)
        for part in resampler.resample(frame):
            fifo.write(part)
        size = stream.codec_context.frame_size or 1024
        while part_of := fifo.read(size, partial=True):
            file.mux(stream.encode(part_of))
        file.mux(stream.encode(None))
    return out.getvalue()


def wav(rate_hz: int, frames: bytes, width: int = 2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        file.writeframes(frames)
    return out.getvalue()


@pytest.mark.parametrize(
    ("container", "codec", "channels"),
    [("webm", "libopus", 1), ("webm", "libopus", 2), ("ogg", "libopus", 1), ("wav", "pcm_s16le", 2),
     ("mp3", "libmp3lame", 1), ("flac", "flac", 2), ("mp4", "aac", 1),
     ("matroska", "pcm_f32le", 1)],
)  # fmt: skip
def test_every_allowed_format_gives_the_tone_at_16_khz(
    container: str, codec: str, channels: int
) -> None:
    samples = decode_audio(recorded(tone(2, channels=channels), container, codec))

    assert samples.dtype == np.float32
    assert samples.ndim == 1
    assert abs(len(samples) - 2 * RATE_HZ) < 0.1 * RATE_HZ
    spectrum = np.abs(np.fft.rfft(samples[4000:20_000]))
    assert abs(int(spectrum.argmax()) - 440) <= 1  # one bin is 1 Hz
    assert 0.3 < samples[4000:20_000].std() < 0.4  # of an amplitude of 0.5


@needs_data
def test_every_clip_has_the_length_that_its_index_states() -> None:
    with (SPEECH / "transcripts.csv").open() as file:
        rows = list(csv.DictReader(file))

    for row in rows:
        samples = decode_audio((SPEECH / row["file"]).read_bytes())
        assert abs(len(samples) / RATE_HZ - float(row["seconds"])) < 0.06, row["file"]
        assert 0 < np.abs(samples).max() <= 1


@needs_data
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("empty.mp3", 3.17), ("empty.wav", 1.41), ("laugh_no_speech.mp3", 4.30),
        ("s24_stereo.flac", 2.74), ("s32.wav", 2.74), ("u8.wav", 2.74), ("silero_test.opus", 8.06),
        ("french_not_english.aiff", "aiff"), ("s16.aiff", "aiff"),
        ("missing_wav_header.wav", "unknown_format"),
    ],
)  # fmt: skip
def test_odd_recording_is_decoded_or_refused_by_name(name: str, expected: Any) -> None:
    data = (SPEECH / "odd_formats" / name).read_bytes()

    if isinstance(expected, str):
        with pytest.raises(MediaError) as refusal:
            decode_audio(data)
        assert refusal.value.code == expected
    else:
        assert abs(len(decode_audio(data)) / RATE_HZ - expected) < 0.02


def test_recording_cut_short_gives_what_it_holds() -> None:
    data = recorded(tone(4), "webm", "libopus")

    samples = decode_audio(data[: len(data) // 2])

    assert 1.5 * RATE_HZ < len(samples) < 2.5 * RATE_HZ


def test_recording_longer_than_allowed_is_refused() -> None:
    data = wav(8000, bytes(2 * 8000 * 10))

    assert len(decode_audio(data, max_seconds=10)) == 10 * RATE_HZ
    with pytest.raises(MediaError, match=r"longer than 9\.5 seconds"):
        decode_audio(data, max_seconds=9.5)


def test_recording_decoded_to_a_file_is_the_one_that_is_held(tmp_path: Path) -> None:
    data = recorded(tone(2), "webm", "libopus")
    whole = decode_audio(data)

    with (tmp_path / "samples").open("w+b") as file:
        sound = decode_to_file(io.BytesIO(data), file)
        stretches = [sound.read(start, start + 7001) for start in range(0, sound.size, 7001)]

    assert sound.size == whole.size
    assert np.array_equal(np.concatenate(stretches), whole)


def test_recording_without_sound_or_too_long_is_not_decoded_to_a_file() -> None:
    for data, code in (wav(16_000, b""), "no_audio"), (wav(8000, bytes(16_000 * 3)), "too_long"):
        with pytest.raises(MediaError) as refusal:
            decode_to_file(io.BytesIO(data), io.BytesIO(), max_seconds=2)
        assert refusal.value.code == code


def test_two_hours_and_a_microphone_that_runs_fast_are_not_too_long() -> None:
    assert LONGEST_TAKE_S == 7200
    assert pytest.approx((1 + MOST) * LONGEST_TAKE_S) == LONGEST_SOUND_S  # what counts as drift


def test_sample_that_is_no_number_becomes_silence() -> None:
    samples = np.array([np.nan, np.inf, -np.inf, 0.5] * 4000, "<f4").tobytes()
    header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16,
                         3, 1, 16_000, 64_000, 4, 32, b"data", len(samples))  # fmt: skip

    decoded = decode_audio(header + samples)

    assert np.isfinite(decoded).all()
    assert np.abs(decoded).max() <= 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\nfile:///etc/passwd\n", "unknown_format"),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "unknown_format"),
        (b"\x1aE\xdf\xa3" + b"#EXTM3U\nfile:///etc/passwd\n" * 9, "broken"),
        (b"RIFF\0\0\0\0WAVE", "broken"),
        (b"OggS" + bytes(50), "broken"),
        (wav(16_000, b""), "no_audio"),
        (wav(1, bytes(200)), "rate"),
    ],
)
def test_hostile_or_empty_recording_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(MediaError) as refusal:
        decode_audio(data)

    assert refusal.value.code == code


def test_video_without_sound_is_refused() -> None:
    out = BytesIO()
    with av.open(out, "w", format="matroska") as file:
        stream = file.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 32
        frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))

    with pytest.raises(MediaError, match="no sound track"):
        decode_audio(out.getvalue())


@pytest.mark.parametrize(
    ("container", "codec"), [("webm", "libopus"), ("mp4", "aac"), ("flac", "flac")]
)
def test_damaged_recording_is_decoded_or_refused(container: str, codec: str) -> None:
    data = recorded(tone(0.5), container, codec)
    random = np.random.default_rng(5)

    for _ in range(40):
        damaged = bytearray(data)
        for at in random.integers(4, len(data), 8):
            damaged[at] = random.integers(256)
        with contextlib.suppress(MediaError):
            assert np.isfinite(decode_audio(bytes(damaged), max_seconds=5)).all()
