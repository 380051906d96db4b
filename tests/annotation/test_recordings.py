"""Recordings: consent first, chunks once, and a voice that can go while its texts stay."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from annotation import storage
from annotation.models import Image, Job, Recording, Transcript
from annotation.services.jobs import claim_job, fail_job
from annotation.services.recordings import join_chunks
from annotation.services.settlement import settle_failures
from annotation.services.transcripts import save_raw_transcript
from annotation.services.trash import empty_trash
from annotation.services.versions import cut_version
from annotation.services.voices import audio_key
from engine.media.limits import LONGEST_TAKE_S
from tests.annotation.world import Api

CHUNKS = (b"first ", b"second ", b"third")


def begin(api: Api, image: Image) -> Any:
    body = {"id": str(uuid4()), "mime": "audio/webm;codecs=opus"}
    return api.post(f"images/{image.pk}/recordings", body)


def put(
    api: Api,
    recording: str,
    number: int,
    data: bytes,
    sha256: str | None = None,
    **environ: Any,
) -> Any:
    return api.client.put(
        f"/api/recordings/{recording}/chunks/{number}",
        data,
        content_type="application/octet-stream",
        headers={"X-Content-SHA256": sha256 or hashlib.sha256(data).hexdigest()},
        **environ,
    )


MOVE = {"t": 0.5, "x": 3.0, "y": 4.0, "kind": "move"}


def complete(
    api: Api,
    recording: str,
    chunks: int = len(CHUNKS),
    trace: Sequence[object] = (MOVE,),
    cuts: Sequence[object] = (),
    duration_s: float = 9.5,
) -> Any:
    body = {"chunks": chunks, "duration_s": duration_s, "trace": list(trace), "cuts": list(cuts)}
    return api.post(f"recordings/{recording}/complete", body)


@pytest.fixture
def recording(annotator: Api, image: Image) -> str:
    """A take whose chunks have all arrived."""
    annotator.post("consent")
    recording: str = begin(annotator, image).json()["id"]
    for number, data in enumerate(CHUNKS):
        assert put(annotator, recording, number, data).status_code == 200
    return recording


def test_nobody_is_recorded_before_they_agree(annotator: Api, image: Image) -> None:
    refused = begin(annotator, image)
    annotator.post("consent")
    begun = begin(annotator, image)
    annotator.delete("consent")
    withdrawn = begin(annotator, image)

    assert (refused.status_code, refused.json()["code"]) == (403, "consent_needed")
    assert begun.status_code == 201
    assert withdrawn.json()["code"] == "consent_needed"


def test_the_same_chunk_again_is_harmless_and_another_one_refused(
    annotator: Api, recording: str
) -> None:
    same = put(annotator, recording, 1, CHUNKS[1])
    other = put(annotator, recording, 1, b"something else")

    assert (same.status_code, same.json()) == (200, {"number": 1})
    assert (other.status_code, other.json()["code"]) == (409, "chunk_conflict")
    assert annotator.get(f"recordings/{recording}").json()["chunks"] == [0, 1, 2]


def test_a_chunk_that_changed_on_its_way_is_not_kept(annotator: Api, recording: str) -> None:
    answer = put(annotator, recording, 3, b"damaged", sha256="0" * 64)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "X-Content-SHA256"


def test_a_chunk_that_is_told_to_be_too_long_is_refused_unread(
    annotator: Api, recording: str
) -> None:
    told = {"CONTENT_LENGTH": str(6 * 10**9)}

    answer = put(annotator, recording, 3, b"more", **told)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_take_is_transcribed_once_all_chunks_are_in(annotator: Api, recording: str) -> None:
    missing = complete(annotator, recording, chunks=5)
    first, second = complete(annotator, recording), complete(annotator, recording)

    assert (missing.status_code, missing.json()["missing"]) == (409, [3, 4])
    assert first.json()["state"] == second.json()["state"] == "transcribing"
    assert Job.objects.filter(kind="workers.transcribe").count() == 1
    assert put(annotator, recording, 3, b"late").status_code == 409


def test_a_take_of_two_hours_is_taken_and_a_longer_one_refused(
    annotator: Api, recording: str
) -> None:
    longer = complete(annotator, recording, duration_s=1.2 * LONGEST_TAKE_S)
    taken = complete(annotator, recording, duration_s=LONGEST_TAKE_S + 2.5)

    assert (longer.status_code, longer.json()["errors"][0]["field"]) == (400, "duration_s")
    assert (taken.status_code, taken.json()["state"]) == (200, "transcribing")


def joined(take: Recording) -> bytes:
    whole = BytesIO()
    join_chunks(take, whole)
    kept = storage.get_bytes(audio_key(take))
    assert kept == whole.getvalue()
    return kept


def test_chunks_are_joined_in_their_order(annotator: Api, recording: str) -> None:
    assert joined(Recording.objects.get(pk=recording)) == b"first second third"


def test_views_and_selections_are_on_the_clock_of_the_pointer(
    annotator: Api, reviewer: Api, recording: str
) -> None:
    trace = [
        {"t": 0, "x": 5.0, "y": 4.0, "kind": "view", "box_xyxy": [0.0, 0.0, 10.0, 8.0]},
        MOVE,
        {"t": 1.5, "x": 3.0, "y": 4.0, "kind": "select", "mask": str(uuid4())},
        {"t": 2.5, "x": 9.0, "y": 1.0, "kind": "select", "mask": None},
    ]

    complete(annotator, recording, trace=trace)

    assert annotator.get(f"recordings/{recording}/trace").json() == {"points": trace}
    assert reviewer.get(f"recordings/{recording}/trace").json() == {"points": []}  # hears nobody


@pytest.mark.parametrize(
    "point",
    [
        MOVE | {"kind": "leap"},
        MOVE | {"kind": "view"},
        MOVE | {"kind": "view", "box_xyxy": [0, 0, 10]},
        MOVE | {"kind": "select"},
        MOVE | {"kind": "select", "mask": "the cup"},
        MOVE | {"mask": str(uuid4())},
        MOVE | {"x": "nan"},
    ],
)
def test_a_trace_with_a_wrong_point_is_refused(
    annotator: Api, recording: str, point: object
) -> None:
    refused = complete(annotator, recording, trace=[point])

    assert refused.status_code == 400
    assert complete(annotator, recording).status_code == 200


def test_what_was_taken_back_is_told_in_its_order(annotator: Api, recording: str) -> None:
    cuts = [{"start_s": 6.0, "end_s": 7.5}, {"start_s": 1.0, "end_s": 2.0}]
    backwards = complete(annotator, recording, cuts=[{"start_s": 2, "end_s": 1}])

    completed = complete(annotator, recording, cuts=cuts)

    assert backwards.status_code == 400
    assert completed.json()["cuts"] == cuts[::-1]


def test_nobody_speaks_into_anothers_recording(reviewer: Api, recording: str) -> None:
    assert put(reviewer, recording, 3, b"me too").status_code == 403
    assert complete(reviewer, recording).status_code == 403


def test_a_failed_transcription_tells_why(annotator: Api, recording: str) -> None:
    complete(annotator, recording)
    claim = claim_job(job_id=Job.objects.get(kind="workers.transcribe").pk)
    assert claim is not None
    fail_job(claim, error="This is no audio.")

    settle_failures()

    found = annotator.get(f"recordings/{recording}").json()
    assert (found["state"], found["error"]) == ("failed", "This is no audio.")


def test_three_texts_are_kept_each_with_its_maker(
    annotator: Api, recording: str, image: Image
) -> None:
    complete(annotator, recording)
    take = Recording.objects.get(pk=recording)
    save_raw_transcript(
        recording=take, transcript_id=uuid4(), text="a red uh bucket", words=[], model="tiny.en"
    )
    corrected = {"id": str(uuid4()), "text": "A red bucket.", "words": [], "seconds": 4}
    caption = {"id": str(uuid4()), "text": "A red bucket.", "recording": recording}
    for _ in range(2):  # sending again adds nothing
        assert annotator.post(f"recordings/{recording}/transcripts", corrected).status_code == 201
        assert annotator.post(f"images/{image.pk}/captions", caption).status_code == 201

    found = annotator.get(f"images/{image.pk}/descriptions").json()

    [shown] = found["recordings"]
    texts = [(each["kind"], each["author"]) for each in shown["transcripts"]]
    assert texts == [("raw", None), ("corrected", "annotator")]
    assert [(each["text"], each["author"]) for each in found["captions"]] == [
        ("A red bucket.", "annotator")
    ]


def test_p4_a_text_that_somebody_else_corrected_meanwhile_is_not_corrected_over_theirs(
    annotator: Api, reviewer: Api, recording: str
) -> None:
    complete(annotator, recording)
    raw = save_raw_transcript(
        recording=Recording.objects.get(pk=recording),
        transcript_id=uuid4(),
        text="a red uh bucket",
        words=[],
        model="tiny.en",
    )
    path = f"recordings/{recording}/transcripts"
    first = {"id": str(uuid4()), "text": "A red bucket.", "words": [], "base": str(raw.pk)}
    answers = [annotator.post(path, first) for _ in range(2)]

    second = reviewer.post(path, {**first, "id": str(uuid4()), "text": "A red tub."})

    assert [answer.status_code for answer in answers] == [201, 201]
    assert (second.status_code, second.json()["code"]) == (409, "stale_transcript")
    upon = {**first, "id": str(uuid4()), "text": "A red tub.", "base": first["id"]}
    assert reviewer.post(path, upon).status_code == 201


def test_the_list_of_images_tells_which_were_spoken_of(
    annotator: Api, recording: str, image: Image
) -> None:
    path = f"projects/{image.project_id}/images"
    [spoken] = annotator.get(path).json()["results"]

    annotator.post(f"recordings/{recording}/remove")

    [silent] = annotator.get(path).json()["results"]
    assert (spoken["has_takes"], silent["has_takes"]) == (True, False)


def test_a_version_counts_a_take_once_that_was_corrected(
    annotator: Api, manager: Api, recording: str, image: Image
) -> None:
    complete(annotator, recording)
    take = Recording.objects.get(pk=recording)
    save_raw_transcript(
        recording=take, transcript_id=uuid4(), text="a red uh bucket", words=[], model="tiny.en"
    )
    corrected = {"id": str(uuid4()), "text": "A red bucket.", "words": [], "seconds": 4}
    annotator.post(f"recordings/{recording}/transcripts", corrected)

    version = cut_version(project=image.project, created_by=None)

    assert version.counts["transcripts"] == 1


def test_the_effort_of_a_correction_is_counted_from_the_texts(
    annotator: Api, recording: str
) -> None:
    complete(annotator, recording)
    path = f"recordings/{recording}/effort"
    take = Recording.objects.get(pk=recording)
    save_raw_transcript(
        recording=take, transcript_id=uuid4(), text="a read bucket", words=[], model="tiny.en"
    )
    before = annotator.get(path).json()
    for text, seconds in [("A red bucket", 4), ("A red bucket.", 2.5)]:
        body = {"id": str(uuid4()), "text": text, "words": [], "seconds": seconds}
        annotator.post(f"recordings/{recording}/transcripts", body)

    assert before == {"seconds": 0, "edits": None, "word_error": None}
    assert annotator.get(path).json() == {
        "seconds": 6.5,
        "edits": 3,
        "word_error": pytest.approx(1 / 3),
    }


def test_a_deleted_voice_is_gone_and_its_texts_stay(annotator: Api, recording: str) -> None:
    complete(annotator, recording)
    take = Recording.objects.get(pk=recording)
    joined(take)
    save_raw_transcript(
        recording=take, transcript_id=uuid4(), text="spoken", words=[], model="tiny.en"
    )

    assert annotator.delete(f"recordings/{recording}").status_code == 204
    assert annotator.delete(f"recordings/{recording}").status_code == 204

    take.refresh_from_db()
    assert list(storage.list_keys(f"recordings/{recording}/")) == []
    assert take.trace == []
    found = annotator.get(f"recordings/{recording}").json()
    assert (found["audio_url"], found["has_voice"]) == (None, False)
    assert Transcript.objects.get(recording=take).text == "spoken"


def test_the_voice_of_a_take_that_never_became_whole_can_be_deleted(
    annotator: Api, recording: str
) -> None:
    assert annotator.get(f"recordings/{recording}").json()["has_voice"]

    assert annotator.delete(f"recordings/{recording}").status_code == 204

    assert not annotator.get(f"recordings/{recording}").json()["has_voice"]
    assert list(storage.list_keys(f"recordings/{recording}/")) == []


def test_what_still_comes_of_a_deleted_voice_is_not_kept(annotator: Api, recording: str) -> None:
    annotator.delete(f"recordings/{recording}")

    late, end = put(annotator, recording, 3, b"late"), complete(annotator, recording)

    assert (late.status_code, late.json()["code"]) == (409, "voice_deleted")
    assert (end.status_code, end.json()["code"]) == (409, "voice_deleted")
    assert Recording.objects.get(pk=recording).trace == []
    assert list(storage.list_keys(f"recordings/{recording}/")) == []


def test_all_of_ones_own_recordings_are_counted_and_deleted_at_once(
    annotator: Api, reviewer: Api, recording: str
) -> None:
    complete(annotator, recording)

    before = annotator.get("session/voices").json()
    others = reviewer.delete("session/voices").json()
    unheard = annotator.get(f"recordings/{recording}").json()["has_voice"]
    first, second = annotator.delete("session/voices"), annotator.delete("session/voices")

    assert (before["takes"], before["with_voice"], before["job"]) == (1, 1, None)
    assert [each["file_name"] for each in before["places"]] == ["0.png"]
    assert (others["places"], first.json()["places"]) == ([], [])
    assert (others["takes"], unheard) == (0, True)
    assert (first.status_code, first.json()["with_voice"]) == (202, 0)
    assert first.json()["job"]["id"] == second.json()["job"]["id"]
    assert Recording.objects.get(pk=recording).trace == []


def test_only_the_speaker_or_a_manager_deletes_a_voice(
    reviewer: Api, manager: Api, recording: str
) -> None:
    assert reviewer.delete(f"recordings/{recording}").status_code == 403
    assert manager.delete(f"recordings/{recording}").status_code == 204


def test_p9_a_removed_take_leaves_the_list_and_comes_back_whole(
    annotator: Api, recording: str, image: Image
) -> None:
    complete(annotator, recording)
    take = Recording.objects.get(pk=recording)
    save_raw_transcript(
        recording=take, transcript_id=uuid4(), text="spoken", words=[], model="tiny.en"
    )
    path = f"images/{image.pk}/descriptions"
    before = annotator.get(path).json()["recordings"]

    for _ in range(2):
        assert annotator.post(f"recordings/{recording}/remove").status_code == 204

    removed = annotator.get(path).json()
    assert removed["recordings"] == []
    assert [each["id"] for each in removed["removed"]] == [recording]
    assert joined(take) == b"first second third"
    assert annotator.post(f"recordings/{recording}/restore").status_code == 204
    restored = annotator.get(path).json()
    assert (restored["recordings"], restored["removed"]) == (before, [])


def test_an_abandoned_take_can_be_removed_while_its_chunks_still_arrive(
    annotator: Api, recording: str
) -> None:
    annotator.post(f"recordings/{recording}/remove")

    assert put(annotator, recording, 3, b"late").status_code == 200
    assert complete(annotator, recording, chunks=4).json()["state"] == "transcribing"


def test_a_removed_take_is_in_no_count_and_no_version(
    annotator: Api, manager: Api, recording: str, image: Image
) -> None:
    complete(annotator, recording)
    take = Recording.objects.get(pk=recording)
    save_raw_transcript(
        recording=take, transcript_id=uuid4(), text="spoken", words=[], model="tiny.en"
    )
    project = f"projects/{image.project_id}"
    before = cut_version(project=image.project, created_by=None).counts

    annotator.post(f"recordings/{recording}/remove")

    after = cut_version(project=image.project, created_by=None).counts
    assert (before["transcripts"], after["transcripts"]) == (1, 0)
    assert manager.get(project).json()["counts"]["recordings"] == 0


def test_only_the_speaker_or_a_manager_removes_and_restores_a_take(
    reviewer: Api, manager: Api, recording: str, image: Image
) -> None:
    assert reviewer.post(f"recordings/{recording}/remove").status_code == 403
    assert manager.post(f"recordings/{recording}/remove").status_code == 204
    assert reviewer.get(f"images/{image.pk}/descriptions").json()["removed"] == []
    assert reviewer.post(f"recordings/{recording}/restore").status_code == 403
    assert manager.post(f"recordings/{recording}/restore").status_code == 204


def test_after_thirty_days_a_removed_voice_is_gone_and_its_texts_stay(
    annotator: Api, recording: str
) -> None:
    complete(annotator, recording)
    take = Recording.objects.get(pk=recording)
    save_raw_transcript(
        recording=take, transcript_id=uuid4(), text="spoken", words=[], model="tiny.en"
    )
    long_ago = timezone.now() - timedelta(days=31)
    Recording.objects.filter(pk=recording).update(deleted_at=long_ago)

    empty_trash()

    assert list(storage.list_keys(f"recordings/{recording}/")) == []
    assert annotator.post(f"recordings/{recording}/restore").status_code == 404
    assert Transcript.objects.get(recording=take).text == "spoken"


def test_a_caption_is_cleaned_by_rule(annotator: Api) -> None:
    answer = annotator.post("captions/clean", {"text": "um a a red bucket on the uh beach"})

    assert answer.json() == {"text": "A red bucket on the beach."}


def test_what_a_caption_adds_and_drops_is_named(annotator: Api) -> None:
    pair = {"raw": "um a red bucket under a tree", "clean": "A red bucket on sand."}

    answer = annotator.post("captions/compare", pair)

    changes = answer.json()
    assert (changes["added"], changes["dropped"]) == (["sand"], ["under", "tree"])
    assert changes["parts"][0] == {"kind": "dropped", "text": "um", "is_content": False}
    too_long = annotator.post("captions/compare", pair | {"raw": "a" * 5001})
    assert too_long.status_code == 400
