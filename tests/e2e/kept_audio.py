"""What the server has of a take in the end, held against what was promised of it."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

from deploy.embedded.config import env_file, read_env
from engine.media.audio import RATE_HZ, decode_audio
from tests.client import wait_for
from tests.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Where a take is cut off, the page tells how long it was, and a busy page is late to look: by this,
# and by what it was seen to stand still. No chunk hides in that: they are compared bit by bit.
LAG_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Promise:
    """What browser and server said to be kept of one take."""

    take: str
    sha256: Mapping[int, str]  # of chunks, by number
    seconds: float
    stood_still_s: float  # at most, the page that told so


@dataclass(frozen=True, slots=True)
class Kept:
    """One take at rest: how long it lasts, and in words all that is wrong with it."""

    chunks: int
    audio_s: float
    clock_s: float  # its length by the recorder's clock, as the server was told
    faults: list[str]


def check_take(stack: Stack, promise: Promise) -> Kept:
    """Wait until it is heard, then compare rows, objects and sound with what was promised."""
    take = promise.take
    rows: dict[int, str] = dict(
        stack.sql(
            "SELECT number, sha256 FROM annotation_recordingchunk WHERE recording_id = %s", take
        )
    )
    faults = [
        f"chunk {number} was promised as {sha256[:8]} and is {rows.get(number, 'lost')[:8]}"
        for number, sha256 in promise.sha256.items()
        if rows.get(number) != sha256
    ]
    if not rows:
        return Kept(0, 0.0, 0.0, faults)
    wait_for(lambda: _state(stack, take) == "transcribed", f"take {take} is heard", 240)
    if sorted(rows) != list(range(len(rows))):
        faults.append(f"chunks have gaps: {sorted(rows)}")
    return _compare_objects(stack, promise, rows, faults)


def _compare_objects(
    stack: Stack, promise: Promise, rows: Mapping[int, str], faults: list[str]
) -> Kept:
    objects = _objects_under(stack, f"recordings/{promise.take}/")
    whole, looks = objects.pop("audio", b""), objects.pop("peaks", b"{}")
    names = {number: f"{number}-{sha256[:16]}" for number, sha256 in rows.items()}
    if objects.keys() != set(names.values()):
        faults.append(f"the store has {sorted(objects)}, and should have {sorted(names.values())}")
        return Kept(len(rows), 0.0, 0.0, faults)
    parts = [objects[names[number]] for number in sorted(rows)]
    faults += [
        f"chunk {number} has other bytes in the store"
        for number, part in zip(sorted(rows), parts, strict=True)
        if hashlib.sha256(part).hexdigest() != rows[number]
    ]
    if whole != b"".join(parts):
        faults.append("the audio that is played is not its chunks")
    audio_s = decode_audio(whole).size / RATE_HZ
    if json.loads(looks).get("duration_s") != audio_s:
        faults.append("the waveform that is shown is not of the audio that is played")
    clock_s = _clock_s(stack, promise.take)
    promised_s = max(promise.seconds, clock_s)
    if audio_s < promised_s - LAG_S - promise.stood_still_s:
        faults.append(f"{audio_s:.2f} s are left of {promised_s:.2f} s")
    [(heard,)] = stack.sql(
        "SELECT count(*) FROM annotation_transcript WHERE recording_id = %s", promise.take
    )
    if heard != 1:
        faults.append(f"it has {heard} transcripts")
    return Kept(len(rows), audio_s, clock_s, faults)


def _state(stack: Stack, take: str) -> str | None:
    rows = stack.sql("SELECT state FROM annotation_recording WHERE id = %s", take)
    return rows[0][0] if rows else None


def _clock_s(stack: Stack, take: str) -> float:
    """Return what the recorder's clock said, also where it was corrected since."""
    corrected = re.search(rf"clock_drift_corrected .*clock_s=([\d.]+) .*{take}", stack.log())
    if corrected:
        return float(corrected[1])
    [(duration_s,)] = stack.sql("SELECT duration_s FROM annotation_recording WHERE id = %s", take)
    return float(duration_s)


def _objects_under(stack: Stack, prefix: str) -> dict[str, bytes]:
    """Read from the object store itself, past all of our code."""
    env = read_env(env_file(stack.data))
    client: S3Client = boto3.client(
        "s3",
        endpoint_url=env["S3_ENDPOINT_URL"],
        region_name="us-east-1",
        aws_access_key_id=env["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=env["S3_SECRET_ACCESS_KEY"],
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    bucket = env["S3_BUCKET"]
    listed = client.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return {
        row["Key"].removeprefix(prefix): client.get_object(Bucket=bucket, Key=row["Key"])[
            "Body"
        ].read()
        for row in listed
    }
